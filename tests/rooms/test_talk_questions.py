"""Questions without a name: who may ask, what is shown of who asked, and what the asker says afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from rooms_town import SPACE, Town, member

from tadamun.core.errors import NotAllowed, UsageError
from tadamun.core.genuine import Masked, Said
from tadamun.core.imeta import Image
from tadamun.core.room import Standing, Verdict
from tadamun.rooms.talk.bodies import Comment, Thread
from tadamun.rooms.talk.rules import authorise
from tadamun.rooms.talk.state import Talked

pytestmark = pytest.mark.anyio
PEOPLE = [member(n) for n in range(1, 10)]
SAM, ALEX, MODERATOR = PEOPLE[:3]


@pytest.fixture
def town() -> Town:
    return Town({who: 20 if who == MODERATOR else 10 for who in PEOPLE})


async def asked(town: Town, who: str = SAM, **more: Any) -> str:
    said = await town.nodes[who].call("talk.ask", text="how do I tell them?", **more)
    town.pass_on()
    return str(said["id"])


async def shown(town: Town, who: str, post: str) -> dict[str, Any]:
    found: dict[str, Any] = (await town.nodes[who].call("talk.one", post=post))["post"]
    return found


async def test_all_see_the_question_and_how_many_may_have_asked(town: Town) -> None:
    question = await asked(town, title="Coming out", topics=["coming-out"], warning="sad")
    for who in (ALEX, SAM):
        post = await shown(town, who, question)
        assert (post["text"], post["title"], post["ring"]) == ("how do I tell them?", "Coming out", 9)
        assert post["author"] not in PEOPLE
        assert post["mine"] is (who == SAM)
    (thread,) = (await town.nodes[ALEX].call("talk.threads"))["threads"]
    assert thread["ring"] == 9


async def test_what_the_asker_adds_goes_under_the_same_key_without_choosing(town: Town) -> None:
    question = await asked(town)
    answered = await town.nodes[ALEX].call("talk.post", text="slowly", reply_to=question)
    town.pass_on()
    added = await town.nodes[SAM].call("talk.post", text="thank you", reply_to=answered["id"])
    town.pass_on()
    first, answer, last = [await shown(town, ALEX, one) for one in (question, answered["id"], added["id"])]
    assert first["author"] == last["author"] != SAM
    assert (answer["author"], answer["ring"]) == (ALEX, 0)
    assert last["ring"] == 9
    # In other threads they speak in their own name.
    other = await town.nodes[ALEX].call("talk.post", text="tea?")
    town.pass_on()
    own = await town.nodes[SAM].call("talk.post", text="yes", reply_to=other["id"])
    assert (await shown(town, SAM, own["id"]))["author"] == SAM


async def test_the_asker_changes_and_retracts_under_the_key(town: Town) -> None:
    question = await asked(town)
    await town.nodes[SAM].call("talk.edit", post=question, text="how do I tell my father?")
    town.pass_on()
    assert (await shown(town, ALEX, question))["text"] == "how do I tell my father?"
    with pytest.raises(NotAllowed):
        await town.nodes[ALEX].call("talk.edit", post=question, text="mine now")
    await town.nodes[SAM].call("talk.retract", post=question)
    town.pass_on()
    assert (await shown(town, ALEX, question))["retracted"] == "author"
    assert not [event for event, *_ in town.log if event.pubkey == SAM]


async def test_moderators_take_it_down_and_learn_nothing(town: Town) -> None:
    question = await asked(town)
    await town.nodes[MODERATOR].call("talk.retract", post=question, reason="against the charter")
    town.pass_on()
    post = await shown(town, SAM, question)
    assert (post["retracted"], post["reason"]) == ("moderator", "against the charter")


async def test_turns_and_the_ring_are_told_and_kept(town: Town) -> None:
    found = await town.nodes[SAM].call("talk.questions")
    assert (found["ring"], found["least"], found["turns"], found["left"], found["mine"]) == (9, 8, 4, 4, [])
    question = await asked(town, title="One")
    for _ in range(3):
        await asked(town)
    found = await town.nodes[SAM].call("talk.questions")
    assert found["left"] == 0
    assert {one["title"] for one in found["mine"]} == {"One", ""}
    assert question in {one["id"] for one in found["mine"]}
    with pytest.raises(NotAllowed):
        await asked(town)
    assert (await town.nodes[ALEX].call("talk.questions"))["left"] == 4


async def test_among_few_nobody_asks(town: Town) -> None:
    for who in PEOPLE[7:]:
        del town.levels[who]
    with pytest.raises(NotAllowed):
        await asked(town)


async def test_whose_key_is_destroyed_speaks_in_their_own_name(town: Town) -> None:
    question = await asked(town)
    await town.nodes[SAM].call("talk.let_go", post=question[:8])
    post = await shown(town, SAM, question)
    assert post["mine"] is False
    with pytest.raises(UsageError):
        await town.nodes[SAM].call("talk.let_go", post=question)
    with pytest.raises(UsageError):
        await town.nodes[ALEX].call("talk.let_go", post=question)
    assert (await town.nodes[SAM].call("talk.questions"))["mine"] == []


def said(body: Any, kind: int, opening: str = "") -> Said[Any]:
    mask = Masked("talk.question", 669, 0, 9, opening)
    key = "ee" * 32
    return Said("ab" * 32, SPACE, key, key, 0, kind, 0, (), (), body, mask=mask)


MAY = Standing("ee" * 32, 0, may_write=True, may_moderate=False)
IMAGE = Image("00" * 32, "image/png", 10, 1, 1, "")


@pytest.mark.parametrize(
    ("one", "verdict"),
    [
        (said(Thread("?"), 11), Verdict.ALLOW),
        (said(Thread("?"), 11, opening="cd" * 32), Verdict.DENY),  # a second thread under one turn
        (said(Thread("?", images=(IMAGE,)), 11), Verdict.DENY),
        (said(Comment("!", "cd" * 32, "cd" * 32), 1111, opening="cd" * 32), Verdict.ALLOW),
        (said(Comment("!", "cd" * 32, "ef" * 32), 1111, opening="cd" * 32), Verdict.ALLOW),
        (said(Comment("!", "ef" * 32, "ef" * 32), 1111, opening="cd" * 32), Verdict.DENY),  # somebody else's thread
        (said(Comment("!", "cd" * 32, "cd" * 32, images=(IMAGE,)), 1111, opening="cd" * 32), Verdict.DENY),
    ],
)
def test_under_a_key_one_speaks_in_its_own_thread_alone(one: Said[Any], verdict: Verdict) -> None:
    assert authorise(Talked(one.id), one, MAY) is verdict
