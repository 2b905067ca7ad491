"""Who may say what: success and refusal share one set-up and differ in one thing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from rooms_town import SPACE, TALK, member

from tadamun.core.genuine import Said
from tadamun.core.room import Standing
from tadamun.rooms.talk.bodies import Comment, Edit, Message, Reaction, Retraction, TakeBack, Thread

NOUR, SAM = member(0xA1), member(0xB2)
POST = "1" * 64
WRITER = Standing(NOUR, 10, may_write=True, may_moderate=False)
READER = replace(WRITER, may_write=False)
OTHER = replace(WRITER, member=SAM)
MODERATOR = Standing(SAM, 20, may_write=True, may_moderate=True)
KINDS = {Thread: 11, Comment: 1111, Message: 14, Reaction: 7, Retraction: 5, Edit: 3740, TakeBack: 3741}

PLAIN = Thread("x")
EDIT = Edit(of=POST, version=1, text="t", title="", topics=(), warning="")
TITLED = Edit(of=POST, version=1, text="t", title="T", topics=(), warning="")
REACT = Reaction(POST, NOUR, 11, "+")
RETRACT = Retraction(POST, 11)
BACK = TakeBack(of=POST, reactions=("2" * 64,))


def said(body: Any, by: str = NOUR, id: str = "3" * 64, **more: Any) -> Said[Any]:
    frame = {"seq": 0, "created_at": 0, "auth": (), "prev": ()} | more
    return Said(id=id, space=SPACE, member=by, device=by, kind=KINDS[type(body)], body=body, **frame)


def verdict(body: Any, standing: Standing, post: Any = PLAIN, about: Any = None, **more: Any) -> str:
    state = TALK.empty(POST)
    if post is not None:
        state = TALK.reduce(state, said(post, id=POST, **(about or {})))
    return TALK.authorise(state, said(body, by=standing.member, **more), standing).value


@pytest.mark.parametrize(
    ("body", "standing", "more", "expected"),
    [
        (Thread("x"), WRITER, {}, "allow"),
        (Thread("x"), READER, {}, "deny"),
        (Thread("x"), WRITER, {"private_with": SAM}, "deny"),
        (Thread("x"), WRITER, {"expires_at": 3600}, "allow"),
        (Comment("x", POST, POST), WRITER, {}, "allow"),
        (Comment("x", POST, POST), READER, {}, "deny"),
        (Comment("x", POST, POST), WRITER, {"private_with": SAM}, "deny"),
        (Message("x"), WRITER, {"private_with": SAM}, "allow"),
        (Message("x"), READER, {"private_with": SAM}, "deny"),
        (Message("x"), WRITER, {}, "deny"),
    ],
)
def test_posts(body: Any, standing: Standing, more: dict[str, Any], expected: str) -> None:
    assert verdict(body, standing, None, **more) == expected


@pytest.mark.parametrize(
    ("body", "standing", "more", "expected"),
    [
        (EDIT, WRITER, {}, "allow"),
        (EDIT, OTHER, {}, "deny"),
        (EDIT, MODERATOR, {}, "deny"),
        (EDIT, READER, {}, "deny"),
        (EDIT, WRITER, {"post": None}, "unknown"),
        (EDIT, WRITER, {"expires_at": 3600}, "deny"),
        (EDIT, WRITER, {"about": {"expires_at": 3600}}, "deny"),
        (EDIT, WRITER, {"about": {"expires_at": 3600}, "expires_at": 3600}, "allow"),
        (EDIT, WRITER, {"private_with": SAM}, "deny"),
        (TITLED, WRITER, {}, "allow"),
        (TITLED, WRITER, {"post": Comment("x", POST, POST)}, "deny"),
        (EDIT, WRITER, {"post": Comment("x", POST, POST)}, "allow"),
        (REACT, OTHER, {}, "allow"),
        (REACT, READER, {}, "deny"),
        (REACT, OTHER, {"post": None}, "unknown"),
        (Reaction(POST, SAM, 11, "+"), OTHER, {}, "deny"),
        (Reaction(POST, NOUR, 1111, "+"), OTHER, {}, "deny"),
        (REACT, OTHER, {"private_with": NOUR}, "deny"),
        (BACK, READER, {}, "allow"),
        (BACK, READER, {"post": None}, "unknown"),
        (RETRACT, WRITER, {}, "allow"),
        (RETRACT, READER, {}, "allow"),
        (RETRACT, OTHER, {}, "deny"),
        (RETRACT, MODERATOR, {}, "allow"),
        (RETRACT, MODERATOR, {"post": None}, "unknown"),
        (Retraction(POST, 1111), WRITER, {}, "deny"),
        (RETRACT, WRITER, {"expires_at": 3600}, "deny"),
    ],
)
def test_what_is_about_a_post(body: Any, standing: Standing, more: dict[str, Any], expected: str) -> None:
    assert verdict(body, standing, **more) == expected


def test_a_moderator_does_not_retract_between_two() -> None:
    private = {"post": Message("x"), "about": {"private_with": SAM}, "private_with": SAM}
    retract = Retraction(POST, 14)
    assert verdict(retract, WRITER, **private) == "allow"
    assert verdict(retract, MODERATOR, **private) == "deny"


def test_retracting_is_final_and_the_author_is_named_first() -> None:
    state = TALK.empty(POST)
    for one in (
        said(Thread("x"), id=POST),
        said(Retraction(POST, 11, "rules"), by=SAM, id="0" * 64),
        said(EDIT, id="4" * 64),
        said(Retraction(POST, 11, "mine"), id="5" * 64),
        said(EDIT, id="6" * 64),
    ):
        state = TALK.reduce(state, one)
    assert (state.retracted, state.reason) == ("author", "mine")
    assert TALK.search(state) is None


def test_of_two_edits_the_higher_version_counts_then_the_lower_id() -> None:
    edits = [
        said(Edit(of=POST, version=v, text=t, title="", topics=(), warning=""), id=i * 64, created_at=at)
        for v, t, i, at in ((1, "old", "1", 999), (2, "high id", "f", 0), (2, "low id", "a", 0))
    ]
    for order in (edits, edits[::-1]):
        state = TALK.reduce(TALK.empty(POST), said(Thread("x"), id=POST))
        for one in order:
            state = TALK.reduce(state, one)
        found = TALK.search(state)
        assert found is not None
        assert found.text == "low id"


def test_a_flood_of_reactions_by_one_member_is_bounded_in_any_order() -> None:
    flood = [said(Reaction(POST, NOUR, 11, chr(0x4E00 + n)), by=SAM, id=f"{n * 7919 % 1009:064x}") for n in range(300)]
    back = [
        said(TakeBack(of=POST, reactions=tuple(f"{n:064x}" for n in range(a, a + 60))), by=SAM)
        for a in range(0, 600, 60)
    ]
    states = []
    for order in (flood + back, back + flood[::-1]):
        state = TALK.reduce(TALK.empty(POST), said(PLAIN, id=POST))
        for one in order:
            state = TALK.reduce(state, one)
        states.append(state)
    assert states[0] == states[1]
    assert len(states[0].reactions[SAM]) == len(states[0].taken[SAM]) == 100
