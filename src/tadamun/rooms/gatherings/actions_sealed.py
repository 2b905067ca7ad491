"""From what somebody typed to what is said sealed, or to some only: briefings, meeting points, coming back."""

from __future__ import annotations

from collections.abc import Sequence

from tadamun.core.body import spell
from tadamun.core.errors import UsageError
from tadamun.core.ports import Audience, Saying
from tadamun.core.text import allowed_line, allowed_text, tidy_text
from tadamun.rooms.gatherings.own import (
    BACK,
    BRIEFING,
    KEY,
    MAX_BRIEFING,
    POINT,
    RELEASE,
    SHARE,
    WATCH,
    Back,
    Briefing,
    Key,
    Point,
    Release,
    Role,
    Share,
    Watch,
)

MAX_SEALED = 2_000  # bytes of a place or a card
MIN_CODE = 4  # characters
MAX_CODE = 64


def briefing(of: str, version: int, role: Role, members: Sequence[str], text: str, to: Audience) -> Saying:
    """What those who have a role are to know. Raises UsageError."""
    text = tidy_text(text)
    if not allowed_text(text, MAX_BRIEFING):
        raise UsageError("A briefing is from 1 to {most} bytes, without control characters.", most=MAX_BRIEFING)
    if len(set(members)) > 60:
        raise UsageError("A briefing is for at most {most} members.", most=60)
    body = Briefing(of=of, version=version, role=role, members=tuple(sorted(set(members))), text=text)
    return Saying(BRIEFING, spell(body), (), to)


def sealed_text(typed: str) -> str:
    """A place or a card as it is sealed. Raises UsageError."""
    text = tidy_text(typed)
    if not allowed_text(text, MAX_SEALED):
        raise UsageError("What is sealed is from 1 to {most} bytes, without control characters.", most=MAX_SEALED)
    return text


def point(of: str, version: int, need: int, marks: Sequence[str], opens: int, box: str) -> Saying:
    """A meeting point, sealed."""
    body = Point(of=of, version=version, need=need, marks=tuple(sorted(marks)), opens=opens, box=box)
    return Saying(POINT, spell(body))


def share(of: str, words: str, to: Audience) -> Saying:
    """A share for one member to keep."""
    return Saying(SHARE, spell(Share(of=of, share=words)), (), to)


def release(of: str, words: str, to: Audience) -> Saying:
    """A share given out."""
    return Saying(RELEASE, spell(Release(of=of, share=words)), (), to)


def key(public: str) -> Saying:
    """The key of this device."""
    return Saying(KEY, spell(Key(key=public)))


def watch(body: Watch, to: Audience) -> Saying:
    """That one means to be back."""
    return Saying(WATCH, spell(body), (), to)


def back(of: str, token: str, to: Audience) -> Saying:
    """That one is back."""
    return Saying(BACK, spell(Back(of=of, token=token)), (), to)


def code(typed: str) -> str:
    """A code as it is used. Raises UsageError."""
    plain = typed.strip()
    if not len(plain.replace(" ", "")) >= MIN_CODE or not allowed_line(plain, MAX_CODE):
        raise UsageError("A code has from {least} to {most} characters.", least=MIN_CODE, most=MAX_CODE)
    return plain
