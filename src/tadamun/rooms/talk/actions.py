"""From what somebody typed in talk to what is said, and to whom."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

import msgspec

from tadamun.core.body import spell
from tadamun.core.errors import UsageError
from tadamun.core.limits import MAX_INNER, MAX_INTEGER
from tadamun.core.ports import Audience, Mask, Saying
from tadamun.core.text import allowed_line, allowed_text, tidy_line, tidy_text
from tadamun.rooms.talk.bodies import (
    COMMENT,
    EDIT,
    MAX_MENTIONS,
    MAX_REASON,
    MAX_TAKEN,
    MAX_TEXT,
    MAX_TITLE,
    MAX_TOPIC,
    MAX_TOPICS,
    MAX_WARNING,
    MESSAGE,
    REACTION,
    RETRACTION,
    TAKE_BACK,
    THREAD,
    Comment,
    Edit,
    Message,
    Post,
    Reaction,
    Retraction,
    TakeBack,
    Thread,
    mentions,
    sign_allowed,
    tags_of,
    topic_allowed,
)

# Topics that pages and commands suggest. Any other word will do.
SUGGESTED: Final = ("coming-out", "transition", "dating", "family", "work", "health", "legal")
HOUR: Final = 3600  # seconds: expiry is told to the hour (docs/protocol/1-events.md, 1.3)
LONGEST: Final = 366 * 24 * HOUR
MAX_TRIED: Final = 100  # "@" looked at in one text
_IN_ADDRESS: Final = re.compile(r"[A-Za-z0-9._%+-]$")
_AFTER_NAMES: Final = " ،؛؟.,;:!?()[]{}«»\"'”’…"
_FRAME: Final = 4 * 1024  # bytes kept free for the event's own fields and its frame

Find = Callable[[str], Sequence[str]]


def post(body: Post, audience: Audience) -> Saying:
    """A post of any kind. Raises UsageError."""
    body = msgspec.structs.replace(body, text=tidy_text(body.text), warning=tidy_line(body.warning))
    if isinstance(body, Thread):
        body = msgspec.structs.replace(body, title=tidy_line(body.title))
    check_text(body.text)
    if isinstance(body, Thread) and not allowed_line(body.title, MAX_TITLE):
        raise UsageError("A title is at most {most} characters on one line.", most=MAX_TITLE)
    _check_warning(body.warning)
    kind = {Thread: THREAD, Comment: COMMENT, Message: MESSAGE}[type(body)]
    return _fitting(Saying(kind, body.text, tags_of(body), audience))


def masked(saying: Saying, mask: Mask | None) -> Saying:
    """The same under a one-time key; None: as it is."""
    return saying if mask is None else replace(saying, mask=mask)


def edit(of: str, version: int, text: str, title: str, topics: tuple[str, ...], warning: str, to: Audience) -> Saying:
    """A post's whole content anew; `version` is one more than that of the edit it follows. Raises UsageError."""
    check_text(text)
    if not allowed_line(title, MAX_TITLE):
        raise UsageError("A title is at most {most} characters on one line.", most=MAX_TITLE)
    _check_warning(warning)
    if version > MAX_INTEGER:
        raise UsageError("This was changed too often to be changed again.")
    body = Edit(of=of, version=version, text=text, title=title, topics=topics, warning=warning)
    return _fitting(Saying(EDIT, spell(body), (), to))


def reaction(of: str, author: str, of_kind: int, sign: str, to: Audience) -> Saying:
    """A reaction. Raises UsageError."""
    sign = unicodedata.normalize("NFC", sign.strip())
    if not sign_allowed(sign):
        raise UsageError("A reaction is one sign, like + or an emoji.")
    return Saying(REACTION, sign, tags_of(Reaction(of, author, of_kind, sign)), to)


def take_back(of: str, reactions: Sequence[str], to: Audience) -> Saying:
    """Own reactions, by event id (at least one), withdrawn."""
    return Saying(TAKE_BACK, spell(TakeBack(of=of, reactions=tuple(sorted(set(reactions))[:MAX_TAKEN]))), (), to)


def retraction(of: str, of_kind: int, reason: str, to: Audience) -> Saying:
    """A post taken back. Raises UsageError."""
    reason = tidy_line(reason)
    if not allowed_line(reason, MAX_REASON):
        raise UsageError("A reason is at most {most} characters on one line.", most=MAX_REASON)
    return Saying(RETRACTION, reason, tags_of(Retraction(of, of_kind, reason)), to)


def tidy_topics(typed: Sequence[str]) -> tuple[str, ...]:
    """Topics as they are kept: lower case, spaces as dashes, without "#", sorted. Raises UsageError."""
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


def expiry(now: int, seconds: int) -> int:
    """When something said now expires: `seconds` from now, up to the next full hour; 0 stays 0 (never).

    Raises UsageError.
    """
    if seconds == 0:
        return 0
    if not 0 < seconds <= LONGEST:
        raise UsageError("Choose an expiry between one hour and a year, for example 7d.")
    return -(-(now + seconds) // HOUR) * HOUR


def with_mentions(text: str, find: Find) -> str:
    """The tidied text with `@name` as `@member id`; names are up to four words, the longest that `find` knows wins.

    find: ids of all members a name may mean. What nobody is called stays as typed. Raises UsageError when a name
    could mean several members.
    """
    first, *parts = tidy_text(text).split("@", MAX_TRIED)
    shown = [first]
    for before, after in pairwise((first, *parts)):
        address = _IN_ADDRESS.search(before) is not None  # what stands before an "@" in an e-mail address
        shown.append("@" + after if address else _resolved(after, find))
    return "".join(shown)


def check_text(text: str) -> None:
    """Raises UsageError for a text that no node would accept."""
    if not text:
        raise UsageError("There is nothing to say yet: the text is empty.")
    if (size := len(text.encode(errors="replace"))) > MAX_TEXT:
        raise UsageError(
            "That text has {size} bytes, and one post holds at most {most}. Nothing was sent. Say it in several posts.",
            size=size,
            most=MAX_TEXT,
        )
    if not allowed_text(text, MAX_TEXT):
        raise UsageError("That text has control characters. Remove them, or paste it as plain text.")
    if len(mentions(text)) > MAX_MENTIONS:
        raise UsageError("Mention at most {most} members in one post.", most=MAX_MENTIONS)


def _resolved(after: str, find: Find) -> str:
    """What follows an "@": with the member's id in place of a name if it begins with one."""
    line = after.split("\n", 1)[0]
    ends = [at for at, sign in enumerate(line) if sign.isspace() and at and not line[at - 1].isspace()][:4]
    for end in sorted({*ends, len(line)} if len(ends) < 4 else ends, reverse=True):
        called = line[:end].rstrip(_AFTER_NAMES)
        found = find(called) if called and not called[0].isspace() else ()
        if len(found) > 1:
            raise UsageError("An @ could mean several members. Add the mark behind the name, as the list shows it.")
        if found:
            return "@" + found[0] + after[len(called) :]
    return "@" + after


def _check_warning(warning: str) -> None:
    if not allowed_line(warning, MAX_WARNING):
        raise UsageError("A content warning is at most {most} characters on one line.", most=MAX_WARNING)


def _fitting(saying: Saying) -> Saying:
    """Quotes and newlines take more room in an event than in the text; an event has a limit of its own."""
    if len(msgspec.json.encode((saying.content, saying.tags))) > MAX_INNER - _FRAME:
        raise UsageError("That text is too long to be sealed. Say it in several posts.")
    return saying
