"""Too few left to sign a checkpoint: who is missed, what to do, and that it helps (docs/protocol/2-control.md, 2.8)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from forger import Forger

from kits.sim import Home, Town
from tadamun.core.body import spell
from tadamun.core.control import bodies
from tadamun.core.control.digests import signing_digest
from tadamun.core.errors import UsageError
from tadamun.node.quorum import Proposal, checkpoint_of

pytestmark = pytest.mark.anyio


async def founder_and(town: Town, *stewards: str) -> Town:
    await town.build("amal")
    await town.call("amal", "space.new", name="Circle", called="Amal")
    for name in stewards:
        await town.build(name)
        await town.join(name, (await town.call("amal", "invite.new", level=50))["link"], name.title())
        await town.settle()
    assert len(town.homes["amal"].place.log.state.electorate) == 1 + len(stewards)
    return town


async def governing(town: Town, name: str) -> dict[str, Any]:
    told = await town.call(name, "node.doctor")
    found: dict[str, Any] = next(one for one in told["checks"] if one["name"] == "governing")
    return found


async def height(town: Town) -> int:
    await town.settle()
    return town.homes["amal"].place.log.height


async def test_the_founder_removes_one_of_two_stewards_and_the_other_agrees(town: Town) -> None:
    await founder_and(town, "badr", "celine")
    assert (await governing(town, "amal"))["ok"]
    before = await height(town)
    badr = town.homes["badr"].me
    became = await town.call("amal", "members.remove", member="Badr", reason="agreed on Tuesday")
    assert became["done"]
    # It holds at once; and it is put to the others, for he is still missed where checkpoints are signed.
    assert badr not in town.homes["amal"].place.log.state.members
    assert await height(town) == before
    found = await governing(town, "celine")
    assert not found["ok"]
    assert found["arguments"] == {"space": "Circle", "names": "Badr", "needed": 2}
    assert (await town.call("celine", "node.status"))["spaces"][0]["cannot_sign"] == ["Badr"]
    (waiting,) = await town.call("celine", "acts.list")
    assert (waiting["what"], waiting["id"]) == ("remove Badr", became["proposal"])
    assert (await town.call("celine", "acts.cosign", id=waiting["id"]))["done"]
    assert await height(town) > before
    for name in ("amal", "celine"):
        state = town.homes[name].place.log.state
        assert state.electorate == {town.homes["amal"].me, town.homes["celine"].me}
        assert badr not in state.members
        assert (await governing(town, name))["ok"]
    await town.call("celine", "talk.post", text="on it goes")
    await town.settle()
    assert town.homes["amal"].place.log.state == town.homes["celine"].place.log.state
    # What comes later is closed to him, as it was since the first removal.
    assert town.homes["badr"].place.status == "out"


async def test_it_can_be_proposed_later_too(town: Town) -> None:
    """By the other one, when the founder's proposal never came about (an older program, a lost device)."""
    await founder_and(town, "badr", "celine")
    amal = town.homes["amal"]
    propose, amal.up.quorum.propose = amal.up.quorum.propose, _nothing  # type: ignore[method-assign]  # as one would
    await town.call("amal", "members.remove", member="Badr")
    amal.up.quorum.propose = propose  # type: ignore[method-assign]  # and back
    before = await height(town)
    assert await town.call("celine", "acts.list") == []
    asked = await town.call("celine", "members.remove", member=town.homes["badr"].me)
    assert not asked["done"]
    again = await town.call("celine", "members.remove", member=town.homes["badr"].me)
    assert again["proposal"] == asked["proposal"]  # asked for twice, proposed once
    await town.settle()
    await town.call("amal", "acts.cosign", id=asked["proposal"])
    assert await height(town) > before


async def _nothing(*_: object) -> str:
    return ""


async def test_of_two_who_sign_one_cannot_be_taken_off_but_can_come_back_and_leave(town: Town) -> None:
    await founder_and(town, "badr")
    before = await height(town)
    became = await town.call("amal", "members.remove", member="Badr")
    assert (became["done"], became["proposal"], became["standstill"]) == (True, "", True)
    await town.settle()
    found = await governing(town, "amal")
    assert not found["ok"]
    assert found["arguments"]["needed"] == 0
    assert "three stewards" in found["message"]
    with pytest.raises(UsageError, match="not a member any more"):
        await town.call("amal", "members.remove", member=town.homes["badr"].me)
    # Nor do stewards made meanwhile help: else whoever removes one could put another in their place.
    await town.build("celine")
    await town.join("celine", (await town.call("amal", "invite.new", level=50))["link"], "Celine")
    assert await height(town) == before
    assert not (await governing(town, "amal"))["ok"]


async def test_of_two_who_sign_one_is_lowered_first_and_then_removed(town: Town) -> None:
    """The way to part with the only other one: their node still signs the checkpoint at which they sign no more."""
    await founder_and(town, "badr")
    await town.call("amal", "members.level", member="Badr", level=10)
    await town.settle()
    amal = town.homes["amal"]
    assert amal.place.log.state.electorate == {amal.me}
    before = await height(town)
    became = await town.call("amal", "members.remove", member="Badr")
    assert (became["done"], became["proposal"], became["standstill"]) == (True, "", False)
    assert await height(town) > before
    assert (await governing(town, "amal"))["ok"]


async def test_what_a_lost_steward_never_signed_does_not_hold_up_the_others(town: Town) -> None:
    """Both others have signed a checkpoint that waits for him; nodes sign one a height, but not for ever."""
    await founder_and(town, "badr", "celine")
    badr = await town.off("badr")
    before = await height(town)
    await town.build("dunya")
    await town.join("dunya", (await town.call("amal", "invite.new"))["link"], "Dunya")
    assert await height(town) == before
    amal = town.homes["amal"]
    (waiting,) = _proposed(amal, before + 1)
    assert len(waiting.signatures) == 2
    became = await town.call("amal", "members.remove", member="Badr")
    await town.settle()
    await town.call("celine", "acts.cosign", id=became["proposal"])
    assert await height(town) == before + 1
    # He comes back, and hears of it; what he might still sign is of no use to him: he is out either way.
    await town.on(badr)
    await town.settle()
    assert badr.place.status == "out"
    assert town.homes["dunya"].place.log.state == amal.place.log.state


def _proposed(home: Home, at: int) -> list[Proposal]:
    found = home.up.quorum.proposals(home.place).values()
    return [one for one in found if f'"height":{at},' in one.content]


async def test_a_removed_steward_who_signs_after_all_gains_nothing(town: Town) -> None:
    await founder_and(town, "badr", "celine")
    key = town.homes["badr"].place.device
    badr = await town.off("badr")
    before = await height(town)
    await town.build("dunya")
    await town.join("dunya", (await town.call("amal", "invite.new"))["link"], "Dunya")
    await town.settle()
    amal = town.homes["amal"]
    (waiting,) = _proposed(amal, before + 1)
    became = await town.call("amal", "members.remove", member="Badr")
    await town.settle()
    await town.call("celine", "acts.cosign", id=became["proposal"])
    await town.settle()
    # His device, in other hands, completes what the others had signed before, and writes it beside the new one.
    digest = waiting.digest(amal.place.space)
    now = town.hours.now()
    signed = waiting.signatures | {key.public: (now, key.sign_digest(signing_digest(digest, now)))}
    rows = tuple(sorted((device, *row) for device, row in signed.items()))
    body = msgspec.structs.replace(checkpoint_of(waiting.content), signatures=rows)
    forger = Forger(amal, key)
    frame = {"auth": waiting.heads, "height": before, "seq": 900}
    await forger.send(forger.event(spell(body), kind=bodies.CHECKPOINT, **frame))
    await town.settle()
    for name in ("amal", "celine"):
        log = town.homes[name].place.log
        assert len(log.alarms) == 1
        assert badr.name not in {one["name"].lower() for one in await town.call(name, "people.list")}
        assert log.state.electorate == {amal.me, town.homes["celine"].me}
    # What only the other of the two covers, the next one does.
    there = await height(town)
    assert before < there <= before + 2
    await town.call("amal", "members.level", member="Dunya", level=20)
    assert await height(town) == there + 1
    await town.call("dunya", "talk.post", text="still one space")
    await town.settle()
    states = [town.homes[name].place.log.state for name in ("amal", "celine", "dunya")]
    assert states[0] == states[1] == states[2]


async def test_the_last_who_signs_does_not_leave_by_mistake(town: Town) -> None:
    await town.build("amal")
    await town.call("amal", "space.new", name="Circle", called="Amal")
    await town.build("badr")
    await town.join("badr", (await town.call("amal", "invite.new", level=10))["link"], "Badr")
    await town.settle()
    with pytest.raises(UsageError, match="last here who can sign"):
        await town.call("amal", "members.leave")
    await town.call("amal", "members.level", member="Badr", level=50)
    await town.settle()
    await town.call("amal", "members.leave")
    assert town.homes["amal"].place.status == "out"
    await town.settle()
    badr = town.homes["badr"]
    assert badr.place.log.state.electorate == {badr.me}
    assert (await governing(town, "badr"))["ok"]
    with pytest.raises(UsageError):
        await town.call("badr", "members.remove", member="Amal")


async def test_whoever_must_go_goes(town: Town) -> None:
    await town.build("amal")
    await town.call("amal", "space.new", name="Circle", called="Amal")
    await town.build("badr")
    await town.join("badr", (await town.call("amal", "invite.new", level=10))["link"], "Badr")
    await town.settle()
    await town.call("amal", "members.leave", anyway=True)
    await town.settle()
    found = await governing(town, "badr")
    assert not found["ok"]
    await town.call("badr", "talk.post", text="nobody governs, and we still talk")
