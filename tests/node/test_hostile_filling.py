"""Who fills others' disks: by an invite's mailbox, and by parts of checkpoints that never were."""

from __future__ import annotations

import hashlib

import pytest
from forger import Forger
from witness import goes_on

from kits.sealed import SeededRandom
from kits.sim import Home, Town
from tadamun.core import upkeep
from tadamun.core.b64 import to_b64
from tadamun.core.body import spell
from tadamun.core.event import Draft
from tadamun.crypto import link as links
from tadamun.crypto.invite import Invite
from tadamun.crypto.keys import SigningKey
from tadamun.node import intake
from tadamun.node.place import Mailbox

pytestmark = pytest.mark.anyio


def held(home: Home, mailbox: Mailbox) -> int:
    """Bytes in that mailbox of a home's wire store."""
    return sum(len(kept.raw) for event, kept in home.wire.held() if event.tags[0][1] == mailbox.keys.mailbox.public)


async def test_an_invites_mailbox_is_not_for_storing_things(three: Town) -> None:
    """By somebody who has the link, even long after it was taken back: they know the mailbox's key."""
    made = await three.call("amal", "invite.new")
    await three.settle()
    await three.call("amal", "invite.revoke", key=made["key"])
    await three.settle()
    link = links.decode(made["link"])
    mailbox = Mailbox(Invite(link.space, link.secret).mailbox, "invite")
    amal = three.homes["amal"]
    stranger = Forger(amal, SigningKey.make(SeededRandom(8)))
    frame = (("h", link.space),)
    await stranger.send(stranger.signer.sign_event(Draft(11, "x" * 30_000, frame, 1)), mailbox)
    await three.settle()
    assert held(amal, mailbox) == 0
    body = spell(upkeep.JoinRequest(box="A" * 4_000))
    room = amal.up.intake
    room._letters[mailbox.id] = 2 * intake.LETTERS - 10_000  # as if so much had come before
    for n in range(20):
        await stranger.send(stranger.signer.sign_event(Draft(upkeep.JOIN, body, frame, n)), mailbox)
    await three.settle()
    assert 0 < held(amal, mailbox) < 20_000
    await goes_on(three)


async def test_parts_that_no_checkpoint_names_are_not_handed_to_newcomers(three: Town) -> None:
    celine = Forger(three.homes["celine"])
    for n in range(30):
        data = bytes([n]) * 20_000
        part = upkeep.CheckpointPart(hash=hashlib.sha256(data).hexdigest(), data=to_b64(data))
        await celine.send(celine.event(spell(part), kind=upkeep.PART))
    await three.settle()
    await three.build("dina")
    link = (await three.call("amal", "invite.new"))["link"]
    await three.settle()
    before = set(three.homes["amal"].wire.traffic)
    await three.join("dina", link, "Dina")
    await three.settle()
    assert three.homes["dina"].place.status == "member"
    more = sum(len(raw) for i, raw in three.homes["amal"].wire.traffic.items() if i not in before)
    assert more < 300_000, more
    await goes_on(three)
