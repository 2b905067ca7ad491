"""What a person can do and ask about cases: report, ask, answer, decide, appeal, judge, close.

The order is held here for the honest, and by what counts for all: a decision against somebody is offered once they
were heard, could have answered in time, or cannot be asked. Nothing is decided by a date alone.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import msgspec

from tadamun.core.errors import UsageError
from tadamun.core.ports import Workbench
from tadamun.core.room import Call
from tadamun.rooms.safety import actions
from tadamun.rooms.safety.bodies import Answer, Appeal, Decision, Notice, Report, Step, Vote
from tadamun.rooms.safety.calls import InSpace
from tadamun.rooms.safety.cases import Case, all_cases, moderators, one_case
from tadamun.rooms.safety.lots import LEAST, MOST_POOL, PANEL, draw, fixed, seed
from tadamun.rooms.safety.turns import may, named, shown

DAY: Final = 86_400  # seconds
TO_APPEAL: Final = 7  # days
LEAST_NUMBER: Final = 4  # characters of a case's number that name it


class MakeReport(InSpace, frozen=True, forbid_unknown_fields=True):
    """post: an id or its beginning."""

    post: str
    why: str = ""


class OneCase(InSpace, frozen=True, forbid_unknown_fields=True):
    """case: its number, or at least four characters of it."""

    case: str


class Worded(OneCase, frozen=True, forbid_unknown_fields=True, kw_only=True):
    words: str = ""


class Ask(Worded, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """days: how long they have to answer."""

    days: Annotated[int, msgspec.Meta(ge=1, le=30)] = 3


class Decide(Worded, frozen=True, forbid_unknown_fields=True, kw_only=True):
    decision: Literal["nothing", "warned", "hidden"]


class MakeAppeal(Worded, frozen=True, forbid_unknown_fields=True, kw_only=True):
    to: Literal["stewards", "panel"]


class Judge(Worded, frozen=True, forbid_unknown_fields=True, kw_only=True):
    vote: Literal["uphold", "reverse", "aside"]


async def report(bench: Workbench, asked: MakeReport) -> dict[str, Any]:
    """Report one post to those who moderate, but not to whoever wrote it. Gives {case, readers: [{member, name}]}."""
    space = bench.space(asked.space)
    item = bench.facts.posts.item(space, asked.post, bench.clock.now())
    me = bench.me(space)
    if item.author == me:
        raise UsageError("You wrote that yourself. You can retract it.")
    if item.gone:
        raise UsageError("That post was retracted. Nothing more can be done with it.")
    to = readers(bench, space, item.author)
    body = Report(
        case=bench.random.bytes(16).hex(),
        of=item.id,
        kind=item.kind,
        author=item.author,
        text=item.text,
        why=actions.words(asked.why),
    )
    await bench.say(space, actions.saying(body, to))
    return {"case": body.case, "readers": named(bench, space, to)}


async def readers_of(bench: Workbench, asked: MakeReport) -> dict[str, Any]:
    """Who would read a report of that post: {readers: [{member, name}], author, name, text, private}."""
    space = bench.space(asked.space)
    item = bench.facts.posts.item(space, asked.post, bench.clock.now())
    to = readers(bench, space, item.author) if item.author != bench.me(space) else []
    name = bench.facts.names.name(space, item.author)
    return {
        "readers": named(bench, space, to), "author": item.author, "name": name, "text": item.text,
        "private": item.private, "post": item.id,
    }  # fmt: skip


def readers(bench: Workbench, space: str, about: str) -> list[str]:
    """Who moderates, without oneself and whom it is about. Raises UsageError if that is nobody."""
    found = [who for who in moderators(bench, space) if who not in (bench.me(space), about)]
    if not found:
        raise UsageError("Nobody else moderates this space. Nothing was sent. Speak to somebody you trust.")
    return found


async def ask(bench: Workbench, asked: Ask) -> dict[str, Any]:
    """As a moderator: tell whoever it is about what is said against it, and ask. Gives {case, until}."""
    space, case = _case(bench, asked)
    _must(bench, space, case, "ask")
    until = bench.clock.now() + asked.days * DAY
    words = actions.words(asked.words, needed=True)
    body = _notice(case, "asked", words, until, "", ())
    await bench.say(space, actions.saying(body, _told(bench, space, case)))
    return {"case": case.number, "until": until}


async def answer(bench: Workbench, asked: Worded) -> dict[str, Any]:
    """As whom it is about: say how it was. Gives {case}."""
    space, case = _case(bench, asked)
    _must(bench, space, case, "answer")
    words = actions.words(asked.words, needed=True)
    rows = bench.tables.execute('SELECT number FROM safety_lots WHERE space = ? AND "case" = ?', (space, case.number))
    number = str(rows[0][0]) if rows else bench.random.bytes(32).hex()
    if not rows:
        bench.tables.execute("INSERT INTO safety_lots VALUES (?, ?, ?)", (space, case.number, number))
    version = actions.next_version(case.answer.body if case.answer else None)
    assert case.asked is not None
    body = Answer(case=case.number, version=version, words=words, lot=fixed(number))
    await bench.say(space, actions.saying(body, case.asked.circle))
    return {"case": case.number}


async def decide(bench: Workbench, asked: Decide) -> dict[str, Any]:
    """As a moderator: decide. Gives {case, decision, hidden: whether the post was taken down}."""
    space, case = _case(bench, asked)
    _must(bench, space, case, "decide" if asked.decision != "nothing" else "dismiss")
    words = actions.words(asked.words, needed=asked.decision != "nothing")
    assert case.report is not None
    hidden = False
    if asked.decision == "hidden":
        item = bench.facts.posts.item(space, case.report.body.of, bench.clock.now())
        if item.private:
            raise UsageError("That was said in private: nobody but its author can take it back. Nothing was decided.")
        if not item.gone:
            await bench.say(space, bench.facts.posts.taking_down(item, ""))
            hidden = True
    if case.asked is not None and case.about in bench.members(space):
        until = bench.clock.now() + TO_APPEAL * DAY
        body = _notice(case, "decided", words, until, asked.decision, _pool(bench, space, case))
        await bench.say(space, actions.saying(body, _told(bench, space, case)))
    step = Step(case=case.number, version=1, step="decided", decision=asked.decision, words=words)
    await bench.say(space, actions.saying(step, case.report.circle))
    return {"case": case.number, "decision": asked.decision, "hidden": hidden}


async def appeal(bench: Workbench, asked: MakeAppeal) -> dict[str, Any]:
    """As whom it is about: have others decide anew. Gives {case, judges: [{member, name}]}."""
    space, case = _case(bench, asked)
    _must(bench, space, case, "appeal")
    words = actions.words(asked.words, needed=True)
    assert case.decided is not None
    judges, ids, number, pool = judges_of(bench, space, case, asked.to)
    if not judges:
        raise UsageError("There are too few others here for that. Choose the other way, or speak to a steward.")
    told: Notice = case.decided.body
    body = Appeal(
        case=case.number, to=asked.to, text=told.text, decision=told.decision, told=told.words, words=words,
        ids=ids, number=number, pool=pool, judges=judges,
    )  # fmt: skip
    await bench.say(space, actions.saying(body, {*case.decided.circle, *judges}))
    return {"case": case.number, "judges": named(bench, space, judges)}


def judges_of(
    bench: Workbench, space: str, case: Case, to: str
) -> tuple[tuple[str, ...], tuple[str, ...], str, tuple[str, ...]]:
    """(judges, ids, number, pool) of an appeal; no judges: that way is not open."""
    assert case.decided is not None
    if to == "stewards":
        others = set(case.decided.circle) & set(moderators(bench, space)) - {case.about, case.decided.member}
        return tuple(sorted(others)), (), "", ()
    rows = bench.tables.execute('SELECT number FROM safety_lots WHERE space = ? AND "case" = ?', (space, case.number))
    number = str(rows[0][0]) if rows and case.answer is not None else ""
    ids = tuple(line.id for line in (case.asked, case.answer, case.decided) if line is not None)
    pool: tuple[str, ...] = case.decided.body.pool
    drawn = draw(seed(ids, number), pool, PANEL)
    return (drawn if len(drawn) >= LEAST else ()), ids, number, pool


async def judge(bench: Workbench, asked: Judge) -> dict[str, Any]:
    """As one of an appeal's judges: say whether the decision holds. Gives {case, outcome}."""
    space, case = _case(bench, asked)
    _must(bench, space, case, "judge")
    me = bench.me(space)
    assert case.appeal is not None
    mine = next((line for line in case.votes if line.member == me), None)
    if me in case.reporters and asked.vote != "aside":
        raise UsageError("You reported this yourself: stand aside, so that others decide.")
    body = Vote(
        case=case.number,
        version=actions.next_version(mine.body if mine else None),
        of=case.appeal.id,
        vote=asked.vote,
        words=actions.words(asked.words),
    )
    await bench.say(space, actions.saying(body, case.appeal.circle))
    done = one_case(bench.tables, space, case.number)
    return {"case": case.number, "outcome": done.outcome if done is not None else ""}


async def close(bench: Workbench, asked: Worded) -> dict[str, Any]:
    """As a moderator: nothing more is to be done. Gives {case}."""
    space, case = _case(bench, asked)
    _must(bench, space, case, "close")
    assert case.report is not None
    step = Step(case=case.number, version=2, step="closed", decision="", words=actions.words(asked.words))
    await bench.say(space, actions.saying(step, case.report.circle))
    return {"case": case.number}


async def cases(bench: Workbench, asked: InSpace) -> dict[str, Any]:
    """{cases}: what concerns this person, the latest first, each as `safety.case` gives it."""
    space = bench.space(asked.space)
    return {"cases": [shown(bench, space, case) for case in all_cases(bench, space)]}


async def case_(bench: Workbench, asked: OneCase) -> dict[str, Any]:
    """{case, role, stage, text, about, about_name, by, why, asked, answer, decided, appeal, closed, read, may, until,
    late}.

    role: reporter, moderator, about (it is about oneself), judge. asked, answer, decided, appeal, closed: {words, at,
    …} or null. by, why: of the report, for who may read it. read: one said so (`safety.seen`). may: what one can do
    now. until: by when whom it is about is to answer or appeal; late: that has passed by this node's clock.
    """
    space, case = _case(bench, asked)
    return shown(bench, space, case)


async def seen(bench: Workbench, asked: OneCase) -> dict[str, Any]:
    """Remember on this node that one has read what was decided. Gives {case}."""
    space, case = _case(bench, asked)
    if case.decided is not None:
        bench.tables.execute("INSERT OR IGNORE INTO safety_read VALUES (?, ?)", (space, case.decided.id))
    return {"case": case.number}


CALLS: Final = {
    "safety.report": Call(MakeReport, report),
    "safety.readers": Call(MakeReport, readers_of),
    "safety.ask": Call(Ask, ask),
    "safety.answer": Call(Worded, answer),
    "safety.decide": Call(Decide, decide),
    "safety.appeal": Call(MakeAppeal, appeal),
    "safety.judge": Call(Judge, judge),
    "safety.close": Call(Worded, close),
    "safety.cases": Call(InSpace, cases),
    "safety.case": Call(OneCase, case_),
    "safety.seen": Call(OneCase, seen),
}


def _case(bench: Workbench, asked: OneCase) -> tuple[str, Case]:
    space, wanted = bench.space(asked.space), asked.case.strip().lower()
    if len(wanted) < LEAST_NUMBER or len(wanted) > 32 or set(wanted) - set("0123456789abcdef"):
        raise UsageError("Name a case by its number, or at least the first {least} characters.", least=LEAST_NUMBER)
    rows = bench.tables.execute(
        'SELECT DISTINCT "case" FROM safety_said WHERE space = ? AND "case" BETWEEN ? AND ? LIMIT 2',
        (space, wanted, wanted.ljust(32, "f")),
    )
    case = one_case(bench.tables, space, rows[0][0]) if len(rows) == 1 else None
    if case is None:
        raise UsageError("There is no such case here, or several begin so.")
    return space, case


def _must(bench: Workbench, space: str, case: Case, act: str) -> None:
    if act not in may(bench, space, case):
        if act == "decide" and case.stage in ("reported", "asked"):
            raise UsageError("Whoever it is about is to be heard first: ask, and wait for the answer or its time.")
        raise UsageError("That cannot be done with this case now, or not by you.")


def _notice(
    case: Case, stage: Literal["asked", "decided"], words: str, until: int, decision: Decision, pool: tuple[str, ...]
) -> Notice:
    assert case.report is not None
    held = case.asked if stage == "asked" else case.decided
    return Notice(
        case=case.number, version=actions.next_version(held.body if held else None), stage=stage, member=case.about,
        text=case.report.body.text, words=words, until=until, decision=decision, pool=pool,
    )  # fmt: skip


def _told(bench: Workbench, space: str, case: Case) -> set[str]:
    """Whom it is about and those who moderate: the same circle for all that is said to them of one case."""
    if case.asked is not None:
        return set(case.asked.circle)
    return {case.about, bench.me(space), *moderators(bench, space)} - case.reporters


def _pool(bench: Workbench, space: str, case: Case) -> tuple[str, ...]:
    """Of whom a panel would be drawn: members who decide nothing here otherwise. Whoever reported stays among them,
    since the one missing would be known."""
    new = bench.newcomers(space)
    out = {case.about, *moderators(bench, space), *new}
    return draw(seed((), case.number), (who for who in bench.members(space) if who not in out), MOST_POOL)
