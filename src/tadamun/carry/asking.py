"""Questions to a relay and their ends: REQ until EOSE, a live REQ, a NIP-77 conversation.

Everything asked ends: by the relay's answer, by its refusal, or because nothing new came for a while. This file does
not know what the questions are for.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from tadamun.carry.reconcile import Item

Query = dict[str, Any]  # a NIP-01 filter as it is written on the wire

_encode: Final = msgspec.json.Encoder().encode


class Refused(Exception):
    """The relay closed a question. why: its own words, cut; `prefix` the machine-readable part (NIP-01)."""

    def __init__(self, why: str) -> None:
        super().__init__("refused")
        self.why = why
        self.prefix = why.partition(":")[0]


@dataclass(slots=True)
class _Open:
    """A question under way. last: loop time of the last thing new that came for it."""

    last: float
    end: asyncio.Future[None]
    items: list[Item] = field(default_factory=list)
    messages: asyncio.Queue[bytes | Refused] = field(default_factory=asyncio.Queue)
    live: bool = False


class Asking:
    """send: writes one message. patience: seconds without anything new after which a question is given up."""

    def __init__(self, send: Callable[[bytes], Awaitable[None]], patience: float) -> None:
        self._send, self._patience = send, patience
        self._open: dict[str, _Open] = {}
        self._count = 0
        self._fresh: set[str] = set()  # came by a live subscription while a question was open

    async def stored(self, queries: Sequence[Query]) -> list[Item]:
        """What the relay has stored for these filters, events going their own way. Raises Refused, TimeoutError.

        Without what came by the live subscription meanwhile: a relay sends that here too, before the end of what it has
        stored, and its time (up to two days back, NIP-59) would make a page look as if it reached further than it does.
        """
        name, question = self._begin()
        try:
            await self._send(_encode(["REQ", name, *queries]))
            await self._finish(question)
        except Refused:
            del self._open[name]
            raise
        except BaseException:
            await self.close(name)
            raise
        await self.close(name)
        stored = [item for item in question.items if item[1] not in self._fresh]
        if all(one.live for one in self._open.values()):
            self._fresh.clear()
        return stored

    async def live(self, queries: Sequence[Query]) -> str:
        """Subscribe, and return the subscription's name when it stands. Raises Refused, TimeoutError."""
        name, question = self._begin()
        question.live = True
        try:
            await self._send(_encode(["REQ", name, *queries]))
            await self._finish(question)
        except BaseException:
            self._open.pop(name, None)
            raise
        return name

    async def close(self, name: str) -> None:
        """End a subscription."""
        if self._open.pop(name, None):
            await self._send(_encode(["CLOSE", name]))

    @asynccontextmanager
    async def negotiation(
        self, query: Query, first: bytes
    ) -> AsyncIterator[Callable[[bytes | None], Awaitable[bytes]]]:
        """NIP-77: yields a function that sends a message (None: `first` was just sent) and returns the answer.

        The function raises Refused and TimeoutError.
        """
        name, question = self._begin()

        async def turn(message: bytes | None) -> bytes:
            if message is not None:
                await self._send(_encode(["NEG-MSG", name, message.hex()]))
            async with asyncio.timeout(self._patience):
                answer = await question.messages.get()
            if isinstance(answer, Refused):
                raise answer
            return answer

        try:
            await self._send(_encode(["NEG-OPEN", name, query, first.hex()]))
            yield turn
        finally:
            del self._open[name]
            if not question.end.done():
                await self._send(_encode(["NEG-CLOSE", name]))

    def brought(self, name: str, item: Item, new: bool) -> None:
        """An event came for a question; new: for the first time on this connection."""
        question = self._open.get(name)
        if question and question.live and len(self._open) > 1:
            self._fresh.add(item[1])
        if question and not question.end.done():
            question.items.append(item)
            if new:
                question.last = asyncio.get_running_loop().time()

    def finished(self, name: str) -> None:
        """EOSE."""
        question = self._open.get(name)
        if question and not question.end.done():
            question.end.set_result(None)

    def said(self, name: str, message: bytes) -> None:
        """NEG-MSG. More than one that nobody waits for is a peer talking to itself: the rest is dropped."""
        question = self._open.get(name)
        if question and question.messages.qsize() < 2:
            question.messages.put_nowait(message)

    def refused(self, name: str, why: str) -> bool:
        """CLOSED or NEG-ERR. True when a live subscription that stood was ended."""
        question = self._open.get(name)
        if question is None:
            return False
        if question.end.done():
            del self._open[name]
            return question.live
        question.end.set_exception(Refused(why))
        question.end.exception()  # looked at, so that nobody is warned when the question was given up meanwhile
        question.messages.put_nowait(Refused(why))
        return False

    def _begin(self) -> tuple[str, _Open]:
        self._count += 1
        name = f"t{self._count}"
        loop = asyncio.get_running_loop()
        self._open[name] = _Open(loop.time(), loop.create_future())
        return name, self._open[name]

    async def _finish(self, question: _Open) -> None:
        loop = asyncio.get_running_loop()
        while (rest := question.last + self._patience - loop.time()) > 0:
            await asyncio.wait([question.end], timeout=rest)
            if question.end.done():
                question.end.result()
                return
        raise TimeoutError
