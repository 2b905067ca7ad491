"""Which posts are unread, found quickly however many there are.

To look through all posts for those that are not marked takes longer than a page may. So what was left the last time
is kept, as row numbers (they grow in the order of arrival): of posts that were here then, only these can be
unread still, and only what came after is looked through. It is kept in memory, and in the vault when that is worth a
write, so that the first look after a start is quick too. Numbers are given anew when views are rebuilt or the file is
packed (SQLite's schema version grows by either), and the last one once its row is removed: then all is looked through.
This file knows no names and no pages.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from weakref import WeakKeyDictionary

from tadamun.core.ports import Tables

CHUNK: Final = 500  # rows looked at by one statement
WORTH: Final = 5_000  # rows that need not be looked at again make a write worth it

# Indexes of ids side by side say what is not marked, and one by author what others wrote, without the rows.
_ALL: Final = (
    "SELECT q.rowid FROM talk_posts q INDEXED BY talk_by_id WHERE q.space = ?1 AND q.rowid <= ?4"
    " AND NOT EXISTS (SELECT 1 FROM talk_read r WHERE r.space = ?2 AND r.id = q.id)"
    " AND q.rowid NOT IN (SELECT o.rowid FROM talk_posts o INDEXED BY talk_newest"
    " WHERE o.space = ?1 AND o.private_with = x'' AND o.author = ?3) ORDER BY 1"
)
_LATER: Final = (
    "SELECT q.rowid FROM talk_posts q WHERE q.rowid > ?5 AND q.rowid <= ?4 AND +q.space = ?1 AND q.author <> ?3"
    " ORDER BY 1"
)
_STILL: Final = (
    "SELECT p.rowid, p.private_with <> x'', p.retracted = '' AND (p.expires_at = 0 OR p.expires_at > ?)"
    " FROM json_each(?) CROSS JOIN talk_posts p ON p.rowid = value WHERE p.space = ? AND p.author <> ?"
    " AND NOT EXISTS (SELECT 1 FROM talk_read r WHERE r.space = ? AND r.id = p.id) ORDER BY p.rowid DESC"
)


@dataclass(slots=True)
class _Left:
    """What may be unread up to the row `last`, which is that of the post `id`."""

    schema: int = -1
    last: int = 0
    id: bytes = b""
    rows: array[int] = field(default_factory=lambda: array("q"))
    written: tuple[int, int] = (0, 0)  # the last row, and how many were left, when it was put into the vault


_kept: Final[WeakKeyDictionary[Tables, dict[tuple[bytes, bytes], _Left]]] = WeakKeyDictionary()


def unread(tables: Tables, number: int, space: bytes, me: bytes, now: int) -> Iterator[tuple[int, bool]]:
    """(row, whether it is a direct message) of each unread post of others, the latest to arrive first.

    number: the space's, space: its id. now: Unix seconds; what expired by then is left out. Take no more than needed.
    """
    left = _brought_up(tables, number, space, me)
    at = len(left.rows)
    while at:
        begin = max(0, at - CHUNK)
        some = left.rows[begin:at]
        found = tables.execute(_STILL, (now, json.dumps(some.tolist()), number, me, space))
        if len(found) < len(some):
            left.rows[begin:at] = array("q", [row for row, _, _ in reversed(found)])
        yield from ((row, bool(private)) for row, private, stands in found if stands)
        at = begin


def _brought_up(tables: Tables, number: int, space: bytes, me: bytes) -> _Left:
    of_tables = _kept.setdefault(tables, {})
    left = of_tables.get((space, me)) or _recalled(tables, space, me)
    schema = _schema(tables)
    newest = tables.execute("SELECT rowid, id FROM talk_posts ORDER BY rowid DESC LIMIT 1")
    if not newest:
        return _Left()
    last, last_id = newest[0]
    good = left.schema == schema and bool(
        tables.execute("SELECT 1 FROM talk_posts WHERE rowid = ? AND id = ?", (left.last, left.id))
    )
    if not good or left.last != last:
        found = tables.execute(_LATER if good else _ALL, (number, space, me, last, *((left.last,) if good else ())))
        rows = left.rows if good else array("q")
        written = left.written if good else (0, 0)
        left = _Left(schema, last, last_id, array("q", [*rows, *(row for (row,) in found)]), written)
    if _schema(tables) == schema:  # else the rows were numbered anew meanwhile: this is good for now and not for later
        of_tables[space, me] = left
        if left.last - left.written[0] >= WORTH or left.written[1] - len(left.rows) >= WORTH:
            left.written = left.last, len(left.rows)
            tables.execute(
                "INSERT OR REPLACE INTO talk_left VALUES (?, ?, ?, ?, ?, ?)",
                (space, me, schema, left.last, left.id, left.rows.tobytes()),
            )
    return left


def _recalled(tables: Tables, space: bytes, me: bytes) -> _Left:
    """As it was put into the vault."""
    for schema, last, i, rows in tables.execute(
        "SELECT made, last, id, rows FROM talk_left WHERE space = ? AND me = ?", (space, me)
    ):
        left = array("q")
        left.frombytes(rows)
        return _Left(schema, last, i, left, (last, len(left)))
    return _Left()


def _schema(tables: Tables) -> int:
    return int(tables.execute("SELECT schema_version FROM pragma_schema_version")[0][0])
