"""Cases: who reads what of them, that nobody is decided about unheard, and that anybody can draw a panel again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rooms_town import NOON, SPACE, Counting, Memory, Town, member

from tadamun.core.body import spell
from tadamun.core.errors import NotAllowed, RemoteError, UsageError
from tadamun.core.event import Event, event_id
from tadamun.core.fold import fold
from tadamun.core.genuine import Said
from tadamun.core.ports import Audience, Saying
from tadamun.core.room import Standing
from tadamun.rooms.safety import bodies, lots
from tadamun.rooms.safety.actions import saying
from tadamun.rooms.safety.alerts import alerts
from tadamun.rooms.safety.room import ROOM

pytestmark = pytest.mark.anyio

MAYA, OMAR, SAM, LINA = member(0xA1), member(0xA2), member(0xB2), member(0xC3)
MORE = [member(n) for n in range(0xD0, 0xD6)]
CASE = "0" * 32
DAY = 86_400


class Numbers(Counting):
    def __init__(self, numbers: Iterator[int]) -> None:
        super().__init__()
        self._numbers = numbers

    def bytes(self, count: int) -> bytes:
        return next(self._numbers).to_bytes(count, "big")


@pytest.fixture
async def town() -> Town:
    """Maya and Omar moderate; Sam wrote it, Lina reports it; six more."""
    town = Town({MAYA: 50, OMAR: 20, SAM: 10, LINA: 10, **dict.fromkeys(MORE, 10)})
    numbers = count(1)
    for who, called in ((MAYA, "Maya"), (OMAR, "Omar"), (SAM, "Sam"), (LINA, "Lina")):
        town.nodes[who].random = Numbers(numbers)  # no two nodes draw the same
        await town.nodes[who].call("people.profile", name=called)
    town.pass_on()
    return town


async def done(town: Town, who: str, call: str, **asked: Any) -> Any:
    made = await town.nodes[who].call(f"safety.{call}", **asked)
    town.pass_on()
    return made


async def reported(town: Town, **more: Any) -> str:
    made = await town.nodes[SAM].call("talk.post", text="Go away, all of you", **more)
    town.pass_on()
    return str((await done(town, LINA, "report", post=made["id"], why="It is aimed at me"))["case"])


async def told(town: Town, who: str, case: str) -> Any:
    return await town.nodes[who].call("safety.case", case=case)


def messages(town: Town, who: str) -> list[str]:
    return [alert.message for alert in alerts(town.nodes[who], SPACE)]


async def test_a_report_is_read_by_moderators_and_by_nobody_else(town: Town) -> None:
    case = await reported(town)
    for who in (MAYA, OMAR):
        seen = await told(town, who, case)
        assert (seen["by"], seen["why"], seen["text"]) == ("Lina", "It is aimed at me", "Go away, all of you")
        assert seen["may"] == ["ask", "dismiss"]
        assert messages(town, who) == ["A report waits for a moderator."]
    for who in (SAM, *MORE):
        assert not town.nodes[who].tables.execute("SELECT * FROM safety_said"), "not a row of it"
    assert (await told(town, LINA, case))["role"] == "reporter"


async def test_a_moderator_who_is_reported_does_not_read_it(town: Town) -> None:
    made = await town.nodes[OMAR].call("talk.post", text="I decide here")
    town.pass_on()
    sent = await done(town, LINA, "report", post=made["id"])
    assert [one["name"] for one in sent["readers"]] == ["Maya"]
    assert not town.nodes[OMAR].tables.execute("SELECT * FROM safety_said")
    await done(town, MAYA, "ask", case=sent["case"], words="Was that meant so?")
    assert (await told(town, OMAR, sent["case"]))["by"] == ""


async def test_nobody_is_decided_about_unheard(town: Town) -> None:
    case = await reported(town)
    with pytest.raises(UsageError, match="heard first"):
        await done(town, MAYA, "decide", case=case, decision="hidden", words="x")
    await done(town, MAYA, "ask", case=case, words="Why did you write that?", days=2)
    with pytest.raises(UsageError, match="heard first"):
        await done(town, OMAR, "decide", case=case, decision="hidden", words="x")
    seen = await told(town, SAM, case)
    assert (seen["role"], seen["by"], seen["why"], seen["until"]) == ("about", "", "", NOON + 2 * DAY)
    assert seen["asked"]["words"] == "Why did you write that?"
    assert messages(town, SAM) == ["Moderators ask you about something you wrote."]
    assert LINA not in json.dumps(town.nodes[SAM].tables.execute("SELECT * FROM safety_said")), "not who reported"
    await done(town, SAM, "answer", case=case, words="I was hurt.")
    assert messages(town, SAM) == []
    result = await done(town, OMAR, "decide", case=case, decision="hidden", words="It hurts people.")
    assert result["hidden"]
    [post] = (await town.nodes[LINA].call("talk.read"))["posts"]
    assert post["retracted"] == "moderator"
    assert messages(town, SAM) == ["Moderators decided about something you wrote."]
    await done(town, SAM, "seen", case=case)
    assert messages(town, SAM) == []
    assert (await told(town, LINA, case))["decided"]["words"] == "It hurts people."
    await done(town, OMAR, "close", case=case)
    assert (await told(town, LINA, case))["stage"] == "closed"


async def test_time_alone_decides_nothing_and_lets_moderators_go_on(town: Town) -> None:
    case = await reported(town)
    await done(town, MAYA, "ask", case=case, words="Why?", days=1)
    town.nodes[MAYA].clock.at += DAY + 1
    seen = await told(town, MAYA, case)
    assert (seen["stage"], seen["late"]) == ("asked", True)
    assert "decide" in seen["may"]
    await done(town, SAM, "answer", case=case, words="Sorry, I was away.")
    assert (await told(town, MAYA, case))["stage"] == "heard", "late is not too late"


async def decided(town: Town) -> str:
    case = await reported(town)
    await done(town, MAYA, "ask", case=case, words="Why?")
    await done(town, SAM, "answer", case=case, words="Because.")
    await done(town, MAYA, "decide", case=case, decision="warned", words="Please do not.")
    return case


async def test_an_appeal_to_a_panel_drawn_by_lot(town: Town) -> None:
    case = await decided(town)
    judges = [
        one["member"] for one in (await done(town, SAM, "appeal", case=case, to="panel", words="Unfair"))["judges"]
    ]
    assert len(judges) == 5
    assert not {MAYA, OMAR, SAM} & set(judges)
    for who in (MAYA, OMAR, SAM, *judges):
        assert (await told(town, who, case))["appeal"]["drawn_rightly"]
    for who in {*MORE, LINA} - set(judges):
        assert not any(
            kind == bodies.APPEAL for (kind,) in town.nodes[who].tables.execute("SELECT kind FROM safety_said")
        )
    for n, who in enumerate(one for one in judges if one != LINA):
        if n < 3:
            assert "An appeal waits for your judgement." in messages(town, who)
            await done(town, who, "judge", case=case, vote="reverse", words="It was mild.")
    seen = await told(town, SAM, case)
    assert (seen["stage"], seen["appeal"]["outcome"]) == ("appealed", "reverse")
    assert "An appeal came to its end. See what is to be done, and close the case." in messages(town, OMAR)
    with pytest.raises(UsageError):
        await done(town, OMAR, "judge", case=case, vote="uphold")


async def test_an_appeal_to_other_stewards(town: Town) -> None:
    case = await decided(town)
    made = await done(town, SAM, "appeal", case=case, to="stewards", words="Unfair")
    assert [one["name"] for one in made["judges"]] == ["Omar"], "not who decided"
    await done(town, OMAR, "judge", case=case, vote="uphold")
    assert (await told(town, SAM, case))["appeal"]["outcome"] == "uphold"
    with pytest.raises(UsageError):
        await done(town, SAM, "appeal", case=case, to="panel", words="Again")


async def test_what_cannot_be_reported_is_said(town: Town) -> None:
    mine = await town.nodes[SAM].call("talk.post", text="mine")
    with pytest.raises(UsageError, match="wrote that yourself"):
        await done(town, SAM, "report", post=mine["id"])
    alone = Town({MAYA: 50, SAM: 10})
    made = await alone.nodes[SAM].call("talk.post", text="x")
    alone.pass_on()
    with pytest.raises(UsageError, match="Nobody else moderates"):
        await alone.nodes[MAYA].call("safety.report", post=made["id"])


async def test_a_private_message_is_reported_and_cannot_be_taken_down(town: Town) -> None:
    made = await town.nodes[SAM].call("talk.post", text="I know where you live", to="Lina")
    town.pass_on()
    case = (await done(town, LINA, "report", post=made["id"]))["case"]
    assert (await told(town, MAYA, case))["text"] == "I know where you live"
    await done(town, MAYA, "ask", case=case, words="Why?")
    await done(town, SAM, "answer", case=case, words="A joke.")
    with pytest.raises(UsageError):
        await done(town, MAYA, "decide", case=case, decision="hidden", words="x")
    await done(town, MAYA, "decide", case=case, decision="warned", words="Never again.")


def report(**more: Any) -> bodies.Report:
    return bodies.Report(**{"case": CASE, "of": "1" * 64, "kind": 11, "author": SAM, "text": "x", "why": "", **more})


def notice(**more: Any) -> bodies.Notice:
    start = {"case": CASE, "version": 1, "stage": "asked", "member": SAM, "text": "x", "words": "w", "until": 0}
    return bodies.Notice(**{**start, "decision": "", "pool": (), **more})


def panel(**more: Any) -> bodies.Appeal:
    pool = tuple(sorted(MORE))
    start = {
        "case": CASE,
        "to": "panel",
        "text": "",
        "decision": "warned",
        "told": "",
        "words": "no",
        "ids": ("2" * 64,),
    }
    judges = lots.draw(lots.seed(("2" * 64,), ""), pool, lots.PANEL)
    return bodies.Appeal(**{**start, "number": "", "pool": pool, "judges": judges, **more})


@pytest.mark.parametrize(
    ("who", "body", "to"),
    [
        (LINA, report(), (SAM, MAYA)),  # whoever it is about would read it
        (SAM, report(), (MAYA,)),  # of oneself
        (LINA, notice(), (SAM,)),  # not a moderator
        (MAYA, notice(), (LINA, OMAR)),  # to somebody else
        (MAYA, notice(member=MAYA), (SAM,)),
        (SAM, panel(judges=tuple(sorted(MORE[1:]))), (*MORE, MAYA)),  # not those drawn
        (SAM, panel(pool=tuple(sorted(MORE[:2])), judges=tuple(sorted(MORE[:2]))), (*MORE, MAYA)),
        (SAM, panel(ids=()), (*MORE, MAYA)),
    ],
)
async def test_what_no_node_accepts(town: Town, who: str, body: bodies.Body, to: tuple[str, ...]) -> None:
    with pytest.raises(NotAllowed):
        await town.nodes[who].say(SPACE, saying(body, to))


async def test_nothing_of_it_is_said_in_the_open(town: Town) -> None:
    with pytest.raises(NotAllowed):
        await town.nodes[LINA].say(SPACE, Saying(bodies.REPORT, spell(report())))


@given(st.sampled_from(sorted(bodies.KINDS)), st.text(max_size=200))
def test_junk_is_the_peers_fault(kind: int, content: str) -> None:
    with pytest.raises(RemoteError):
        bodies.decode(Event("1" * 64, SAM, 0, kind, (), content, "0" * 128), ())


@pytest.mark.parametrize(
    "change", [{"case": "x"}, {"why": "w" * 2001}, {"author": "A" * 64}, {"text": "a\x00"}, {"kind": -1}]
)
def test_one_spelling(change: dict[str, Any]) -> None:
    content = json.dumps({**json.loads(spell(report())), **change}, separators=(",", ":"))
    with pytest.raises(RemoteError):
        bodies.decode(Event("1" * 64, SAM, 0, bodies.REPORT, (), content, "0" * 128), ())


CIRCLE = (MAYA, OMAR, SAM, LINA, *MORE)
LEVELS = {MAYA: 50, OMAR: 20}
FIRST = event_id(SAM, 0, bodies.APPEAL, (("n", "0"),), spell(panel()))


def said(author: str, body: bodies.Body, n: int) -> Said[Any]:
    one = saying(body, CIRCLE)
    made = event_id(author, n, one.kind, (("n", str(n)),), one.content)
    return Said(
        id=made, space=SPACE, member=author, device=author, seq=n, kind=one.kind, created_at=n, auth=(), prev=(),
        body=body, private_with="c" * 64, circle=tuple(sorted(CIRCLE)),
    )  # fmt: skip


versions = st.integers(1, 2)
somebody = st.sampled_from([MAYA, OMAR, SAM, LINA, MORE[0]])
anything = st.one_of(
    st.builds(report, author=somebody),
    st.builds(notice, version=versions, member=somebody, stage=st.sampled_from(["asked", "decided"])),
    st.builds(
        bodies.Step, case=st.just(CASE), version=versions, step=st.sampled_from(["decided", "closed"]),
        decision=st.just("warned"), words=st.sampled_from("ab"),
    ),
    st.builds(bodies.Answer, case=st.just(CASE), version=versions, words=st.sampled_from("ab"), lot=st.just("3" * 64)),
    st.just(panel()),
    st.builds(
        bodies.Vote, case=st.just(CASE), version=versions, of=st.sampled_from([FIRST, "9" * 64]),
        vote=st.sampled_from(["uphold", "reverse", "aside"]), words=st.just(""),
    ),
)  # fmt: skip


@given(st.lists(st.tuples(somebody, anything), max_size=14), st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(some: list[tuple[str, bodies.Body]], chance: Any) -> None:
    saids = [said(SAM, panel(), 0), *(said(who, body, n) for n, (who, body) in enumerate(some, 1))]
    topic = ROOM.topic(saids[0])
    assert {ROOM.topic(one) for one in saids} == {topic}

    def standing(one: Said[Any]) -> Standing:
        level = LEVELS.get(one.member, 10)
        return Standing(one.member, level, True, level >= 20)

    def rows(order: list[Said[Any]]) -> Any:
        tables = Memory()
        state, verdicts = fold(ROOM, topic, order, standing)
        for _ in range(2):
            ROOM.project(tables, SPACE, topic, state)
        again = state
        for one in order:
            if verdicts[one.id].value == "allow":
                again = ROOM.reduce(again, one)
        assert again == state, "said twice is said once"
        return tables.dump(), verdicts

    shuffled = [*saids, *saids[:3]]
    chance.shuffle(shuffled)
    by_id = list({one.id: one for one in shuffled}.values())
    assert rows(saids) == rows(by_id)
    # Folding is in one order; reducing what counts in any other gives the same.
    state, verdicts = fold(ROOM, topic, saids, standing)
    mixed = ROOM.empty(topic)
    for one in by_id:
        if verdicts[one.id].value == "allow":
            mixed = ROOM.reduce(mixed, one)
    assert mixed.held == state.held


@given(st.sets(st.integers(0, 255), min_size=1, max_size=40), st.integers(1, 8), st.randoms(use_true_random=False))
def test_a_draw_can_be_done_again_by_anybody(who: set[int], size: int, chance: Any) -> None:
    pool = [member(n) for n in who]
    by = lots.seed(("1" * 64, "2" * 64), "3" * 64)
    drawn = lots.draw(by, pool, size)
    chance.shuffle(pool)
    assert lots.draw(by, pool, size) == drawn == tuple(sorted(set(drawn)))
    assert len(drawn) == min(size, len(pool))
    # Who is not drawn changes nothing by leaving, so that nobody is picked by choosing who else is in the pool.
    assert lots.draw(by, [one for one in pool if one in drawn], size) == drawn


def test_a_draw_as_it_is_written_down() -> None:
    """Lowest SHA256(seed ‖ member), of SHA256("tadamun/panel/v1" ‖ ids ‖ number); computed apart from the code."""
    pool = [member(n) for n in range(1, 11)]
    assert lots.seed(("11" * 32,), "22" * 32) == ("d74b7539b8523d193061625b7816d9bd1124ae7a12fdd626ac0cf6fbf5cc3e2d")
    assert lots.draw(lots.seed(("11" * 32,), "22" * 32), pool, 3) == tuple(map(member, (6, 8, 9)))


async def test_a_reader_of_the_rules_is_not_fooled_by_the_audience(town: Town) -> None:
    """Told a case's number, an accomplice of whom it is about reports once more under it: the first stays the one."""
    case = await decided(town)
    forged = report(case=case, author=SAM, text="something else")
    await town.nodes[MORE[0]].say(SPACE, Saying(bodies.REPORT, spell(forged), audience=Audience(members=(MAYA, OMAR))))
    town.pass_on()
    seen = await told(town, MAYA, case)
    assert (seen["text"], seen["by"]) == ("Go away, all of you", "Lina")


async def test_who_reports_without_end_hides_nobody_elses(town: Town) -> None:
    case = await reported(town)
    noisy = town.nodes[MORE[0]]
    noisy.clock.at += 10 * DAY  # and claims to be the latest of all
    for n in range(30):
        one = report(case=f"{n + 1000:032x}")
        await noisy.say(SPACE, Saying(bodies.REPORT, spell(one), audience=Audience(members=(MAYA, OMAR))))
    town.pass_on()
    listed = [one["case"] for one in (await town.nodes[MAYA].call("safety.cases"))["cases"]]
    assert case in listed
    assert len(listed) == 21
