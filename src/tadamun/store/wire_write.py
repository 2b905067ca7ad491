"""Writing the wire store's file: batches, deletions, expiry, eviction. Whose deletion counts (NIP-09) is for the caller
to say. Plain calls that block; `wire.py` runs them
in its one writing thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tadamun.core.errors import VaultError
from tadamun.core.event import Event
from tadamun.core.ports import Clock, Put, Stored
from tadamun.store import cipher
from tadamun.store.tables import Connection, listed
from tadamun.store.wire_index import Index
from tadamun.store.wire_quota import ALL, Quota, Sizes
from tadamun.store.wire_rows import Row, row
from tadamun.store.wire_schema import Explain


class Writes:
    """connection: the store's only writing one. Raises VaultError when the disk is at fault, having rolled back."""

    def __init__(self, connection: Any, explain: Explain, clock: Clock, quota: Quota, index: Index) -> None:
        self._raw = connection
        self._tables = Connection(connection, explain)
        self._clock = clock
        self._index = index
        self._sizes = Sizes(quota)
        self._arrival = 0
        self._load()

    @property
    def size(self) -> int:
        """Bytes that events take, as quotas count them."""
        return self._sizes.total

    def weigh(self, mailboxes: Iterable[str]) -> int:
        """Bytes of these mailboxes, likewise."""
        return sum(map(self._sizes.held, mailboxes))

    def put(self, events: Sequence[tuple[Event, bytes]]) -> tuple[list[Put], list[Stored]]:
        """One answer each, and those that are new, in order of arrival. On a full disk every answer is FULL."""
        rows = [row(event, raw) for event, raw in events]
        gone: set[str] = set()
        try:
            with self._transaction(gone) as kept:
                answers = self._judge(rows)
                fresh = Put.NEW  # once: of an enumeration it takes ten times as long as a name
                kept += [item for item, answer in zip(rows, answers, strict=True) if answer is fresh]
                new = self._insert(kept)
                evicted = self._evict(kept)
                gone |= evicted
        except VaultError as error:
            if isinstance(error.__cause__, Exception) and cipher.is_full(error.__cause__):
                return [Put.FULL] * len(rows), []
            raise
        if evicted:
            answers = [Put.FULL if item.event.id in evicted else a for item, a in zip(rows, answers, strict=True)]
        return answers, [stored for stored in new if stored.id not in gone]

    def delete(self, ids: Sequence[str]) -> None:
        """Remove and remember, whoever wrote them."""
        named = [(bytes.fromhex(i),) for i in ids]
        with self._transaction(set(ids)):
            self._tables.many("INSERT OR IGNORE INTO deleted (id) VALUES (?)", named)
            self._drop("id IN (SELECT unhex(value) FROM json_each(?))", listed(ids))

    def drop(self, ids: Sequence[str]) -> None:
        """Remove and forget."""
        with self._transaction(set(ids)):
            self._drop("id IN (SELECT unhex(value) FROM json_each(?))", listed(ids))

    def let_go(self, known: Sequence[str], before: int) -> int:
        """Forget what is older than `before` in mailboxes not among `known`; returns how many."""
        gone: set[str] = set()
        others = "SELECT n FROM mailboxes WHERE n > 0 AND p NOT IN (SELECT value FROM json_each(?))"
        with self._transaction(gone):
            gone |= self._drop(f"mailbox IN ({others}) AND created_at < ?", listed(known), before)
        return len(gone)

    def sweep(self) -> int:
        """Destroy what has expired, here and in the log in front of the file; returns how many."""
        gone: set[str] = set()
        with self._transaction(gone):
            gone |= self._drop("expires_at > 0 AND expires_at <= ?", self._clock.now())
        if gone:
            self._tables.execute("DELETE FROM mailboxes WHERE bytes <= 0 AND n > 0")
            self._load()
            self._tables.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return len(gone)

    def close(self) -> None:
        self._tables.close()

    @contextmanager
    def _transaction(self, gone: set[str]) -> Iterator[list[Row]]:
        """All or nothing; the caller fills in what came (the list given) and what went (`gone`), for the index."""
        came: list[Row] = []
        try:
            self._tables.execute("BEGIN IMMEDIATE")
            yield came
            self._sizes.save(self._tables)
            with self._index.lock:  # whoever reads the index sees a commit wholly or not at all
                self._tables.execute("COMMIT")
                self._follow(came, gone)
        except BaseException:
            if self._raw.in_transaction:
                self._raw.execute("ROLLBACK")
            self._load()
            raise

    def _follow(self, came: Sequence[Row], gone: set[str]) -> None:
        if not self._index.loaded:
            return
        for item in came:
            if item.boxes:
                self._index.add(item.boxes, item.event.created_at, item.event.id, item.expires_at)
        self._index.discard(gone)

    def _judge(self, rows: Sequence[Row]) -> list[Put]:
        """What becomes of each, before anything is written."""
        now = self._clock.now()
        asked = listed([item.event.id for item in rows])
        among = "WHERE id IN (SELECT unhex(value) FROM json_each(?))"
        found = self._tables.execute(f"SELECT group_concat(lower(hex(id))) FROM events {among}", (asked,))
        seen = set((found[0][0] or "").split(","))
        deleted = {i for (i,) in self._tables.execute(f"SELECT lower(hex(id)) FROM deleted {among}", (asked,))}
        answers: list[Put] = []
        fresh = Put.NEW
        more = 0
        more_here: dict[str, int] = {}
        for item in rows:
            event = item.event
            if event.id in seen:
                answers.append(Put.DUPLICATE)
            elif event.id in deleted:
                answers.append(Put.DELETED)
            elif item.expires_at and item.expires_at <= now:
                answers.append(Put.EXPIRED)
            elif not self._sizes.fits(item, more, more_here.get(item.box, 0)):
                answers.append(Put.FULL)
            else:
                answers.append(fresh)
                seen.add(event.id)
                more += item.size
                more_here[item.box] = more_here.get(item.box, 0) + item.size
        return answers

    def _insert(self, kept: Sequence[Row]) -> list[Stored]:
        new: list[Stored] = []
        rows: list[tuple[Any, ...]] = []
        tags: list[tuple[str, str, int]] = []
        for item in kept:
            event = item.event
            self._arrival += 1
            new.append(Stored(self._arrival, event.id, event.created_at, item.raw, item.box))
            tags += [(name, value, self._arrival) for name, value in item.tags]
            rows.append(
                (
                    self._arrival,
                    bytes.fromhex(event.id),
                    event.created_at,
                    event.kind,
                    bytes.fromhex(event.pubkey),
                    self._sizes.add(item.box, item.size),
                    item.expires_at,
                    item.size,
                    item.raw,
                )
            )
        self._tables.many(
            "INSERT INTO events (arrival, id, created_at, kind, pubkey, mailbox, expires_at, size, raw)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
        self._tables.many("INSERT INTO tags (name, value, arrival) VALUES (?, ?, ?)", tags)
        return new

    def _evict(self, kept: Sequence[Row]) -> set[str]:
        """Drop the oldest of each mailbox over its quota, then of all; returns ids."""
        gone: set[str] = set()
        if not self._sizes.quota.evict:
            return gone
        for box, _ in self._sizes.excess(sorted({item.box for item in kept})):
            gone |= self._drop_oldest(box)
        return gone

    def _drop_oldest(self, box: str) -> set[str]:
        where, arguments = ("true", ()) if box == ALL else ("mailbox = ?", (self._sizes.number(box),))
        gone: set[str] = set()
        excess = dict(self._sizes.excess([] if box == ALL else [box])).get(box, 0)
        while excess > 0:
            chosen: list[int] = []
            for arrival, created_at, size in self._tables.execute(
                f"SELECT arrival, created_at, size FROM events WHERE {where} ORDER BY created_at, id LIMIT 500",
                arguments,
            ):
                chosen.append(arrival)
                self._sizes.evicted(box, created_at)
                excess -= size
                if excess <= 0:
                    break
            if not chosen:
                break
            gone |= self._drop("arrival IN (SELECT value FROM json_each(?))", str(chosen))
        return gone

    def _drop(self, where: str, *arguments: Any) -> set[str]:
        """Delete rows with their tags and sizes; returns their ids."""
        rows = self._tables.execute(
            "SELECT arrival, lower(hex(id)), coalesce(p, ''), size FROM events LEFT JOIN mailboxes ON n = mailbox"
            f" WHERE {where}",
            arguments,
        )
        arrivals = (str([arrival for arrival, _, _, _ in rows]),)
        for table in ("events", "tags") if rows else ():
            self._tables.execute(f"DELETE FROM {table} WHERE arrival IN (SELECT value FROM json_each(?))", arrivals)
        for _, _, box, size in rows:
            self._sizes.add(box, -size)
        return {event for _, event, _, _ in rows}

    def _load(self) -> None:
        self._sizes.load(self._tables)
        found = self._tables.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'")
        self._arrival = found[0][0] if found else 0
