"""The wire store: sealed events as relays may see them, in an SQLCipher file of its own (`core.ports.Wire`).

All carriers meet here. SQLite's work is done in two threads of its own, one that writes and one that reads, each in
statements over whole batches, so the event loop never waits for the disk. It can be deleted and fetched again.
Deletions are remembered even when they come before what they delete; what has expired (NIP-40) is not served.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

from tadamun.core.event import Event
from tadamun.core.ports import Clock, Filter, Put, Random, Stored
from tadamun.crypto.secret import Secret
from tadamun.store import cipher
from tadamun.store.wire_index import Index
from tadamun.store.wire_quota import Quota
from tadamun.store.wire_read import Reads
from tadamun.store.wire_schema import explainer, open_or_make
from tadamun.store.wire_write import Writes

T = TypeVar("T")
Watcher = Callable[[Sequence[Stored]], None]


class WireStore:
    """Make one with `open`; `close` it. All coroutines belong to one event loop."""

    def __init__(self, writes: Writes, reads: Reads) -> None:
        self._writes = writes
        self._reads = reads
        self._writer = ThreadPoolExecutor(1, "wire-write")
        self._reader = ThreadPoolExecutor(1, "wire-read")
        self._watchers: list[Watcher] = []

    @classmethod
    def open(cls, path: Path, key: Secret, clock: Clock, random: Random, quota: Quota | None = None) -> WireStore:
        """The store at `path`, made if missing and started anew if unreadable. Raises VaultError (disk full)."""
        index = Index()
        explain = explainer(path)
        writes = Writes(open_or_make(path, key.reveal(), random), explain, clock, quota or Quota(), index)
        reader = cipher.connect(path, key.reveal(), durable=False, read_only=True)
        return cls(writes, Reads(reader, explain, clock, index))

    @property
    def identity(self) -> str:
        """Another one means another file: arrival numbers noted under it are void, follow from 0."""
        return self._reads.identity

    @property
    def size(self) -> int:
        """Bytes that events take, as quotas count them."""
        return self._writes.size

    def weigh(self, mailboxes: Collection[str]) -> int:
        """Bytes that the events of these mailboxes take, as quotas count them."""
        return self._writes.weigh(mailboxes)

    async def put(self, events: Sequence[tuple[Event, bytes]]) -> list[Put]:
        """Store a batch in one transaction; one answer each, in order. A full disk answers FULL."""
        loop = asyncio.get_running_loop()

        def work() -> list[Put]:
            answers, new = self._writes.put(events)
            if new:
                # From here and not from the coroutine, which may have been cancelled while this was being stored.
                _call(loop, lambda: self._tell(new))
            return answers

        return await loop.run_in_executor(self._writer, work)

    async def find(self, wanted: Filter, page: int = 500) -> AsyncIterator[list[Stored]]:
        """Newest first, of one second the lowest id first, in pages, up to the filter's limit."""
        ids = await self._read(lambda: self._reads.ids(wanted))
        for start in range(0, len(ids), page):
            found = await self._read(partial(self._reads.fetch, ids[start : start + page]))
            if found:
                yield found

    async def count(self, wanted: Filter) -> int:
        """How many match; the filter's limit does not matter."""
        return len(await self.items(wanted))

    async def items(self, wanted: Filter) -> Sequence[tuple[int, str]]:
        """All (created_at, id) that match, ascending."""
        return await self._read(lambda: self._reads.items(wanted))

    async def since(self, arrival: int, limit: int) -> list[Stored]:
        """Events with a greater arrival number, in order of arrival."""
        return await self._read(lambda: self._reads.since(arrival, limit))

    async def delete(self, ids: Sequence[str]) -> None:
        """Remove and remember, whoever wrote them."""
        await self._write(lambda: self._writes.delete(ids))

    async def drop(self, ids: Sequence[str]) -> None:
        """Remove and forget."""
        await self._write(lambda: self._writes.drop(ids))

    async def let_go(self, known: Collection[str], before: int) -> int:
        """Forget sealed events older than `before` (Unix seconds, their own time) of mailboxes not among `known`."""
        boxes = sorted(known)
        return await self._write(lambda: self._writes.let_go(boxes, before))

    async def sweep(self) -> int:
        """Destroy what has expired; returns how many events. For the node to call now and then."""
        return await self._write(self._writes.sweep)

    def watch(self, callback: Watcher) -> Callable[[], None]:
        """Call back, in the loop, after each put that stored something new; returns the function that stops it."""
        self._watchers.append(callback)

        def stop() -> None:
            if callback in self._watchers:
                self._watchers.remove(callback)

        return stop

    async def close(self) -> None:
        """Finish what was begun and let go of the file. Doing it twice is harmless."""
        await asyncio.to_thread(self._finish)

    def _finish(self) -> None:
        self._writer.shutdown()
        self._reader.shutdown()
        self._reads.close()
        self._writes.close()

    def _tell(self, new: Sequence[Stored]) -> None:
        for watcher in list(self._watchers):
            watcher(new)

    async def _read(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._reader, work)

    async def _write(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._writer, work)


def _call(loop: asyncio.AbstractEventLoop, what: Callable[[], None]) -> None:
    try:
        loop.call_soon_threadsafe(what)
    except RuntimeError:
        if not loop.is_closed():
            raise
