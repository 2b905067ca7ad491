"""From what somebody typed in stories to what is said, and to whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec

from tadamun.core.body import spell
from tadamun.core.errors import RemoteError, UsageError
from tadamun.core.limits import MAX_INTEGER
from tadamun.core.ports import Audience, Saying
from tadamun.core.text import allowed_line, allowed_text, is_visible, tidy_line, tidy_text
from tadamun.rooms.stories.bodies import (
    CAMPAIGN,
    CHANGE,
    LANGUAGE,
    MAX_CALL,
    MAX_PLACE,
    MAX_SUMMARY,
    MAX_TEXT,
    MAX_TITLE,
    MAX_TOPICS,
    MAX_WARNING,
    PUBLISHED,
    STORY,
    WHEN,
    WITHDRAW,
    Campaign,
    Change,
    Published,
    Story,
    Withdraw,
    check_campaign,
    check_words,
    tags_of,
    topic_allowed,
)

Given = TypeVar("Given", Story, Change)


def story(given: Story, audience: Audience) -> Saying:
    """A story for the space, or a draft for those it is written with. Raises UsageError."""
    tidied = _tidied(given)
    return Saying(STORY, tidied.text, tags_of(tidied), audience)


def change(given: Change, audience: Audience) -> Saying:
    """Its words anew; `version` is one more than that of the words it follows. Raises UsageError."""
    _within(given.version)
    return Saying(CHANGE, spell(_tidied(given)), (), audience)


def withdraw(of: str, audience: Audience) -> Saying:
    return Saying(WITHDRAW, spell(Withdraw(of=of)), (), audience)


def published(given: Published) -> Saying:
    _within(given.version)
    return Saying(PUBLISHED, spell(given))


def campaign(given: Campaign) -> Saying:
    """A campaign, new or anew. Raises UsageError."""
    _within(given.version)
    tidied = msgspec.structs.replace(
        given, title=tidy_line(given.title), text=tidy_text(given.text), call=tidy_text(given.call)
    )
    _line(tidied.title, MAX_TITLE, least=1)
    if not allowed_text(tidied.text, MAX_TEXT, least=0) or not allowed_text(tidied.call, MAX_CALL, least=0):
        raise UsageError("That text is too long, or holds signs that cannot be sent. Shorten it.")
    _checked(lambda: check_campaign(tidied))
    return Saying(CAMPAIGN, spell(tidied))


def _tidied(given: Given) -> Given:
    topics = {word for topic in given.topics if (word := _topic(topic))}
    tidied = msgspec.structs.replace(
        given,
        title=tidy_line(given.title),
        text=tidy_text(given.text),
        summary=tidy_line(given.summary),
        warning=tidy_line(given.warning),
        place=tidy_line(given.place),
        when=given.when.strip(),
        language=given.language.strip(),
        topics=tuple(sorted(topics)),
    )
    _line(tidied.title, MAX_TITLE, least=1)
    for line, most in ((tidied.summary, MAX_SUMMARY), (tidied.warning, MAX_WARNING), (tidied.place, MAX_PLACE)):
        _line(line, most)
    if not is_visible(tidied.text):
        raise UsageError("There is nothing in the story yet. Write something.")
    if not allowed_text(tidied.text, MAX_TEXT):
        raise UsageError(
            "A story holds at most {most} bytes, some {letters} letters of Arabic. Make two of it.",
            most=MAX_TEXT,
            letters=MAX_TEXT // 2,
        )
    if tidied.when and WHEN.fullmatch(tidied.when) is None:
        raise UsageError("Write when it was as 1969, 1969-06 or 1969-06-28, or leave it out.")
    if LANGUAGE.fullmatch(tidied.language) is None:
        raise UsageError("Say in which language it is written, as “ar” or “en”.")
    if len(tidied.topics) > MAX_TOPICS:
        raise UsageError("At most {most} topics.", most=MAX_TOPICS)
    _checked(lambda: check_words(tidied))
    return tidied


def _topic(typed: str) -> str:
    word = "-".join(typed.replace(",", " ").replace("#", " ").split()).lower()
    if word and not topic_allowed(word):
        raise UsageError("A topic is one word of at most 40 letters.")
    return word


def _line(text: str, most: int, least: int = 0) -> None:
    if least and not is_visible(text):
        raise UsageError("Give it a title.")
    if not allowed_line(text, most, least=least):
        raise UsageError("One of the lines is too long: at most {most} characters.", most=most)


def _checked(check: Callable[[], None]) -> None:
    try:
        check()
    except RemoteError as error:
        raise UsageError("That holds signs that cannot be sent. Nothing was said: write it anew.") from error


def _within(version: int) -> None:
    if version > MAX_INTEGER:
        raise UsageError("It was changed as often as it can be. Write a new one.")
