"""What a question to a relay brings, when live events come in between."""

import asyncio

import pytest

from tadamun.carry.asking import Asking

pytestmark = pytest.mark.anyio


class Line:
    """Takes what is sent; `last` is the name in the latest message."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    async def __call__(self, message: bytes) -> None:
        self.sent.append(message)

    @property
    def last(self) -> str:
        return self.sent[-1].split(b'"')[3].decode()


async def subscribed(line: Line, asking: Asking) -> str:
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(asking.live([{"kinds": [3700]}]))
        await asyncio.sleep(0)
        asking.finished(line.last)
    return task.result()


@pytest.mark.parametrize("also_live", [True, False])
async def test_a_live_event_does_not_make_a_page_look_longer(also_live: bool) -> None:
    line = Line()
    asking = Asking(line, 5.0)
    live = await subscribed(line, asking)
    async with asyncio.TaskGroup() as tasks:
        page = tasks.create_task(asking.stored([{"limit": 2}]))
        await asyncio.sleep(0)
        name = line.last
        asking.brought(name, (2_000, "a"), True)
        # Its outer time lies far back; a relay sends it to every open question whose filter it fits.
        if also_live:
            asking.brought(live, (5, "z"), True)
        asking.brought(name, (5, "z"), not also_live)
        asking.brought(name, (1_999, "b"), True)
        asking.finished(name)
    assert page.result() == [(2_000, "a"), *([] if also_live else [(5, "z")]), (1_999, "b")]
    # It is an ordinary stored event for what is asked later.
    async with asyncio.TaskGroup() as tasks:
        later = tasks.create_task(asking.stored([{"limit": 2}]))
        await asyncio.sleep(0)
        name = line.last
        asking.brought(name, (5, "z"), False)
        asking.finished(name)
    assert later.result() == [(5, "z")]
