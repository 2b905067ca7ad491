"""Whose turn it is in a case, and how a case is told to this person. This file says nothing and changes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tadamun.core.ports import Workbench
from tadamun.rooms.safety.bodies import Appeal
from tadamun.rooms.safety.cases import Case, Line, moderators


def may(bench: Workbench, space: str, case: Case) -> list[str]:
    """What this person can do with a case now."""
    me, stage, found = bench.me(space), case.stage, []
    moderates = case.report is not None and me in moderators(bench, space) and me not in case.reporters
    if moderates and me != case.about:
        answers = case.about in bench.members(space)
        overdue = case.asked is not None and bench.clock.now() > case.asked.body.until
        if stage == "reported" and answers:
            found.append("ask")
        if stage == "heard" or (stage == "asked" and overdue) or (stage in ("reported", "asked") and not answers):
            found.append("decide")
        if stage in ("reported", "asked", "heard"):
            found.append("dismiss")
        if stage in ("decided", "appealed"):
            found.append("close")
    if me == case.about and case.asked is not None:
        if stage in ("asked", "heard"):
            found.append("answer")
        if case.decided is not None and case.decided.body.decision != "nothing" and case.appeal is None:
            found.append("appeal")
    if case.appeal is not None and me in case.appeal.body.judges and not case.outcome:
        found.append("judge")
    return found


def role(bench: Workbench, space: str, case: Case) -> str:
    """What a case makes of this person."""
    me = bench.me(space)
    if me == case.about:
        return "about"
    if me in case.reporters:
        return "reporter"
    if case.report is not None:
        return "moderator"
    return "judge"


def read(bench: Workbench, space: str, case: Case) -> bool:
    """Whether this person said that they read what was decided."""
    key = case.decided.id if case.decided is not None else ""
    return bool(bench.tables.execute("SELECT 1 FROM safety_read WHERE space = ? AND id = ?", (space, key)))


def named(bench: Workbench, space: str, members: Iterable[str]) -> list[dict[str, str]]:
    """[{member, name}]."""
    return [{"member": who, "name": bench.facts.names.name(space, who)} for who in members]


def shown(bench: Workbench, space: str, case: Case) -> dict[str, Any]:
    """See calls_cases.case_."""
    own, now, names = role(bench, space, case), bench.clock.now(), bench.facts.names
    last = case.decided or case.asked
    first = case.report or case.asked or case.appeal
    text = next((line.body.text for line in (case.report, last, case.appeal) if line is not None), "")
    waits = case.stage in ("asked", "decided") and last is not None
    return {
        "case": case.number,
        "role": own,
        "stage": case.stage,
        "text": text,
        "about": case.about,
        "about_name": names.name(space, case.about),
        "post": case.report.body.of if case.report else "",
        "by": names.name(space, case.report.member) if case.report else "",
        "why": case.report.body.why if case.report else "",
        "at": first.created_at if first is not None else 0,
        "asked": _line(bench, space, case.asked),
        "answer": _line(bench, space, case.answer),
        "decided": _line(bench, space, case.decided or case.step),
        "appeal": _appeal(bench, space, case),
        "closed": _line(bench, space, case.closed),
        "read": read(bench, space, case),
        "may": may(bench, space, case),
        "until": last.body.until if waits and last is not None else 0,
        "late": waits and last is not None and now > last.body.until,
    }


def _line(bench: Workbench, space: str, line: Line | None) -> dict[str, Any] | None:
    if line is None:
        return None
    return {
        "member": line.member,
        "name": bench.facts.names.name(space, line.member),
        "words": line.body.words,
        "at": line.created_at,
        "decision": getattr(line.body, "decision", ""),
    }


def _appeal(bench: Workbench, space: str, case: Case) -> dict[str, Any] | None:
    if case.appeal is None:
        return None
    body: Appeal = case.appeal.body
    said = {line.member: line.body for line in case.votes}
    judges = [
        {**one, "vote": said[one["member"]].vote if one["member"] in said else "", "words": said[one["member"]].words
         if one["member"] in said else ""}
        for one in named(bench, space, body.judges)
    ]  # fmt: skip
    return {
        "to": body.to, "words": body.words, "told": body.told, "decision": body.decision, "judges": judges,
        "outcome": case.outcome, "drawn_rightly": case.drawn_rightly, "at": case.appeal.created_at,
    }  # fmt: skip
