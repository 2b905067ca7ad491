"""What is said later is said once, at a moment nobody chose, whatever happens to the node; or not at all."""

from __future__ import annotations

from typing import Any

import pytest

from kits.notes import NOTE, saying, with_notes
from kits.sim import Home, Town
from tadamun.core.errors import NotAllowed, UsageError
from tadamun.core.ports import Mask, Saying

pytestmark = pytest.mark.anyio
HOUR = 3_600


@pytest.fixture
async def noting(three: Town) -> Town:
    three.parts = with_notes()
    for name in ("amal", "badr", "celine"):
        await three.restart(name)
    await three.settle()
    return three


async def later(town: Town, who: str, what: Saying, after: int = 0, within: int = HOUR) -> str:
    home = town.homes[who]
    return await town.drive(home, home.up.bench.say_later(home.place.space, what, after, within))


def waits(home: Home) -> list[Any]:
    return home.up.bench.later(home.place.space)


async def texts(town: Town, who: str) -> list[str]:
    return [note["text"] for note in await town.call(who, "notes.all")]


async def test_it_waits_in_sight_and_is_said_once_within_its_span(noting: Town) -> None:
    amal, start = noting.homes["amal"], int(noting.hours.at)
    name = await later(noting, "amal", saying("a need"), after=600, within=HOUR)
    (one,) = waits(amal)
    assert (one.name, one.saying, one.problem) == (name, saying("a need"), "")
    assert start + 600 <= one.at <= start + HOUR
    await noting.pass_time(599)
    assert await texts(noting, "amal") == []
    await noting.pass_time(HOUR)
    assert waits(amal) == []
    for _ in range(3):
        await noting.pass_time(HOUR)
    for who in ("amal", "badr", "celine"):
        assert await texts(noting, who) == ["a need"]
    assert not await noting.drive(amal, amal.up.bench.withdraw(amal.place.space, name)), "it was said"


async def test_moments_differ(noting: Town) -> None:
    for n in range(12):
        await later(noting, "amal", saying(str(n)))
    assert len({one.at for one in waits(noting.homes["amal"])}) > 6


async def test_a_restart_does_not_lose_it_and_does_not_say_it_twice(noting: Town) -> None:
    await later(noting, "amal", saying("a need"))
    await noting.restart("amal")
    await noting.settle()
    assert await texts(noting, "amal") == []
    home = await noting.off("amal")
    noting.hours.at += 2 * HOUR
    await noting.on(home)
    await noting.settle()
    await noting.restart("amal")
    await noting.settle()
    for who in ("amal", "badr"):
        assert await texts(noting, who) == ["a need"]


async def test_what_is_withdrawn_is_not_said_and_not_kept(noting: Town) -> None:
    amal = noting.homes["amal"]
    name = await later(noting, "amal", saying("zanzibar"))
    other = await later(noting, "amal", saying("stays"))
    assert await noting.drive(amal, amal.up.bench.withdraw(amal.place.space, name))
    assert not await noting.drive(amal, amal.up.bench.withdraw(amal.place.space, name))
    assert [one.name for one in waits(amal)] == [other]
    assert not amal.up.vault.read.execute("SELECT 1 FROM meta WHERE instr(value, 'zanzibar')")
    await noting.pass_time(2 * HOUR)
    assert await texts(noting, "badr") == ["stays"]


async def test_it_is_said_as_things_stand_by_then(noting: Town) -> None:
    """To those of a circle who still belong, by the rules of then; what they refuse is told and not tried again."""
    amal, celine = noting.homes["amal"], noting.homes["celine"]
    await later(noting, "amal", saying("to both", [noting.homes["badr"].me, celine.me]))
    await later(noting, "amal", saying("to celine", [celine.me]))
    await later(noting, "celine", saying("by celine"))
    await noting.call("amal", "members.remove", member=celine.me)
    await noting.settle()
    for _ in range(2):
        await noting.pass_time(2 * HOUR)
    assert await texts(noting, "badr") == ["to both"]
    (refused,) = waits(amal)
    assert refused.saying.audience.members == (celine.me,)
    assert "not a member" in refused.problem
    (refused,) = waits(celine)
    assert refused.problem
    assert (await noting.call("amal", "node.status"))["errands_failed"] == {}
    with pytest.raises(NotAllowed):
        await later(noting, "celine", saying("more"))


async def test_what_cannot_be(noting: Town) -> None:
    with pytest.raises(UsageError):
        await later(noting, "amal", saying("to nobody", ["ab" * 32, "cd" * 32]))
    with pytest.raises(ValueError, match="span"):
        await later(noting, "amal", saying("backwards"), after=10, within=5)
    with pytest.raises(ValueError, match="mask"):
        await later(noting, "amal", Saying(NOTE, "{}", mask=Mask(scope="x")))
    assert waits(noting.homes["amal"]) == []


async def test_a_forgotten_space_takes_it_along(noting: Town) -> None:
    await later(noting, "badr", saying("zanzibar"))
    space = noting.homes["badr"].place.space
    await noting.call("badr", "space.forget", space=space, confirm=space)
    assert not noting.homes["badr"].up.vault.read.execute("SELECT 1 FROM meta WHERE instr(value, 'zanzibar')")
