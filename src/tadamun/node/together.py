"""Several long-lived pieces of work as one: it lasts until the first of them ends, and takes the others along.

For whoever runs a node beside something else; tasks live here and not there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from tadamun.core.errors import LocalError
from tadamun.node.running import first


async def together(*works: Coroutine[Any, Any, None]) -> None:
    """Run all of them until one ends, then cancel the rest and wait for them. Raises what that one raised."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(work) for work in works]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
    except* LocalError as failed:
        error: Exception = first(failed)
        raise error from None
