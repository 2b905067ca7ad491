"""What open pages are told: that something changed, and never what."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from kits.visitor import PASSPHRASE, Pages, scope
from tadamun.web import guard, live

pytestmark = pytest.mark.anyio


class Stream:
    """An open page's connection, read event by event."""

    def __init__(self, pages: Pages, state: str = "", seen: str = "") -> None:
        self.told: asyncio.Queue[bytes] = asyncio.Queue()
        self.headers: dict[bytes, bytes] = {}
        self._path = pages.url("live", state=state, seen=seen)
        self._pages = pages

    async def run(self) -> None:
        cookie = f"{guard.COOKIE}={self._pages.browser.cookies[guard.COOKIE]}"
        asking = scope("GET", self._path, {"host": self._pages.address.host, "cookie": cookie})

        async def receive() -> dict[str, object]:
            return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]  # never

        async def send(message: dict[str, object]) -> None:
            if message["type"] == "http.response.start":
                self.headers = dict(message["headers"])  # type: ignore[call-overload]  # pairs of bytes
            elif message.get("body"):
                self.told.put_nowait(message["body"])  # type: ignore[arg-type]  # bytes

        await self._pages.made.app(asking, receive, send)

    async def next(self) -> str:
        async with asyncio.timeout(10):
            return (await self.told.get()).decode()


@pytest.fixture
async def stream(pages: Pages) -> AsyncIterator[Stream]:
    opened = Stream(pages, "open")
    async with asyncio.TaskGroup() as group:
        task = group.create_task(opened.run())
        assert "event: open" in await opened.next()
        yield opened
        task.cancel()


async def test_a_change_is_told_by_the_name_of_its_space_alone(pages: Pages, stream: Stream) -> None:
    space = await pages.space()
    assert await stream.next() == f"event: changed\ndata: {space}\n\n"
    await pages.post(pages.url("talk", space=space), {"text": "the secret"})
    assert await stream.next() == f"event: changed\ndata: {space}\n\n"
    assert stream.headers[b"content-type"].startswith(b"text/event-stream")
    assert stream.headers[b"cache-control"] == b"no-store"


async def test_locking_is_told_at_once(pages: Pages, stream: Stream) -> None:
    await pages.house.lock()
    assert await stream.next() == "event: state\ndata: \n\n"
    waiting = Stream(pages, "locked")
    async with asyncio.TaskGroup() as group:
        group.create_task(waiting.run())
        assert "event: open" in await waiting.next()
        await pages.house.unlock(PASSPHRASE)
        assert await waiting.next() == "event: state\ndata: \n\n"
    # Both streams have ended by themselves: their pages are led elsewhere, and must not keep a server from ending.


async def test_a_page_made_before_locking_learns_it_when_it_connects(pages: Pages) -> None:
    await pages.house.lock()
    stream = Stream(pages, "open")
    async with asyncio.TaskGroup() as group:
        task = group.create_task(stream.run())
        assert "event: open" in await stream.next()
        assert await stream.next() == "event: state\ndata: \n\n"
        task.cancel()


async def test_a_page_made_before_a_change_learns_it_when_it_connects(pages: Pages) -> None:
    seen = str(pages.house.changes)
    for tell in pages.node.listeners:
        tell("a" * 64)
    late, early = Stream(pages, "open", seen), Stream(pages, "open", str(pages.house.changes))
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one.run()) for one in (late, early)]
        for one in (late, early):
            assert "event: open" in await one.next()
        assert await late.next() == "event: changed\ndata: \n\n"
        assert early.told.empty()
        for task in tasks:
            task.cancel()


async def test_a_thousand_changes_are_one(pages: Pages, stream: Stream) -> None:
    for _ in range(1000):
        for listener in pages.house.listeners:
            listener("a" * 64)
    assert await stream.next() == f"event: changed\ndata: {'a' * 64}\n\n"
    assert stream.told.empty()


async def test_the_oldest_of_too_many_is_let_go(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST", 2)
    told = live.Live(pages.house, "run")
    first = told.events(pages.house.state)
    async with aclosing(first):
        await anext(first)
        others = [told.events(pages.house.state) for _ in range(2)]
        for one in others:
            await anext(one)
        with pytest.raises(StopAsyncIteration):
            await anext(first)
        for one in others:
            await one.aclose()
