"""What somebody was about to say is kept until it is said, whatever it is."""

from __future__ import annotations

from typing import Any

import pytest
from rooms_town import SPACE, Bench, Town, member

from tadamun.core.errors import UsageError
from tadamun.rooms.talk import drafts

pytestmark = pytest.mark.anyio

NOUR, SAM = member(0xA1), member(0xB2)


@pytest.fixture
async def nour() -> Bench:
    town = Town({NOUR: 100, SAM: 10})
    for who, called in ((NOUR, "Nour"), (SAM, "Sam")):
        await town.nodes[who].call("people.profile", name=called)
    town.pass_on()
    return town.nodes[NOUR]


async def kept(bench: Bench, **asked: Any) -> dict[str, str]:
    return {one["place"]: one["text"] for one in (await bench.call("talk.drafts", **asked))["drafts"]}


async def test_each_place_keeps_its_last_draft(nour: Bench) -> None:
    post = (await nour.call("talk.post", text="root"))["id"]
    for place in ("new", f"thread:{post[:8]}", "message:Sam", f"edit:{post}"):
        await nour.call("talk.draft", place=place, text="first")
        nour.clock.at += 1
        await nour.call("talk.draft", place=place, text=place, fields={"title": "T", "topics": ["a"], "expires": 60})
    found = (await nour.call("talk.drafts"))["drafts"]
    places = [f"edit:{post}", f"message:{SAM}", f"thread:{post}", "new"]
    assert [one["place"] for one in found] == places
    assert found[3]["fields"] == {"title": "T", "topics": ["a"], "expires": 60}
    assert await kept(nour, place="message:Sam") == {f"message:{SAM}": "message:Sam"}


async def test_what_was_said_is_no_draft_any_more_and_others_stay(nour: Bench) -> None:
    await nour.call("talk.draft", place="new", text="hello", fields={"title": "T"})
    await nour.call("talk.draft", place="message:Sam", text="psst")
    post = (await nour.call("talk.post", text="by another way"))["id"]
    assert set(await kept(nour)) == {"new", f"message:{SAM}"}
    await nour.call("talk.post", text="hello", draft="new")
    await nour.call("talk.draft", place=f"edit:{post}", text="bett")
    await nour.call("talk.edit", post=post, text="better", draft=f"edit:{post}")
    assert await kept(nour) == {f"message:{SAM}": "psst"}
    await nour.call("talk.draft", place="message:Sam")
    assert await kept(nour) == {}


async def test_what_could_not_be_said_stays(nour: Bench) -> None:
    await nour.call("talk.draft", place="new", text="x" * 40_000)
    with pytest.raises(UsageError):
        await nour.call("talk.post", text="x" * 40_000, draft="new")
    with pytest.raises(UsageError):
        await nour.call("talk.post", text="fine", draft="nowhere")
    assert (await nour.call("talk.read"))["posts"] == []
    assert list(await kept(nour)) == ["new"]


async def test_a_draft_outlives_the_post_it_is_about(nour: Bench) -> None:
    gone = "f" * 64
    await nour.call("talk.draft", place=f"thread:{gone}", text="still mine")
    assert await kept(nour) == {f"thread:{gone}": "still mine"}


@pytest.mark.parametrize("place", ["", "New", "new:1", "thread:", "thread:zz", "message:Nobody", "edit", "../x:1"])
async def test_a_place_that_is_none_is_refused(nour: Bench, place: str) -> None:
    with pytest.raises(UsageError):
        await nour.call("talk.draft", place=place, text="x")
    assert await kept(nour) == {}


async def test_drafts_have_bounds_and_keep_any_text(nour: Bench) -> None:
    odd = "\u202e\x00\x07half a sent"
    await nour.call("talk.draft", place="new", text=odd)
    assert (await kept(nour))["new"] == odd
    for more in ({"text": "x" * (drafts.MAX_TEXT + 1)}, {"fields": {"title": "x" * drafts.MAX_FIELDS}}):
        with pytest.raises(UsageError):
            await nour.call("talk.draft", place="new", **more)
    assert (await kept(nour))["new"] == odd
    raw = bytes.fromhex(SPACE)
    nour.tables.many(
        "INSERT INTO talk_drafts VALUES (?, ?, 'x', '{}', 0)",
        [(raw, f"thread:{n:064x}") for n in range(drafts.MOST - 1)],
    )
    with pytest.raises(UsageError):
        await nour.call("talk.draft", place="message:Sam", text="one too many")
    await nour.call("talk.draft", place="new", text="but what is there can be changed")
