"""Whoever was removed comes back by an invitation that is given anew, as who they were, and by no other."""

from __future__ import annotations

import pytest

from kits.sim import Town
from tadamun.core.errors import NotAllowed

pytestmark = pytest.mark.anyio


async def removed(town: Town, who: str = "celine") -> str:
    """Their member id."""
    member = town.homes[who].place.me
    await town.call("amal", "members.remove", member=who.title())
    await town.settle()
    assert town.homes[who].place.status == "out"
    return member


async def texts(town: Town, who: str) -> set[str]:
    return {post["text"] for post in (await town.call(who, "talk.read"))["posts"]}


async def test_they_are_who_they_were_and_read_and_write_again(three: Town) -> None:
    await three.call("celine", "talk.post", text="of before")
    await three.settle()
    member = await removed(three)
    await three.call("badr", "talk.post", text="while she was out")
    await three.settle()
    link = (await three.call("amal", "invite.new", level=10))["link"]
    await three.join("celine", link, "Celine")
    await three.settle()
    place = three.homes["celine"].place
    assert (place.status, place.me) == ("member", member)
    people = {one["name"]: one["member"] for one in await three.call("badr", "people.list")}
    assert people["Celine"] == member
    await three.call("celine", "talk.post", text="back")
    await three.call("badr", "talk.post", text="welcome back")
    await three.settle()
    for who in ("amal", "badr"):
        assert {"of before", "back"} <= await texts(three, who)
    assert {"of before", "back", "welcome back"} <= await texts(three, "celine")
    for who in ("celine", "amal"):
        await three.restart(who)
    assert three.homes["celine"].place.status == "member"
    await three.call("celine", "talk.post", text="and after a restart")
    await three.settle()
    assert "and after a restart" in await texts(three, "badr")
    assert (await three.call("amal", "members.removal", member="Celine"))["status"] == "member"


async def test_a_link_from_before_lets_nobody_back_in(three: Town) -> None:
    old = (await three.call("badr", "invite.new", uses=5))["link"]
    await three.settle()
    await removed(three)
    await three.join("celine", old, "Celine")
    await three.settle()
    assert three.homes["celine"].place.refused == "not-valid"
    assert three.homes["celine"].place.status != "member"
    assert three.homes["celine"].place.me not in three.homes["amal"].place.log.state.members
    # One that is given anew does.
    link = (await three.call("badr", "invite.new"))["link"]
    await three.settle()
    await three.join("celine", link, "Celine")
    await three.settle()
    assert three.homes["celine"].place.status == "member"


async def test_a_device_that_was_shut_out_by_itself_does_not_come_back(three: Town) -> None:
    device = three.homes["celine"].place.device.public
    await three.call("amal", "devices.revoke", device=device)
    await three.settle()
    assert three.homes["celine"].place.status == "out"
    link = (await three.call("amal", "invite.new"))["link"]
    await three.join("celine", link, "Celine")
    await three.settle()
    assert device not in three.homes["amal"].place.log.state.live_devices()
    assert three.homes["celine"].place.status != "member"


async def test_whoever_left_comes_back_the_same_way(three: Town) -> None:
    member = three.homes["celine"].place.me
    await three.call("celine", "members.leave")
    await three.settle()
    link = (await three.call("amal", "invite.new"))["link"]
    await three.join("celine", link, "Celine")
    await three.settle()
    place = three.homes["celine"].place
    assert (place.status, place.me) == ("member", member)


async def test_a_link_for_a_device_brings_nobody_back(three: Town) -> None:
    link = (await three.call("celine", "devices.add"))["link"]
    await removed(three)
    with pytest.raises(NotAllowed, match="does not bring it back"):
        await three.call("celine", "join", link=link, called="")
