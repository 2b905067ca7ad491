"""A fake node behind the real door, and a command's side of it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tadamun.core.errors import NotAllowed, Reason, Unreachable
from tadamun.node import door
from tadamun.node.doorway import opened
from tadamun.node.knock import Knock, knock, progress


class Node:
    """A fake node: what it was asked, and gates that tests open."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.finished: list[str] = []
        self.bad: Counter[Reason] = Counter()
        self.gate = asyncio.Event()
        self.waiting = asyncio.Event()

    def count(self, reason: Reason) -> None:
        self.bad[reason] += 1

    async def dispatch(self, call: str, params: dict[str, Any]) -> Any:
        self.asked.append((call, params))
        if call == "wait":
            self.waiting.set()
            await self.gate.wait()
        if call == "slow":
            progress(3, 10)
            await self.gate.wait()
        if call == "refuse":
            raise NotAllowed("Only stewards may remove {name}.", name="سام")
        if call == "far":
            raise Unreachable("Nobody answered.")
        if call == "break":
            raise RuntimeError("Nour's secret")
        if call == "odd":
            return object()
        if call == "huge":
            return "x" * params["size"]
        self.finished.append(call)
        return {"call": call, **params}


@asynccontextmanager
async def running(home: Path, clients: int = door.MAX_CLIENTS) -> AsyncIterator[Node]:
    node = Node()
    with opened(home) as listening:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(
                door.serve(listening, node.dispatch, lambda reason: node.bad.update([reason]), clients)
            )
            yield node
            task.cancel()


async def through(home: Path, act: Callable[[Knock], Any]) -> Any:
    """Do something with a connection in a thread, as a command's own process would."""

    def there() -> Any:
        held = knock(home)
        assert held is not None
        with held:
            return act(held)

    return await asyncio.to_thread(there)


async def until(state: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not state():  # noqa: ASYNC110 - the state is another's, it sets no event
            await asyncio.sleep(0.005)
