"""The directory of resources: what a person can do and ask about it, and how it goes out and comes in as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal

import msgspec

from tadamun.core.errors import UsageError
from tadamun.core.ports import Among, Workbench
from tadamun.core.room import Call
from tadamun.core.text import balance_bidi, shown_line
from tadamun.rooms.aid import actions, tabular
from tadamun.rooms.aid.bodies import DAY, Known, Resource
from tadamun.rooms.aid.given import InSpace, Limit, PageNumber, Time, reader_of
from tadamun.rooms.aid.matching import base
from tadamun.rooms.aid.reading import Reader
from tadamun.rooms.aid.trust import held_until, standing
from tadamun.rooms.aid.view import RESOURCES, place_key

MATCHES: Final = 4
EVERY: Final = 100_000
_ROW: Final = "r.id, r.author, r.version, r.gone, r.body"

Format = Literal["csv", "json"]


class Fields(InSpace, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is left out stays as it was, or empty. country: ISO 3166 alpha-2. checked_at, trust_until: Unix seconds of
    some moment of the day."""

    sort: str | None = None
    name: str | None = None
    text: str | None = None
    country: str | None = None
    place: str | None = None
    languages: tuple[str, ...] | None = None
    tags: tuple[str, ...] | None = None
    opening: str | None = None
    phone: str | None = None
    web: str | None = None
    mail: str | None = None
    address: str | None = None
    checked_how: str | None = None
    checked_at: Time | None = None
    trust_until: Time | None = None
    warnings: str | None = None


class OneResource(InSpace, frozen=True, forbid_unknown_fields=True):
    """resource: an id, or at least the first four characters of it."""

    resource: str


class ChangeResource(Fields, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """gone: take it out of the directory, or (false) put it in again."""

    resource: str
    gone: bool = False


class SayOf(OneResource, frozen=True, forbid_unknown_fields=True):
    """word: good, mind, closed, none (taken back). at: the day one found out, 0: today."""

    word: Known
    note: str = ""
    at: Time = 0


class ListResources(InSpace, frozen=True, forbid_unknown_fields=True):
    """search: words in either language; the answer is then limited, not paged. page: from 0."""

    sort: str = ""
    country: str = ""
    place: str = ""
    language: str = ""
    tag: str = ""
    search: str = ""
    limit: Limit = 30
    page: PageNumber = 0


class Export(InSpace, frozen=True, forbid_unknown_fields=True):
    format: Format = "csv"


class Import(Export, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """data: the file's text. try_only: tell what would be taken in, and take in nothing."""

    data: Annotated[str, msgspec.Meta(max_length=4 * tabular.MOST_BYTES)]
    try_only: bool = False


async def add(bench: Workbench, asked: Fields) -> dict[str, Any]:
    """Put a resource into the directory. Gives {id, resource}."""
    space = bench.space(asked.space)
    row: dict[str, Any] = {
        name: [] if name in tabular.LISTS else 0 if name in tabular.DAYS else "" for name in tabular.COLUMNS
    }
    event = await bench.say(space, actions.resource(_body(row | {"sort": "other"} | _given(asked), "", 1)))
    return {"id": event, "resource": event}


async def change(bench: Workbench, asked: ChangeResource) -> dict[str, Any]:
    """Change a resource that one put in, or as a moderator any. Gives {id, resource, version}."""
    space, reader = reader_of(bench, asked)
    key, _author, version, gone, held = _one(reader, asked.resource)
    if asked.gone:
        body = msgspec.structs.replace(held, of=key, version=version + 1, gone=True, name=held.name or "-")
    else:
        row = {name: getattr(held, name) for name in tabular.COLUMNS}
        body = _body(row | _given(asked), key, version + 1)
        if gone and not body.name:
            raise UsageError("It was taken out, and its words are gone from here. Write its name again.")
    return {"id": await bench.say(space, actions.resource(body)), "resource": key, "version": version + 1}


async def say_of(bench: Workbench, asked: SayOf) -> dict[str, Any]:
    """Say what one knows of a resource. Gives {id, resource}."""
    space, reader = reader_of(bench, asked)
    key = reader.named("aid_resources", asked.resource)
    rows = reader.tables.execute(
        "SELECT version FROM aid_words WHERE space = ? AND id = ? AND member = ?", (space, key, reader.me)
    )
    at = asked.at or reader.now
    if at > reader.now + DAY:
        raise UsageError("That day has not come yet.")
    saying = actions.word(key, (rows[0][0] if rows else 0) + 1, asked.word, at // DAY * DAY, asked.note)
    return {"id": await bench.say(space, saying), "resource": key}


async def list_resources(bench: Workbench, asked: ListResources) -> dict[str, Any]:
    """{resources, more}: by name; what a search found best first."""
    space, reader = reader_of(bench, asked)
    terms, values = ["r.space = ?", "r.gone = 0"], [space]
    for column, value in (
        ("sort", asked.sort), ("country", asked.country.upper()), ("place_key", place_key(asked.place)),
    ):  # fmt: skip
        if value:
            terms.append(f"r.{column} = ?")
            values.append(value)
    if asked.tag:
        terms.append("instr(r.tags, ?)")
        values.append(f" {actions.tidy_tags((asked.tag,))[0]} ")
    if asked.language:
        terms.append("(instr(r.languages, ?) OR instr(r.languages, ?))")
        values += [f" {base(asked.language)} ", f" {base(asked.language)}-"]
    where = " AND ".join(terms)
    if asked.search.strip():
        found = bench.matches(space, asked.search, asked.limit * MATCHES, Among(topic=RESOURCES))
        marks = ", ".join("?" * len(found))
        rows = reader.tables.execute(
            f"SELECT {_ROW} FROM aid_resources r WHERE {where} AND r.id IN ({marks})", (*values, *found)
        )
        by_id = {row[0]: row for row in rows}
        rows, more = [by_id[one] for one in found if one in by_id][: asked.limit], False
    else:
        rows = reader.tables.execute(
            f"SELECT {_ROW} FROM aid_resources r WHERE {where} ORDER BY r.name, r.id LIMIT ? OFFSET ?",
            (*values, asked.limit + 1, asked.page * asked.limit),
        )
        more = len(rows) > asked.limit
    return {"resources": _shown(reader, rows[: asked.limit]), "more": more}


async def show(bench: Workbench, asked: OneResource) -> dict[str, Any]:
    """One resource, with {words: [{member, name, word, at, note, me}], author, author_name, mine}."""
    space, reader = reader_of(bench, asked)
    key = reader.named("aid_resources", asked.resource)
    rows = reader.tables.execute(f"SELECT {_ROW} FROM aid_resources r WHERE space = ? AND id = ?", (space, key))
    [one] = _shown(reader, rows)
    names = bench.facts.names
    said = reader.tables.execute(
        "SELECT member, word, at, note FROM aid_words WHERE space = ? AND id = ? AND word <> 'none' ORDER BY at DESC,"
        " member",
        (space, key),
    )
    return one | {
        "author_name": names.name(space, one["author"]),
        "words": [
            {
                "member": who,
                "name": names.name(space, who),
                "word": word,
                "at": at,
                "note": note,
                "me": who == reader.me,
            }
            for who, word, at, note in said
        ],
    }


async def export(bench: Workbench, asked: Export) -> dict[str, Any]:
    """The whole directory as a file's text: {data, count, format}. It names no member."""
    space, reader = reader_of(bench, asked)
    rows = reader.tables.execute(
        "SELECT body FROM aid_resources WHERE space = ? AND gone = 0 ORDER BY name, id LIMIT ?", (space, EVERY)
    )
    plain = [_plain(msgspec.json.decode(body, type=Resource)) for (body,) in rows]
    return {
        "data": tabular.as_csv(plain) if asked.format == "csv" else tabular.as_json(plain),
        "count": len(plain),
        "format": asked.format,
    }


async def take_in(bench: Workbench, asked: Import) -> dict[str, Any]:
    """Put what a file holds into the directory: all of it, or nothing. Gives {added, known, names, problems: [{entry,
    message, arguments}]}: how many are new, how many were there already just so, the first names of the new, and what
    is wrong with which entry: then nothing was taken in."""
    space, reader = reader_of(bench, asked)
    rows = tabular.read_csv(asked.data) if asked.format == "csv" else tabular.read_json(asked.data)
    held = {
        msgspec.json.encode(_plain(msgspec.json.decode(body, type=Resource)))
        for (body,) in reader.tables.execute(
            "SELECT body FROM aid_resources WHERE space = ? AND gone = 0 LIMIT ?", (space, EVERY)
        )
    }
    new: list[Resource] = []
    problems: list[dict[str, Any]] = []
    known = 0
    for number, row in enumerate(rows, 1):
        try:
            body = _body(row, "", 1)
        except UsageError as error:
            problems.append({"entry": number, "message": error.message, "arguments": dict(error.arguments)})
            continue
        spelled = msgspec.json.encode(_plain(body))
        known += spelled in held
        if spelled not in held:
            held.add(spelled)
            new.append(body)
    if new and not problems and not asked.try_only:
        first, *others = map(actions.resource, new)
        await bench.say(space, first, lambda event: others)
    names = [shown_line(body.name) for body in new[:10]]
    return {"added": 0 if problems else len(new), "known": known, "names": names, "problems": problems[:20]}


CALLS: Final = {
    "aid.resources": Call(ListResources, list_resources),
    "aid.resource": Call(OneResource, show),
    "aid.resource_add": Call(Fields, add),
    "aid.resource_change": Call(ChangeResource, change),
    "aid.resource_word": Call(SayOf, say_of),
    "aid.resource_export": Call(Export, export),
    "aid.resource_import": Call(Import, take_in),
}


def _given(asked: Fields) -> dict[str, Any]:
    found = {name: getattr(asked, name) for name in tabular.COLUMNS}
    return {name: value for name, value in found.items() if value is not None}


def _body(row: Mapping[str, Any], of: str, version: int) -> Resource:
    """Tidied and checked. Raises UsageError."""
    given: dict[str, Any] = dict(row)
    given |= {name: tuple(row[name]) for name in tabular.LISTS} | {
        name: row[name] // DAY * DAY for name in tabular.DAYS
    }
    return actions.tidy_resource(Resource(of=of, version=version, gone=False, **given))


def _plain(body: Resource) -> dict[str, Any]:
    return {
        name: list(getattr(body, name)) if name in tabular.LISTS else getattr(body, name) for name in tabular.COLUMNS
    }


def _one(reader: Reader, wanted: str) -> tuple[str, str, int, bool, Resource]:
    key = reader.named("aid_resources", wanted)
    [(author, version, gone, body)] = reader.tables.execute(
        "SELECT author, version, gone, body FROM aid_resources WHERE space = ? AND id = ?", (reader.space, key)
    )
    return key, author, version, bool(gone), msgspec.json.decode(body, type=Resource)


def _shown(reader: Reader, rows: Sequence[tuple[Any, ...]]) -> list[dict[str, Any]]:
    ids = [row[0] for row in rows]
    marks = ", ".join("?" * len(ids))
    said = reader.tables.execute(
        f"SELECT id, word, at FROM aid_words WHERE space = ? AND word <> 'none' AND id IN ({marks})",
        (reader.space, *ids),
    )
    good: dict[str, list[int]] = {}
    counts: dict[tuple[str, str], int] = {}
    for key, word, at in said:
        counts[key, word] = counts.get((key, word), 0) + 1
        if word == "good":
            good.setdefault(key, []).append(at)
    shown = []
    for key, author, _version, gone, text in rows:
        body = msgspec.json.decode(text, type=Resource)
        until = held_until(body.checked_at, body.trust_until, good.get(key, ()), reader.now)
        lines = ("name", "place", "opening", "phone", "web", "mail", "address", "checked_how")
        shown.append(
            _plain(body)
            | {name: shown_line(getattr(body, name)) for name in lines}
            | {
                "id": key,
                "text": balance_bidi(body.text),
                "warnings": balance_bidi(body.warnings),
                "author": author,
                "mine": author == reader.me,
                "gone": bool(gone),
                "trusted_until": until,
                "trust": standing(bool(gone), until, bool(counts.get((key, "closed"))), reader.now),
                **{f"said_{word}": counts.get((key, word), 0) for word in ("good", "mind", "closed")},
            }
        )
    return shown
