"""Who may say what of a case."""

from __future__ import annotations

from typing import Any

from tadamun.core.charter import MODERATOR
from tadamun.core.genuine import Said
from tadamun.core.room import Standing, Verdict
from tadamun.rooms.safety.bodies import APPEAL, NOTICE, REPORT, Answer, Appeal, Body, Notice, Report, Step, Vote
from tadamun.rooms.safety.lots import LEAST, PANEL, draw, seed
from tadamun.rooms.safety.state import Matter


def authorise(matter: Matter, said: Said[Any], standing: Standing) -> Verdict:
    """The rule for one thing said; it looks at nothing that later events could change."""
    body: Body = said.body
    # Cases are dealt with in private, in one's own name, and are not made to vanish by a date.
    if not said.circle or said.mask is not None or said.expires_at:
        return Verdict.DENY
    match body:
        # Everybody may report, newcomers too; never one's own, and never before the one it is about.
        case Report():
            return _allow(body.author != standing.member and body.author not in said.circle)
        # Moderators take a case further where it was reported, once the report is there.
        case Step():
            return _once(any(matter.of_kind(REPORT)), _moderates(standing))
        # Moderators ask and tell somebody who reads it; nobody themselves.
        case Notice():
            there = body.member in said.circle and body.member != standing.member
            return _allow(_moderates(standing) and there)
        # Whoever was asked or told may answer.
        case Answer():
            return _once(any(one.body.member == standing.member for one in matter.of_kind(NOTICE)), True)
        # Whoever it is about appeals, to others who read it; a panel is the one that the lot names.
        case Appeal():
            fair = standing.member not in body.judges and set(body.judges) <= set(said.circle)
            if body.to == "panel":
                drawn = draw(seed(body.ids, body.number), body.pool, PANEL)
                return _allow(fair and bool(body.ids) and body.judges == drawn and len(drawn) >= LEAST)
            told = any(one.body.member == standing.member for one in matter.of_kind(NOTICE))
            return _once(told, fair and not body.ids and not body.number and not body.pool)
        # The judges of an appeal, and nobody else, decide it.
        case Vote():
            appeal = next((one for one in matter.of_kind(APPEAL) if one.id == body.of), None)
            return _once(appeal is not None, appeal is not None and standing.member in appeal.body.judges)


def _moderates(standing: Standing) -> bool:
    """By level: `may_moderate` is of what is said to the whole space, and says no in every private channel."""
    return standing.level >= MODERATOR and not standing.newcomer


def _allow(may: bool) -> Verdict:
    return Verdict.ALLOW if may else Verdict.DENY


def _once(there: bool, may: bool) -> Verdict:
    """Wait for what it refers to."""
    return _allow(may) if there else Verdict.UNKNOWN
