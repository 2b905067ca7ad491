"""What can be said in stories, and its one spelling (docs/protocol/kinds.md).

A story is NIP-23's long-form text (30023), in Markdown. Inside a space it has no `published_at`: that is for the open
network, and is written when somebody makes it public (publishing.py).
"""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

import msgspec

from tadamun.core.body import read
from tadamun.core.errors import Reason, RemoteError
from tadamun.core.event import Event, Hex32, Tags
from tadamun.core.limits import MAX_INTEGER
from tadamun.core.text import allowed_line, allowed_text

STORY: Final = 30023
CHANGE: Final = 3770
WITHDRAW: Final = 3771
PUBLISHED: Final = 3773
CAMPAIGN: Final = 3774

MAX_TEXT: Final = 28_000  # bytes
MAX_TITLE: Final = 160  # characters
MAX_SUMMARY: Final = 400
MAX_WARNING: Final = 200
MAX_TOPIC: Final = 40
MAX_TOPICS: Final = 8
MAX_PLACE: Final = 80
MAX_CALL: Final = 2_000  # bytes
MAX_LISTED: Final = 60  # stories of a campaign

_IDENTIFIER: Final = re.compile("[0-9a-f]{32}")
_ID: Final = re.compile("[0-9a-f]{64}")
LANGUAGE: Final = re.compile("[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")  # the shape of a BCP 47 tag
# A year, a month or a day, as far as it is known.
WHEN: Final = re.compile("[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?")
_CAPITAL_OR_SPACE: Final = re.compile(r"[A-Z#,\x20\xa0\u3000]")

Version = Annotated[int, msgspec.Meta(ge=1, le=MAX_INTEGER)]
OneOrNone = Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?\\Z")]
How = Literal["persona", "pseudonym"]


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """Kind 30023 (NIP-23). d: 16 random bytes in hex. of: the story that this one translates, by its event, or "".

    language: BCP 47. topics: sorted. when: of what it tells, "1969", "1969-06" or "1969-06-28", or "". place: a town,
    or "".
    """

    d: str
    title: str
    text: str
    summary: str = ""
    topics: tuple[str, ...] = ()
    language: str
    when: str = ""
    place: str = ""
    of: str = ""
    warning: str = ""


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Kind 3770: the words of a story anew, all of them. version counts up from 1."""

    v: Literal[1] = 1
    of: Hex32
    version: Version
    title: str
    text: str
    summary: str
    topics: Annotated[tuple[str, ...], msgspec.Meta(max_length=MAX_TOPICS)]
    language: str
    when: str
    place: str
    warning: str


class Withdraw(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Kind 3771: a story, or a campaign, is taken away. Final."""

    v: Literal[1] = 1
    of: Hex32


class Published(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Kind 3773: its author tells that they made a story public, or took it back. how: whose name it bears, one they
    use for all or one for this alone. public: id of the public event."""

    v: Literal[1] = 1
    of: Hex32
    version: Version
    how: How
    public: Hex32
    withdrawn: bool


class Campaign(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Kind 3774: for a law or a cause: what it is about, what to do, and what belongs to it; or (of) the whole anew.
    stories: by their events, in the order they are shown."""

    v: Literal[1] = 1
    of: OneOrNone
    version: Version
    title: str
    text: str
    call: str
    stories: Annotated[tuple[Hex32, ...], msgspec.Meta(max_length=MAX_LISTED)]


Words = Story | Change  # of a story, as they stood first or were changed
Own = Change | Withdraw | Published | Campaign
Body = Story | Own

_decoders: Final[dict[int, msgspec.json.Decoder[Own]]] = {
    CHANGE: msgspec.json.Decoder(Change),
    WITHDRAW: msgspec.json.Decoder(Withdraw),
    PUBLISHED: msgspec.json.Decoder(Published),
    CAMPAIGN: msgspec.json.Decoder(Campaign),
}
KINDS: Final = frozenset({STORY, *_decoders})


def tags_of(story: Story) -> Tags:
    """The body tags of a story, in the one order; its text is the event's content."""
    return (
        ("d", story.d),
        ("title", story.title),
        *((("summary", story.summary),) if story.summary else ()),
        *(("t", topic) for topic in story.topics),
        ("language", story.language),
        *((("when", story.when),) if story.when else ()),
        *((("place", story.place),) if story.place else ()),
        *((("e", story.of, "translation"),) if story.of else ()),
        *((("content-warning", story.warning),) if story.warning else ()),
    )


def decode(event: Event, rest: Tags) -> Body:
    """The body of an event of this room; spelling it again gives the same content and tags.

    Raises RemoteError (MALFORMED, NOT_CANONICAL, UNKNOWN_KIND).
    """
    if event.kind == STORY:
        story = _story(event.content, rest)
        if tags_of(story) != rest:
            raise RemoteError(Reason.NOT_CANONICAL)
        return story
    if event.kind not in _decoders:
        raise RemoteError(Reason.UNKNOWN_KIND)
    body = read(_decoders[event.kind], event.content, rest)
    match body:
        case Change():
            check_words(body)
        case Campaign():
            check_campaign(body)
        case _:
            pass
    return body


def check_words(words: Words) -> None:
    """What holds for the words of a story. Raises RemoteError (MALFORMED, NOT_CANONICAL)."""
    right = (
        allowed_text(words.text, MAX_TEXT)
        and allowed_line(words.title, MAX_TITLE, least=1)
        and allowed_line(words.summary, MAX_SUMMARY)
        and allowed_line(words.warning, MAX_WARNING)
        and allowed_line(words.place, MAX_PLACE)
        and LANGUAGE.fullmatch(words.language) is not None
        and (not words.when or WHEN.fullmatch(words.when) is not None)
        and len(words.topics) <= MAX_TOPICS
        and all(map(topic_allowed, words.topics))
    )
    if not right:
        raise RemoteError(Reason.MALFORMED)
    if list(words.topics) != sorted(set(words.topics)):
        raise RemoteError(Reason.NOT_CANONICAL)


def check_campaign(one: Campaign) -> None:
    """What holds for a campaign. Raises RemoteError (MALFORMED)."""
    if not (
        allowed_line(one.title, MAX_TITLE, least=1)
        and allowed_text(one.text, MAX_TEXT, least=0)
        and allowed_text(one.call, MAX_CALL, least=0)
        and len(set(one.stories)) == len(one.stories)
    ):
        raise RemoteError(Reason.MALFORMED)


def topic_allowed(topic: str) -> bool:
    """One word of 1 to 40 characters without capitals of ASCII, commas and `#`; dashes allowed."""
    return allowed_line(topic, MAX_TOPIC, least=1) and _CAPITAL_OR_SPACE.search(topic) is None


def _story(text: str, tags: Tags) -> Story:
    values: dict[str, str] = {}
    topics: list[str] = []
    for tag in tags:
        if tag[0] == "t" and len(tag) == 2:
            topics.append(tag[1])
        elif len(tag) == 2 or (tag[0] == "e" and tag[2:] == ("translation",)):
            values[tag[0]] = tag[1]
        else:
            raise RemoteError(Reason.NOT_CANONICAL)
    story = Story(
        d=values.get("d", ""),
        of=values.get("e", ""),
        title=values.get("title", ""),
        text=text,
        summary=values.get("summary", ""),
        topics=tuple(topics),
        language=values.get("language", ""),
        when=values.get("when", ""),
        place=values.get("place", ""),
        warning=values.get("content-warning", ""),
    )
    if not _IDENTIFIER.fullmatch(story.d) or (story.of and not _ID.fullmatch(story.of)):
        raise RemoteError(Reason.MALFORMED)
    check_words(story)
    return story
