"""From what somebody typed in aid to what is said, and to whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

import msgspec

from tadamun.core.body import spell
from tadamun.core.errors import RemoteError, UsageError
from tadamun.core.limits import MAX_INTEGER
from tadamun.core.ports import Audience, Saying
from tadamun.core.text import allowed_line, allowed_text, is_visible, tidy_line, tidy_text
from tadamun.core.words import N_
from tadamun.rooms.aid import fields
from tadamun.rooms.aid.bodies import (
    ANSWER,
    CHANGE,
    ENTRY,
    ITEM,
    MAX_AMOUNT,
    MAX_NOTE,
    MAX_RESOURCE_LINE,
    MAX_WARNINGS,
    MOVE,
    PAIR,
    RESOURCE,
    WORD,
    Answer,
    Change,
    Entry,
    Item,
    Known,
    Move,
    Pair,
    Reply,
    Resource,
    Step,
    Unit,
    Word,
    check_item,
    check_resource,
    tags_of,
)

LONGEST: Final = 366 * 86_400  # seconds that a request or an offer can be open
_LINES: Final = {
    "name": (fields.MAX_TITLE, N_("A name is at most {most} characters on one line.")),
    "place": (fields.MAX_TITLE, N_("The town or region is at most {most} characters on one line.")),
    "opening": (MAX_RESOURCE_LINE, N_("When it is open: at most {most} characters on one line.")),
    "phone": (MAX_RESOURCE_LINE, N_("The telephone number is at most {most} characters on one line.")),
    "web": (MAX_RESOURCE_LINE, N_("The web address is at most {most} characters on one line.")),
    "mail": (MAX_RESOURCE_LINE, N_("The e-mail address is at most {most} characters on one line.")),
    "address": (MAX_RESOURCE_LINE, N_("The address is at most {most} characters on one line.")),
    "checked_how": (MAX_RESOURCE_LINE, N_("How it was checked: at most {most} characters on one line.")),
}
_TEXTS: Final = {
    "text": (fields.MAX_TEXT, N_("What it does: at most {most} bytes, without control characters.")),
    "warnings": (MAX_WARNINGS, N_("What one should mind: at most {most} bytes, without control characters.")),
}
Given = TypeVar("Given", Item, Change)


def item(given: Item) -> Saying:
    """A request or an offer. Raises UsageError."""
    tidied = _tidied(given)
    return Saying(ITEM, tidied.text, tags_of(tidied))


def change(given: Change) -> Saying:
    """An item anew; `version` is one more than that of the change it follows. Raises UsageError."""
    _within(given.version)
    return Saying(CHANGE, spell(_tidied(given)))


def move(of: str, version: int, who: str, to: Step) -> Saying:
    """Where an item, or somebody's part in it, has come to. Raises UsageError."""
    return Saying(MOVE, spell(Move(of=of, version=_within(version), who=who, to=to)))


def word(of: str, version: int, said: Known, at: int, note: str) -> Saying:
    """What one knows of a resource. Raises UsageError."""
    body = Word(of=of, version=_within(version), word=said, at=at, note=_note(note))
    return Saying(WORD, spell(body))


def resource(body: Resource) -> Saying:
    """A resource as `tidy_resource` gives it."""
    return Saying(RESOURCE, spell(body))


def tidy_resource(given: Resource) -> Resource:
    """As it is kept. Raises UsageError for what no node would accept."""
    _within(given.version)
    lines = {name: tidy_line(getattr(given, name)) for name in _LINES}
    if not lines["name"] or not is_visible(lines["name"]):
        raise UsageError("A resource needs a name.")
    for name, (most, told) in _LINES.items():
        if not allowed_line(lines[name], most):
            raise UsageError(told, most=most)
    country = tidy_line(given.country).upper()
    if country and not fields.COUNTRY.fullmatch(country):
        raise UsageError("Write the country with its two letters, for example LB.")
    texts = {name: tidy_text(getattr(given, name)) for name in _TEXTS}
    for name, (most, told) in _TEXTS.items():
        if not allowed_text(texts[name], most, least=0):
            raise UsageError(told, most=most)
    tidied = msgspec.structs.replace(
        given, **lines, **texts, country=country, tags=tidy_tags(given.tags), languages=tidy_languages(given.languages)
    )  # fmt: skip
    try:
        check_resource(tidied)
    except RemoteError as error:
        raise UsageError("That is no sort of resource known here, or no day.") from error
    return tidied


def entry(giver: str, taker: str, unit: Unit, amount: int, note: str, of: str, forgives: bool, other: str) -> Saying:
    """So much given, for the ledger between two; `other` is the one of them who is to read it. Raises UsageError."""
    if not 0 < amount <= MAX_AMOUNT:
        raise UsageError("Write how much it was: more than nothing, and at most {most}.", most=MAX_AMOUNT)
    body = Entry(
        giver=giver,
        taker=taker,
        forgives=forgives,
        unit=unit,
        amount=amount,
        note=_note(note),
        of=of,
    )
    return Saying(ENTRY, spell(body), (), Audience(other))


def pair(of: str, mentor: str, mentee: str, text: str, other: str) -> Saying:
    """The wish to be mentor and mentee. Raises UsageError."""
    text = tidy_text(text)
    if not allowed_text(text, MAX_WARNINGS, least=0):
        raise UsageError("Write at most {most} bytes, without control characters.", most=MAX_WARNINGS)
    return Saying(PAIR, spell(Pair(of=of, mentor=mentor, mentee=mentee, text=text)), (), Audience(other))


def answer(of: str, version: int, to: Reply, other: str) -> Saying:
    """To an entry or a pair, between the same two. Raises UsageError."""
    body = Answer(of=of, version=_within(version), to=to)
    return Saying(ANSWER, spell(body), (), Audience(other))


def tidy_tags(typed: Sequence[str]) -> tuple[str, ...]:
    """Tags as they are kept: lower case, spaces as dashes, without "#", sorted. Raises UsageError."""
    tags = set()
    for one in typed:
        tag = "-".join(tidy_line(one.strip().lstrip("#")).lower().replace("_", " ").split())
        if not fields.tag_allowed(tag):
            raise UsageError("A tag is one word of at most {most} characters.", most=fields.MAX_TAG)
        tags.add(tag)
    if len(tags) > fields.MAX_TAGS:
        raise UsageError("Give at most {most} tags.", most=fields.MAX_TAGS)
    return tuple(sorted(tags))


def tidy_languages(typed: Sequence[str]) -> tuple[str, ...]:
    """Language tags (BCP 47), each once, in the order given. Raises UsageError."""
    languages = tuple(dict.fromkeys(map(_language, typed)))
    if len(languages) > fields.MAX_LANGUAGES:
        raise UsageError("Name at most {most} languages.", most=fields.MAX_LANGUAGES)
    return languages


def tidy_place(typed: str) -> str:
    """A coarse place. Raises UsageError for what could be an address."""
    place = tidy_line(typed)
    if not fields.place_allowed(place):
        raise UsageError(
            "Name a town or a region, in at most {most} characters without digits or commas. Never write an address"
            " here: tell it only to the person who helps, in a message.",
            most=fields.MAX_PLACE,
        )
    return place


def _tidied(given: Given) -> Given:
    title = tidy_line(given.title)
    if not title or not is_visible(title):
        raise UsageError("Say in a few words what it is about.")
    if not allowed_line(title, fields.MAX_TITLE):
        raise UsageError("These words are more than {most} characters. Say the rest below.", most=fields.MAX_TITLE)
    text = tidy_text(given.text)
    if not allowed_text(text, fields.MAX_TEXT, least=0):
        raise UsageError(
            "That text has control characters, or more than {most} bytes. Nothing was sent. Say it shorter.",
            most=fields.MAX_TEXT,
        )
    if not 1 <= given.wanted <= fields.MAX_WANTED:
        raise UsageError("Say how many are wanted: 1 to {most}.", most=fields.MAX_WANTED)
    conditions = tuple(sorted(set(given.conditions)))
    if {fields.NEAR, fields.ELSEWHERE} <= set(conditions):
        raise UsageError("Somebody near you and not from your place: both together fit nobody. Choose one of them.")
    place = tidy_place(given.place)
    if not place and {fields.NEAR, fields.ELSEWHERE} & set(conditions):
        raise UsageError("To choose by place, name the town or region it is compared with.")
    languages = tidy_languages(given.languages)
    if not languages and fields.LANGUAGE_SHARED in conditions:
        raise UsageError("To choose by language, name at least one.")
    tidied = msgspec.structs.replace(
        given, title=title, text=text, place=place, conditions=conditions, languages=languages,
        tags=tidy_tags(given.tags),
    )  # fmt: skip
    try:
        check_item(tidied)
    except RemoteError as error:
        raise UsageError("That is no kind of help, no urgency or no condition known here.") from error
    return tidied


def _language(typed: str) -> str:
    head, *others = tidy_line(typed).replace("_", "-").split("-")
    tag = "-".join((head.lower(), *others))
    if not fields.LANGUAGE.fullmatch(tag):
        raise UsageError("That is no language tag. Write for example: ar, en, ar-LB.")
    return tag


def _note(typed: str) -> str:
    note = tidy_line(typed)
    if not allowed_line(note, MAX_NOTE):
        raise UsageError("A note is at most {most} characters on one line.", most=MAX_NOTE)
    return note


def _within(version: int) -> int:
    if version > MAX_INTEGER:
        raise UsageError("This was changed too often to be changed again.")
    return version
