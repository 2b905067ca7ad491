"""What can be said in aid, and its one spelling (docs/protocol/kinds.md).

Requests and offers are NIP-99's classified listings (30402). Deviations inside a space: state is not in the `status`
tag but follows from moves (3750), since others than the author move it too; there is no `price` and no `published_at`
(writers add what the open network wants on publishing); `g` is never used, and `location` is a town at most.
"""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

import msgspec

from tadamun.core.b64 import from_b64
from tadamun.core.body import read
from tadamun.core.errors import Reason, RemoteError
from tadamun.core.event import Event, Hex32, Tags
from tadamun.core.limits import MAX_INTEGER
from tadamun.core.text import allowed_line, allowed_text
from tadamun.rooms.aid import fields
from tadamun.rooms.aid.fields import check, check_sorted

ITEM: Final = 30402
MOVE: Final = 3750
CHANGE: Final = 3751
RESOURCE: Final = 3752
WORD: Final = 3753
ENTRY: Final = 3754
ANSWER: Final = 3755
HELP: Final = 3756
PAIR: Final = 3757
NOTE: Final = 3758
UNMASK: Final = 3759

DAY: Final = 86_400  # seconds
MAX_NOTE: Final = 280  # characters
MAX_AMOUNT: Final = 100_000  # minutes or units, of one entry
MAX_RESOURCE_LINE: Final = 200  # characters
MAX_WARNINGS: Final = 2_000  # bytes

_IDENTIFIER: Final = re.compile("[0-9a-f]{32}")
_NUMBER: Final = re.compile("0|[1-9][0-9]{0,18}")

Version = Annotated[int, msgspec.Meta(ge=1, le=MAX_INTEGER)]
Time = Annotated[int, msgspec.Meta(ge=0, le=MAX_INTEGER)]  # Unix seconds; 0: none
Wanted = Annotated[int, msgspec.Meta(ge=1, le=fields.MAX_WANTED)]
Words = Annotated[tuple[str, ...], msgspec.Meta(max_length=8)]
Bytes32 = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{43}\\Z")]
Box = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{64,8000}\\Z")]
OneOrNone = Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?\\Z")]

Step = Literal["open", "claimed", "under-way", "done", "given-up", "declined", "withdrawn"]
Known = Literal["good", "mind", "closed", "none"]
Unit = Literal["minutes", "units"]
Reply = Literal["confirmed", "refused", "withdrawn", "accepted", "declined", "ended"]
# What becomes of one member's part in an item, and of the item as a whole.
PARTS: Final = ("claimed", "under-way", "done", "given-up", "declined")
WHOLE: Final = ("open", "done", "withdrawn")


class Item(msgspec.Struct, frozen=True, gc=False):
    """Kind 30402 (NIP-99): something asked for or offered. wanted: how many can claim it. until: Unix seconds, 0: no
    end. conditions: of fields.CONDITIONS. tags, conditions: sorted; languages: the preferred one first."""

    d: str
    direction: str
    category: str
    title: str
    text: str = ""
    tags: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    place: str = ""
    urgency: str = "any"
    wanted: int = 1
    until: int = 0
    conditions: tuple[str, ...] = ()
    box: str = ""  # asked or offered without a name: the key that helpers' words are sealed for, base64url


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Kind 3751: the whole of an item anew; what it is (a request, an offer) stays. version counts up from 1."""

    v: Literal[1] = 1
    of: Hex32
    version: Version
    category: str
    title: str
    text: str
    tags: Words
    languages: Words
    place: str
    urgency: str
    wanted: Wanted
    until: Time
    conditions: Words


class Move(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Kind 3750: who "": the item as a whole is `to` (open, done, withdrawn); else that member's part in it is
    (claimed, under-way, done, given-up, declined). A register by author and `who`."""

    v: Literal[1] = 1
    of: Hex32
    version: Version
    who: OneOrNone
    to: Step


class Resource(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Kind 3752: an entry of the directory, or (of: the event that opened it) the whole of it anew; gone: taken out.

    checked_at, trust_until: the days, as Unix seconds of their first second in UTC; 0: never checked, no end known.
    phone, web, mail, address: of the place itself, which it publishes.
    """

    v: Literal[1] = 1
    of: OneOrNone
    version: Version
    gone: bool
    sort: str
    name: str
    text: str
    country: str
    place: str
    languages: Words
    tags: Words
    opening: str
    phone: str
    web: str
    mail: str
    address: str
    checked_how: str
    checked_at: Time
    trust_until: Time
    warnings: str


class Word(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Kind 3753: what a member knows of a resource since: it is as told (good), one should mind something (mind), or it
    is not there any more (closed); "none": they take back their word. at: the day they found out, as above."""

    v: Literal[1] = 1
    of: Hex32
    version: Version
    word: Known
    at: Time
    note: str


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Kind 3754, between two members alone: `giver` gave `taker` so much (minutes, or units of whatever they count).
    forgives: instead, the giver, who is then the author, gives up so much of what the taker owes. of: the item it was
    about, or "". Both are named, since what is read in a private channel names only the reader's other."""

    v: Literal[1] = 1
    giver: Hex32
    taker: Hex32
    forgives: bool
    unit: Unit
    amount: Annotated[int, msgspec.Meta(ge=1, le=MAX_AMOUNT)]
    note: str
    of: OneOrNone


class Pair(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Kind 3757, between two members alone: the wish of one of them to be mentor and mentee. of: the offer or the
    request it is about."""

    v: Literal[1] = 1
    of: Hex32
    mentor: Hex32
    mentee: Hex32
    text: str


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Kind 3755, between two members alone: to an entry (confirmed, refused, withdrawn) or a pair (accepted, declined,
    withdrawn, ended). No reason is asked or given."""

    v: Literal[1] = 1
    of: Hex32
    version: Version
    to: Reply


class Help(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Kind 3756, under a one-time key: a word to whoever asked or offered `of` without a name. asker: the one-time key
    of that. key: what answers are sealed for; box: the word, sealed for the item's key (veil.py)."""

    v: Literal[1] = 1
    of: Hex32
    asker: Hex32
    key: Bytes32
    box: Box


class Note(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Kind 3758, under the one-time key of either of the two: what they say to each other after a help (of)."""

    v: Literal[1] = 1
    of: Hex32
    box: Box


class Unmask(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Kind 3759, between two members alone, when both have agreed to say who they are: the author is who was told
    `token` under a mask, in what followed the help `of`."""

    v: Literal[1] = 1
    of: Hex32
    token: Hex32


Own = Change | Move | Resource | Word | Entry | Pair | Answer | Help | Note | Unmask
Body = Item | Own

_decoders: Final[dict[int, msgspec.json.Decoder[Own]]] = {
    MOVE: msgspec.json.Decoder(Move),
    CHANGE: msgspec.json.Decoder(Change),
    RESOURCE: msgspec.json.Decoder(Resource),
    WORD: msgspec.json.Decoder(Word),
    ENTRY: msgspec.json.Decoder(Entry),
    ANSWER: msgspec.json.Decoder(Answer),
    PAIR: msgspec.json.Decoder(Pair),
    HELP: msgspec.json.Decoder(Help),
    NOTE: msgspec.json.Decoder(Note),
    UNMASK: msgspec.json.Decoder(Unmask),
}
KINDS: Final = frozenset({ITEM, *_decoders})
_LISTS: Final = {"t": "tags", "language": "languages", "condition": "conditions"}


def tags_of(item: Item) -> Tags:
    """The body tags of an item, in the one order; its text is the event's content."""
    return (
        ("d", item.d),
        ("title", item.title),
        ("direction", item.direction),
        ("category", item.category),
        *(("t", tag) for tag in item.tags),
        *((("location", item.place),) if item.place else ()),
        *(("language", language) for language in item.languages),
        ("urgency", item.urgency),
        ("wanted", str(item.wanted)),
        *((("until", str(item.until)),) if item.until else ()),
        *(("condition", condition) for condition in item.conditions),
        *((("box", item.box),) if item.box else ()),
    )


def decode(event: Event, rest: Tags) -> Body:
    """The body of an event of this room; spelling it again gives the same content and tags.

    Raises RemoteError (MALFORMED, NOT_CANONICAL, UNKNOWN_KIND).
    """
    if event.kind == ITEM:
        item = _item(event.content, rest)
        if tags_of(item) != rest:
            raise RemoteError(Reason.NOT_CANONICAL)
        return item
    if event.kind not in _decoders:
        raise RemoteError(Reason.UNKNOWN_KIND)
    body = read(_decoders[event.kind], event.content, rest)
    match body:
        case Change():
            check_item(body)
        case Move():
            check(body.to in (PARTS if body.who else WHOLE))
        case Resource():
            check_resource(body)
        case Word():
            check(allowed_line(body.note, MAX_NOTE) and body.at % DAY == 0)
        case Entry():
            check(allowed_line(body.note, MAX_NOTE))
        case Pair():
            check(allowed_text(body.text, MAX_WARNINGS, least=0))
        case Help() | Note():
            from_b64(body.box)
            if isinstance(body, Help):
                from_b64(body.key, 32)
        case Answer() | Unmask():
            pass
    return body


def check_item(item: Item | Change) -> None:
    """What holds for an item, new or changed. Raises RemoteError (MALFORMED, NOT_CANONICAL)."""
    check(
        allowed_line(item.title, fields.MAX_TITLE, least=1)
        and (not item.text or allowed_text(item.text, fields.MAX_TEXT))
        and item.category in fields.CATEGORIES
        and item.urgency in fields.URGENCIES
        and fields.place_allowed(item.place)
        and fields.languages_allowed(item.languages)
        and all(map(fields.tag_allowed, item.tags))
        and set(item.conditions) <= set(fields.CONDITIONS)
        and not {fields.NEAR, fields.ELSEWHERE} <= set(item.conditions)
    )
    check_sorted(item.tags, fields.MAX_TAGS)
    check_sorted(item.conditions, len(fields.CONDITIONS))


def _item(text: str, tags: Tags) -> Item:
    values: dict[str, str] = {}
    lists: dict[str, list[str]] = {name: [] for name in _LISTS}
    for tag in tags:
        if len(tag) != 2:
            raise RemoteError(Reason.NOT_CANONICAL)
        if tag[0] in lists:
            lists[tag[0]].append(tag[1])
        else:
            values[tag[0]] = tag[1]
    item = Item(
        d=values.get("d", ""),
        direction=values.get("direction", ""),
        category=values.get("category", ""),
        title=values.get("title", ""),
        text=text,
        tags=tuple(lists["t"]),
        languages=tuple(lists["language"]),
        place=values.get("location", ""),
        urgency=values.get("urgency", ""),
        wanted=_number(values.get("wanted", "")),
        until=_number(values.get("until", "0")),
        conditions=tuple(lists["condition"]),
        box=values.get("box", ""),
    )
    if item.box:
        from_b64(item.box, 32)
    check(
        _IDENTIFIER.fullmatch(item.d) is not None
        and item.direction in fields.DIRECTIONS
        and 1 <= item.wanted <= fields.MAX_WANTED
    )
    check_item(item)
    return item


def _number(text: str) -> int:
    check(_NUMBER.fullmatch(text) is not None)
    number = int(text)
    check(number <= MAX_INTEGER)
    return number


def check_resource(one: Resource) -> None:
    """What holds for a resource. Raises RemoteError (MALFORMED, NOT_CANONICAL)."""
    lines = (one.opening, one.phone, one.web, one.mail, one.address, one.checked_how)
    check(
        allowed_line(one.name, fields.MAX_TITLE, least=1)
        and one.sort in fields.SORTS
        and allowed_text(one.text, fields.MAX_TEXT, least=0)
        and (not one.country or fields.COUNTRY.fullmatch(one.country) is not None)
        and allowed_line(one.place, fields.MAX_TITLE)
        and fields.languages_allowed(one.languages)
        and all(map(fields.tag_allowed, one.tags))
        and all(allowed_line(line, MAX_RESOURCE_LINE) for line in lines)
        and allowed_text(one.warnings, MAX_WARNINGS, least=0)
        and one.checked_at % DAY == one.trust_until % DAY == 0
    )
    check_sorted(one.tags, fields.MAX_TAGS)
