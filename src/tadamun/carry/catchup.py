"""Bring one peer and the wire store to the same set of sealed events, for some mailboxes.

With NIP-77 the difference is found first; where the peer does not offer it, or we hold next to nothing, everything is
read in pages. This file does not know connections; what is fetched goes through the session's inbox, what the peer
lacks goes to its outgoing queue.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final

from tadamun.carry.about import About
from tadamun.carry.asking import Asking, Query, Refused
from tadamun.carry.mailbox import SEALED
from tadamun.carry.outbox import Outbox
from tadamun.carry.paging import Paging, Window
from tadamun.carry.publish import Outgoing
from tadamun.carry.receive import Inbox
from tadamun.carry.reconcile import MIN_FRAME, Item, Side
from tadamun.carry.status import Gauge
from tadamun.core.ports import Clock, Filter, Wire

MAILBOXES: Final = 200  # a filter: 13 KB
TINY: Final = 64  # events; with fewer, reading all is no dearer than comparing
FRAME: Final = 30_000  # bytes of a reconciliation message, 60,000 characters on the wire
FETCH: Final = 250  # ids a REQ
AT_ONCE: Final = 3  # REQs under way
MOST_NEED: Final = 200_000  # ids gathered before they are fetched
PASSES: Final = 8  # over one window, each must bring something
HALVINGS: Final = 24  # of the time window, when a peer finds the whole too big
STRIDE: Final = 100  # new events in one slice of waiting that count as progress
MOST_WAIT: Final = 60.0  # seconds


class Turn:
    """One peer of a space at a time is read in bulk: the others wait while that makes progress, then find little left.

    Nobody waits longer than a minute, so that a peer that never ends holds up nobody for good.
    """

    def __init__(self) -> None:
        self.progress = 0  # events new to the space; counted by the sessions
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def taken(self, slice_: float) -> AsyncIterator[None]:
        """slice_: seconds within which the one who has the turn must bring something."""
        mine = False
        waited = 0.0
        while not mine and waited < MOST_WAIT:
            before = self.progress
            try:
                async with asyncio.timeout(slice_):
                    mine = await self._lock.acquire()
            except TimeoutError:
                waited += slice_
                if self.progress - before < STRIDE:
                    break
        try:
            yield
        finally:
            if mine:
                self._lock.release()


class CatchUp:
    """Everything that one session needs to catch up. unwanted: ids the store has said it will not keep."""

    def __init__(
        self,
        asking: Asking,
        inbox: Inbox,
        outgoing: Outgoing,
        outbox: Outbox,
        wire: Wire,
        clock: Clock,
        about: About,
        gauge: Gauge,
        turn: Turn,
        patience: float,
    ) -> None:
        self.unwanted: set[str] = set()
        self._asking, self._inbox, self._outgoing, self._outbox = asking, inbox, outgoing, outbox
        self._wire, self._clock, self._about, self._gauge = wire, clock, about, gauge
        self._turn, self._patience = turn, patience
        self._differs = 77 in about.nips
        limit = (about.message - 200) // 2 if about.message else FRAME
        self._frame = max(MIN_FRAME, min(FRAME, limit))

    async def run(self, mailboxes: Sequence[str], begins: Callable[[], None]) -> None:
        """Reconcile these mailboxes. begins: called when the store is about to be looked at for the first time.

        Raises Refused, TimeoutError, RemoteError and what the stores raise.
        """
        self._gauge.done = self._gauge.total = 0
        for start in range(0, len(mailboxes), MAILBOXES):
            boxes = tuple(mailboxes[start : start + MAILBOXES])
            count = await self._wire.count(self._filter(boxes, Window()))
            if self._differs and count > TINY:
                if start == 0:
                    begins()
                await self._compare(boxes)
                continue
            async with self._turn.taken(self._patience):
                if start == 0:
                    begins()
                items = await self._wire.items(self._filter(boxes, Window()))
                if not self._differs or len(items) <= TINY:
                    await self._read_all(boxes, items)
            # After reading it all, too: that what was read is everything, is seen by comparing.
            if self._differs and not self._inbox.full:
                await self._compare(boxes)

    async def _compare(self, boxes: tuple[str, ...]) -> None:
        try:
            await self._window(boxes, Window(), HALVINGS)
        except Refused as refusal:
            if refusal.prefix == "auth-required":
                raise
            self._differs = False  # it said it could; from here on it is read in pages
            await self._read_all(boxes, await self._wire.items(self._filter(boxes, Window())))

    async def _window(self, boxes: tuple[str, ...], window: Window, halvings: int) -> None:
        """NIP-77 over one window of time; halved when the peer finds it too big."""
        try:
            await self._difference(boxes, window)
        except Refused as refusal:
            lower, upper = window.since or 0, window.until or self._clock.now()
            if refusal.prefix != "blocked" or not halvings or lower >= upper:
                raise
            middle = (lower + upper) // 2
            await self._window(boxes, Window(middle + 1, window.until), halvings - 1)
            await self._window(boxes, Window(window.since, middle), halvings - 1)

    async def _difference(self, boxes: tuple[str, ...], window: Window) -> None:
        """Find and settle the difference, again until it is nil or a pass brings nothing."""
        for _ in range(PASSES):
            items = await self._wire.items(self._filter(boxes, window))
            have, need, whole = await self._negotiate(_query(boxes, window), items)
            if whole:
                self._lacking(boxes, items, have)
            need -= self.unwanted
            self._gauge.total += len(need)
            got = await self._fetch(boxes, sorted(need)) if need else 0
            if not got or (whole and got == len(need)):
                return

    async def _negotiate(self, query: Query, items: Sequence[Item]) -> tuple[set[str], set[str], bool]:
        """(ids only we hold, ids only they hold, whether that is all)."""
        have: set[str] = set()
        need: set[str] = set()
        # Summing up tens of thousands of ids takes a while: not on the loop's time.
        side = await asyncio.to_thread(Side, items, self._frame)
        async with self._asking.negotiation(query, side.begin()) as turn:
            reply: bytes | None = None
            while True:
                answer = side.answer(await turn(reply))
                have.update(answer.have)
                need.update(answer.need)
                if answer.reply is None:
                    return have, need, True
                if len(need) >= MOST_NEED:
                    return have, need, False
                reply = answer.reply

    async def _fetch(self, boxes: tuple[str, ...], ids: list[str]) -> int:
        """Ask for events by id; returns how many came."""
        size = min(FETCH, self._about.page)
        groups = iter([ids[k : k + size] for k in range(0, len(ids), size)])
        wanted = set(ids)
        got: set[str] = set()

        async def work() -> None:
            for group in groups:
                if not self._inbox.full:
                    items = await self._asking.stored([{"ids": group, **_query(boxes, Window())}])
                    got.update(i for _, i in items if i in wanted)

        async with asyncio.TaskGroup() as tasks:
            for _ in range(min(AT_ONCE, (len(ids) + size - 1) // size)):
                tasks.create_task(work())
        await self._inbox.settled()
        return len(got)

    async def _read_all(self, boxes: tuple[str, ...], items: Sequence[Item]) -> None:
        """Read everything in pages; what was not among it, the peer lacks."""
        paging = Paging()
        while (window := paging.next()) is not None and not self._inbox.full:
            paging.take(await self._asking.stored([_query(boxes, window) | {"limit": self._about.page}]))
        await self._inbox.settled()
        if not self._inbox.full:
            self._lacking(boxes, items, {i for _, i in items} - paging.seen)

    def _lacking(self, boxes: tuple[str, ...], items: Sequence[Item], lacking: set[str]) -> None:
        self._outbox.compared(self._gauge.address, boxes, (i for _, i in items), lacking)
        self._outgoing.held(i for _, i in items if i not in lacking)
        for _, event_id in items:  # oldest first
            if event_id in lacking:
                self._outgoing.offer(event_id)

    @staticmethod
    def _filter(boxes: tuple[str, ...], window: Window) -> Filter:
        return Filter(kinds=(SEALED,), tags=(("p", boxes),), since=window.since, until=window.until)


def _query(boxes: tuple[str, ...], window: Window) -> Query:
    query: Query = {"kinds": [SEALED], "#p": boxes}
    if window.since is not None:
        query["since"] = window.since
    if window.until is not None:
        query["until"] = window.until
    return query
