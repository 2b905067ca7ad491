"""One's own peace: what is folded and what is not shown, that it is undone, and that nobody else is told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rooms_town import SPACE, Town, member

from tadamun.core.errors import UsageError
from tadamun.rooms.safety.room import ROOM
from tadamun.rooms.safety.sieve import finder
from tadamun.rooms.talk.glance import glance

pytestmark = pytest.mark.anyio

NOUR, SAM, LINA = member(0xA1), member(0xB2), member(0xC3)


@pytest.fixture
async def town() -> Town:
    town = Town({NOUR: 100, SAM: 10, LINA: 10})
    for who, called in ((NOUR, "Nour"), (SAM, "Sam"), (LINA, "Lina")):
        await town.nodes[who].call("people.profile", name=called)
    town.pass_on()
    return town


async def post(town: Town, who: str, text: str, **more: Any) -> str:
    made = await town.nodes[who].call("talk.post", text=text, **more)
    town.pass_on()
    return str(made["id"])


async def folded(town: Town, who: str, **asked: Any) -> dict[str, str]:
    return {one["text"]: one["folded"] for one in (await town.nodes[who].call("talk.read", **asked))["posts"]}


async def test_muting_folds_here_alone_and_is_undone(town: Town) -> None:
    await post(town, SAM, "from Sam")
    await post(town, LINA, "from Lina")
    said = len(town.log)
    done = await town.nodes[NOUR].call("safety.keep_away", member="Sam")
    assert (done["name"], done["how"]) == ("Sam", "mute")
    assert await folded(town, NOUR) == {"from Sam": "muted", "from Lina": ""}
    assert await folded(town, SAM) == await folded(town, LINA) == {"from Sam": "", "from Lina": ""}
    assert len(town.log) == said, "nothing was said to anybody"
    assert (await town.nodes[NOUR].call("talk.unread"))["unread"] == 2, "counted as before"
    await town.nodes[NOUR].call("safety.keep_away", member="Sam", how="")
    assert await folded(town, NOUR) == {"from Sam": "", "from Lina": ""}
    assert town.nodes[NOUR].scrubbed, "that it ever was so is not left in the file"


async def test_a_blocked_ones_messages_are_put_away_and_come_back(town: Town) -> None:
    nour = town.nodes[NOUR]
    await post(town, SAM, "psst", to="Nour")
    await post(town, NOUR, "leave me", to="Sam")
    await post(town, LINA, "hello", to="Nour")
    start = (await nour.call("talk.wait", timeout=0))["after"]
    await nour.call("safety.keep_away", member="Sam", how="block")
    assert [one["name"] for one in (await nour.call("talk.conversations"))["conversations"]] == ["Lina"]
    assert await folded(town, NOUR, private=True) == {"hello": ""}
    assert await folded(town, NOUR, private=True, author="Sam") == {}
    assert await folded(town, NOUR, private=True, search="psst") == {}
    assert await nour.call("talk.unread") == {"unread": 0, "unread_private": 1}
    await post(town, SAM, "again", to="Nour")
    await post(town, SAM, "in the open")
    arrived = (await nour.call("talk.wait", after=start, timeout=0))["posts"]
    assert [(one["text"], one["folded"]) for one in arrived] == [("in the open", "blocked")]
    assert await folded(town, SAM, private=True) == {"psst": "", "leave me": "", "again": ""}, "he sees no difference"
    await nour.call("safety.keep_away", member="Sam", how="mute")
    assert await folded(town, NOUR, private=True) == {"psst": "muted", "leave me": "", "again": "muted", "hello": ""}
    assert (await nour.call("talk.unread"))["unread_private"] == 3


async def test_words_are_folded_in_every_form_and_ones_own_never(town: Town) -> None:
    nour = town.nodes[NOUR]
    await nour.call("safety.filter", word="عَنْكَبوت")
    await nour.call("safety.filter", word="Spider")
    await post(town, SAM, "رأيتُ العنكبوت في المطبخ")
    await post(town, SAM, "two SPIDERS", title="Look")
    await post(town, SAM, "harmless", title="spider")
    await post(town, SAM, "harmless too", warning="spiders")
    await post(town, SAM, "spidery handwriting")
    await post(town, NOUR, "my own spider")
    found = await folded(town, NOUR)
    assert {text for text, why in found.items() if why == ""} == {"my own spider", "spidery handwriting"}
    assert set(found.values()) == {"", "word"}
    assert (await nour.call("safety.filter", word="SPIDER"))["filtered"]
    assert (await nour.call("safety.mine"))["words"] == ["Spider", "عَنْكَبوت"], "one spelling of each is enough"
    assert (await nour.call("safety.filter", word="spider", undo=True)) == {"word": "Spider", "filtered": False}
    with pytest.raises(UsageError):
        await nour.call("safety.filter", word="spider", undo=True)


async def test_what_is_taken_back_is_not_folded(town: Town) -> None:
    made = await post(town, SAM, "oops")
    await town.nodes[SAM].call("talk.retract", post=made)
    town.pass_on()
    await town.nodes[NOUR].call("safety.keep_away", member="Sam")
    [shown] = (await town.nodes[NOUR].call("talk.read"))["posts"]
    assert (shown["retracted"], shown["folded"]) == ("author", "")


async def test_a_glance_shows_no_folded_words(town: Town) -> None:
    nour = town.nodes[NOUR]
    await post(town, LINA, "good morning")
    nour.clock.at += 1
    town.nodes[SAM].clock.at += 1
    await post(town, SAM, "something vile")
    assert glance(nour, SPACE)["newest"]["line"] == "something vile"
    await nour.call("safety.keep_away", member="Sam")
    assert glance(nour, SPACE)["newest"]["line"] == "good morning"
    await nour.call("safety.keep_away", member="Lina")
    assert glance(nour, SPACE)["newest"]["line"] == "…"


async def test_what_cannot_be_set_is_said(town: Town) -> None:
    nour = town.nodes[NOUR]
    for word in ("", "   ", "a", "ة", "x" * 61, "\u200f\u200e"):
        with pytest.raises(UsageError):
            await nour.call("safety.filter", word=word)
    with pytest.raises(UsageError):
        await nour.call("safety.keep_away", member="Nour")
    with pytest.raises(UsageError):
        await nour.call("safety.keep_away", member="Nobody")
    for n in range(200):
        await nour.call("safety.filter", word=f"word{n}")
    with pytest.raises(UsageError):
        await nour.call("safety.filter", word="onemore")


async def test_forgetting_the_space_forgets_it_all(town: Town) -> None:
    nour = town.nodes[NOUR]
    await nour.call("safety.keep_away", member="Sam", how="block")
    await nour.call("safety.filter", word="spider")
    ROOM.forget(nour.tables, SPACE)
    assert await nour.call("safety.mine") == {"members": [], "words": []}


def test_phrases_stand_together_and_signs_are_found() -> None:
    has = finder(["حالة طوارئ", "🕷️", "final exam"])
    assert has("أُعلنت الحالة الطوارئ")
    assert has("look 🕷️ there")
    assert has("the FINAL exams are near")
    assert not has("exam final")
    assert not has("طوارئ ثم حالة")
    assert not finder([])("anything")


@given(st.lists(st.text(max_size=20), max_size=5), st.text(max_size=300))
def test_any_filter_looks_through_any_text(filters: list[str], text: str) -> None:
    finder(filters)(text)
