"""Whoever was let in by somebody shut out at the same time is told that they are out, and nothing more
(docs/protocol/3-seal.md, 3.4)."""

from __future__ import annotations

import pytest
from forger import Forger
from thief import Thief, texts
from witness import agree, goes_on

from kits.sim import Home, Town
from tadamun.crypto.epoch import EpochKeys
from tadamun.node import letters
from tadamun.node.channels import HOUR
from tadamun.node.mail import MOST_UNASKED
from tadamun.node.place import Place
from tadamun.node.unaware import unaware

pytestmark = pytest.mark.anyio
HERE = ["amal", "celine"]


async def puppets(town: Town, *names: str, level: int = 10) -> list[Home]:
    """Amal removes Badr, who does not hear of it and lets these in, each into an epoch that he began for them."""
    badr = town.homes["badr"]
    town.medium.split(HERE, ["badr"])
    await town.call("amal", "members.remove", member=badr.me)
    await town.call("amal", "talk.post", text="heron at noon")
    await town.call("amal", "invite.new")
    await town.settle(1.0)
    for name in names:
        await town.build(name)
        town.medium.split(HERE, ["badr", *(one for one in names if one in town.homes)])
        badr.up.desk.rotate(badr.place)
        await town.join(name, (await town.call("badr", "invite.new", level=level))["link"], name.title())
        await town.settle(1.0)
    homes = [town.homes[name] for name in names]
    assert {home.place.status for home in homes} == {"member"}
    town.medium.heal()
    return homes


def nobody_left(place: Place) -> bool:
    return not list(unaware(place))


async def test_they_are_told_and_read_nothing_of_later(three: Town) -> None:
    (dina,) = await puppets(three, "dina")
    before = {one.event.id for one in dina.place.log.events()}
    secrets = set(dina.place.boxes)
    await three.settle()
    assert dina.place.status == "out"
    assert set(dina.place.boxes) == secrets
    amal = three.homes["amal"].place
    told = [one.event.id for one in dina.place.log.events() if one.event.id not in before]
    assert [amal.log.state.devices[three.homes["badr"].place.device.public].cuts[0].by] == told
    traffic = [raw for home in three.homes.values() for raw in home.wire.traffic.values()]
    assert "heron at noon" not in texts(Thief(dina).read(traffic).values())
    assert nobody_left(amal)
    await goes_on(three)
    assert await agree(three) == HERE


async def test_whoever_is_away_hears_of_it_from_any_who_can_tell(three: Town) -> None:
    """Amal, who removed Badr, is off when the others meet."""
    (dina,) = await puppets(three, "dina")
    await three.off("amal")
    await three.settle(20.0)
    assert dina.place.status == "member"
    await three.settle()
    assert dina.place.status == "out"


async def test_whoever_they_let_in_is_told_as_well(three: Town) -> None:
    """Though nothing that they say counts, the boxes by which they handed out an epoch are opened."""
    (dina,) = await puppets(three, "dina", level=50)
    three.medium.split(HERE, ["dina"], ["badr"])
    await three.build("esma")
    three.medium.split(HERE, ["dina", "esma"], ["badr"])
    dina.up.desk.rotate(dina.place)
    await three.join("esma", (await three.call("dina", "invite.new", level=10))["link"], "Esma")
    await three.settle(1.0)
    esma = three.homes["esma"]
    assert esma.place.status == "member"
    three.medium.heal()
    await three.settle()
    assert {dina.place.status, esma.place.status} == {"out"}


async def test_nobody_else_hears_what_one_has_to_be_told(three: Town) -> None:
    """Amal removes Celine, then invites, then removes Badr, who meanwhile lets Dina in where Celine reads as well."""
    amal, badr, celine = (three.homes[name] for name in ("amal", "badr", "celine"))
    three.medium.split(["amal"], ["badr", "celine"])
    await three.call("amal", "members.remove", member=celine.me)
    await three.call("amal", "invite.new")
    invite = amal.place.log.heads
    await three.call("amal", "members.remove", member=badr.me)
    badr.up.desk.rotate(badr.place)
    await three.build("dina")
    three.medium.split(["amal"], ["badr", "celine", "dina"])
    await three.join("dina", (await three.call("badr", "invite.new", level=10))["link"], "Dina")
    await three.settle(1.0)
    dina = three.homes["dina"]
    three.medium.heal()
    await three.settle()
    assert [home.place.status for home in (badr, celine, dina)] == ["out", "out", "out"]
    traffic = [raw for home in three.homes.values() for raw in home.wire.traffic.values()]
    assert not set(invite) & Thief(celine).read(traffic).keys()
    assert set(invite) <= Thief(dina).read(traffic).keys()
    boxes = len(amal.place.boxes)
    await three.restart("amal")
    await three.settle()
    assert len(amal.place.boxes) == boxes, "told once"
    await three.call("amal", "talk.post", text="after")


async def test_puppets_together_hand_out_no_more_than_one_device(three: Town) -> None:
    """Whoever is out makes as many as they like."""
    homes = await puppets(three, "dina", "esma")
    await three.settle()
    amal = three.homes["amal"]
    before = len(amal.place.boxes)
    for home in homes:
        forger = Forger(home)
        (shared, *_) = home.place.boxes.keys() & amal.place.boxes.keys()
        for _ in range(MOST_UNASKED):
            keys = EpochKeys.make(home.place.space, forger.random)
            letter = letters.top_up(keys, amal.place.device.public, amal.place.box.public)
            await forger.send(forger.event(letter.content, kind=letter.kind), home.place.boxes[shared])
    await three.settle()
    assert len(amal.place.boxes) == before + MOST_UNASKED


async def test_what_is_to_be_told_outlives_a_restart(three: Town) -> None:
    """All who could tell are switched off right after they heard of it."""
    (dina,) = await puppets(three, "dina")
    await three.settle(0.5)
    for name in HERE:
        assert dina.place.device.public in three.homes[name].place.came
        await three.restart(name)
    assert dina.place.status == "member"
    await three.settle()
    assert dina.place.status == "out"


async def test_a_node_tells_only_so_many_in_an_hour(three: Town) -> None:
    """Or whoever is out could keep all others at work with puppets."""
    (dina,) = await puppets(three, "dina")
    space = dina.place.space
    for name in HERE:
        told = three.homes[name].up.steward._told
        while told.take(space):
            pass
    await three.settle()
    assert dina.place.status == "member"
    await three.pass_time(HOUR)
    await three.call("amal", "invite.new")
    await three.settle()
    assert dina.place.status == "out"
