"""Two nodes whose only meeting point is another project's relay: PyPI nostr-relay, in a process of its own.

It has no NIP-77, reads `until` as exclusive and cuts every answer at 500 events, whatever is asked.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from kits.foreign_relay import ForeignRelay
from kits.memory_wire import MemoryWire
from kits.running import SPACE, talking
from kits.sealed import Maker, StoppedClock, put, until, until_holds
from tadamun.carry.surroundings import Patience

pytestmark = [pytest.mark.anyio, pytest.mark.foreign]

PATIENT = Patience(idle=20.0, answer=30.0, hello=5.0, turn=2.0, good=1.0)


@pytest.fixture
async def relay(tmp_path: Path) -> AsyncIterator[ForeignRelay]:
    relay = ForeignRelay(tmp_path / "relay")
    await asyncio.to_thread(relay.start)
    yield relay
    await asyncio.to_thread(relay.kill)


@asynccontextmanager
async def two_nodes(relay: ForeignRelay, maker: Maker) -> AsyncIterator[tuple[MemoryWire, MemoryWire, str]]:
    mailbox = maker.mailbox()
    one, other = MemoryWire(StoppedClock()), MemoryWire(StoppedClock())
    async with (
        talking(one, [relay.address], [mailbox], PATIENT) as first,
        talking(other, [relay.address], [mailbox], PATIENT) as second,
    ):
        nodes = first, second
        await until(lambda: all(node.state(relay.address) == "live" for node in nodes), 30)
        yield one, other, mailbox.public
        await until(lambda: all(node.peers.pending(SPACE) == 0 for node in nodes), 30)
        assert not first.counters
        assert not second.counters


async def test_two_nodes_meet_at_a_relay_of_another_project(relay: ForeignRelay) -> None:
    now = int(time.time())
    maker = Maker(now=now)
    async with two_nodes(relay, maker) as (one, other, box):
        # Live, both ways.
        hello, answer = maker.event(box), maker.event(box, at=now - 2 * 86_400)
        await put(one, hello)
        await until_holds(other, {hello.id}, box)
        await put(other, answer)
        await until_holds(one, {answer.id}, box)
        # The largest that may be sent.
        large = maker.event(box, size=60_000)
        await put(one, large)
        await until_holds(other, {large.id}, box)
        # The relay dies while both go on talking; when it is back, both hold everything.
        await asyncio.to_thread(relay.kill)
        here, there = maker.events(box, 40), maker.events(box, 40)
        await put(one, *here)
        await put(other, *there)
        await asyncio.to_thread(relay.start)
        await until_holds(other, {event.id for event in here}, box, timeout=60)
        await until_holds(one, {event.id for event in there}, box, timeout=60)


async def test_a_third_reads_everything_in_pages_though_many_share_a_second(relay: ForeignRelay) -> None:
    now = int(time.time())
    maker = Maker(now=now)
    mailbox = maker.mailbox()
    # 1,300 events in 13 seconds: no page of 500 ends between two seconds.
    events = [maker.event(mailbox.public, at=now - 1_000 - k % 13) for k in range(1_300)]
    author, reader = MemoryWire(StoppedClock()), MemoryWire(StoppedClock())
    await put(author, *events)
    wanted = {event.id for event in events}
    async with talking(author, [relay.address], [mailbox], PATIENT) as node:
        await until(lambda: node.status(relay.address).sent == len(events), 60)
        assert node.status(relay.address).refused == 0
    async with talking(reader, [relay.address], [mailbox], PATIENT) as node:
        await until_holds(reader, wanted, mailbox.public, timeout=60)
        await until(lambda: node.state(relay.address) == "live")
        assert node.status(relay.address).received == len(events)
        assert node.status(relay.address).sent == 0
