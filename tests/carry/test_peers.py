"""A node and relays: what is missing on either side arrives, whatever the relay can or cannot do."""

from __future__ import annotations

import json

import pytest

from kits.memory_wire import MemoryWire
from kits.running import talking
from kits.sealed import Maker, StoppedClock, put, until, until_holds
from kits.small_relay import Flaws, SmallRelay
from tadamun.core.event import to_json

pytestmark = pytest.mark.anyio

KINDS = {
    "plain": Flaws(),
    "says nothing of itself": Flaws(says_nothing_of_itself=True),
    "small pages": Flaws(page=7),
    "until is exclusive": Flaws(page=50, exclusive_until=True),
    "reconciles": Flaws(reconciles=True),
    "reconciles little at a time": Flaws(reconciles=True, too_many=60),
    "wants proof": Flaws(wants_proof=True, reconciles=True),
    "wants proof, says so late": Flaws(wants_proof=True, late_challenge=True),
    "says it reconciles": Flaws(reconciles=True, refuses_difference="error: not today"),
}


@pytest.mark.parametrize("flaws", KINDS.values(), ids=list(KINDS))
async def test_both_sides_end_with_everything(flaws: Flaws) -> None:
    maker = Maker()
    mailbox = maker.mailbox()
    ours, theirs = maker.events(mailbox.public, 150), maker.events(mailbox.public, 170)
    shared = maker.events(mailbox.public, 100)
    wire = MemoryWire(StoppedClock())
    await put(wire, *ours, *shared)
    relay = SmallRelay(flaws)
    for event in (*theirs, *shared):
        relay.add(json.loads(to_json(event)))
    everything = {event.id for event in (*ours, *theirs, *shared)}
    async with relay.running(), talking(wire, [relay.address], [mailbox]) as node:
        await until_holds(wire, everything, mailbox.public)
        await until(lambda: relay.events.keys() == everything)
        await until(lambda: node.status(relay.address).state == "live")
        assert not set(relay.offered) & {event.id for event in theirs}
        await until(lambda: node.status(relay.address).sent == 150)
        # ... and what is said from now on passes both ways.
        mine, yours = maker.event(mailbox.public), maker.event(mailbox.public, at=1)
        await put(wire, mine)
        await until(lambda: mine.id in relay.events)
        relay.add(json.loads(to_json(yours)))
        await relay.spread(json.loads(to_json(yours)))
        await until_holds(wire, {yours.id}, mailbox.public)
        assert node.peers.pending(node.peers.status()[0].space) == 0
        assert not node.counters
