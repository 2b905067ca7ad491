"""What somebody is to see to in cases. Quick: it is asked for with every page, and mostly there is none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tadamun.core.ports import Workbench
from tadamun.core.room import Alert
from tadamun.core.words import N_
from tadamun.rooms.safety.cases import Case, all_cases
from tadamun.rooms.safety.turns import may, read

MOST: Final = 5

_WHAT: Final = {
    "ask": N_("A report waits for a moderator."),
    "decide": N_("A case waits for a decision: whoever it is about was heard, or had the time."),
    "judge": N_("An appeal waits for your judgement."),
    "answer": N_("Moderators ask you about something you wrote."),
}
_DECIDED: Final = N_("Moderators decided about something you wrote.")
_APPEALED: Final = N_("An appeal came to its end. See what is to be done, and close the case.")


def alerts(bench: Workbench, space: str) -> list[Alert]:
    """Those of one space."""
    found = [alert for case in all_cases(bench, space) for alert in _of(bench, space, case)]
    return found[:MOST]


def _of(bench: Workbench, space: str, case: Case) -> Iterator[Alert]:
    able, path, me = may(bench, space, case), {"case": case.number}, bench.me(space)
    at = case.asked.body.until if case.asked is not None and case.stage == "asked" else 0
    voted = any(line.member == me for line in case.votes)
    for act, message in _WHAT.items():
        done = (act == "judge" and voted) or (act == "answer" and case.answer is not None)
        if act in able and not done:
            yield Alert(f"{act}:{case.number}", message, {}, "safety-case", path, at=at)
    if "decide" not in able and "ask" not in able and "dismiss" in able and case.stage == "reported":
        yield Alert(f"ask:{case.number}", _WHAT["ask"], {}, "safety-case", path)
    if "close" in able and case.stage == "appealed":
        yield Alert(f"close:{case.number}", _APPEALED, {}, "safety-case", path)
    if me == case.about and case.decided is not None and case.appeal is None and not read(bench, space, case):
        yield Alert(f"told:{case.number}", _DECIDED, {}, "safety-case", path)
