"""Asking and helping without a name: who says what to whom, when names are told, and what is left when it is over."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rooms_town import NOON, Bench, Town, member

from tadamun.core.b64 import to_b64
from tadamun.core.body import spell
from tadamun.core.errors import NotAllowed, UsageError
from tadamun.core.event import to_json
from tadamun.core.ports import Audience, Mask, Saying
from tadamun.crypto import labels
from tadamun.crypto.lockbox import BoxKey
from tadamun.crypto.random import SystemRandom
from tadamun.rooms.aid import actions, veil
from tadamun.rooms.aid.bodies import HELP, NOTE, UNMASK, Help, Item, Note, Unmask
from tadamun.rooms.aid.calls_blind import ASKING

pytestmark = pytest.mark.anyio

NOUR, SAM, MOD, FAR = member(0xA1), member(0xB2), member(0xC3), member(0xE5)
DAY = 86_400
SECRET = "PLANTED-I-need-a-room-tonight"


@pytest.fixture
async def town() -> Town:
    town = Town({NOUR: 10, SAM: 10, MOD: 20, FAR: 10}, write=10)
    for who, called in ((NOUR, "Nour"), (SAM, "Sam"), (MOD, "Maya"), (FAR, "Lina")):
        town.nodes[who].random = SystemRandom()  # type: ignore[assignment] - keys must differ between nodes
        await town.nodes[who].call("people.profile", name=called)
    town.pass_on()
    return town


async def asked(town: Town, who: str = NOUR, **more: Any) -> str:
    given = {"direction": "request", "category": "housing", "title": "A room tonight", "blind": True} | more
    made = await town.nodes[who].call("aid.post", **given)
    town.pass_on()
    return str(made["id"])


async def helped(town: Town, item: str, who: str = SAM, text: str = "I have a sofa") -> str:
    made = await town.nodes[who].call("aid.blind_help", item=item, text=text)
    town.pass_on()
    return str(made["id"])


async def said(town: Town, who: str, help_: str, text: str = "", agree: bool = False) -> None:
    await town.nodes[who].call("aid.blind_say", help=help_, text=text, agree=agree)
    town.pass_on()


async def talk(town: Town, who: str, opening: str) -> dict[str, Any]:
    found = (await town.nodes[who].call("aid.blind_talk", opening=opening))["talks"]
    assert len(found) == 1
    return dict(found[0])


async def settle(town: Town) -> None:
    """Everybody's errands, until nothing more comes of them."""
    for _ in range(4):
        for node in town.nodes.values():
            await node.errand("aid")
            node.clock.at += 4_000
        town.pass_on()


async def test_the_need_is_seen_and_the_person_is_not(town: Town) -> None:
    item = await asked(town, text=SECRET)
    one = await town.nodes[SAM].call("aid.show", item=item)
    assert (one["text"], one["blind"], one["name"], one["ring"], one["may"]) == (SECRET, True, "", 4, [])
    assert one["owner"] not in town.levels
    assert (await town.nodes[NOUR].call("aid.show", item=item))["mine"]
    assert not one["mine"]
    with pytest.raises(UsageError, match="without a name"):
        await town.nodes[SAM].call("aid.move", item=item, to="claimed")
    for who in (SAM, MOD, FAR):
        node = town.nodes[who]
        rows = repr(node.tables.dump(local=True))
        assert SECRET in rows
        [event] = [event for event, *_ in town.log if event.id == item]
        assert NOUR not in to_json(event).decode()


async def test_two_requests_have_nothing_in_common(town: Town) -> None:
    ids = [await asked(town), await asked(town)]
    first, second = (next(event for event, *_ in town.log if event.id == one) for one in ids)
    long = [set(re.findall(r"[A-Za-z0-9_-]{16,}", to_json(one).decode())) for one in (first, second)]
    assert first.pubkey != second.pubkey
    assert long[0] & long[1] == {"0" * 128}, "the town's signatures"
    assert {tag for tag in first.tags if tag[0] == "until"} == {("until", str(-(-(NOON + 7 * DAY) // DAY) * DAY))}


async def test_two_talk_and_tell_their_names_when_both_agree(town: Town) -> None:
    item = await asked(town)
    help_ = await helped(town, item)
    await said(town, NOUR, help_, "Is it near the port?")
    await said(town, SAM, help_, "Ten minutes.", agree=True)
    await settle(town)
    seen = await talk(town, NOUR, item)
    assert [(one["mine"], one["text"]) for one in seen["said"]] == [
        (False, "I have a sofa"), (True, "Is it near the port?"), (False, "Ten minutes."),
    ]  # fmt: skip
    assert (seen["they_agree"], seen["i_agree"], seen["name"], seen["proved"]) == (True, False, "", False)
    await said(town, NOUR, help_, agree=True)
    await settle(town)
    for who, opening, other in ((NOUR, item, "Sam"), (SAM, help_, "Nour")):
        seen = await talk(town, who, opening)
        assert (seen["name"], seen["proved"]) == (other, True)
    mine = [event for event, channel, *_ in town.log if event.kind == UNMASK]
    assert len(mine) == 2, "each proves it once"
    for who in (MOD, FAR):
        rows = town.nodes[who].tables.dump(local=True)
        assert rows["aid_unmasked"] == rows["aid_veils"] == rows["aid_sent"] == []
        assert "sofa" not in repr(rows)
        assert not any(one in repr(rows["aid_helps"] + rows["aid_notes"] + rows["aid_items"]) for one in (NOUR, SAM))


async def test_a_name_told_before_both_agreed_is_not_shown(town: Town) -> None:
    item = await asked(town)
    help_ = await helped(town, item)
    sam = town.nodes[SAM]
    row = sam.tables.execute("SELECT box FROM aid_items")[0]
    words = veil.Words(n=2, agrees=True, member=SAM, token="ab" * 32)
    box = veil.seal(words, row[0], labels.aid_note("5" * 64, help_))
    await sam.say("", Saying(NOTE, spell(Note(of=help_, box=box)), mask=Mask(under=help_)))
    town.pass_on()
    await settle(town)
    seen = await talk(town, NOUR, item)
    assert (seen["they_agree"], seen["name"], seen["member"]) == (True, "", "")


async def test_who_claims_anothers_name_does_not_prove_it(town: Town) -> None:
    item = await asked(town)
    help_ = await helped(town, item)
    sam = town.nodes[SAM]
    [(public,)] = sam.tables.execute("SELECT box FROM aid_items")
    words = veil.Words(n=2, agrees=True, member=FAR, token="ab" * 32)
    box = veil.seal(words, public, labels.aid_note("5" * 64, help_))
    await sam.say("", Saying(NOTE, spell(Note(of=help_, box=box)), mask=Mask(under=help_)))
    town.pass_on()
    await said(town, NOUR, help_, agree=True)
    await settle(town)
    seen = await talk(town, NOUR, item)
    assert (seen["name"], seen["proved"]) == ("Lina", False)
    town.nodes[FAR].utter(Saying(UNMASK, spell(Unmask(of=help_, token="cd" * 32)), (), Audience(NOUR)))
    town.pass_on()
    assert not (await talk(town, NOUR, item))["proved"], "a token that nobody was told proves nothing"


async def test_others_can_neither_read_nor_speak_nor_copy(town: Town) -> None:
    item = await asked(town)
    help_ = await helped(town, item)
    far = town.nodes[FAR]
    with pytest.raises(UsageError, match="no such talk"):
        await far.call("aid.blind_say", help=help_, text="hello")
    other = await helped(town, item, FAR, "me too")
    with pytest.raises(NotAllowed):
        await far.say("", Saying(NOTE, spell(Note(of=help_, box="A" * 100)), mask=Mask(under=other)))
    # Somebody else's sealed word, sent again with a key of one's own to have the answers: it opens for nobody.
    [(asker, key, box)] = far.tables.execute("SELECT asker, key, box FROM aid_helps WHERE id = ?", (help_,))
    mine = BoxKey.make(SystemRandom())
    copy = Help(of=item, asker=asker, key=mine.public, box=box)
    await far.say("", Saying(HELP, spell(copy), mask=Mask("aid.help")))
    town.pass_on()
    assert key != mine.public
    found = (await town.nodes[NOUR].call("aid.blind_talk", opening=item))["talks"]
    assert sorted(one["said"][0]["text"] for one in found) == ["I have a sofa", "me too"]


async def test_when_its_time_is_over_the_keys_are_gone_and_with_them_every_word(town: Town) -> None:
    item = await asked(town, text=SECRET)
    help_ = await helped(town, item)
    await said(town, NOUR, help_, "PLANTED-answer")
    for who in (NOUR, SAM):
        node = town.nodes[who]
        [(secret,)] = node.tables.execute("SELECT secret FROM aid_veils")
        assert node.masks("")
        node.clock.at = NOON + 9 * DAY
        await node.errand("aid")
        rows = node.tables.dump(local=True)
        assert rows["aid_veils"] == rows["aid_sent"] == []
        assert not node.masks("")
        for planted in (secret, "PLANTED-answer"):
            assert planted not in repr(rows)
        with pytest.raises(UsageError):
            await node.call("aid.blind_talk", opening=item if who == NOUR else help_)
        assert (await node.call("aid.show", item=item))["state"] == "expired"


async def test_taken_back_at_once(town: Town) -> None:
    item = await asked(town, text=SECRET)
    await helped(town, item)
    await town.nodes[NOUR].call("aid.blind_end", opening=item)
    town.pass_on()
    one = await town.nodes[SAM].call("aid.show", item=item)
    assert (one["withdrawn"], one["text"]) == ("author", "")
    assert (await town.nodes[NOUR].call("aid.blind"))["mine"] == []
    assert town.nodes[NOUR].tables.dump(local=True)["aid_veils"] == []


async def test_a_moderator_takes_it_down_and_its_keys_go(town: Town) -> None:
    item = await asked(town, text=SECRET)
    await town.nodes[MOD].call("aid.move", item=item, to="withdrawn")
    town.pass_on()
    await settle(town)
    assert town.nodes[NOUR].tables.dump(local=True)["aid_veils"] == []


async def test_turns_and_the_least_ring(town: Town) -> None:
    told = await town.nodes[NOUR].call("aid.blind")
    assert (told["offered"], told["ring"], told["least"], told["left"]) == (True, 4, 3, 3)
    for _ in range(3):
        await asked(town)
    assert (await town.nodes[NOUR].call("aid.blind"))["left"] == 0
    with pytest.raises(NotAllowed):
        await asked(town)
    assert len(town.nodes[NOUR].tables.dump(local=True)["aid_veils"]) == 3, "what could not be said leaves no key"
    two = Town({NOUR: 10, SAM: 10}, write=10)
    assert not (await two.nodes[NOUR].call("aid.blind"))["offered"]
    with pytest.raises(NotAllowed):
        await asked(two)


async def test_mentors_can_be_sought_so_too(town: Town) -> None:
    item = await asked(town, category="mentoring", tags=["coming-out"])
    assert (await town.nodes[SAM].call("aid.mentor_suggest"))["items"] == []
    with pytest.raises(UsageError, match="without a name"):
        await town.nodes[SAM].call("aid.mentor_ask", item=item)
    help_ = await helped(town, item)
    assert (await talk(town, NOUR, item))["help"] == help_
    assert (await talk(town, SAM, help_))["said"][0]["mine"]


async def test_it_is_suggested_to_others_and_not_to_oneself(town: Town) -> None:
    item = await asked(town)
    for who in (NOUR, SAM):
        await town.nodes[who].call("aid.means", categories=["housing"])
    assert [one["id"] for one in (await town.nodes[SAM].call("aid.suggest"))["items"]] == [item]
    assert (await town.nodes[NOUR].call("aid.suggest"))["items"] == []


@pytest.mark.parametrize("box", ["", "A" * 42, "A" * 44, "é" * 43])
async def test_what_no_node_takes(town: Town, box: str) -> None:
    nour: Bench = town.nodes[NOUR]
    item = Item("0" * 32, "request", "money", "T", until=NOON + DAY, box=box)
    saying = Saying(30402, "", actions.tags_of(item))
    with pytest.raises(Exception, match=r"malformed|rules"):
        await nour.say("", Saying(saying.kind, "", saying.tags, mask=Mask(ASKING)))
    good = Item("0" * 32, "request", "money", "T", until=NOON + DAY, box=to_b64(bytes(range(32))))
    with pytest.raises(NotAllowed):
        await nour.say("", Saying(30402, "", actions.tags_of(good)))  # a key to answer to, under one's own name
    endless = Item("0" * 32, "request", "money", "T", box=good.box)
    with pytest.raises(NotAllowed):
        await nour.say("", Saying(30402, "", actions.tags_of(endless), mask=Mask(ASKING)))


@given(st.binary(max_size=300) | st.just(b'{"text":"x","member":"' + b"a" * 64 + b'"}'))
def test_what_a_box_holds_never_trips_anybody(plain: bytes) -> None:
    from tadamun.crypto.lockbox import seal_to

    key = BoxKey.make(SystemRandom())
    found = veil.opened(key, to_b64(seal_to(key.public, plain, b"i")), b"i")
    assert found is None or not found.member
    assert veil.opened(key, to_b64(plain), b"i") is None


def test_short_and_long_words_look_alike() -> None:
    key = BoxKey.make(SystemRandom())
    sizes = {len(veil.seal(veil.Words(text="x" * n), key.public, b"i")) for n in range(0, 400, 40)}
    assert len(sizes) == 1
