"""Addresses at which others may be reached, a space each, so that no peer learns of two spaces by one list."""

from __future__ import annotations

from dataclasses import dataclass

from tadamun.core.ports import Tables


@dataclass(frozen=True, slots=True)
class Peer:
    """source: who told us ("typed", "invite", "announced", "lan"); member's device if announced is not kept."""

    space: int
    address: str
    source: str
    seen_at: int = 0  # Unix seconds of the last connection that worked; 0: never


def put(tx: Tables, space: int, address: str, source: str) -> None:
    """Remember an address; one typed by the person stays "typed" whatever else announces it. space 0: all spaces."""
    tx.execute(
        "INSERT INTO peers (space, address, source, seen_at) VALUES (?, ?, ?, 0) ON CONFLICT (space, address) DO UPDATE"
        " SET source = CASE WHEN source = 'typed' THEN source ELSE excluded.source END",
        (space, address, source),
    )


def seen(tx: Tables, address: str, now: int) -> None:
    """A connection to it worked."""
    tx.execute("UPDATE peers SET seen_at = ? WHERE address = ?", (now, address))


def every(tables: Tables) -> list[Peer]:
    """All, those that worked last first."""
    rows = tables.execute("SELECT space, address, source, seen_at FROM peers ORDER BY seen_at DESC, space, address")
    return [Peer(*row) for row in rows]


def remove(tx: Tables, address: str, space: int | None = None) -> None:
    """Forget an address, in one space or everywhere."""
    if space is None:
        tx.execute("DELETE FROM peers WHERE address = ?", (address,))
    else:
        tx.execute("DELETE FROM peers WHERE address = ? AND space = ?", (address, space))
