"""Circles opened and spoken in as no honest node would: by others, of others, elsewhere, without somebody, too many."""

from __future__ import annotations

from typing import Any

import pytest
from circle_town import ids, reads, write
from forger import Forger
from thief import Thief
from witness import counters

from kits.notes import NOTE
from kits.sealed import SeededRandom
from kits.sim import Home, Town
from tadamun.core import upkeep
from tadamun.core.body import spell
from tadamun.core.errors import Reason
from tadamun.crypto.circle import convene
from tadamun.crypto.epoch import EpochKeys, circle_id
from tadamun.node.place import Mailbox
from tadamun.store import epochs

pytestmark = pytest.mark.anyio


@pytest.fixture
def town(five: Town) -> Town:
    return five


def convening(town: Town, members: list[str], home: Home, forger: Forger, keys: EpochKeys) -> Any:
    """What opens a circle of these, by a device of somebody, whoever that is."""
    publics = [one.place.box.public for one in town.homes.values()]
    (boxes,), roll = convene(keys.secret, members, publics, home.place.space, forger.signer.public, SeededRandom(7))
    return forger.event(spell(upkeep.Convening(boxes=boxes, roll=roll)), kind=upkeep.CONVENING)


@pytest.mark.parametrize("who", ["not in it", "never here", "nobody of mine"])
async def test_a_circle_of_the_wrong_people_is_not_heard(town: Town, who: str) -> None:
    emil = town.homes["emil"]
    forger = Forger(emil)
    members = {
        "not in it": ids(town, "amal", "badr", "celine"),
        "never here": [*ids(town, "amal", "emil"), "ab" * 32],
        "nobody of mine": ids(town, "badr", "celine", "emil"),
    }[who]
    space = emil.place.space
    keys = EpochKeys.make(circle_id(space, members), SeededRandom(3))
    before = len(town.homes["amal"].place.boxes)
    await forger.send(convening(town, members, emil, forger, keys))
    await town.settle()
    assert len(town.homes["amal"].place.boxes) == before
    note = forger.event('{"v":1,"text":"psst"}', kind=NOTE, channel=keys.scope)
    await forger.send(note, Mailbox(keys, "dm", keys.scope))
    await town.settle()
    assert await reads(town, "amal") == set()


async def test_nothing_is_replayed_into_another_channel(town: Town) -> None:
    """Celine is in two circles and the space, and carries what was said from each to each."""
    await write(town, "amal", "in one", "badr", "celine")
    await write(town, "amal", "in two", "celine", "dina")
    await write(town, "amal", "in the open")
    await town.settle()
    celine = town.homes["celine"]
    forger = Forger(celine)
    boxes = [box for box in celine.place.boxes.values() if box.use == "dm"]
    best = celine.place.best_epoch()
    assert best is not None
    inner = [event for event in Thief(celine).inner.values() if event.kind == NOTE]
    assert len(inner) == 3
    before = {name: await town.call(name, "notes.all") for name in ("amal", "badr", "dina", "emil")}
    for event in inner:
        for box in (*boxes, best):
            await forger.send(event, box)
    # The same words, said by herself as of the other channel.
    for box, other in zip(boxes, reversed(boxes), strict=True):
        await forger.send(forger.event('{"v":1,"text":"moved"}', kind=NOTE, channel=other.channel), box)
    await town.settle()
    for name, shown in before.items():
        assert await town.call(name, "notes.all") == shown, name
        found = await counters(town, name)
        assert set(found) <= {Reason.CANNOT_OPEN, Reason.REPLAYED}


async def test_whoever_leaves_somebody_out_cannot_make_others_do_so(town: Town) -> None:
    """Celine opens a circle with Amal and Badr, and sends Badr no box."""
    celine, members = town.homes["celine"], ids(town, "amal", "badr", "celine")
    forger = Forger(celine)
    keys = EpochKeys.make(circle_id(celine.place.space, members), SeededRandom(3))
    publics = [town.homes["amal"].place.box.public, celine.place.box.public]
    (boxes,), roll = convene(keys.secret, members, publics, celine.place.space, forger.signer.public, SeededRandom(7))
    await forger.send(forger.event(spell(upkeep.Convening(boxes=boxes, roll=roll)), kind=upkeep.CONVENING))
    await town.settle()
    assert keys.id in town.homes["amal"].place.boxes
    assert keys.id not in town.homes["badr"].place.boxes
    await write(town, "amal", "for all three", "badr", "celine")
    await town.settle()
    assert await reads(town, "badr") == await reads(town, "celine") == {"for all three"}


async def test_a_flood_of_circles_ends(town: Town) -> None:
    emil, amal = town.homes["emil"], town.homes["amal"]
    members = ids(town, "amal", "badr", "emil")
    forger = Forger(emil)
    for n in range(5):
        keys = EpochKeys.make(circle_id(emil.place.space, members), SeededRandom(100 + n))
        await forger.send(convening(town, members, emil, forger, keys))
    await town.settle()
    held = [kept for kept in epochs.every(amal.up.vault.read, amal.place.ref) if kept.use == "dm"]
    assert len(held) == 5
    assert amal.place.given[emil.place.device.public][1] == 5, "each counts among the secrets one device may hand over"
    assert amal.place.whispers[emil.place.device.public] == 10, "and twice among the whispers listened to"
