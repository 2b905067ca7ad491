"""From the wire store to one peer: a few events under way at a time, each answered by OK, at the pace the peer bears.

What is refused for good is not tried again on this connection; what is refused for now is, later and slower. This file
does not decide what the peer lacks, and it keeps nothing: what is not acknowledged is found again by the next
reconciliation.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from tadamun.core.ports import Filter, Wire

WINDOW: Final = 64  # events under way
KEEP_RAW: Final = 256  # with fewer waiting, their JSON is kept at hand instead of read again
MAX_WAITING: Final = 50_000  # ids; beyond, the rest is left to a new reconciliation
PAGE: Final = 100  # events read from the store at once
TRIES: Final = 3  # for an event that met an error of the peer
FIRST_PAUSE: Final = 0.5  # seconds, after the first "rate-limited"; doubled up to
LAST_PAUSE: Final = 30.0
SILENT: Final = 3  # windows in a row without any answer, after which nothing more is sent


class Outgoing:
    """Call `offer` with what the peer may lack and `answered` for each OK; have `run` running.

    send: writes one EVENT message. taken(id): the peer has it now. refused(id): it will not take it, or not answer.
    prove: called before an event that was refused for want of proof (NIP-42) is tried again. patience: seconds for an
    answer. limit: most bytes of a message, 0: unknown.
    """

    def __init__(
        self,
        wire: Wire,
        send: Callable[[bytes], Awaitable[None]],
        taken: Callable[[str], None],
        refused: Callable[[str], None],
        prove: Callable[[], Awaitable[None]],
        patience: float,
        limit: int = 0,
    ) -> None:
        self.overflowed = False
        self._wire, self._send, self._prove = wire, send, prove
        self._on_taken, self._on_refused = taken, refused
        self._patience, self._limit = patience, limit
        self._waiting: dict[str, bytes | None] = {}
        self._flying: dict[str, float] = {}
        self._tried: dict[str, int] = {}
        self._refused: set[str] = set()
        self._window = WINDOW
        self._pause = 0.0
        self._not_before = 0.0
        self._unproven = False
        self._silent = 0
        self._stir = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def offer(self, event_id: str, raw: bytes | None = None) -> None:
        """Queue an event that the peer may lack. `overflowed` is set when there are too many to remember."""
        if self._silent >= SILENT or event_id in self._refused or event_id in self._flying:
            return
        if len(self._waiting) >= MAX_WAITING:
            self.overflowed = True
            return
        self._waiting.setdefault(event_id, raw if len(self._waiting) < KEEP_RAW else None)
        self._idle.clear()
        self._stir.set()

    def held(self, ids: Iterable[str]) -> None:
        """The peer turned out to hold these: no need to send them."""
        if self._waiting:
            for event_id in ids:
                self._waiting.pop(event_id, None)
            self._stir.set()

    async def settled(self) -> None:
        """Return when nothing waits for sending or for an answer."""
        await self._idle.wait()

    def answered(self, event_id: str, ok: bool, why: str) -> None:
        """One OK of the peer. An OK that names no event of ours answers the oldest under way: some relays refuse so."""
        if not event_id and self._flying:
            event_id = next(iter(self._flying))
        if self._flying.pop(event_id, None) is None:
            return
        self._silent = 0
        self._stir.set()
        prefix = why.partition(":")[0]
        if ok or prefix == "duplicate":
            self._tried.pop(event_id, None)
            self._window = min(WINDOW, self._window + 1)
            self._pause = 0.0
            self._on_taken(event_id)
        elif prefix == "rate-limited":
            # Of many refusals that were under way together, the first one slows down.
            if (now := asyncio.get_running_loop().time()) >= self._not_before:
                self._window = max(1, self._window // 2)
                self._pause = min(LAST_PAUSE, self._pause * 2 or FIRST_PAUSE)
                self._not_before = now + self._pause
            self._waiting[event_id] = None
        elif prefix in ("error", "auth-required") and self._tried.get(event_id, 0) + 1 < TRIES:
            self._tried[event_id] = self._tried.get(event_id, 0) + 1
            self._unproven = self._unproven or prefix == "auth-required"
            self._waiting[event_id] = None
        else:
            self._refuse(event_id)

    async def run(self) -> None:
        """Send, for ever. Raises what `send` raises when the connection is gone."""
        clock = asyncio.get_running_loop().time
        while True:
            self._stir.clear()
            now = clock()
            self._give_up(now)
            if self._unproven:
                self._unproven = False
                await self._prove()
            room = self._window - len(self._flying)
            if self._waiting and room > 0 and now >= self._not_before:
                await self._send_some(min(room, PAGE))
                continue
            if not self._waiting and not self._flying:
                self._idle.set()
            deadlines = list(self._flying.values())
            if self._waiting and room > 0:
                deadlines.append(self._not_before)
            try:
                async with asyncio.timeout_at(min(deadlines, default=None)):
                    await self._stir.wait()
            except TimeoutError:
                pass

    async def _send_some(self, count: int) -> None:
        chosen = [(i, self._waiting[i]) for i, _ in zip(self._waiting, range(count), strict=False)]
        absent = tuple(i for i, raw in chosen if raw is None)
        read: dict[str, bytes] = {}
        if absent:
            async for page in self._wire.find(Filter(ids=absent), page=PAGE):
                read.update((stored.id, stored.raw) for stored in page)
        loop = asyncio.get_running_loop()
        for event_id, kept in chosen:
            if event_id not in self._waiting:  # held by the peer after all: learnt while we read
                continue
            del self._waiting[event_id]
            raw = kept or read.get(event_id)
            if raw is None:  # deleted or expired meanwhile
                continue
            if self._limit and len(raw) + 10 > self._limit:
                self._refuse(event_id)
                continue
            self._flying[event_id] = loop.time() + self._patience
            await self._send(b'["EVENT",' + raw + b"]")

    def _give_up(self, now: float) -> None:
        """Events never answered are left to the next reconciliation; a peer that never answers gets no more."""
        late = [i for i, deadline in self._flying.items() if deadline <= now]
        for event_id in late:
            del self._flying[event_id]
            self._refuse(event_id)
        if late:
            self._silent += 1
            if self._silent >= SILENT:
                self._waiting.clear()

    def _refuse(self, event_id: str) -> None:
        self._refused.add(event_id)
        self._tried.pop(event_id, None)
        self._on_refused(event_id)
