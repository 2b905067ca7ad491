"""Asking without a name on the pages: what is said where one writes, what is not offered, how a question is shown."""

from __future__ import annotations

from typing import Any

import pytest

from kits.visitor import Pages
from tadamun.core.room import Call
from tadamun.rooms.talk.given import InSpace, OnePost
from tadamun.rooms.talk.questions import Ask

pytestmark = pytest.mark.anyio
KEY = "ab" * 32


@pytest.fixture
async def space(pages: Pages) -> str:
    return await pages.space()


def answered(pages: Pages, name: str, params: Any, answer: dict[str, Any]) -> list[Any]:
    """As if there were enough members: a call answers so. Gives what it is asked."""
    asked: list[Any] = []

    async def run(bench: Any, given: Any) -> dict[str, Any]:
        asked.append(given)
        return answer

    pages.node.calls[name] = Call(params, run)
    return asked


def offered(pages: Pages, **changed: Any) -> None:
    told = {"ring": 12, "least": 8, "turns": 4, "left": 3, "ready": True, "ends": 1_800_000_000, "mine": []}
    answered(pages, "talk.questions", InSpace, told | changed)


async def test_who_is_one_of_too_few_is_told_so_and_offered_nothing(pages: Pages, space: str) -> None:
    talk = await pages.get(pages.url("talk", space=space))
    assert pages.url("talk-ask", space=space) in talk.text
    shown = await pages.get(pages.url("talk-ask", space=space))
    assert "You would be one of too few" in shown.words
    assert 'name="text"' not in shown.text


async def test_how_many_may_have_asked_is_said_where_one_writes(pages: Pages, space: str) -> None:
    offered(pages)
    shown = await pages.get(pages.url("talk-ask", space=space))
    assert "You are one of 12 members who may have asked this." in shown.words
    assert 'aria-describedby="audience"' in shown.text
    assert "You can ask 3 more times this month." in shown.words
    assert "data-draft" not in shown.text  # nothing of it is kept while one writes


@pytest.mark.parametrize(
    ("changed", "words"),
    [({"ready": False, "left": 0}, "Not from this device yet"), ({"left": 0}, "as often as one can this month")],
)
async def test_why_not_is_said(pages: Pages, space: str, changed: dict[str, Any], words: str) -> None:
    offered(pages, **changed)
    shown = await pages.get(pages.url("talk-ask", space=space))
    assert words in shown.words
    assert 'name="text"' not in shown.text


async def test_what_is_typed_is_asked(pages: Pages, space: str) -> None:
    offered(pages)
    asked = answered(pages, "talk.ask", Ask, {"id": KEY, "ring": 12, "within": 1800})
    fields = {"text": "how?", "title": "A title", "topic": ["family"], "warning": "sad", "within": "1800"}
    shown = await pages.post(pages.url("talk-ask", space=space), fields)
    assert "goes out without your name" in shown.words
    [one] = asked
    assert (one.text, one.title, one.topics, one.warning, one.within) == ("how?", "A title", ("family",), "sad", 1800)


async def test_a_refusal_keeps_what_was_typed(pages: Pages, space: str) -> None:
    offered(pages)
    shown = await pages.post(pages.url("talk-ask", space=space), {"text": "how?", "within": "1800"})
    assert "too few to hide among" in shown.words or "cannot speak without your name" in shown.words
    assert "how?" in shown.text


async def test_a_question_is_by_somebody_and_leads_to_nobody(pages: Pages, space: str) -> None:
    said = await pages.call("talk.post", space=space, text="whose?")
    with pages.node.vault.write() as tx:  # as a question that came from one of twelve
        tx.execute("UPDATE talk_posts SET ring = 12, author = ?", (bytes.fromhex(KEY),))
    for path in (
        pages.url("talk", space=space),
        pages.url("talk", space=space, view="posts"),
        pages.url("talk-thread", space=space, thread=said["id"]),
    ):
        shown = await pages.get(path)
        assert "Somebody, one of 12" in shown.words
        assert pages.url("member", space=space, member=KEY) not in shown.text


async def test_ones_own_questions_and_their_keys(pages: Pages, space: str) -> None:
    mine = [
        {"id": KEY, "title": "Mine", "text": "?", "out": True},
        {"id": "cd" * 32, "title": "", "text": "", "out": False},
    ]
    offered(pages, mine=mine)
    asked = answered(pages, "talk.let_go", OnePost, {"id": KEY})
    shown = await pages.get(pages.url("talk-ask", space=space))
    assert "Mine" in shown.words
    assert "A question that has not gone out yet" in shown.words
    after = await pages.post(pages.url("talk-let-go", space=space), {"post": KEY})
    assert asked[0].post == KEY
    assert "The key is destroyed" in after.words
