"""A node for the time of a block: its tasks begin with it, and end with it however it ends."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from tadamun.core.errors import LocalError
from tadamun.node.node import Node

M_ARENA_MAX: Final = -8  # mallopt(3), malloc.h


@asynccontextmanager
async def running(node: Node) -> AsyncIterator[Node]:
    """The node with its tasks, until the block ends; then everything is put away within two seconds.

    What the block raises comes out as it is, and so does the one LocalError that made a task end.
    """
    # One thread writes the vault while another talks with peers: at the default of 5 ms each hand-over of the
    # interpreter would be waited for longer than the work takes (docs/performance.md).
    sys.setswitchinterval(0.001)
    # A batch makes tens of thousands of objects that hold no cycles; looking through them all the time costs a tenth.
    gc.set_threshold(100_000, 20, 50)
    # What was loaded stays as long as the node: to look through it again would stop everything for half a second.
    gc.freeze()
    _one_heap()
    started = asyncio.Event()
    failed: Exception | None = None
    try:
        async with asyncio.TaskGroup() as outer:
            task = outer.create_task(node.run(started))
            waiting = outer.create_task(started.wait())
            try:
                await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
                if not task.done():
                    yield node
            except Exception as error:
                failed = error
            finally:
                task.cancel()
                waiting.cancel()
    except* LocalError as group:
        failed = failed or first(group)
    finally:
        gc.unfreeze()
    if failed is not None:
        raise failed


def _one_heap() -> None:
    """By itself glibc keeps a heap for every thread, from which little is given back: 410 MB while 100,000 posts are
    caught up, and 280 with one for all, as fast."""
    with suppress(AttributeError, OSError):  # another C library has other ways
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def first(group: BaseExceptionGroup[LocalError]) -> Exception:
    """The first error in a group, however deep."""
    for one in group.exceptions:
        return first(one) if isinstance(one, BaseExceptionGroup) else one
    return group  # type: ignore[return-value]  # a group is never empty
