"""Reading the wire store's file. Plain calls that block; `wire.py` runs them in its reading thread.

A read returns one row whatever it finds, by group_concat: each step of a statement gives up the interpreter's lock, and
beside a busy thread taking it back costs up to 5 ms a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from tadamun.core.ports import Clock, Filter, Stored
from tadamun.store.tables import Connection, listed
from tadamun.store.wire_index import Index, Item, newest
from tadamun.store.wire_query import query
from tadamun.store.wire_rows import SEPARATOR
from tadamun.store.wire_schema import SEALED, Explain

_ITEMS: Final = "group_concat(created_at), group_concat(lower(hex(id)))"
_STORED: Final = f"group_concat(arrival), {_ITEMS}, CAST(group_concat(raw, char(30)) AS BLOB)"
_LIVE: Final = "(expires_at = 0 OR expires_at > ?)"


class Reads:
    """connection: one that only reads. Raises VaultError when the disk is at fault."""

    def __init__(self, connection: Any, explain: Explain, clock: Clock, index: Index) -> None:
        self._tables = Connection(connection, explain)
        self._clock = clock
        self._index = index
        self.identity: str = self._tables.execute("SELECT value FROM meta WHERE key = 'identity'")[0][0]

    def items(self, wanted: Filter) -> list[Item]:
        """All that match, ascending; the filter's limit does not matter."""
        boxes = _mailboxes(wanted)
        if boxes is None:
            return self._select(wanted, "created_at, id")
        with self._index.lock:
            self._load()
            return self._index.select(boxes, wanted.since, wanted.until, self._clock.now())

    def ids(self, wanted: Filter) -> list[str]:
        """Ids that match, newest first, of one second the lowest first, up to the filter's limit."""
        if _mailboxes(wanted) is not None:
            return newest(self.items(wanted), wanted.limit)
        limit = "" if wanted.limit is None else f" LIMIT {max(wanted.limit, 0)}"
        return [event for _, event in self._select(wanted, "created_at DESC, id" + limit)]

    def fetch(self, ids: Sequence[str]) -> list[Stored]:
        """Those of the events that are still here and have not expired, in the order given."""
        rows = self._tables.execute(
            f"SELECT {_STORED} FROM events WHERE id IN (SELECT unhex(value) FROM json_each(?)) AND {_LIVE}",
            (listed(ids), self._clock.now()),
        )
        found = {stored.id: stored for stored in _stored(rows[0])}
        return [found[i] for i in ids if i in found]

    def since(self, arrival: int, limit: int) -> list[Stored]:
        """In order of arrival."""
        rows = self._tables.execute(
            f"SELECT {_STORED} FROM (SELECT * FROM events WHERE arrival > ? AND {_LIVE} ORDER BY arrival LIMIT ?)",
            (arrival, self._clock.now(), limit),
        )
        return _stored(rows[0])

    def close(self) -> None:
        self._tables.close()

    def _select(self, wanted: Filter, order: str) -> list[Item]:
        asked = query(wanted, self._clock.now())
        sql = f"SELECT {_ITEMS} FROM (SELECT created_at, id FROM events WHERE {asked.where} ORDER BY {order})"
        times, ids = self._tables.execute(sql, asked.arguments)[0]
        return [] if times is None else list(zip(map(int, times.split(",")), ids.split(","), strict=True))

    def _load(self) -> None:
        """Fill the index the first time. The lock is held, so no commit slips in between."""
        index = self._index
        if index.loaded:
            return
        further: dict[str, list[str]] = {}
        for box, event in self._tables.execute(
            "SELECT value, lower(hex(id)) FROM tags JOIN events USING (arrival) WHERE name = 'p' AND kind = ?",
            (SEALED,),
        ):
            further.setdefault(event, []).append(box)
        for box, times, ids, ends in self._tables.execute(
            f"SELECT p, {_ITEMS}, group_concat(expires_at) FROM events JOIN mailboxes ON n = mailbox"
            " WHERE mailbox > 0 GROUP BY mailbox"
        ):
            rows = zip(map(int, times.split(",")), ids.split(","), map(int, ends.split(",")), strict=True)
            for created_at, event, expires_at in rows:
                index.add((box, *further.get(event, ())), created_at, event, expires_at)
        index.loaded = True


def _mailboxes(wanted: Filter) -> tuple[str, ...] | None:
    """The mailboxes asked for, if the filter is one that the index in memory answers."""
    plain = wanted.kinds == (SEALED,) and len(wanted.tags) == 1 and not wanted.ids and not wanted.authors
    return wanted.tags[0][1] if plain and wanted.tags[0][0] == "p" else None


def _stored(row: tuple[Any, ...]) -> list[Stored]:
    arrivals, times, ids, raws = row
    if arrivals is None:
        return []
    columns = zip(arrivals.split(","), ids.split(","), times.split(","), raws.split(SEPARATOR), strict=True)
    return [Stored(int(arrival), event, int(created_at), raw) for arrival, event, created_at, raw in columns]
