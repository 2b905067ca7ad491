"""Sealed events and the world around them for carriers' tests: real keys and signatures, content that says nothing."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

from tadamun.core.event import Draft, Event, to_json
from tadamun.core.ports import Filter, Wire
from tadamun.crypto.keys import Prover, SigningKey

NOW = 1_760_000_000


class StoppedClock:
    """A clock that stands still until it is set."""

    def __init__(self, now: int = NOW) -> None:
        self.time = now

    def now(self) -> int:
        return self.time


class SeededRandom:
    """Random by a seed, so that a test can be played again."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)

    def bytes(self, count: int) -> bytes:
        return self._random.randbytes(count)

    def below(self, bound: int) -> int:
        return self._random.randrange(bound)


class Maker:
    """Makes sealed events for mailboxes, each signed by a key of its own unless `one_key` (quicker, for thousands)."""

    def __init__(self, seed: int = 1, now: int = NOW) -> None:
        self.random = SeededRandom(seed)
        self.now = now
        self._writer = SigningKey.make(self.random)
        self._count = 0

    def mailbox(self) -> Prover:
        return Prover(SigningKey.make(self.random))

    def event(
        self, mailbox: str, *, at: int | None = None, expires: int = 0, size: int = 200, one_key: bool = True
    ) -> Event:
        """One event; at: Unix seconds, by default somewhere in the two days before now."""
        self._count += 1
        tags: tuple[tuple[str, ...], ...] = (("p", mailbox),)
        if expires:
            tags += (("expiration", str(expires)),)
        writer = self._writer if one_key else SigningKey.make(self.random)
        content = (self.random.bytes(32).hex() * (size // 64 + 1))[:size]
        time = self.now - self.random.below(2 * 86_400) if at is None else at
        return writer.sign_event(Draft(3700, content, tags, time))

    def events(self, mailbox: str, count: int, **how: int) -> list[Event]:
        return [self.event(mailbox, **how) for _ in range(count)]  # type: ignore[arg-type] - numbers only


async def put(wire: Wire, *events: Event) -> None:
    """Into the wire store, as the node itself or its relay does."""
    for start in range(0, len(events), 500):
        await wire.put([(event, to_json(event)) for event in events[start : start + 500]])


async def ids_of(wire: Wire, *mailboxes: str) -> set[str]:
    """What the store holds for the mailboxes."""
    return {i for _, i in await wire.items(Filter(kinds=(3700,), tags=(("p", mailboxes),)))}


async def until(condition: Callable[[], bool], timeout: float = 10.0) -> None:
    """Wait for a state; fails when it does not come in time."""
    async with asyncio.timeout(timeout):
        while not condition():  # noqa: ASYNC110 - any state of any object, most of which tell nobody when they change
            await asyncio.sleep(0.002)


async def until_holds(wire: Wire, wanted: set[str], *mailboxes: str, timeout: float = 20.0) -> None:
    """Wait until the store holds at least these ids."""
    changed = asyncio.Event()
    stop = wire.watch(lambda new: changed.set())
    try:
        async with asyncio.timeout(timeout):
            while not wanted <= await ids_of(wire, *mailboxes):
                await changed.wait()
                changed.clear()
    finally:
        stop()
