"""Events that wait for parents or control heads which are not here yet, within quotas.

The oldest give way when a device or a space has too many, so that nobody can fill the disk with events that cite
nothing real; how many gave way is returned, to be counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tadamun.core.limits import MAX_PARKED_DEVICE, MAX_PARKED_SPACE
from tadamun.core.ports import Tables
from tadamun.store import refs
from tadamun.store.tables import listed


@dataclass(frozen=True, slots=True)
class Parked:
    """missing: ids it waits for, hex. raw: the inner event's JSON. expires_at: Unix seconds or 0."""

    id: str
    device: str
    missing: tuple[str, ...]
    raw: bytes
    expires_at: int = 0


def park(
    tx: Tables, space: int, events: Sequence[Parked], a_space: int = MAX_PARKED_SPACE, a_device: int = MAX_PARKED_DEVICE
) -> int:
    """Set events aside; returns how many of the oldest gave way."""
    known = refs.ensure(tx, {event.device for event in events})
    tx.many(
        "INSERT OR IGNORE INTO parked (id, space, device, expires_at, raw) VALUES (?, ?, ?, ?, ?)",
        [(bytes.fromhex(e.id), space, known[e.device], e.expires_at, e.raw) for e in events],
    )
    numbers = dict(
        tx.execute(
            "SELECT lower(hex(id)), n FROM parked WHERE id IN (SELECT unhex(value) FROM json_each(?))",
            (listed([e.id for e in events]),),
        )
    )
    tx.many(
        "INSERT OR IGNORE INTO parked_for (missing, n) VALUES (?, ?)",
        [(bytes.fromhex(i), numbers[e.id]) for e in events for i in e.missing],
    )
    evicted = 0
    for device in {known[e.device] for e in events}:
        evicted += _evict(tx, "space = ? AND device = ?", (space, device), a_device)
    return evicted + _evict(tx, "space = ?", (space,), a_space)


def take(tx: Tables, space: int, arrived: Sequence[str]) -> list[bytes]:
    """Take out the events that waited for any of these ids, oldest first; the caller judges them anew."""
    rows = tx.execute(
        "SELECT n, raw FROM parked WHERE space = ? AND n IN"
        " (SELECT n FROM parked_for WHERE missing IN (SELECT unhex(value) FROM json_each(?))) ORDER BY n",
        (space, listed(arrived)),
    )
    _drop(tx, [n for n, _ in rows])
    return [bytes(raw) for _, raw in rows]


def take_all(tx: Tables, space: int) -> list[bytes]:
    """Take out everything, oldest first."""
    found = raws(tx, space)
    tx.execute("DELETE FROM parked WHERE space = ?", (space,))
    return found


def raws(tables: Tables, space: int) -> list[bytes]:
    """The JSON of everything that waits, oldest first."""
    rows = tables.execute("SELECT raw FROM parked WHERE space = ? ORDER BY n", (space,))
    return [bytes(raw) for (raw,) in rows]


def missing(tables: Tables, space: int) -> set[str]:
    """All ids that something waits for."""
    sql = "SELECT DISTINCT lower(hex(missing)) FROM parked_for JOIN parked USING (n) WHERE space = ?"
    return {i for (i,) in tables.execute(sql, (space,))}


def known(tables: Tables, ids: Sequence[str]) -> set[str]:
    """Which of these ids are parked."""
    if not tables.execute("SELECT 1 FROM parked LIMIT 1"):
        return set()
    sql = "SELECT lower(hex(id)) FROM parked WHERE id IN (SELECT unhex(value) FROM json_each(?))"
    return {i for (i,) in tables.execute(sql, (listed(ids),))}


def count(tables: Tables, space: int) -> int:
    """How many wait."""
    return int(tables.execute("SELECT count(*) FROM parked WHERE space = ?", (space,))[0][0])


def expire(tx: Tables, now: int) -> int:
    """Destroy those that should be gone by `now` (Unix seconds); returns how many."""
    gone = [n for (n,) in tx.execute("SELECT n FROM parked WHERE expires_at > 0 AND expires_at <= ?", (now,))]
    _drop(tx, gone)
    return len(gone)


def _evict(tx: Tables, where: str, arguments: tuple[int, ...], allowed: int) -> int:
    over = int(tx.execute(f"SELECT count(*) FROM parked WHERE {where}", arguments)[0][0]) - allowed
    if over <= 0:
        return 0
    _drop(tx, [n for (n,) in tx.execute(f"SELECT n FROM parked WHERE {where} ORDER BY n LIMIT ?", (*arguments, over))])
    return over


def _drop(tx: Tables, numbers: Sequence[int]) -> None:
    tx.execute("DELETE FROM parked WHERE n IN (SELECT value FROM json_each(?))", (str(list(numbers)),))
