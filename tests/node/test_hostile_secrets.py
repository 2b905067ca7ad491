"""Secrets that a hostile member hands out: for after their removal, for ever, or without end."""

from __future__ import annotations

import pytest
from forger import Forger
from thief import Thief, texts
from witness import goes_on

from kits.sim import Home, Town
from tadamun.core import upkeep
from tadamun.core.body import spell
from tadamun.core.control.bodies import EPOCH, Epoch
from tadamun.crypto.epoch import EpochKeys
from tadamun.node import letters
from tadamun.node.channels import HOUR, LONGEST
from tadamun.node.mail import MONTH, MOST_GIVEN

pytestmark = pytest.mark.anyio


async def prepare(forger: Forger, expires_at: int, readers: list[Home]) -> EpochKeys:
    """A bucket whose maker lists these devices, and keeps the secret."""
    prekeys = {home.place.device.public: home.place.prekeys[-1][0].public for home in readers}
    keys, made = letters.bucket(forger.home.place.space, expires_at, prekeys, forger.random)
    for letter in made:
        await forger.send(forger.event(letter.content, kind=letter.kind))
    return keys


async def test_a_bucket_made_for_after_ones_removal_is_not_used(three: Town) -> None:
    """Celine foresees that she will be shut out, and prepares a secret for exactly those who will be left."""
    amal, badr, celine = (three.homes[name] for name in ("amal", "badr", "celine"))
    end = -(-(three.hours.now() + HOUR) // HOUR) * HOUR
    keys = await prepare(Forger(celine), end, [amal, badr])
    await three.settle()
    thief = Thief(celine)
    thief.epochs[keys.id] = keys
    await three.call("amal", "members.remove", member=celine.me)
    await three.settle()
    await three.call("amal", "talk.post", text="heron at noon", expires=end - three.hours.now())
    await three.settle()
    traffic = [raw for home in three.homes.values() for raw in home.wire.traffic.values()]
    assert "heron at noon" not in texts(thief.read(traffic).values())
    assert "heron at noon" in repr(await three.call("badr", "talk.threads"))


async def test_a_bucket_is_no_epoch_whatever_a_control_event_says(three: Town) -> None:
    """Dina came after a post that expires, and begins an "epoch" with the id of its bucket: she would be topped up, and
    all others would send there, where nobody takes it from them."""
    amal = three.homes["amal"]
    await three.call("amal", "talk.post", text="heron at noon", expires=HOUR)
    await three.build("dina")
    await three.join("dina", (await three.call("amal", "invite.new", level=10))["link"], "Dina")
    await three.settle()
    (bucket,) = (box.id for box in amal.place.boxes.values() if box.use == "bucket")
    dina = three.homes["dina"]
    forger = Forger(dina)
    body = Epoch(epoch=bucket, parents=(), boxes="ab" * 32)
    await forger.send(forger.event(spell(body), kind=EPOCH))
    await three.settle()
    assert bucket in amal.place.log.state.epochs
    await forger.send(forger.event(spell(upkeep.Need(epoch=bucket)), kind=upkeep.NEED))
    await three.settle()
    assert bucket not in dina.place.boxes
    await goes_on(three)
    assert bucket not in {parent for _, parent in amal.place.linked}


async def test_a_secret_that_expires_never_is_not_taken(three: Town) -> None:
    """It would be watched for ever, and old prekeys kept for its sake."""
    amal, celine = three.homes["amal"], three.homes["celine"]
    keys = await prepare(Forger(celine), (three.hours.now() + 2 * LONGEST) // HOUR * HOUR, [amal, celine])
    await three.settle()
    assert keys.id not in amal.place.boxes
    await goes_on(three)


async def test_one_device_hands_out_only_so_many_secrets(three: Town) -> None:
    """Each is a mailbox that every connection proves: a relay takes only so many, and then nobody would be heard."""
    amal, celine = three.homes["amal"], three.homes["celine"]
    before = len(amal.place.boxes)
    forger = Forger(celine)

    async def hand_out(count: int) -> None:
        for _ in range(count):
            keys = EpochKeys.make(amal.place.space, forger.random)
            box = letters.lockbox(keys, amal.place.device.public, amal.place.box.public)
            body = upkeep.Lockboxes(epoch=keys.id, boxes=(box,))
            await forger.send(forger.event(spell(body), kind=upkeep.LOCKBOXES))
        await three.settle()

    await hand_out(MOST_GIVEN + 20)
    assert len(amal.place.boxes) == before + MOST_GIVEN
    # Nor more because the computer is switched off at night.
    await three.restart("amal")
    await hand_out(20)
    assert len(amal.place.boxes) == before + MOST_GIVEN
    await goes_on(three)
    three.hours.at += MONTH
    await hand_out(1)
    assert len(amal.place.boxes) == before + MOST_GIVEN + 1
    await goes_on(three)
