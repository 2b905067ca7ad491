"""Little that a hostile member, or who holds a link, says must not make everybody's nodes say much, or fall silent."""

from __future__ import annotations

import msgspec
import pytest
from forger import Forger
from witness import goes_on

from kits.sealed import SeededRandom
from kits.sim import Town
from tadamun.core import upkeep
from tadamun.core.b64 import to_b64
from tadamun.core.body import spell
from tadamun.core.control import bodies
from tadamun.core.event import Draft, parse
from tadamun.crypto import labels
from tadamun.crypto import link as links
from tadamun.crypto.epoch import EpochKeys
from tadamun.crypto.invite import Invite
from tadamun.crypto.keys import SigningKey
from tadamun.crypto.lockbox import seal_to
from tadamun.node import arrival
from tadamun.node.place import Mailbox
from tadamun.node.welcome import send
from tadamun.store import log

pytestmark = pytest.mark.anyio


def said(town: Town, kind: int) -> int:
    """How many events of a kind there are, whoever's."""
    home = town.homes["amal"]
    return len(log.of_kind(home.up.vault.read, home.place.ref, kind))


async def test_asking_for_a_secret_again_and_again(three: Town) -> None:
    amal = three.homes["amal"]
    amal.up.desk.rotate(amal.place)
    await three.settle()
    celine = Forger(three.homes["celine"])
    best = three.homes["amal"].place.best_epoch()
    assert best is not None
    before = said(three, upkeep.LOCKBOXES)
    for _ in range(40):
        await celine.send(celine.event(spell(upkeep.Need(epoch=best.id)), kind=upkeep.NEED))
        await three.settle(0)
    await three.settle()
    assert said(three, upkeep.LOCKBOXES) - before <= 6  # two others, three times each
    await goes_on(three)


async def test_epochs_whose_secret_nobody_gets(three: Town) -> None:
    celine = Forger(three.homes["celine"])
    for _ in range(30):
        keys = EpochKeys.make(three.homes["celine"].place.space, celine.random)
        body = bodies.Epoch(epoch=keys.id, parents=(), boxes="00" * 32)
        await celine.send(celine.event(spell(body), kind=bodies.EPOCH))
        await three.settle(10)
    await three.settle()
    assert said(three, upkeep.NEED) <= 3 * 12  # Celine's own node asks as well
    await goes_on(three)


async def test_signatures_of_those_who_do_not_count_cost_nothing(three: Town) -> None:
    celine = Forger(three.homes["celine"])
    quorum = three.homes["amal"].up.quorum
    body = bodies.Remove(member=three.homes["badr"].me, cut=(), reason="", cosign=())
    heads = three.homes["amal"].place.log.heads
    for n in range(50):
        content = spell(replace_reason(body, str(n)))
        cosign = upkeep.Cosign(kind=bodies.REMOVE, content=content, heads=heads, time=0, sig="00" * 64)
        await celine.send(celine.event(spell(cosign), kind=upkeep.COSIGN))
    await three.settle()
    assert said(three, upkeep.COSIGN) >= 50
    quorum.proposals(three.homes["amal"].place)
    assert len(quorum._checked) < 50
    await goes_on(three)


def replace_reason(body: bodies.Remove, reason: str) -> bodies.Remove:
    return msgspec.structs.replace(body, reason=reason)


async def guest(three: Town, name: str = "dina", **how: int) -> str:
    await three.build(name)
    link: str = (await three.call("amal", "invite.new", **how))["link"]
    return link


async def test_an_ask_repeated_without_end_is_not_answered_without_end(three: Town) -> None:
    """Each answer carries the control log: by one who is in already, and by devices that nobody let in."""
    link = await guest(three)
    await three.join("dina", link, "Dina")
    await three.settle()
    dina = three.homes["dina"]
    mailbox, content = arrival.request(dina.place, links.decode(link))
    before = len(three.homes["amal"].wire.traffic)
    for _ in range(30):
        await send(dina.up.desk, dina.place, mailbox, upkeep.JOIN, content)
        await three.settle(0)
    await three.settle()
    more = len(three.homes["amal"].wire.traffic) - before
    assert more <= 30 + 2 * 3 * 2, more  # the asks; two who may admit, three times, in at most two letters
    await goes_on(three)


def seat(town: Town, link: str) -> Mailbox:
    found = links.decode(link)
    return Mailbox(Invite(found.space, found.secret).mailbox, "invite")


async def test_an_answer_by_whoever_holds_the_link_is_not_taken_for_one(three: Town) -> None:
    """Amal is not there when Dina asks; somebody else with the link leaves rubbish addressed to Dina."""
    link = await guest(three, uses=9)
    await three.settle()
    await three.off("badr")
    amal = await three.off("amal")
    await three.join("dina", link, "Dina")
    dina = three.homes["dina"]
    stranger = Forger(dina, SigningKey.make(SeededRandom(7)))
    body = upkeep.Welcome(to=dina.place.device.public, box="AAAA")
    frame = (("h", dina.place.space),)
    fake = stranger.signer.sign_event(Draft(upkeep.WELCOME, spell(body), frame, 2**40))
    await stranger.send(fake, seat(three, link))
    # Amal's computer had taken both in, and was switched off before it could answer.
    for _, stored in dina.wire.held():
        await amal.wire.put([(parse(stored.raw), stored.raw)])
    await three.on(amal)
    while await three.drive(amal, amal.up.intake.step()):
        pass
    await three.restart("amal")
    await three.settle()
    assert three.homes["dina"].place.status == "member"


async def test_a_refusal_is_not_the_last_word(three: Town) -> None:
    """A member, or who was one when the link was made, reads the ask and can be quicker than those who may admit."""
    link = await guest(three)
    await three.settle()
    three.medium.split(["amal", "badr"], ["celine", "dina"])
    celine = three.homes["celine"]
    await three.join("dina", link, "Dina")
    await three.work(celine)

    dina = three.homes["dina"]
    answer = upkeep.JoinAnswer(refused="revoked", epochs=(), events=())
    box = seal_to(
        dina.place.box.public, msgspec.json.encode(answer), labels.welcome(dina.place.space, dina.place.device.public)
    )
    body = upkeep.Welcome(to=dina.place.device.public, box=to_b64(box))
    await send(celine.up.desk, celine.place, seat(three, link), upkeep.WELCOME, spell(body))
    await three.settle()
    assert dina.place.refused == "revoked"
    three.medium.heal()
    await three.settle()
    assert (dina.place.status, dina.place.refused) == ("member", "")
