"""When rooms run their errands (core.room.Room.errands): at the start, after changes, and at the time they asked for.

One errand of a room at a time, all rooms beside each other, each in a task of the node: so none runs while the vault is
shut. What goes wrong in one is counted and tried again later. This file does not know what errands do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any, Final

from tadamun.core.errors import whereabouts
from tadamun.core.ports import Clock, Workbench
from tadamun.node.ledger import Taken

SOON: Final = 1.0  # seconds from a change to the errand: more may come
BUSY: Final = 10.0  # seconds more while a backlog is read in
MANY: Final = 1_000  # events taken in meanwhile, from which on it is a backlog
LOOK: Final = 5.0  # seconds between looks at a clock that may have been set, while a time is waited for
AGAIN: Final = 60  # seconds to the next try after an error, and where the time asked for had passed already
REST: Final = 20  # times as long as an errand took it rests at least,
MOST_REST: Final = 600  # and at most so many seconds: a clock that was set makes it look long


Errand = Callable[[Workbench, int], Awaitable[int]]


class Errands:
    """errands: by the name of their room. progress: how many events were taken in so far. spawn: starts a coroutine in
    the node's task group. pause: waits that many seconds. failed: rooms whose last errand ended in an error, and where
    that was.
    """

    def __init__(
        self,
        errands: Mapping[str, Errand],
        bench: Workbench,
        clock: Clock,
        progress: Callable[[], int],
        spawn: Callable[[Coroutine[Any, Any, None]], None],
        pause: Callable[[float], Awaitable[object]],
    ) -> None:
        self.failed: dict[str, str] = {}
        self.count = 0  # errors since the start
        self._errands = dict(errands)
        self._bench, self._clock, self._progress = bench, clock, progress
        self._spawn, self._pause = spawn, pause
        self._at: dict[str, int] = {}  # room → when it asked to be run
        self._rest: dict[str, int] = {}  # room → until when it rests after it ran
        self._looked = clock.now()
        self._waiting: set[str] = set()  # rooms whose turn is about to come
        self._running: dict[str, asyncio.Task[Any] | None] = {}
        self._again: set[str] = set()  # rooms whose turn came while they were running
        self._news = asyncio.Event()

    def start(self) -> None:
        """The node has started."""
        for name in self._errands:
            self._soon(name, SOON)

    def changed(self, taken: Taken) -> None:
        """A transaction changed something in rooms, or in who belongs (which may concern them all). What an errand says
        itself does not start it again."""
        own = asyncio.current_task()
        for name in self._errands if taken.control_changed else self._errands.keys() & taken.rooms:
            if own is None or self._running.get(name) is not own:
                self._soon(name, SOON)

    def want(self, name: str, at: int) -> None:
        """An errand is to be run at that time (Unix seconds), if not before."""
        self._at[name] = min(at, self._at.get(name, at))
        self._news.set()

    def look(self) -> None:
        """Start what is due by the clock. If that was set back, what was asked for by the wrong one is asked anew."""
        now, before = self._clock.now(), self._looked
        self._looked = now
        if now < before - AGAIN:
            self.start()
        for name in [name for name, at in self._at.items() if at <= now]:
            del self._at[name]
            self._soon(name, 0.0)

    async def keep(self) -> None:
        """Look whenever something may be due, until cancelled; sleep while nothing is."""
        while True:
            self._news.clear()
            now = self._clock.now()
            left = min((max(at - now, 1) for at in self._at.values()), default=None)
            with suppress(TimeoutError):
                async with asyncio.timeout(None if left is None else min(left, LOOK)):
                    await self._news.wait()
            self.look()

    def _soon(self, name: str, wait: float) -> None:
        if name not in self._waiting:
            self._waiting.add(name)
            self._spawn(self._later(name, wait))

    async def _later(self, name: str, wait: float) -> None:
        before = self._progress()
        await self._pause(max(wait, min(self._rest.get(name, 0) - self._clock.now(), MOST_REST)))
        if self._progress() - before > MANY:
            await self._pause(BUSY)
        self._waiting.discard(name)
        if name in self._running:
            self._again.add(name)
            return
        await self._run(name)
        if name in self._again:
            self._again.discard(name)
            self._soon(name, SOON)

    async def _run(self, name: str) -> None:
        now = self._clock.now()
        self._running[name] = asyncio.current_task()
        self._at.pop(name, None)
        try:
            at = await self._errands[name](self._bench, now)
            self.failed.pop(name, None)
        except Exception as error:
            self.failed[name] = whereabouts(error)
            self.count += 1
            at = now + AGAIN
        finally:
            del self._running[name]
        if at:
            self.want(name, at if at > now else now + AGAIN)
        ended = self._clock.now()
        self._rest[name] = ended + min(max(ended - now, 0) * REST, MOST_REST)
