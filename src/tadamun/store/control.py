"""Every control event of a space, raw, and the parts of checkpoint states. What they add up to is core's to say."""

from __future__ import annotations

from collections.abc import Sequence

from tadamun.core.event import Event, parse
from tadamun.core.limits import MAX_INNER
from tadamun.core.ports import Tables
from tadamun.store.tables import listed


def append(tx: Tables, space: int, events: Sequence[tuple[str, bytes]]) -> None:
    """Keep (id, JSON) of control events; those already there stay as they are."""
    tx.many(
        "INSERT OR IGNORE INTO control (id, space, raw) VALUES (?, ?, ?)",
        [(bytes.fromhex(i), space, raw) for i, raw in events],
    )


def known(tables: Tables, space: int, ids: Sequence[str]) -> set[str]:
    """Which of these ids are kept."""
    sql = "SELECT lower(hex(id)) FROM control WHERE space = ? AND id IN (SELECT unhex(value) FROM json_each(?))"
    return {i for (i,) in tables.execute(sql, (space, listed(ids)))}


def raws(tables: Tables, space: int) -> list[bytes]:
    """The JSON of all, in the order of arrival: parents are there before children."""
    return [bytes(raw) for (raw,) in tables.execute("SELECT raw FROM control WHERE space = ? ORDER BY n", (space,))]


def events(tables: Tables, space: int) -> list[Event]:
    """The same as events."""
    return [parse(raw, MAX_INNER) for raw in raws(tables, space)]


def put_part(tx: Tables, space: int, part: str, data: bytes) -> None:
    """One part of a checkpoint state under its hash (hex)."""
    tx.execute("INSERT OR IGNORE INTO parts (space, hash, data) VALUES (?, ?, ?)", (space, bytes.fromhex(part), data))


def parts(tables: Tables, space: int, hashes: Sequence[str]) -> dict[str, bytes]:
    """Those parts that are here."""
    sql = "SELECT lower(hex(hash)), data FROM parts WHERE space = ? AND hash IN (SELECT unhex(value) FROM json_each(?))"
    return {i: bytes(data) for i, data in tables.execute(sql, (space, listed(hashes)))}
