"""Making a node in a thread, since after an update it may have to fill its tables anew: up to a minute for 100,000
posts, in which whoever waits is to be told how far it is, and may go away.

This file does not know what is prepared, nor who is told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Event
from typing import TypeVar

Made = TypeVar("Made")
Report = Callable[[int, int], None]  # how many of how many events are done; called in the thread; may raise to end it


class _GivenUp(Exception):
    """Nobody waits any more."""


async def prepared(make: Callable[[Report], Made], report: Report) -> Made:
    """What `make` makes in a thread, which tells `report`. What either raises comes out, and so does cancelling, both
    only when the thread has ended: nothing is still written then."""
    given_up = Event()

    def told(done: int, of: int) -> None:
        if given_up.is_set():
            raise _GivenUp
        report(done, of)

    making = asyncio.get_running_loop().run_in_executor(None, make, told)
    try:
        return await asyncio.shield(making)
    except asyncio.CancelledError:
        given_up.set()
        with suppress(Exception):
            await making
        raise
