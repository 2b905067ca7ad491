"""Circles: what several members say among themselves, on all their devices, and nobody else reads."""

from __future__ import annotations

import json
import random

import pytest
from circle_town import ids, phone_of, reads, stolen, traffic, write
from thief import Thief, texts
from witness import fold_in_another_order

from kits.notes import OPEN_ONLY
from kits.sim import Town
from tadamun.core import upkeep
from tadamun.core.errors import NotAllowed, UsageError
from tadamun.core.ports import Audience
from tadamun.crypto.epoch import circle_id

pytestmark = pytest.mark.anyio
HOUR, DAY = 3_600, 86_400


@pytest.fixture
def town(five: Town) -> Town:
    return five


async def test_all_of_a_circle_read_it_and_nobody_else(town: Town) -> None:
    await write(town, "amal", "heron one", "badr", "celine")
    await town.settle()
    await write(town, "badr", "heron two", "celine", "amal")
    await write(town, "celine", "heron three", "celine", "badr", "amal")
    await town.settle()
    both = [await town.call(name, "notes.all") for name in ("amal", "badr", "celine")]
    assert both[0] == both[1] == both[2]
    assert {note["text"] for note in both[0]} == {"heron one", "heron two", "heron three"}
    circle = sorted(ids(town, "amal", "badr", "celine"))
    assert all(note["circle"] == circle for note in both[0])
    for name in ("dina", "emil"):
        assert await reads(town, name) == set()
        read = Thief(town.homes[name]).read(traffic(town).values())
        opened = [event for event in read.values() if event.kind == upkeep.CONVENING]
        assert len(opened) == 3, "that there is something is seen: by each who spoke"
        assert {len(json.loads(event.content)["boxes"]) for event in opened} == {16}
        said = texts(read.values())
        assert "heron" not in said
        # Nor does anything tell who: those who opened it sign, the others' ids stand nowhere.
        channel = circle_id(town.homes["amal"].place.space, circle)
        assert channel not in said
        assert not any(one in event.content for event in opened for one in circle)


async def test_every_device_of_a_member_reads_and_speaks(town: Town) -> None:
    phone = await phone_of(town, "celine")
    await write(town, "amal", "to both", "badr", "celine")
    await town.settle()
    assert await reads(town, phone) == await reads(town, "celine") == {"to both"}
    await write(town, phone, "from the phone", "amal", "badr")
    await town.settle()
    for name in ("amal", "badr", "celine", phone):
        assert await reads(town, name) == {"to both", "from the phone"}
    # What one device opened serves the other one of the same person.
    before = len(town.homes["celine"].place.boxes)
    await write(town, "celine", "from the desk", "amal", "badr")
    await town.settle()
    assert len(town.homes["celine"].place.boxes) == before
    # A device that comes later reads what is said from then on, and one that is revoked nothing more.
    tablet = await phone_of(town, "badr")
    await write(town, "amal", "to all four", "badr", "celine")
    await town.settle()
    assert await reads(town, tablet) == {"to all four"}
    await town.call("celine", "devices.revoke", device=town.homes[phone].place.device.public)
    await town.settle()
    seen = stolen(town.homes[phone], town)
    assert "to all four" in seen
    await write(town, "amal", "heron without the phone", "badr", "celine")
    await write(town, "celine", "heron again", "badr", "amal")
    await town.settle()
    assert "heron without the phone" in await reads(town, "celine")
    assert "heron" not in stolen(town.homes[phone], town)


async def test_the_rest_go_on_and_who_is_removed_reads_nothing_more(town: Town) -> None:
    circle = ("badr", "celine", "dina")
    await write(town, "amal", "before", *circle)
    await write(town, "celine", "by celine", "amal", "badr", "dina")
    await town.settle()
    await town.call("amal", "members.remove", member=town.homes["celine"].me)
    await town.settle()
    for name in ("amal", "badr", "dina"):
        others = [one for one in ("amal", *circle) if one != name]
        await write(town, name, f"heron by {name}", *others)
        await write(town, name, f"heron for an hour by {name}", *others, expires=HOUR)
    await town.settle()
    for name in ("amal", "badr", "dina"):
        told = await reads(town, name)
        assert told > {"before", "by celine"}, "what was said before stays"
        assert sum("heron" in text for text in told) == 6
    assert (await town.call("badr", "node.rebuild"))["same"]
    assert "before" in stolen(town.homes["celine"], town)
    assert "heron" not in stolen(town.homes["celine"], town)
    # Who is out says nothing more there, whatever they cite.
    with pytest.raises(NotAllowed):
        await write(town, "celine", "still here", "amal", "badr", "dina")
    await town.call("amal", "members.remove", member=town.homes["dina"].me)
    await town.call("badr", "members.leave")
    await town.settle()
    with pytest.raises(UsageError):
        await write(town, "amal", "nobody is left", *circle)


async def test_what_waited_when_a_removal_came_is_sealed_without_the_removed(town: Town) -> None:
    badr = town.homes["badr"]
    await write(town, "badr", "before", "amal", "celine")
    await town.settle()
    badr.wire.full = True
    await write(town, "badr", "heron in the queue", "amal", "celine")
    badr.wire.full = False
    await town.call("amal", "members.remove", member=town.homes["celine"].me)
    await town.medium.settle()
    await town.drive(badr, badr.up.intake.step())
    await town.settle()
    await town.pass_time(61)
    assert "heron in the queue" in await reads(town, "amal")
    assert "heron" not in stolen(town.homes["celine"], town)


async def test_a_removed_member_who_was_not_told_is_not_heard(town: Town) -> None:
    await write(town, "celine", "before", "amal", "badr")
    await town.settle()
    for name in ("amal", "badr", "dina", "emil"):
        town.medium.cut("celine", name)
    await town.call("amal", "members.remove", member=town.homes["celine"].me)
    await town.settle()
    await write(town, "celine", "after", "amal", "badr")
    town.medium.heal()
    await town.settle()
    for name in ("amal", "badr"):
        assert await reads(town, name) == {"before"}
        assert (await town.call(name, "node.rebuild"))["same"]


async def test_partitions_and_restarts_end_in_one_circle(town: Town) -> None:
    town.medium.split(["amal", "badr", "emil"], ["celine", "dina"])
    await write(town, "amal", "one", "badr", "celine", "dina")
    await write(town, "celine", "two", "amal", "badr", "dina")
    await town.settle()
    phone = await phone_of(town, "dina")
    await town.restart("celine")
    town.medium.heal()
    await town.settle()
    for name in ("amal", "badr", "dina"):
        await town.restart(name)
    await town.settle()
    await write(town, "badr", "three", "amal", "celine", "dina")
    await town.settle()
    for name in ("amal", "badr", "celine", "dina"):
        assert await reads(town, name) == {"one", "two", "three"}, name
        assert (await town.call(name, "node.rebuild"))["same"]
    assert "three" in await reads(town, phone)
    assert await reads(town, "emil") == set()


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.long) for n in range(1, 5))])
async def test_no_order_of_arrival_changes_what_is_read(town: Town, seed: int) -> None:
    """Circles opened, spoken in, reopened after a device came and a member went, heard in any order."""
    await write(town, "amal", "one", "badr", "celine", "dina")
    await write(town, "dina", "two", "amal", "emil")
    await town.settle()
    await phone_of(town, "badr")
    await write(town, "badr", "three", "amal", "celine", "dina")
    await write(town, "amal", "four", "badr", "celine", "dina")
    await town.call("amal", "members.remove", member=town.homes["emil"].me)
    await town.settle()
    await write(town, "dina", "five", "amal", "emil", "celine")
    await town.settle()
    assert await reads(town, "dina") == {"one", "two", "three", "four", "five"}
    for name in ("amal", "badr", "dina"):
        await fold_in_another_order(town, town.homes[name], random.Random(seed))


async def test_after_its_time_nothing_of_it_is_left(town: Town) -> None:
    await write(town, "amal", "zanzibar at noon", "badr", "celine", expires=2 * HOUR)
    await town.settle()
    badr = town.homes["badr"]
    assert "zanzibar at noon" in await reads(town, "badr")
    assert any(box.expires_at for box in badr.place.boxes.values())
    await town.pass_time(4 * HOUR)
    for name in ("amal", "badr", "celine"):
        home = town.homes[name]
        assert await reads(town, name) == set()
        assert not any(box.expires_at for box in home.place.boxes.values())
        assert "zanzi" not in texts(Thief(home).read(stored.raw for _, stored in home.wire.held()).values()), name
        assert all(event.tag("expiration") is None for event, _ in home.wire.held()), name
    recorded = traffic(town)
    for _ in range(17):
        await town.pass_time(DAY)
    for name in ("amal", "badr", "celine"):
        assert "zanzi" not in texts(Thief(town.homes[name]).read(recorded.values()).values()), name


async def test_whom_it_reaches_is_told_before(town: Town) -> None:
    amal = town.homes["amal"]
    bench, space = amal.up.bench, amal.place.space
    others = ids(town, "badr", "celine", "dina")
    await phone_of(town, "badr")
    reach = bench.reach(space, Audience(members=(*others, amal.me, others[0])))
    assert reach.audience.members == tuple(sorted(others))
    assert [seat.member for seat in reach.seats] == sorted([*others, amal.me])
    assert {seat.member: seat.devices for seat in reach.seats}[others[0]] == 2
    assert (reach.later, reach.may_say) == (0, True)
    assert bench.reach(space, Audience(members=(others[0],))).audience == Audience(others[0])
    assert bench.reach(space, Audience(members=(others[0], amal.me))).audience == Audience(others[0])
    await town.call("amal", "members.remove", member=others[1])
    await town.settle()
    reach = bench.reach(space, Audience(members=tuple(others)))
    assert [seat.member for seat in reach.seats] == sorted([others[0], others[2], amal.me])
    for wrong in ((amal.me,), ("ab" * 32, others[0]), tuple(f"{n:064x}" for n in range(64))):
        with pytest.raises(UsageError):
            bench.reach(space, Audience(members=wrong))
        with pytest.raises(UsageError):
            await town.call("amal", "notes.write", text="x", to=wrong)


async def test_what_is_not_for_private_channels_is_not_said_there(town: Town) -> None:
    with pytest.raises(NotAllowed):
        await write(town, "amal", "x", "badr", "celine", kind=OPEN_ONLY)
    with pytest.raises(NotAllowed):
        await write(town, "amal", "x", "badr", kind=OPEN_ONLY)
    await write(town, "amal", "to all", kind=OPEN_ONLY)
    await write(town, "amal", "to badr", "badr")
    await town.settle()
    (private,) = [note for note in await town.call("badr", "notes.all") if note["circle"]]
    assert private["circle"] == sorted(ids(town, "amal", "badr"))
    assert await reads(town, "badr") == {"to all", "to badr"}
    assert await reads(town, "celine") == {"to all"}


async def test_whoever_comes_later_does_not_try_boxes_that_are_not_for_them(town: Town) -> None:
    for who in ("badr", "celine"):
        await write(town, who, f"by {who}", "amal", "dina")
    await town.call("badr", "talk.post", text="between us", to=town.homes["amal"].me)
    await town.settle()
    await town.build("farah")
    await town.join("farah", (await town.call("amal", "invite.new"))["link"], "Farah")
    await town.settle()
    farah = town.homes["farah"]
    assert any(event.kind == upkeep.CONVENING for event in Thief(farah).inner.values()), "it came"
    assert not farah.place.whispers
    await write(town, "badr", "with farah", "amal", "farah")
    await town.settle()
    assert await reads(town, "farah") == {"with farah"}
    assert set(farah.place.whispers) == {town.homes["badr"].place.device.public}
