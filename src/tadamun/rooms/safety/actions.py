"""From what somebody typed about a case to what is said."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from tadamun.core.body import spell
from tadamun.core.errors import UsageError
from tadamun.core.limits import MAX_INTEGER
from tadamun.core.ports import Audience, Saying
from tadamun.core.text import allowed_text, tidy_text
from tadamun.rooms.safety.bodies import (
    ANSWER,
    APPEAL,
    MAX_WORDS,
    NOTICE,
    REPORT,
    STEP,
    VOTE,
    Answer,
    Appeal,
    Body,
    Notice,
    Report,
    Step,
    Vote,
)

_KINDS = {Report: REPORT, Step: STEP, Notice: NOTICE, Answer: ANSWER, Appeal: APPEAL, Vote: VOTE}


def saying(body: Body, to: Iterable[str]) -> Saying:
    """Say it to these members."""
    return Saying(_KINDS[type(body)], spell(body), audience=Audience(members=tuple(sorted(to))))


def next_version(held: msgspec.Struct | None) -> int:
    """One more than that of what it replaces. Raises UsageError."""
    version = int(getattr(held, "version", 0)) + 1
    if version > MAX_INTEGER:
        raise UsageError("This was changed too often to be changed again.")
    return version


def words(typed: str, needed: bool = False) -> str:
    """What somebody says of a case. Raises UsageError."""
    text = tidy_text(typed)
    if needed and not text:
        raise UsageError("Say it in a few words. Nothing was sent.")
    if not allowed_text(text, MAX_WORDS, least=0):
        raise UsageError("At most {most} bytes, without control characters. Nothing was sent.", most=MAX_WORDS)
    return text
