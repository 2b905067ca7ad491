"""What is told of a choice beforehand is what the rules then do."""

from __future__ import annotations

import pytest

from kits.sim import Town
from tadamun.core.errors import NotAllowed, UsageError

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("who", ["amal", "badr", "celine"])
@pytest.mark.parametrize("whom", ["Amal", "Badr", "Celine"])
@pytest.mark.parametrize("level", [100, 50, 20, 0])
async def test_who_may_change_a_level_is_who_can(three: Town, who: str, whom: str, level: int) -> None:
    told = await three.call(who, "members.levels", member=whom)
    choice = next((one for one in told["choices"] if one["level"] == level), None)
    if choice is None:
        assert told["level"] == level
        return
    try:
        done = await three.call(who, "members.level", member=whom, level=level)
    except NotAllowed:
        assert choice["who"] == "nobody"
        return
    assert choice["who"] in (("alone",) if done["done"] else ("together", "few"))
    after = await three.call(who, "members.levels", member=whom)
    if done["done"]:
        assert after["level"] == level
    else:
        assert after["proposals"] == [done["proposal"]]
        [waiting] = await three.call(who, "acts.waiting")
        assert (waiting["act"], waiting["name"], waiting["level"], waiting["mine"]) == ("level", whom, level, True)
        assert (waiting["needed"], waiting["electors"]) == (choice["needed"], choice["electors"])


@pytest.mark.parametrize("who", ["amal", "badr", "celine"])
@pytest.mark.parametrize("whom", ["Amal", "Badr", "Celine"])
async def test_who_may_shut_out_a_device_is_who_can(three: Town, who: str, whom: str) -> None:
    device = next(one for one in await three.call(who, "devices.list") if one["name"] == whom)["device"]
    told = await three.call(who, "devices.revoking", device=device)
    assert (told["name"], told["live"], told["others"]) == (whom, True, 0)
    try:
        done = await three.call(who, "devices.revoke", device=device)
    except NotAllowed:
        assert told["who"] == "nobody"
    except UsageError:
        assert told["who"] == "this"
    else:
        assert told["who"] in (("alone",) if done["done"] else ("together", "few"))
        if done["done"]:
            assert (await three.call(who, "devices.revoking", device=device))["live"] is False


async def test_the_owner_of_a_device_has_no_voice_about_it(town: Town) -> None:
    """Of four electors three may sign, and two of those are enough."""
    await town.build("amal")
    await town.call("amal", "space.new", name="Circle", called="Amal")
    for name in ("badr", "dunya", "elias"):
        await town.settle()
        await town.build(name)
        await town.join(name, (await town.call("amal", "invite.new", level=50))["link"], name.title())
    await town.settle()
    await town.pass_time(3600)
    device = next(one for one in await town.call("badr", "devices.list") if one["name"] == "Dunya")["device"]
    told = await town.call("badr", "devices.revoking", device=device)
    assert (told["who"], told["needed"], told["electors"]) == ("together", 2, 3)
    done = await town.call("badr", "devices.revoke", device=device)
    assert done["done"] is False
    await town.settle()
    [asked] = await town.call("dunya", "acts.waiting")
    assert (asked["name"], asked["may"], asked["signed"], asked["needed"]) == ("Dunya", False, 1, 2)
    assert (await town.call("elias", "acts.cosign", id=done["proposal"]))["done"] is True
    await town.settle()
    assert (await town.call("amal", "devices.revoking", device=device))["live"] is False


async def test_what_leaving_leaves_behind(three: Town) -> None:
    assert await three.call("amal", "members.leaving") == {"name": "Circle", "others": 2, "governors": 1, "last": False}
    assert (await three.call("celine", "members.leaving"))["governors"] == 2


async def test_a_charter_that_waits_shows_what_it_changes(three: Town) -> None:
    await three.pass_time(3600)
    await three.call("badr", "space.amend", invite=10, newcomer_days=7)
    [waiting] = await three.call("badr", "acts.waiting")
    assert waiting["act"] == "charter"
    assert {one["what"]: (one["before"], one["after"]) for one in waiting["changes"]} == {
        "invite": (50, 10),
        "newcomer_days": (0, 7),
    }
    await three.settle()
    [asked] = await three.call("amal", "acts.waiting")
    assert (asked["may"], asked["mine"], asked["by_name"]) == (True, False, "Badr")


async def test_an_invitations_link_can_be_seen_again_where_it_was_made(three: Town) -> None:
    made = await three.call("amal", "invite.new", uses=3)
    await three.settle()
    mine = await three.call("amal", "invite.link", key=made["key"])
    assert (mine["link"], mine["left"], mine["name"], mine["may_revoke"]) == (made["link"], 3, "Amal", True)
    other = await three.call("badr", "invite.link", key=made["key"])
    assert (other["link"], other["may_revoke"]) == ("", True)
    assert (await three.call("celine", "invite.list"))[-1]["may_revoke"] is False
    await three.call("amal", "invite.revoke", key=made["key"])
    with pytest.raises(UsageError):
        await three.call("amal", "invite.link", key=made["key"])
