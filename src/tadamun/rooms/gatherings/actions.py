"""From what somebody typed about a gathering to what is said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from tadamun.core.body import spell
from tadamun.core.errors import UsageError
from tadamun.core.limits import MAX_INNER, MAX_INTEGER
from tadamun.core.ports import Audience, Saying
from tadamun.core.text import allowed_line, allowed_text, tidy_line, tidy_text
from tadamun.rooms.gatherings.nip52 import (
    ANSWER,
    DAYS,
    LONGEST_TIMES,
    MAX_CAPACITY,
    MAX_NOTE,
    MAX_PLACE,
    MAX_TEXT,
    MAX_TITLE,
    MAX_TOPIC,
    MAX_TOPICS,
    TIMES,
    Answer,
    Opening,
    Plan,
    over,
    plan_allowed,
    tags_of,
    topic_allowed,
)
from tadamun.rooms.gatherings.own import CANCEL, CHANGE, DOOR, MAX_ORGANISERS, MAX_REASON, Cancel, Change, Door

# What pages and commands suggest. Any other word will do.
SUGGESTED: Final = ("meet-up", "protest", "march", "rally", "vigil", "workshop", "party", "online")
KEPT: Final = (1, 7, 30, 90)  # days after its end for which it may be kept who came
_DAY: Final = 86_400  # seconds
_FRAME: Final = 4 * 1024  # bytes kept free for the event's own fields and its frame


def opening(plan: Plan, key: str, series: str = "") -> Saying:
    """A gathering is called. key: 32 hexadecimal signs, new ones. Raises UsageError."""
    plan = tidy(plan)
    return _fitting(Saying(TIMES if plan.zone else DAYS, plan.text, tags_of(Opening(key, plan, series))))


def change(of: str, version: int, plan: Plan) -> Saying:
    """The plan anew; `version` is one more than that of the change it follows. Raises UsageError."""
    return _fitting(Saying(CHANGE, spell(Change(of=of, version=_within(version), plan=tidy(plan)))))


def cancel(of: str, reason: str, moderates: bool) -> Saying:
    """It does not take place. Raises UsageError."""
    reason = tidy_line(reason)
    if not allowed_line(reason, MAX_REASON):
        raise UsageError("A reason is at most {most} characters on one line.", most=MAX_REASON)
    return Saying(CANCEL, spell(Cancel(of=of, moderates=moderates, reason=reason)))


def door(
    of: str, version: int, organisers: Sequence[str], seated: Sequence[str], going: int = 0, maybe: int = 0
) -> Saying:
    """Who organises it, who has a place for sure, and how many told the organisers alone. Raises UsageError."""
    if len(set(organisers)) > MAX_ORGANISERS:
        raise UsageError("Name at most {most} organisers.", most=MAX_ORGANISERS)
    body = Door(
        of=of,
        version=_within(version),
        organisers=tuple(sorted(set(organisers))),
        seated=tuple(sorted(set(seated))),
        going=going,
        maybe=maybe,
    )
    return _fitting(Saying(DOOR, spell(body)))


def answer(body: Answer, to: Audience) -> Saying:
    """Whether one comes. to: with the time at which it is destroyed. Raises UsageError."""
    note = tidy_line(body.note)
    if not allowed_line(note, MAX_NOTE):
        raise UsageError("A note is at most {most} characters on one line.", most=MAX_NOTE)
    body = msgspec.structs.replace(body, note=note, version=_within(body.version))
    return Saying(ANSWER, note, tags_of(body), to)


def topics_of(typed: Sequence[str]) -> tuple[str, ...]:
    """Labels as they are kept: lower case, spaces as dashes, without "#", sorted. Raises UsageError."""
    topics = set()
    for word in typed:
        topic = "-".join(tidy_line(word.strip().lstrip("#")).lower().replace("_", " ").split())
        if not topic_allowed(topic):
            raise UsageError(
                "A topic is one word of at most {most} characters. Suggested: {topics}.",
                most=MAX_TOPIC,
                topics=", ".join(SUGGESTED),
            )
        topics.add(topic)
    if len(topics) > MAX_TOPICS:
        raise UsageError("Give at most {most} topics.", most=MAX_TOPICS)
    return tuple(sorted(topics))


def tidy(plan: Plan) -> Plan:
    """The plan as it is kept. Raises UsageError for one that no node would accept."""
    plan = msgspec.structs.replace(
        plan, title=tidy_line(plan.title), text=tidy_text(plan.text), place=tidy_line(plan.place)
    )
    if not plan.title:
        raise UsageError("A gathering needs a title, so that people know what they are asked to.")
    if not allowed_line(plan.title, MAX_TITLE):
        raise UsageError("A title is at most {most} characters on one line.", most=MAX_TITLE)
    if not allowed_text(plan.text, MAX_TEXT, least=0):
        raise UsageError("A description is at most {most} bytes, without control characters.", most=MAX_TEXT)
    if not allowed_line(plan.place, MAX_PLACE):
        raise UsageError("A place is at most {most} characters on one line.", most=MAX_PLACE)
    if not 0 <= plan.capacity <= MAX_CAPACITY:
        raise UsageError("Say how many places there are: from 1 to {most}, or 0 for no limit.", most=MAX_CAPACITY)
    ends_first = plan.end <= plan.start if plan.zone and plan.end else bool(plan.day_end) and plan.day_end <= plan.day
    if ends_first:
        raise UsageError("It would end before it begins. Choose a later end.")
    if not plan_allowed(plan):
        raise UsageError(
            "It would last too long, or lie too far away. By the clock it lasts at most {days} days.",
            days=LONGEST_TIMES // _DAY,
        )
    return plan


def kept_until(plan: Plan, days: int) -> int:
    """The full hour at which who comes is destroyed: so many days after the end. Raises UsageError."""
    if not 0 <= days <= 365:
        raise UsageError("Who comes can be kept for up to {days} days after the end.", days=365)
    return -(-(over(plan) + days * _DAY) // 3600) * 3600


def _within(version: int) -> int:
    if version > MAX_INTEGER:
        raise UsageError("This was changed too often to be changed again.")
    return version


def _fitting(saying: Saying) -> Saying:
    """Quotes and newlines take more room in an event than in the text; an event has a limit of its own."""
    if len(msgspec.json.encode((saying.content, saying.tags))) > MAX_INNER - _FRAME:
        raise UsageError("That text is too long to be sealed. Make it shorter.")
    return saying
