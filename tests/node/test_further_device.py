"""Another device of the same person: let in by a device link, and only as that person's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kits.sim import Town
from tadamun.core import upkeep
from tadamun.core.errors import UsageError
from tadamun.crypto import link as links
from tadamun.node import arrival
from tadamun.node.welcome import send

pytestmark = pytest.mark.anyio


async def two(town: Town) -> str:
    """Amal and Badr in one space; a device link of Badr's, and a phone to use it on."""
    for name in ("amal", "badr", "phone"):
        await town.build(name)
    await town.call("amal", "space.new", name="Circle", called="Amal")
    await town.join("badr", (await town.call("amal", "invite.new"))["link"], "Badr")
    await town.settle()
    link: str = (await town.call("badr", "devices.add"))["link"]
    return link


def live(town: Town, whose: str) -> int:
    """How many devices of a member Amal's node knows."""
    known = town.homes["amal"].place.log.state.live_devices().values()
    return sum(device.member == town.homes[whose].me for device in known)


async def test_a_further_device_speaks_as_the_same_person(town: Town) -> None:
    link = await two(town)
    await town.join("phone", link, "")
    await town.settle()
    assert town.homes["phone"].me == town.homes["badr"].me
    assert (live(town, "amal"), live(town, "badr")) == (1, 2)
    await town.call("phone", "talk.post", text="from the tram")
    await town.settle()
    (thread,) = (await town.call("amal", "talk.threads"))["threads"]
    assert thread["author"] == town.homes["badr"].me


async def test_a_device_link_is_good_for_an_hour(town: Town) -> None:
    link = await two(town)
    await town.pass_time(arrival.DEVICE_LINK_LIFE)
    await town.join("phone", link, "")
    await town.settle()
    assert town.homes["phone"].place.refused == "expired"
    assert live(town, "badr") == 1


async def test_a_device_link_serves_once(town: Town) -> None:
    link = await two(town)
    await town.join("phone", link, "")
    await town.settle()
    await town.build("second")
    await town.join("second", link, "")
    await town.settle()
    assert town.homes["second"].place.status == "joining"
    assert live(town, "badr") == 2


async def test_a_device_that_signed_for_another_member_is_refused(town: Town) -> None:
    link = replace(links.decode(await two(town)), member=town.homes["amal"].me)
    await town.join("phone", links.encode(link), "")
    await town.settle()
    assert town.homes["phone"].place.refused == "not-valid"
    assert (live(town, "amal"), live(town, "badr")) == (1, 1)


async def test_a_person_whose_device_signed_for_another_is_refused(town: Town) -> None:
    await two(town)
    link = links.decode((await town.call("amal", "invite.new"))["link"])
    phone = town.homes["phone"]
    with phone.up.vault.write() as tx:
        place = arrival.new_place(tx, link, phone.up.ledger.mail, phone.up.clock.now(), phone.up.random)
    place.me = town.homes["badr"].me
    phone.up.new_place(place)
    mailbox, content = arrival.request(place, link)
    await town.drive(phone, send(phone.up.desk, place, mailbox, upkeep.JOIN, content))
    await town.settle()
    assert place.refused == "not-valid"
    assert (live(town, "amal"), live(town, "badr")) == (1, 1)


async def test_a_link_that_was_withdrawn_lets_no_device_in(town: Town) -> None:
    link = await two(town)
    [open_] = await town.call("badr", "devices.links")
    assert open_["expires"] - open_["made"] == arrival.DEVICE_LINK_LIFE
    assert "secret" not in open_
    with pytest.raises(UsageError, match="There is no such link"):
        await town.call("badr", "devices.withdraw", key="f" * 64)
    assert await town.call("badr", "devices.withdraw", key=open_["key"][:8]) == {"key": open_["key"]}
    assert await town.call("badr", "devices.links") == []
    await town.join("phone", link, "")
    await town.settle()
    assert town.homes["phone"].place.status == "joining"
    assert live(town, "badr") == 1
    with pytest.raises(UsageError, match="There is no such link"):
        await town.call("badr", "devices.withdraw", key=open_["key"])


async def test_links_that_are_used_or_over_are_not_listed(town: Town) -> None:
    link = await two(town)
    await town.call("amal", "invite.new")  # another sort of link
    assert await town.call("amal", "devices.links") == []
    assert len(await town.call("badr", "devices.links")) == 1
    await town.join("phone", link, "")
    await town.settle()
    assert await town.call("badr", "devices.links") == []
    await town.call("badr", "devices.add")
    await town.pass_time(arrival.DEVICE_LINK_LIFE)
    assert await town.call("badr", "devices.links") == []
