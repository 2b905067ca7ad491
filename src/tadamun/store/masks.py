"""What is said under masks: this person's ring keys and one-time keys, and the openings whose proof was found to hold.

The first two are what would tie this person to what they said; each is destroyed by the function named for it, and
older pages of the log in front of the file go with Vault.scrub. The last says nothing about anybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tadamun.core.ports import Tables
from tadamun.crypto.secret import Secret
from tadamun.store.tables import one


@dataclass(frozen=True, slots=True)
class Mask:
    """A one-time key of this person's. opening: the event that opened it; scope: what for; tag: what that left,
    base64url; said: events that followed; last_at: when (Unix seconds) the last of all goes out; until: when the key is
    to be destroyed."""

    opening: str
    secret: Secret
    scope: str
    tag: str
    said: int
    last_at: int
    until: int


def keep_ring_key(tx: Tables, space: int, period: int, public: bytes, secret: Secret) -> None:
    """Keep the private half of a ring key of this person's member."""
    tx.execute(
        "INSERT OR IGNORE INTO ring_keys (space, period, public, secret) VALUES (?, ?, ?, ?)",
        (space, period, public, secret.reveal()),
    )


def ring_keys(tables: Tables, space: int, period: int) -> dict[bytes, Secret]:
    """The private halves that are here for that month, by public key."""
    rows = tables.execute("SELECT public, secret FROM ring_keys WHERE space = ? AND period = ?", (space, period))
    return {bytes(public): Secret(secret) for public, secret in rows}


def old_ring_keys(tables: Tables, before: int) -> bool:
    """Whether there are any of earlier months."""
    return bool(tables.execute("SELECT 1 FROM ring_keys WHERE period < ? LIMIT 1", (before,)))


def destroy_ring_keys(tx: Tables, before: int) -> None:
    """Destroy those of earlier months."""
    tx.execute("DELETE FROM ring_keys WHERE period < ?", (before,))


def put(tx: Tables, space: int, mask: Mask) -> None:
    """Keep a one-time key, or what has become of it."""
    tx.execute(
        "INSERT OR REPLACE INTO masks (opening, space, secret, scope, tag, said, last_at, until)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            bytes.fromhex(mask.opening),
            space,
            mask.secret.reveal(),
            mask.scope,
            mask.tag,
            mask.said,
            mask.last_at,
            mask.until,
        ),
    )


def get(tables: Tables, space: int, opening: str) -> Mask | None:
    """The one-time key by the event that opened it."""
    sql = "SELECT secret, scope, tag, said, last_at, until FROM masks WHERE space = ? AND opening = ?"
    row = one(tables.execute(sql, (space, bytes.fromhex(opening))))
    return None if row is None else Mask(opening, Secret(row[0]), *row[1:])


def every(tables: Tables, space: int, scope: str = "") -> dict[str, str]:
    """The tags of all one-time keys here, by the events that opened them. scope: only those; "": any."""
    sql = "SELECT lower(hex(opening)), tag FROM masks WHERE space = ?1 AND (?2 = '' OR scope = ?2)"
    return dict(tables.execute(sql, (space, scope)))


def over(tables: Tables, now: int) -> list[tuple[int, str]]:
    """(space, opening) of those whose time has come."""
    return list(tables.execute("SELECT space, lower(hex(opening)) FROM masks WHERE until <= ? ORDER BY 1, 2", (now,)))


def destroy(tx: Tables, space: int, opening: str) -> None:
    """Destroy a one-time key, and what was to be said under it and has not gone out."""
    tx.execute("DELETE FROM masks WHERE space = ? AND opening = ?", (space, bytes.fromhex(opening)))


def note(tx: Tables, space: int, openings: Sequence[str]) -> None:
    """The proofs of these hold: they need not be looked at again."""
    tx.many("INSERT OR IGNORE INTO masked (event, space) VALUES (?, ?)", [(bytes.fromhex(i), space) for i in openings])


def noted(tables: Tables, space: int) -> list[str]:
    """Openings whose proof holds."""
    return [i for (i,) in tables.execute("SELECT lower(hex(event)) FROM masked WHERE space = ?", (space,))]
