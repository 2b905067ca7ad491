"""What is said beforehand of who will read something is what then happens."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from kits.sim import Town
from tadamun.core.body import spell
from tadamun.core.control import bodies
from tadamun.core.errors import NotAllowed, UsageError
from tadamun.node.letters import Letter

pytestmark = pytest.mark.anyio
HOUR = 3_600


async def who_reads(town: Town, post: str) -> set[str]:
    await town.settle()
    found = set()
    for name in town.homes:
        for private in (False, True):
            posts = (await town.call(name, "talk.read", private=private))["posts"]
            found |= {name.title() for one in posts if one["id"] == post}
    return found


@pytest.mark.parametrize("fields", [{}, {"expires": 3 * HOUR}, {"expires": 30 * 24 * HOUR}, {"to": "Badr"},
                                    {"to": "Badr", "expires": HOUR}])  # fmt: skip
async def test_those_named_read_it_and_nobody_else(three: Town, fields: dict[str, Any]) -> None:
    told = await three.call("amal", "talk.audience", **fields)
    said = await three.call("amal", "talk.post", text="hello", **fields)
    assert await who_reads(three, said["id"]) == {one["name"] for one in told["members"]}
    assert told["count"] == len(told["members"])
    assert (told["until"], told["private"], told["may_write"]) == (said["expires_at"], said["private"], True)
    assert [one["name"] for one in told["members"] if one["me"]] == ["Amal"]
    answer = await three.call("amal", "talk.audience", reply_to=said["id"], expires=60 * 24 * HOUR)
    edit = await three.call("amal", "talk.audience", edit=said["id"])
    for other in (answer, edit):
        assert {one["member"] for one in other["members"]} == {one["member"] for one in told["members"]}
        if told["until"]:
            assert other["until"] == told["until"]
    assert edit["until"] == told["until"]


@pytest.mark.parametrize(("history", "later"), [("all", "all"), ("joining", "none"), ("days:3", "days")])
async def test_whoever_joins_later_is_told_of_truly(town: Town, history: str, later: str) -> None:
    await town.build("amal")
    await town.call("amal", "space.new", name="Circle", called="Amal", history=history)
    told = await town.call("amal", "talk.audience")
    assert (told["later"], told["later_days"], told["count"]) == (later, 3 if later == "days" else 0, 1)
    assert ("later" in {one["id"] for one in told["not_promised"]}) is (later != "none")
    for_a_while = await town.call("amal", "talk.audience", expires=HOUR)
    assert for_a_while["later"] == "none"
    said = await town.call("amal", "talk.post", text="hello")
    passing = await town.call("amal", "talk.post", text="hello", expires=24 * HOUR)
    await town.settle()
    await town.build("badr")
    await town.join("badr", (await town.call("amal", "invite.new"))["link"], "Badr")
    await town.settle()
    assert ("Badr" in await who_reads(town, said["id"])) is (later != "none")
    assert "Badr" not in await who_reads(town, passing["id"])


async def test_since_when_they_belong_and_with_what_is_told(three: Town) -> None:
    told = await three.call("celine", "talk.audience")
    by_name = {one["name"]: one for one in told["members"]}
    assert [by_name[name]["level"] for name in ("Amal", "Badr", "Celine")] == [100, 50, 10]
    assert all(one["devices"] == 1 for one in told["members"])
    assert by_name["Amal"]["since"] <= by_name["Badr"]["since"] or not by_name["Amal"]["since"]
    assert told["members"][0]["me"]
    assert told["space_name"] == "Circle"


async def test_who_was_removed_is_no_part_of_it(three: Town) -> None:
    await three.call("badr", "talk.post", text="here")
    await three.settle()
    await three.call("amal", "members.remove", member="Celine")
    assert {one["name"] for one in (await three.call("amal", "talk.audience"))["members"]} == {"Amal", "Badr"}
    with pytest.raises(UsageError):
        await three.call("amal", "talk.audience", to="Celine")
    await three.settle()
    with pytest.raises(NotAllowed):
        await three.call("celine", "talk.audience")


async def test_who_may_not_write_is_told_before(three: Town) -> None:
    home = three.homes["amal"]
    strict = msgspec.structs.replace(home.place.log.state.charter, write=20)
    amend = Letter(bodies.CHARTER, spell(bodies.Amend(charter=strict, cosign=())))
    await three.drive(home, home.up.desk.act(home.place.space, [amend]))
    await three.settle()
    for who, may in (("badr", True), ("celine", False)):
        before = three.homes[who].place.next_in_chain("")
        assert (await three.call(who, "talk.audience"))["may_write"] is may
        assert three.homes[who].place.next_in_chain("") == before, "asking says nothing"
        if not may:
            with pytest.raises(NotAllowed):
                await three.call(who, "talk.post", text="no")
    assert (await three.call("celine", "talk.audience", to="Badr"))["may_write"] is True
    await three.call("celine", "talk.post", text="but this", to="Badr")


async def test_a_circle_is_told_by_name(three: Town) -> None:
    told = await three.call("amal", "talk.audience", circle=["Badr", three.homes["celine"].me], expires=HOUR)
    assert [one["name"] for one in told["members"]] == ["Amal", "Badr", "Celine"]
    assert told["private_names"] == ["Badr", "Celine"]
    assert set(told["private"].split(",")) == {three.homes[name].me for name in ("badr", "celine")}
    assert (told["count"], told["later"], told["may_write"]) == (3, "none", True)
    assert any("circle" in one["message"] for one in told["not_promised"])
    await three.call("amal", "members.remove", member=three.homes["celine"].me)
    await three.settle()
    told = await three.call("amal", "talk.audience", circle=[three.homes[name].me for name in ("badr", "celine")])
    assert told["private_names"] == ["Badr"]
    with pytest.raises(UsageError):
        await three.call("amal", "talk.audience", circle=["Badr", "Nobody"])


@pytest.mark.parametrize(
    "wrong",
    [{"to": "Amal"}, {"to": "Nobody"}, {"expires": -1}, {"expires": 2 * 366 * 24 * HOUR}, {"reply_to": "zz"},
     {"edit": "ffff"}, {"text": "x"}],
)  # fmt: skip
async def test_what_could_not_be_posted_has_no_audience(three: Town, wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        await three.call("amal", "talk.audience", **wrong)
