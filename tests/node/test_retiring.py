"""Mailboxes of invitations: kept for a while after they let nobody in any more, then given up by everybody."""

from __future__ import annotations

import pytest

from kits.sim import Home, Town
from tadamun.core.ports import Filter
from tadamun.crypto.invite import Invite
from tadamun.crypto.link import decode
from tadamun.node.retiring import KEPT
from tadamun.store import epochs, meta, spaces

pytestmark = pytest.mark.anyio
DAY = 86_400


def mailbox(link: str) -> tuple[str, str]:
    """(epoch id, mailbox's public key) that a link leads to."""
    told = decode(link)
    keys = Invite(told.space, told.secret).mailbox
    return keys.id, keys.mailbox.public


async def traces(home: Home, link: str) -> list[str]:
    """What a node still has of a link's mailbox."""
    epoch, public = mailbox(link)
    node, place = home.up, home.place
    found = {
        "secret": epoch in {kept.id for kept in epochs.every(node.vault.read, place.ref)},
        "in memory": epoch in place.boxes,
        "served": public in node.known,
        "proved": public in {box.keys.mailbox.public for box in place.proven(2_000)},
        "letters": bool(await node.wire.count(Filter(kinds=(3700,), tags=(("p", (public,)),)))),
        "marked": bool(meta.beginning(node.vault.read, f"closed:{place.ref}:{epoch}")),
    }
    return [name for name, there in found.items() if there]


async def test_a_used_up_mailbox_is_given_up_by_everybody(three: Town) -> None:
    await three.build("dunya")
    link = (await three.call("amal", "invite.new"))["link"]
    await three.join("dunya", link, "Dunya")
    await three.settle()
    await three.pass_time(20)
    assert "letters" in await traces(three.homes["badr"], link)
    await three.pass_time(KEPT - 60)
    assert "served" in await traces(three.homes["badr"], link)
    await three.pass_time(120)
    await three.pass_time(20)
    for home in three.homes.values():
        assert await traces(home, link) == [], home.name
        assert [box.id for box in home.place.mailboxes() if box.use == "invite"] == []
    assert spaces.invites(three.homes["amal"].up.vault.read, three.homes["amal"].place.ref) == []
    for name in list(three.homes):
        await three.restart(name)
    await three.pass_time(20)
    assert all([await traces(home, link) == [] for home in three.homes.values()])
    await three.call("dunya", "talk.post", text="still here")
    await three.settle()
    assert three.homes["amal"].place.log.state == three.homes["dunya"].place.log.state


@pytest.mark.parametrize("how", ["revoked", "expired"])
async def test_whoever_comes_late_is_told_why_and_later_nobody_hears_them(three: Town, how: str) -> None:
    made = await three.call("amal", "invite.new", uses=50, expires=DAY if how == "expired" else 0)
    await three.settle()
    if how == "revoked":
        await three.call("amal", "invite.revoke", key=made["key"])
        await three.settle()
        await three.pass_time(20)
        await three.pass_time(KEPT - DAY)
    else:
        await three.pass_time(DAY)
        await three.pass_time(KEPT - DAY)
    await three.build("dunya")
    await three.join("dunya", made["link"], "Dunya")
    await three.settle()
    assert three.homes["dunya"].place.refused == how
    await three.pass_time(2 * DAY)
    await three.pass_time(20)
    for name in ("amal", "badr", "celine"):
        assert await traces(three.homes[name], made["link"]) == [], name
    # A letter that comes now is for a mailbox that nobody here reads.
    await three.join("dunya", made["link"], "Dunya")
    await three.settle()
    assert "Dunya" not in {one["name"] for one in await three.call("amal", "people.list")}


async def test_an_expired_one_does_not_come_back_with_the_next_control_event(three: Town) -> None:
    made = await three.call("amal", "invite.new", uses=50, expires=DAY)
    await three.settle()
    for _ in range(2):
        await three.pass_time(KEPT + DAY)
    assert made["key"] in three.homes["badr"].place.log.state.invites
    await three.call("amal", "members.level", member=three.homes["celine"].me, level=20)
    await three.settle()
    for home in three.homes.values():
        assert await traces(home, made["link"]) == []


async def test_an_open_one_is_kept_and_what_was_closed_by_a_void_act_too(three: Town) -> None:
    made = await three.call("amal", "invite.new", uses=50, expires=0)
    await three.settle()
    badr = await three.off("badr")
    await three.call("amal", "members.remove", member=badr_id(three))
    await three.settle()
    # Badr, who has not heard, takes the invite back; his act turns out void.
    await three.on(badr)
    await three.call("badr", "invite.revoke", key=made["key"])
    await three.settle()
    amal = three.homes["amal"].place
    assert [one.event.kind for one in amal.log.events() if not amal.log.effective(one.event.id)] == [3703]
    for _ in range(3):
        await three.pass_time(KEPT)
    for name in ("amal", "celine"):
        assert "served" in await traces(three.homes[name], made["link"]), name
        assert "marked" not in await traces(three.homes[name], made["link"]), name


def badr_id(town: Town) -> str:
    names = {one.name: one for one in town.homes.values()}
    state = names["amal"].place.log.state
    return next(key for key, one in state.members.items() if one.level == 50)


async def test_who_began_at_a_later_checkpoint_lets_people_in_by_older_invites(three: Town) -> None:
    made = await three.call("amal", "invite.new", uses=50, level=10)
    await three.settle()
    await three.build("dunya")
    # A checkpoint covers the invite; the link of the next one begins there.
    await three.call("amal", "members.level", member=three.homes["celine"].me, level=20)
    await three.settle()
    await three.join("dunya", (await three.call("amal", "invite.new", level=50))["link"], "Dunya")
    await three.settle()
    assert "served" in await traces(three.homes["dunya"], made["link"])
    for name in ("amal", "badr", "celine"):
        await three.off(name)
    await three.build("elias")
    await three.join("elias", made["link"], "Elias")
    await three.settle()
    assert three.homes["elias"].place.status == "member"


async def test_a_device_link_that_was_used(three: Town) -> None:
    made = await three.call("celine", "devices.add")
    await three.build("phone")
    await three.join("phone", made["link"], "Celine")
    await three.settle()
    assert three.homes["phone"].place.status == "member"
    unused = await three.call("celine", "devices.add")
    await three.pass_time(20)
    await three.pass_time(KEPT)
    await three.pass_time(20)
    for name in ("celine", "phone"):
        assert await traces(three.homes[name], made["link"]) == [], name
    assert "served" in await traces(three.homes["celine"], unused["link"])
    # It is too old to be used, and goes as all the others do.
    await three.pass_time(KEPT)
    await three.pass_time(20)
    assert await traces(three.homes["celine"], unused["link"]) == []
