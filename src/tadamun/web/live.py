"""What changed, told to open pages as it happens: server-sent events (HTML Living Standard, 9.2).

Events hold names and never content. `open` first, with which run of the program this is, so that a page notices a
restart. Then `changed` with a space's id, and `state` when the house was locked or opened. The page's script fetches
anew what it shows.
This file does not know what a space or a page holds.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final

from tadamun.web.house import House, State

CALM: Final = 0.15  # seconds in which what happens is told at once: a thousand posts that arrive are one change
HEARTBEAT: Final = 15.0  # seconds between signs of life
MOST: Final = 64  # open pages that are told; the oldest are let go, and come again by themselves


class Live:
    """Who listens, and what they are yet to be told."""

    def __init__(self, house: House, run: str) -> None:
        self._house, self._run = house, run
        self._listeners: dict[asyncio.Event, set[str]] = {}
        self._ended: set[asyncio.Event] = set()
        house.watchers.add(self._state_changed)
        house.listeners.add(self._changed)

    def _changed(self, space: str) -> None:
        """Something was said or decided in that space."""
        self._tell(f"changed {space}")

    def _state_changed(self) -> None:
        self._tell("state")

    def _tell(self, what: str) -> None:
        for wake, waiting in self._listeners.items():
            waiting.add(what)
            wake.set()

    async def events(self, state: State, seen: str = "") -> AsyncIterator[bytes]:
        """The stream for one page, which was made while the house was in that state and had seen so many changes."""
        wake, waiting = asyncio.Event(), set[str]()
        while len(self._listeners) >= MOST:
            oldest = next(iter(self._listeners))
            self._ended.add(oldest)
            oldest.set()
            del self._listeners[oldest]
        self._listeners[wake] = waiting
        try:
            yield f"retry: 1000\nevent: open\ndata: {self._run}\n\n".encode()
            if self._house.state is not state:
                waiting.add("state")
                wake.set()
            elif seen and seen != str(self._house.changes):
                # Something came between making the page and this connection, or while it was broken.
                waiting.add("changed")
                wake.set()
            while wake not in self._ended:
                with suppress(TimeoutError):
                    async with asyncio.timeout(HEARTBEAT):
                        await wake.wait()
                        if "state" not in waiting:
                            await asyncio.sleep(CALM)
                wake.clear()
                told = sorted(waiting)
                waiting.clear()
                yield b"".join(_event(what) for what in told) or b": still here\n\n"
                if "state" in told:
                    return  # a page of another state is led elsewhere, and the program may be about to begin anew
        finally:
            self._listeners.pop(wake, None)
            self._ended.discard(wake)


def _event(what: str) -> bytes:
    name, _, data = what.partition(" ")
    return f"event: {name}\ndata: {data}\n\n".encode()
