"""Cases as they stand for one member: what reached this node of them, put together from the circles it was said in.

Only who was meant to read something has it here: moderators the report and what followed, whom it is about what they
were asked and told, judges the appeal. Deadlines are shown by the reader's own clock and decide nothing by themselves.
This file does not know what can be done next (calls_cases.py) or pages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from tadamun.core.charter import MODERATOR
from tadamun.core.ports import Tables, Workbench
from tadamun.rooms.safety.bodies import (
    ANSWER,
    APPEAL,
    NOTICE,
    REPORT,
    STEP,
    VOTE,
    Answer,
    Appeal,
    Notice,
    Report,
    Step,
    Vote,
)
from tadamun.rooms.safety.lots import fixed

MOST: Final = 200  # cases that are listed
MOST_OF_ONE: Final = 20  # of them, by one reporter and taken up by nobody
_TYPES: Final = {REPORT: Report, STEP: Step, NOTICE: Notice, ANSWER: Answer, APPEAL: Appeal, VOTE: Vote}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing said of a case. circle: who reads it."""

    id: str
    kind: int
    member: str
    created_at: int
    circle: tuple[str, ...]
    body: Any


@dataclass(slots=True)
class Case:
    """One case, as far as it is here. about: the member (or one-time key) whom it is about."""

    number: str
    about: str = ""
    report: Line | None = None
    asked: Line | None = None
    answer: Line | None = None
    decided: Line | None = None  # as the one whom it is about was told
    step: Line | None = None  # as those who read the report were told
    closed: Line | None = None
    appeal: Line | None = None
    votes: list[Line] = field(default_factory=list)
    reporters: frozenset[str] = frozenset()

    @property
    def stage(self) -> str:
        """reported, asked, heard, decided, appeal, appealed, closed."""
        if self.closed is not None:
            return "closed"
        if self.appeal is not None:
            return "appealed" if self.outcome else "appeal"
        if self.decided is not None or self.step is not None:
            return "decided"
        if self.answer is not None:
            return "heard"
        return "asked" if self.asked is not None else "reported"

    @property
    def outcome(self) -> str:
        """What the appeal came to: uphold, reverse, "" while it is open: more than half of who do not stand aside."""
        if self.appeal is None:
            return ""
        said = {line.member: line.body.vote for line in self.votes}
        need = sum(said.get(judge) != "aside" for judge in self.appeal.body.judges) // 2 + 1
        return next((vote for vote in ("uphold", "reverse") if sum(v == vote for v in said.values()) >= need), "")

    @property
    def drawn_rightly(self) -> bool:
        """Whether the panel's draw took what was really said, and the number fixed before, as far as this is here."""
        if self.appeal is None or self.appeal.body.to != "panel" or self.decided is None:
            return True
        body = self.appeal.body
        ids = tuple(line.id for line in (self.asked, self.answer, self.decided) if line is not None)
        number = not self.answer or (bool(body.number) and fixed(body.number) == self.answer.body.lot)
        return body.ids == ids and body.pool == self.decided.body.pool and number


def moderators(bench: Workbench, space: str) -> list[str]:
    """Who may moderate now."""
    new = bench.newcomers(space)
    return sorted(who for who, level in bench.members(space).items() if level >= MODERATOR and who not in new)


def all_cases(bench: Workbench, space: str) -> list[Case]:
    """Those that concern this person, the latest begun first. Of what one member reports without end, and nobody took
    up, only the latest are listed, so that they hide nobody else's."""
    rows = bench.tables.execute(
        'SELECT "case", max(member), min(kind = ?), min(min(created_at), ?) FROM safety_said WHERE space = ?'
        " GROUP BY 1 ORDER BY 4 DESC, 1",
        (REPORT, bench.clock.now(), space),
    )
    waiting: Counter[str] = Counter()
    found: list[Case] = []
    for number, reporter, untouched, _ in rows:
        if untouched:  # then nobody but moderators and the reporter knows its number
            waiting[reporter] += 1
            if waiting[reporter] > MOST_OF_ONE:
                continue
        if len(found) < MOST and (case := one_case(bench.tables, space, number)) is not None:
            found.append(case)
    return found


def one_case(tables: Tables, space: str, number: str) -> Case | None:
    """The case of that number; None if there is nothing to be seen of it."""
    rows = tables.execute(
        'SELECT id, kind, member, created_at, circle, body FROM safety_said WHERE space = ? AND "case" = ? ORDER BY id',
        (space, number),
    )
    lines = [
        Line(i, kind, member, at, tuple(circle.split(",")), msgspec.json.decode(body, type=_TYPES[kind]))
        for i, kind, member, at, circle, body in rows
    ]
    reports = [line for line in lines if line.kind == REPORT]
    notices = [line for line in lines if line.kind == NOTICE]
    appeals = [line for line in lines if line.kind == APPEAL]
    # Whoever knows the number could report once more under it: what moderators took up is the one they asked about.
    taken = {(line.body.member, line.body.text) for line in notices}
    report = next((one for one in reports if (one.body.author, one.body.text) in taken), next(iter(reports), None))
    case = Case(number, report=report, reporters=frozenset(line.member for line in reports))
    first = next(iter(notices), None)
    if report is not None:
        case.about = report.body.author
    elif first is not None:
        case.about = first.body.member
    elif appeals:
        case.about = appeals[0].member
    else:
        return None
    of_them = [line for line in notices if line.body.member == case.about]
    case.asked = _last(line for line in of_them if line.body.stage == "asked")
    case.decided = _last(line for line in of_them if line.body.stage == "decided")
    case.answer = _last(line for line in lines if line.kind == ANSWER and line.member == case.about)
    steps = [] if report is None else [one for one in lines if one.kind == STEP and one.circle == report.circle]
    case.closed = _last(line for line in steps if line.body.step == "closed")
    case.step = _last(line for line in steps if line.body.step == "decided")
    case.appeal = next((line for line in appeals if line.member == case.about), None)
    if case.appeal is not None:
        case.votes = [line for line in lines if line.kind == VOTE and line.body.of == case.appeal.id]
    return case


def _last(lines: Iterable[Line]) -> Line | None:
    """The one that holds: of the highest version, then of the lowest id."""
    return min(lines, key=lambda line: (-line.body.version, line.id), default=None)
