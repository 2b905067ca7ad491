"""From a peer into the wire store: events are gathered into batches while the store is busy or a catch-up runs.

A single live event waits for nothing. Whoever adds waits while too much is waiting (a peer that sends faster than the
disk writes is not read from). This file does not know connections or what an event says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from tadamun.core.event import Event
from tadamun.core.ports import Put, Wire

BATCH: Final = 2_000  # events put at once: each commit writes again the pages that random ids fall on
FIRST: Final = 250  # events in the first batch of a catch-up; each is twice as large, so that reading begins at once
LINGER: Final = 0.1  # seconds a batch may wait to fill up during a catch-up
MAX_WAITING: Final = 6 * 1024 * 1024  # bytes

Piece = tuple[Event, bytes]


Room = Callable[[], Awaitable[None]]


async def at_once() -> None:
    """There is always room."""


class Inbox:
    """Call `add` for each event, have `run` running, and `settled` says when all of them are in the store.

    bulk: a catch-up is running, so batches may fill up. after: told each batch and what became of it. room: see
    Surroundings; asked before each batch of a catch-up.
    """

    def __init__(self, wire: Wire, after: Callable[[Sequence[Piece], Sequence[Put]], None], room: Room) -> None:
        self.bulk = False
        self.full = False  # the store took nothing of the last batch for want of room
        self._wire, self._after, self._has_room = wire, after, room
        self._size = FIRST
        self._waiting: list[Piece] = []
        self._bytes = 0
        self._unfinished = 0
        self._some = asyncio.Event()
        self._enough = asyncio.Event()
        self._room = asyncio.Event()
        self._idle = asyncio.Event()
        self._room.set()
        self._idle.set()

    def add(self, event: Event, raw: bytes) -> None:
        """Queue one event. Then wait for `room`."""
        self._waiting.append((event, raw))
        self._bytes += len(raw)
        self._unfinished += 1
        self._idle.clear()
        self._some.set()
        if len(self._waiting) >= self._size:
            self._enough.set()
        if self._bytes >= MAX_WAITING:
            self._enough.set()
            self._room.clear()

    async def room(self) -> None:
        """Return when no more than 6 MiB are waiting."""
        await self._room.wait()

    async def settled(self) -> None:
        """Return when everything added so far is in the store."""
        self._enough.set()
        await self._idle.wait()

    async def run(self) -> None:
        """Put batch after batch, for ever. Raises what the wire store raises."""
        while True:
            await self._some.wait()
            if self.bulk and not self._enough.is_set():
                try:
                    async with asyncio.timeout(LINGER):
                        await self._enough.wait()
                except TimeoutError:
                    pass
            if self.bulk:
                await self._has_room()
            batch, self._waiting = self._waiting[: self._size], self._waiting[self._size :]
            self._size = min(2 * self._size, BATCH) if self.bulk else FIRST
            self._bytes -= sum(len(raw) for _, raw in batch)
            if self._bytes < MAX_WAITING:
                self._room.set()
            if not self._waiting:
                self._some.clear()
            if len(self._waiting) < self._size:
                self._enough.clear()
            answers = await self._wire.put(batch)
            self.full = all(answer is Put.FULL for answer in answers)
            self._unfinished -= len(batch)
            self._after(batch, answers)
            if not self._unfinished:
                self._idle.set()
