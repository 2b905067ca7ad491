"""A member's card, and what a change of name leaves behind."""

from __future__ import annotations

import pytest
from rooms_town import NOON, Bench, Town, member

from tadamun.core.errors import UsageError

pytestmark = pytest.mark.anyio

NOUR, SAM, EVE = member(0xA1), member(0xB2), member(0xE5)


@pytest.fixture
async def nour() -> Bench:
    town = Town({NOUR: 100, SAM: 10, EVE: 10})
    for who, called in ((NOUR, "Nour"), (SAM, "Sam Haddad"), (EVE, "Eve")):
        await town.nodes[who].call("people.profile", name=called)
    town.pass_on()
    return town.nodes[NOUR]


async def test_a_card_says_who_stands_for_whom(nour: Bench) -> None:
    sam, eve = nour.town.nodes[SAM], nour.town.nodes[EVE]
    await nour.call("people.vouch", member="Sam Haddad", note="from school")
    await sam.call("people.vouch", member="Eve", note="my cousin")
    nour.town.pass_on()
    card = await nour.call("people.card", member="Sam Haddad")
    assert [(one["name"], one["note"]) for one in card["vouched_by"]] == [("Nour", "from school")]
    assert [(one["name"], one["note"]) for one in card["vouches_for"]] == [("Eve", "my cousin")]
    assert (card["joined"], card["devices"], card["former"], card["vouched_by_me"]) == (NOON, 1, False, True)
    assert (await eve.call("people.card", member="Sam Haddad"))["vouched_by_me"] is False


async def test_a_card_says_when_they_were_verified(nour: Bench) -> None:
    assert (await nour.call("people.card", member="Eve"))["verified_at"] == 0
    nour.clock.at += 5
    await nour.call("people.verify", member="Eve")
    card = await nour.call("people.card", member="Eve")
    assert (card["verified"], card["verified_at"]) == (True, NOON + 5)
    nour.tables.execute("UPDATE people_verified SET number = '0'")
    card = await nour.call("people.card", member="Eve")
    assert (card["verified"], card["verified_at"]) == (False, 0)


async def test_who_is_gone_vouches_for_nobody(nour: Bench) -> None:
    await nour.town.nodes[SAM].call("people.vouch", member="Eve")
    nour.town.pass_on()
    del nour.town.levels[SAM]
    card = await nour.call("people.card", member="Sam Haddad")
    assert (card["former"], card["joined"], card["devices"], card["level"]) == (True, 0, 0, None)
    assert (await nour.call("people.card", member="Eve"))["vouched_by"] == []


async def test_who_is_gone_without_having_said_who_they_are_has_a_card(nour: Bench) -> None:
    silent = member(0xC7)
    with pytest.raises(UsageError, match="Nobody here"):
        await nour.call("people.card", member=silent)
    nour.town.gone.add(silent)
    card = await nour.call("people.card", member=silent)
    assert (card["member"], card["former"], card["level"], card["name"]) == (silent, True, None, f"#{silent[:8]}")
    with pytest.raises(UsageError, match="Nobody here"):
        await nour.call("people.card", member=silent[:10])  # the beginning of an id is no proof that they were here


async def test_where_the_old_name_still_stands_is_told_before_and_after(nour: Bench) -> None:
    sam = nour.town.nodes[SAM]
    await nour.call("talk.post", text="Ask Sam Haddad about it")
    await nour.call("talk.post", text="Ask @Sam Haddad about it")
    nour.town.pass_on()
    before = await sam.call("people.renaming", name="Lina")
    assert (before["old"], before["new"], before["found"], before["alike"]) == ("Sam Haddad", "Lina", 0, [])
    sam.texts = {topic: found for topic, found in sam.texts.items() if topic not in nour.town.levels}
    plain = {topic: found for topic, found in sam.texts.items() if "Sam Haddad" in found.text}
    assert len(plain) == 1, "a mention is no text"
    await sam.call("people.profile", name="Lina")
    after = await sam.call("people.renaming", old="Sam Haddad")
    assert [one["id"] for one in after["sentences"]] == ["shown", "written", "record", "offline", "memory"]


async def test_a_name_that_is_taken_or_cannot_be_is_told_before(nour: Bench) -> None:
    told = await nour.call("people.renaming", name="ЕVЕ")
    assert told["alike"] == ["Eve"]
    assert "alike" in {one["id"] for one in told["sentences"]}
    assert (await nour.call("people.renaming", name="Nour"))["alike"] == []
    for name in ("@x", "\u202e", "x" * 61):
        with pytest.raises(UsageError):
            await nour.call("people.renaming", name=name)
