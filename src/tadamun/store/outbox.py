"""What was said here and still has to be sealed into the wire store.

A row is written in the transaction of its log entry and removed after the sealed event is in the wire store; in between
a crash repeats the sealing, and the second sealed copy opens to the same inner id. What peers lack is not kept here:
reconciliation finds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tadamun.core.ports import Tables
from tadamun.store.tables import listed


@dataclass(frozen=True, slots=True)
class Waiting:
    """epoch: the secret to seal under, "" for the best at the time. raw: the inner event's JSON; queued
    as b"", it is read from the log. attempts: so far."""

    id: str
    space: int
    epoch: str
    raw: bytes
    attempts: int = 0
    expires_at: int = 0


def put(tx: Tables, waiting: Sequence[Waiting], next_at: int = 0) -> None:
    """Queue them; an id already queued stays as it is. next_at: not before (Unix seconds)."""
    tx.many(
        "INSERT OR IGNORE INTO outbox (id, space, epoch, raw, attempts, next_at, expires_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (bytes.fromhex(w.id), w.space, bytes.fromhex(w.epoch), w.raw, w.attempts, next_at, w.expires_at)
            for w in waiting
        ],
    )


def due(tables: Tables, now: int, limit: int = 1_000) -> list[Waiting]:
    """What may be sealed now, oldest first."""
    rows = tables.execute(
        "SELECT lower(hex(o.id)), o.space, lower(hex(o.epoch)), coalesce(log.raw, o.raw), o.attempts, o.expires_at"
        " FROM outbox o LEFT JOIN log ON log.id = o.id AND o.raw = x'' WHERE o.next_at <= ? ORDER BY o.n LIMIT ?",
        (now, limit),
    )
    return [Waiting(i, space, epoch, bytes(raw), attempts, expires) for i, space, epoch, raw, attempts, expires in rows]


def raws(tables: Tables, space: int) -> list[bytes]:
    """The events of a space that wait here and are not in its log, oldest first."""
    rows = tables.execute("SELECT raw FROM outbox WHERE space = ? AND raw <> x'' ORDER BY n", (space,))
    return [bytes(raw) for (raw,) in rows]


def done(tx: Tables, ids: Sequence[str]) -> None:
    """They are in the wire store."""
    tx.execute("DELETE FROM outbox WHERE id IN (SELECT unhex(value) FROM json_each(?))", (listed(ids),))


def later(tx: Tables, ids: Sequence[str], next_at: int) -> None:
    """They could not be sealed yet: count the attempt, try again at `next_at` (Unix seconds)."""
    tx.execute(
        "UPDATE outbox SET attempts = attempts + 1, next_at = ? WHERE id IN (SELECT unhex(value) FROM json_each(?))",
        (next_at, listed(ids)),
    )


def postpone(tx: Tables, ids: Sequence[str], at: int) -> None:
    """Those that were due before `at` (Unix seconds) are due then."""
    tx.execute(
        "UPDATE outbox SET next_at = ?1 WHERE next_at < ?1 AND id IN (SELECT unhex(value) FROM json_each(?2))",
        (at, listed(ids)),
    )


def expire(tx: Tables, now: int) -> int:
    """Destroy what should be gone by `now`; returns how many."""
    before = count(tx)
    tx.execute("DELETE FROM outbox WHERE expires_at > 0 AND expires_at <= ?", (now,))
    return before - count(tx)


def count(tables: Tables, space: int | None = None) -> int:
    """How many wait, in all or of one space."""
    where, arguments = ("", ()) if space is None else (" WHERE space = ?", (space,))
    return int(tables.execute(f"SELECT count(*) FROM outbox{where}", arguments)[0][0])
