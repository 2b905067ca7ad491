"""A full disk, a wrong passphrase, a lost wire store, an invitation that is no good: told clearly, nothing lost."""

from __future__ import annotations

from typing import Any

import pytest
from forger import THREAD, Forger
from witness import goes_on, rows, shown

from kits.sealed import SeededRandom
from kits.sim import WORDS, Town
from tadamun.core import upkeep
from tadamun.core.errors import VaultError
from tadamun.core.ports import Put
from tadamun.crypto.keys import SigningKey
from tadamun.node import arrival
from tadamun.store import outbox
from tadamun.store.vault import Vault

pytestmark = pytest.mark.anyio
HOUR = 3_600


# The disk and the vault.


async def test_a_full_disk_is_told_and_loses_nothing(three: Town) -> None:
    amal, badr = three.homes["amal"], three.homes["badr"]
    held = rows(badr.up)
    with badr.up.vault.write() as tx:
        ((pages,),) = tx.execute("PRAGMA page_count")
        tx.execute(f"PRAGMA max_page_count = {pages}")

    async def write_on() -> None:
        for n in range(200):
            await three.call("badr", "talk.post", text="x" * 3_000 + str(n))

    with pytest.raises(VaultError, match="disk is full"):
        await write_on()
    said = {row[9] for row in rows(badr.up)["talk_posts"]} - {row[9] for row in held["talk_posts"]}
    for n in range(40):
        await three.call("amal", "talk.post", text="y" * 3_000 + str(n))
    await three.medium.settle()
    with pytest.raises(ExceptionGroup) as caught:  # `Intake.run` waits and tries again
        await three.settle()
    assert isinstance(caught.value.exceptions[0], VaultError)
    three.wake_errors.clear()
    before = rows(badr.up)
    assert (await three.call("badr", "node.doctor"))["checks"][0]["ok"]
    with badr.up.vault.write() as tx:
        tx.execute("PRAGMA max_page_count = 4294967294")
    await three.settle()
    assert rows(badr.up) != before
    assert len([text for text in shown(badr) if text.startswith("y")]) == 40
    assert said <= set(shown(amal)), "confirmed, though the disk filled up afterwards"
    await goes_on(three)


async def test_a_full_wire_store_keeps_what_was_said_in_the_outbox(three: Town) -> None:
    amal = three.homes["amal"]
    amal.wire.full = True
    await three.call("amal", "talk.post", text="waits for room")
    await three.settle()
    assert "waits for room" not in shown(three.homes["badr"])
    assert (await three.call("amal", "node.status"))["spaces"][0]["outbox"] == 1
    amal.wire.full = False
    await three.pass_time(61)
    assert "waits for room" in shown(three.homes["badr"])
    await goes_on(three)


async def test_a_wrong_passphrase_and_a_newer_vault_are_refused(three: Town) -> None:
    home = await three.off("badr")
    with pytest.raises(VaultError, match="passphrase"):
        Vault.open(home.folder, "another one")
    with Vault.open(home.folder, WORDS) as vault, vault.write() as tx:
        ((version,),) = tx.execute("PRAGMA user_version")
        tx.execute(f"PRAGMA user_version = {version + 1}")
    with pytest.raises(VaultError, match="newer"):
        Vault.open(home.folder, WORDS)
    # The refusal changed nothing.
    with pytest.raises(VaultError, match="newer"):
        Vault.open(home.folder, WORDS)
    await goes_on(three)


async def test_a_lost_wire_store_is_fetched_again(three: Town) -> None:
    home = await three.off("badr")
    home.wire = type(home.wire)(three.hours)
    home.wire.identity = "another file"
    await three.on(home)
    await three.settle()
    await goes_on(three)


# Invitations.


@pytest.mark.parametrize(("how", "words"), [("used-up", "used up"), ("expired", "expired"), ("revoked", "withdrawn")])
async def test_an_invitation_that_is_no_good_is_refused_clearly(three: Town, how: str, words: str) -> None:
    made = await three.call("amal", "invite.new", uses=1, expires=HOUR)
    if how == "used-up":
        await three.build("first")
        await three.join("first", made["link"], "First")
        await three.settle()
    elif how == "expired":
        await three.pass_time(HOUR)
    else:
        await three.call("amal", "invite.revoke", key=made["key"])
    await three.settle()
    await three.build("late")
    await three.join("late", made["link"], "Late")
    await three.settle()
    late = three.homes["late"]
    assert late.place.status == "joining"
    assert words in str(arrival.refusal(late.place))
    assert late.me not in three.homes["amal"].place.log.state.members
    # Another invitation lets them in all the same.
    good = await three.call("badr", "invite.new")
    await three.join("late", good["link"], "Late")
    await three.settle()
    assert late.place.status == "member"
    await goes_on(three)


async def test_a_request_that_came_while_nobody_could_answer_is_answered_after_a_crash(three: Town) -> None:
    made = await three.call("amal", "invite.new")
    await three.settle()
    await three.build("late")
    await three.join("late", made["link"], "Late")
    await three.medium.settle()
    for name in ("amal", "badr"):  # each has read the request and dies before it answered
        home = three.homes[name]
        await three.drive(home, home.up.intake.step())
        await three.restart(name)
    await three.settle()
    assert three.homes["late"].place.status == "member"
    await goes_on(three)


async def test_garbage_in_an_invite_mailbox_lets_nobody_in(three: Town) -> None:
    made = await three.call("amal", "invite.new")
    await three.settle()
    amal = three.homes["amal"]
    mailbox = next(box for box in amal.place.boxes.values() if box.use == "invite" and box.id in amal.place.invites)
    stranger = Forger(amal, SigningKey.make(SeededRandom(6)))
    members = dict(amal.place.log.state.members)
    for content in ("{}", '{"v":1,"box":"AAAA"}', '{"v":2}', "x" * 5_000):
        for kind in (upkeep.JOIN, upkeep.WELCOME, THREAD):
            await stranger.send(stranger.event(content, kind=kind), mailbox)
    await three.settle()
    assert amal.place.log.state.members == members
    await three.build("late")
    await three.join("late", made["link"], "Late")
    await three.settle()
    assert three.homes["late"].place.status == "member"
    await goes_on(three)


async def test_what_waited_for_room_goes_out_as_soon_as_there_is_some(three: Town) -> None:
    amal = three.homes["amal"]
    amal.wire.full = True
    for n in range(5):
        await three.call("amal", "talk.post", text=f"no room {n}")
    assert amal.up.desk.crowded
    assert outbox.count(amal.up.vault.read) == 5
    asked = 0

    async def put(events: Any) -> list[Put]:
        nonlocal asked
        asked += len(events)
        return [Put.FULL] * len(events)

    there, amal.wire.put = amal.wire.put, put  # type: ignore[method-assign]  # to count
    await amal.up.desk.deliver()
    assert asked == 1  # not everything is sealed anew each time
    amal.wire.put = there  # type: ignore[method-assign]  # and back
    amal.wire.full = False
    at = three.hours.at
    await amal.up.desk.deliver()
    assert outbox.count(amal.up.vault.read) == 0
    assert not amal.up.desk.crowded
    await three.settle(horizon=0)
    assert three.hours.at == at
    assert sum(text.startswith("no room") for text in shown(three.homes["celine"])) == 5
