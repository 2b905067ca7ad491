"""The directory: what there is, one of them with what members know, putting in, and files both ways."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from tadamun.core.errors import UsageError
from tadamun.core.words import N_
from tadamun.i18n import formats
from tadamun.i18n.words import _, say
from tadamun.rooms.aid import pages_words as wording
from tadamun.rooms.aid import words
from tadamun.web.page import Answer, Visit

LIMIT: Final = 30
FILTERS: Final = ("sort", "country", "place", "language", "tag", "search")
TEXTS: Final = ("name", "country", "place", "opening", "phone", "web", "mail", "address", "checked_how")
MOST_FILE: Final = 4_000_000  # bytes of a form with a file: Arabic takes three times its bytes in a form


async def show_all(visit: Visit) -> Answer:
    if (elsewhere := await wording.outside(visit)) is not None:
        return elsewhere
    space, query = visit.path["space"], visit.query
    filters = {name: query.get(name, "").strip() for name in FILTERS}
    page = wording.number(query.get("page", ""))
    found = await visit.call("aid.resources", space=space, limit=LIMIT, page=page, **filters)
    return await visit.render(
        "aid/directory.html",
        **await wording.frame(visit, "directory"),
        resources=[_ready(one) for one in found["resources"]],
        filters=filters,
        filtered=any(filters.values()),
        found=query.get("found", ""),
        sorts=wording.choices(words.SORTS, say("Every sort")),
        page=page,
        more=found["more"],
    )


async def show(visit: Visit) -> Answer:
    if (elsewhere := await wording.outside(visit)) is not None:
        return elsewhere
    space, key = visit.path["space"], visit.path["resource"]
    one = _ready(await visit.call("aid.resource", space=space, resource=key))
    for said in one["words"]:
        said["told"] = _(words.WORDS[said["word"]])
        said["day"] = formats.day(said["at"])
    rules = await visit.call("space.rules", space=space)
    moderates = any(rule["act"] == "moderate" and rule["mine"] for rule in rules["acts"])
    return await visit.render(
        "aid/resource.html",
        **await wording.frame(visit, ""),
        one=one,
        may_change=one["mine"] or moderates,
        choices=[(name, _(label), "") for name, label in words.WORDS.items()],
    )


async def say_of(visit: Visit) -> Answer:
    """What one knows of it; or taking it out."""
    space, key, form = visit.path["space"], visit.path["resource"], visit.form
    if form.flag("gone"):
        await visit.call("aid.resource_change", space=space, resource=key, gone=True)
        return visit.see("aid-directory", N_("It is taken out of the directory."), space=space)
    await visit.call("aid.resource_word", space=space, resource=key, word=form.line("word"), note=form.line("note"))
    return visit.see("aid-resource", N_("It is noted, and everyone here will see it."), space=space, resource=key)


async def adding(visit: Visit) -> Answer:
    if (elsewhere := await wording.outside(visit)) is not None:
        return elsewhere
    return await _form(visit, {}, "")


async def add(visit: Visit) -> Answer:
    space = visit.path["space"]
    made = await visit.call("aid.resource_add", space=space, **_given(visit))
    notice = N_("It is in the directory. Members see it as soon as they are connected.")
    return visit.see("aid-resource", notice, space=space, resource=made["resource"])


async def changing(visit: Visit) -> Answer:
    found = await visit.call("aid.resource", space=visit.path["space"], resource=visit.path["resource"])
    return await _form(visit, found, visit.path["resource"])


async def change(visit: Visit) -> Answer:
    space, key = visit.path["space"], visit.path["resource"]
    await visit.call("aid.resource_change", space=space, resource=key, **_given(visit))
    return visit.see("aid-resource", N_("It is changed."), space=space, resource=key)


async def files(visit: Visit) -> Answer:
    """Taking in a file, and writing one."""
    if (elsewhere := await wording.outside(visit)) is not None:
        return elsewhere
    return await _files(visit, None, "")


async def take_in(visit: Visit) -> Answer:
    """First shows what a file would bring; takes it in when it comes again."""
    space, form = visit.path["space"], visit.form
    file, sure = form.file("file"), form.flag("sure")
    data, kind = form.text("data"), form.line("format")
    if file is not None:
        raw = await file.read()
        try:
            data = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise UsageError("That file is no text in UTF-8. Save it as CSV in UTF-8, then try again.") from error
        kind = "json" if data.lstrip()[:1] == "{" else "csv"
    if not data:
        raise UsageError("Choose a file first.")
    told = await visit.call("aid.resource_import", space=space, format=kind, data=data, try_only=not sure)
    if told["problems"] or not sure:
        return await _files(visit, told, data, kind)
    visit.notice(N_("Taken in: {added}. Here already: {known}."), added=told["added"], known=told["known"])
    return visit.see("aid-directory", space=space)


async def _files(visit: Visit, told: Mapping[str, Any] | None, data: str, kind: str = "csv") -> Answer:
    problems = [(one["entry"], say(one["message"], **one["arguments"])) for one in (told["problems"] if told else ())]
    return await visit.render(
        "aid/files.html", **await wording.frame(visit, "directory"), told=told, problems=problems, data=data, kind=kind
    )


async def _form(visit: Visit, held: Mapping[str, Any], key: str) -> Answer:
    form, sent = visit.form, visit.request.method == "POST"
    empty: dict[str, Any] = dict.fromkeys((*TEXTS, "text", "warnings"), "")
    held = {**empty, "sort": "organisation", "languages": [], "tags": [], **held}
    values = {name: form.text(name) if sent else held[name] for name in (*TEXTS, "text", "warnings", "sort")}
    days = {name: form.line(name) if sent else _iso(held.get(name, 0)) for name in ("checked_at", "trust_until")}
    return await visit.render(
        "aid/resource_write.html",
        **await wording.frame(visit, ""),
        values=values | days | {"tags": form.text("tags") if sent else " ".join(held["tags"])},
        key=key,
        sorts=wording.choices(words.SORTS),
        speaks=wording.languages(visit, held["languages"]),
        reach=await visit.call("aid.audience", space=visit.path["space"]),
    )


def _given(visit: Visit) -> dict[str, Any]:
    form = visit.form
    return {
        **{name: form.text(name) for name in (*TEXTS, "text", "warnings")},
        "sort": form.line("sort"),
        "languages": wording.chosen_languages(form),
        "tags": wording.split(form.text("tags")),
        **{name: _moment(form.line(name)) for name in ("checked_at", "trust_until")},
    }


def _ready(one: dict[str, Any]) -> dict[str, Any]:
    """With the words that templates show."""
    return one | {
        "kind": _(words.SORTS[one["sort"]]),
        "trust_name": _(words.TRUST[one["trust"]]),
        "speaks": formats.listed([formats.tongue(tag) for tag in one["languages"]]),
        "checked_day": formats.day(one["checked_at"]) if one["checked_at"] else "",
        "trusted_day": formats.day(one["trusted_until"]) if one["trusted_until"] else "",
        "link": one["web"] if one["web"].startswith(("https://", "http://")) else "",
        "dial": "".join(sign for sign in one["phone"] if sign.isascii() and (sign.isdigit() or sign == "+")),
    }


def _moment(typed: str) -> int:
    """The first second of that day in UTC, 0 for none. Raises UsageError."""
    if not typed:
        return 0
    try:
        return max(1, int(datetime.fromisoformat(typed).replace(tzinfo=UTC).timestamp()))
    except ValueError as error:
        raise UsageError("This is no date. Write it as year-month-day, for example 2025-11-21.") from error


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(formats.on_calendar(seconds), UTC).date().isoformat() if seconds else ""
