"""What is made in a thread ends before anybody goes on, however it ends."""

from __future__ import annotations

import asyncio
from threading import Event

import pytest

from tadamun.node.preparing import Report, prepared

pytestmark = pytest.mark.anyio


async def test_what_is_made_is_given_and_its_progress_told() -> None:
    told: list[tuple[int, int]] = []

    def make(report: Report) -> str:
        report(1, 2)
        report(2, 2)
        return "made"

    assert await prepared(make, lambda done, of: told.append((done, of))) == "made"
    assert told == [(1, 2), (2, 2)]


async def test_what_is_raised_comes_out() -> None:
    def refuse(done: int, of: int) -> None:
        raise KeyError("no more")

    with pytest.raises(KeyError):
        await prepared(lambda report: report(1, 2), refuse)


async def test_cancelling_waits_until_nothing_is_written_any_more() -> None:
    begun, ended = asyncio.Event(), Event()
    loop = asyncio.get_running_loop()

    def make(report: Report) -> None:
        try:
            while True:
                report(1, 2)
                loop.call_soon_threadsafe(begun.set)
        finally:
            ended.set()

    async def wait() -> None:
        await prepared(make, lambda done, of: None)

    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        waiting = group.create_task(wait())
        await begun.wait()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert ended.is_set()
