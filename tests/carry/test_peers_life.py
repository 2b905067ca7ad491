"""Peers over time: what is not acknowledged is sent again, new keys and addresses take effect, gaps are closed."""

from __future__ import annotations

import asyncio
import json

import pytest

from kits.memory_wire import MemoryWire
from kits.running import HASTY, SPACE, Running, talking
from kits.sealed import Maker, SeededRandom, StoppedClock, ids_of, put, until, until_holds
from kits.small_relay import Flaws, SmallRelay
from tadamun.carry.backoff import Backoff
from tadamun.carry.outbox import Outbox
from tadamun.carry.peers import Peers
from tadamun.core.errors import Reason, RemoteError
from tadamun.core.event import Draft, Event, to_json

pytestmark = pytest.mark.anyio


def fill(relay: SmallRelay, *events: Event) -> None:
    for event in events:
        relay.add(json.loads(to_json(event)))


async def test_what_was_kept_but_not_sent_is_sent_by_the_next_life() -> None:
    """Killed between the store and the wire: the store alone is enough to find it again."""
    maker = Maker()
    mailbox = maker.mailbox()
    wire = MemoryWire(StoppedClock())
    relay = SmallRelay(Flaws(takes="silent"))
    event = maker.event(mailbox.public)
    async with relay.running():
        async with talking(wire, [relay.address], [mailbox]) as node:
            await until(lambda: node.state(relay.address) == "live")
            await put(wire, event)
            await until(lambda: event.id in relay.offered)
            assert node.peers.pending(SPACE) == 1
        relay.flaws.takes = "all"
        async with talking(wire, [relay.address], [mailbox]) as node:
            await until(lambda: event.id in relay.events)
            await until(lambda: node.peers.pending(SPACE) == 0)


async def test_what_nobody_took_is_counted_as_waiting_until_one_peer_has_it() -> None:
    maker = Maker()
    mailbox = maker.mailbox()
    wire = MemoryWire(StoppedClock())
    deaf, relay = SmallRelay(Flaws(takes="nothing")), SmallRelay()
    before, after = maker.events(mailbox.public, 3), maker.events(mailbox.public, 2)
    await put(wire, *before)
    async with deaf.running(), relay.running():
        async with talking(wire, [deaf.address], [mailbox]) as node:
            await until(lambda: node.peers.pending(SPACE) == 3)
            await put(wire, *after)
            await until(lambda: node.status(deaf.address).refused == 5)
            assert node.peers.pending(SPACE) == 5
            assert sorted(deaf.offered) == sorted(event.id for event in (*before, *after))  # each once
            node.peers.set_spaces({SPACE: ([deaf.address, relay.address], [mailbox])})
            await until(lambda: node.peers.pending(SPACE) == 0)
            assert len(relay.events) == 5
        assert node.peers.pending("another") == 0


async def test_a_relay_that_asks_for_less_gets_it_slower_and_in_full() -> None:
    maker = Maker()
    mailbox = maker.mailbox()
    wire = MemoryWire(StoppedClock())
    events = maker.events(mailbox.public, 100)
    await put(wire, *events)
    relay = SmallRelay(Flaws(slow_down=70))
    async with relay.running(), talking(wire, [relay.address], [mailbox]) as node:
        await until(lambda: len(relay.events) == 100)
        await until(lambda: node.status(relay.address).sent == 100)
        assert len(relay.offered) == 170


async def test_a_relay_that_echoes_what_we_send_is_no_bother() -> None:
    maker = Maker()
    mailbox = maker.mailbox()
    wire = MemoryWire(StoppedClock())
    relay = SmallRelay()
    async with relay.running(), talking(wire, [relay.address], [mailbox]) as node:
        await until(lambda: node.state(relay.address) == "live")
        await put(wire, *maker.events(mailbox.public, 1_500))
        await until(lambda: node.status(relay.address).sent == 1_500, 30)
        assert relay.connections == 1


async def test_a_new_mailbox_is_proved_subscribed_and_caught_up_with_on_the_same_connection() -> None:
    maker = Maker()
    old, new = maker.mailbox(), maker.mailbox()
    wire = MemoryWire(StoppedClock())
    relay = SmallRelay(Flaws(wants_proof=True))
    stored = maker.events(new.public, 5)
    fill(relay, *stored)
    async with relay.running(), talking(wire, [relay.address], [old]) as node:
        await until(lambda: node.state(relay.address) == "live")
        assert relay.proven == [old.public]
        node.peers.set_spaces({SPACE: ([relay.address], [old, new])})
        await until_holds(wire, {event.id for event in stored}, new.public)
        await until(lambda: node.state(relay.address) == "live")
        for box in (old.public, new.public):
            live = maker.event(box)
            fill(relay, live)
            await relay.spread(json.loads(to_json(live)))
            await until_holds(wire, {live.id}, box)
        assert relay.proven == [old.public, new.public]
        assert relay.connections == 1
        ((_, *others),) = relay.open.values()
        assert not others  # the old subscription was ended


async def test_two_spaces_share_no_connection_and_no_event() -> None:
    maker = Maker()
    one, two = maker.mailbox(), maker.mailbox()
    wire = MemoryWire(StoppedClock())
    relay = SmallRelay(Flaws(wants_proof=True))
    node = Running(wire)
    async with relay.running():
        node.peers.set_spaces({"1" * 64: ([relay.address], [one]), "2" * 64: ([relay.address], [two])})
        async with node.up():
            await until(lambda: [s.state for s in node.peers.status()] == ["live", "live"])
            assert relay.connections == 2
            mine, yours = maker.event(one.public), maker.event(two.public)
            await put(wire, mine, yours)
            await until(lambda: relay.events.keys() == {mine.id, yours.id})
            assert sorted(relay.offered) == sorted([mine.id, yours.id])
            for query in relay.asked:
                assert len(query["#p"]) == 1
            node.peers.set_spaces({"2" * 64: ([relay.address], [two])})
            await until(lambda: len(relay.open) == 1)
            assert [s.space for s in node.peers.status()] == ["2" * 64]
            await put(wire, maker.event(one.public))
            last = maker.event(two.public)
            await put(wire, last)
            await until(lambda: last.id in relay.events)
            assert len(relay.events) == 3


async def test_a_relay_that_comes_back_is_found_again_and_the_gap_closed() -> None:
    maker = Maker()
    mailbox = maker.mailbox()
    wire = MemoryWire(StoppedClock())
    relay = SmallRelay()
    async with talking(wire, ["ws://127.0.0.1:1"], [mailbox]) as node:
        async with relay.running():
            port = relay.port
            node.peers.set_spaces({SPACE: ([relay.address], [mailbox])})
            await until(lambda: node.state(relay.address) == "live")
        await until(lambda: node.state(relay.address) == "waiting")
        ours, theirs = maker.event(mailbox.public), maker.event(mailbox.public)
        await put(wire, ours)
        fill(relay, theirs)
        async with relay.running(port):
            node.peers.wake()
            await until_holds(wire, {theirs.id}, mailbox.public)
            await until(lambda: ours.id in relay.events)


async def test_what_one_peer_brings_goes_to_the_others_and_not_back() -> None:
    maker = Maker()
    mailbox = maker.mailbox()
    wire = MemoryWire(StoppedClock())
    one, two = SmallRelay(), SmallRelay()
    stored = maker.events(mailbox.public, 30)
    fill(one, *stored)
    async with one.running(), two.running(), talking(wire, [one.address, two.address], [mailbox]) as node:
        await until(lambda: len(two.events) == 30)
        await until(lambda: node.state(two.address) == node.state(one.address) == "live")
        live = maker.event(mailbox.public)
        fill(one, live)
        await one.spread(json.loads(to_json(live)))
        await until(lambda: live.id in two.events)
        assert one.offered == []
        assert node.peers.pending(SPACE) == 0


async def test_outer_signatures_are_checked_where_somebody_asks_for_it() -> None:
    def check(event: Event) -> None:
        if event.content == "bad":
            raise RemoteError(Reason.BAD_SIGNATURE)

    maker = Maker()
    mailbox = maker.mailbox()
    wire = MemoryWire(StoppedClock())
    relay = SmallRelay()
    good, bad = (maker.mailbox().sign(Draft(3700, text, (("p", mailbox.public),), 5)) for text in ("good", "bad"))
    fill(relay, good, bad)
    node = Running(wire)
    node.peers = Peers(wire, StoppedClock(), SeededRandom(), node.counters, check, HASTY)
    async with relay.running():
        node.peers.set_spaces({SPACE: ([relay.address], [mailbox])})
        async with node.up():
            await until(lambda: node.state(relay.address) == "live")
    assert await ids_of(wire, mailbox.public) == {good.id}
    assert set(node.counters) == {Reason.BAD_SIGNATURE}


async def test_stopping_is_quick_in_the_middle_of_everything() -> None:
    maker = Maker()
    mailbox = maker.mailbox()
    relay = SmallRelay(Flaws(page=10))
    fill(relay, *maker.events(mailbox.public, 2_000))
    wire = MemoryWire(StoppedClock())
    async with relay.running():
        async with talking(wire, [relay.address], [mailbox]) as node:
            await until(lambda: node.status(relay.address).done > 100)
            before = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - before < 1.0
    assert len(await wire.since(0, 5_000)) < 2_000


def test_delays_grow_to_a_bound_with_jitter_and_begin_anew() -> None:
    backoff = Backoff(SeededRandom(), first=1.0, most=8.0)
    delays = [backoff.next() for _ in range(8)]
    for delay, full in zip(delays, (1, 2, 4, 8, 8, 8, 8, 8), strict=True):
        assert full / 2 <= delay <= full
    assert len(set(delays)) == 8
    backoff.reset()
    assert backoff.next() <= 1.0


def test_the_outbox_knows_what_no_peer_holds() -> None:
    outbox = Outbox()
    outbox.new("own")
    outbox.compared("x", ["box"], ["own", "old", "held"], {"own", "old"})
    assert len(outbox) == 2
    outbox.compared("y", ["box"], ["own", "old", "held"], {"own", "held"})  # y has "old"; x has "held"
    assert len(outbox) == 1
    outbox.taken(["own"])
    assert len(outbox) == 0
