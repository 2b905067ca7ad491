"""`tadamun aid directory`: organisations, shelters, clinics, lawyers, hotlines; also as a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from tadamun.cli.common import N_, Here, UsageError, _, ask, command, name, paint, paragraph, say, short, show
from tadamun.i18n import formats
from tadamun.rooms.aid import words
from tadamun.rooms.aid.cli_items import aid

resource_argument = click.argument(
    "resource", metavar="ID", help=N_("The resource, by at least the first four characters of its id.")
)
file_argument = click.argument(
    "file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help=N_("A file ending in .csv or .json.")
)
_TEXTS = {
    "name": N_("What it is called."),
    "text": N_("What it does, and for whom."),
    "country": N_("Its country, in two letters, such as LB."),
    "place": N_("Its town or region."),
    "opening": N_("When it is open."),
    "phone": N_("Its telephone number."),
    "web": N_("Its address in the web."),
    "mail": N_("Its e-mail address."),
    "address": N_("Where it is, if it says so itself."),
    "checked-how": N_("How you checked it."),
    "warnings": N_("What one should mind."),
}


@command(
    "directory",
    help=N_("Organisations, shelters, clinics, lawyers and hotlines that this space knows."),
    example=("tadamun aid directory", "tadamun aid directory list --search doctor"),
    under=aid,
    family=True,
)
def directory(here: Here) -> None:
    _list(here, {})


def _list(here: Here, filters: dict[str, Any]) -> None:
    found = ask(here, "aid.resources", {"space": here.space, **filters})
    show(here, found, lambda it: _lines(here, it["resources"]))


@command(
    "list",
    help=N_("List them, or find some, in either language."),
    example="tadamun aid directory list --sort clinic",
    under=directory,
)
@click.option("--sort", type=click.Choice(["", *words.SORTS]), default="", help=N_("Only of this sort."))
@click.option("--country", default="", help=N_("Its country, in two letters, such as LB."))
@click.option("--near", "place", default="", help=N_("Only in this place."))
@click.option("--speaks", "language", default="", metavar="LANG", help=N_("Only in this language."))
@click.option("--tag", default="", help=N_("Only with this word."))
@click.option("--search", default="", metavar="WORDS", help=N_("What to look for."))
@click.option("--limit", default=30, type=click.IntRange(1, 500), show_default=True, help=N_("How many."))
def list_(here: Here, **filters: Any) -> None:
    _list(here, filters)


@command(
    "show",
    help=N_("Show one of them, with what members know of it."),
    example="tadamun aid directory show 3fa9c2d1",
    under=directory,
)
@resource_argument
def show_one(here: Here, resource: str) -> None:
    found = ask(here, "aid.resource", {"space": here.space, "resource": resource})
    show(here, found, lambda it: _whole(here, it))


def _fields(function: Any) -> Any:
    options = [
        *(click.option(f"--{field}", help=told) for field, told in _TEXTS.items()),
        click.option("--sort", type=click.Choice(list(words.SORTS)), help=N_("What sort it is.")),
        click.option("--speaks", "languages", multiple=True, metavar="LANG", help=N_("A language; may be repeated.")),
        click.option("--tag", "tags", multiple=True, help=N_("A word to find it by; may be repeated.")),
        click.option("--checked", is_flag=True, help=N_("You checked it today.")),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def _given(here: Here, checked: bool, given: dict[str, Any]) -> dict[str, Any]:
    known = {key: list(value) if isinstance(value, tuple) else value for key, value in given.items() if value}
    known |= {key: "" for key, value in given.items() if value == ""}
    return known | ({"checked_at": here.now} if checked else {})


@command(
    "add",
    help=N_("Put one in. Every member of the space can read it, with your name."),
    example='tadamun aid directory add --name "The clinic" --sort clinic --country LB --phone "+961 …"',
    under=directory,
)
@_fields
def add(here: Here, checked: bool, **given: Any) -> None:
    made = ask(here, "aid.resource_add", {"space": here.space, **_given(here, checked, given)}, sends=True)
    show(here, made, lambda it: say("Written, as {id}.", id=short(it["resource"])))


@command(
    "change",
    help=N_("Change one that you put in. What is left out stays as it was."),
    example="tadamun aid directory change 3fa9c2d1 --checked",
    under=directory,
)
@resource_argument
@_fields
def change(here: Here, resource: str, checked: bool, **given: Any) -> None:
    asked = {"space": here.space, "resource": resource, **_given(here, checked, given)}
    show(here, ask(here, "aid.resource_change", asked, sends=True), lambda it: _("It is changed."))


@command(
    "remove",
    help=N_("Take out one that you put in; as a moderator, any."),
    example="tadamun aid directory remove 3fa9c2d1",
    under=directory,
)
@resource_argument
def remove(here: Here, resource: str) -> None:
    asked = {"space": here.space, "resource": resource, "gone": True}
    show(here, ask(here, "aid.resource_change", asked, sends=True), lambda it: _("It is taken out."))


@command(
    "word",
    help=N_("Say what you know of one today: good, mind (something), closed, or none to take it back."),
    example='tadamun aid directory word 3fa9c2d1 mind --note "Ask for the second door"',
    under=directory,
)
@resource_argument
@click.argument("word", metavar="WORD", type=click.Choice(list(words.WORDS)), help=N_("good, mind, closed or none."))
@click.option("--note", default="", help=N_("In a few words; everyone here can read it."))
def word(here: Here, resource: str, word: str, note: str) -> None:
    asked = {"space": here.space, "resource": resource, "word": word, "note": note}
    show(here, ask(here, "aid.resource_word", asked, sends=True), lambda it: _("It is noted."))


@command(
    "export",
    help=N_("Write all of it into a file. It names no member."),
    example="tadamun aid directory export places.csv",
    under=directory,
)
@file_argument
def export(here: Here, file: Path) -> None:
    made = ask(here, "aid.resource_export", {"space": here.space, "format": _format(file)})
    try:
        with file.open("x", encoding="utf-8", newline="") as out:
            out.write(made["data"])
    except FileExistsError as error:
        raise UsageError("{file} is there already. Choose another name.", file=str(file)) from error
    except OSError as error:
        raise UsageError("{file} cannot be written.", file=str(file)) from error
    told = {"file": str(file), "count": made["count"]}
    show(here, told, lambda it: say("{count} written into {file}.", count=it["count"], file=it["file"]))


@command(
    "import",
    help=N_("Take in a file: all of it, or nothing."),
    example="tadamun aid directory import places.csv --try",
    under=directory,
)
@file_argument
@click.option("--try", "try_only", is_flag=True, help=N_("Only say what would be taken in."))
def import_(here: Here, file: Path, try_only: bool) -> None:
    try:
        data = file.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("{file} cannot be read as text in UTF-8.", file=str(file)) from error
    asked = {"space": here.space, "format": _format(file), "data": data, "try_only": try_only}
    done = ask(here, "aid.resource_import", asked, sends=not try_only)

    def human(it: dict[str, Any]) -> Iterator[str]:
        for problem in it["problems"]:
            why = say(problem["message"], **problem["arguments"])
            yield say("Entry {number}: {why}", number=problem["entry"], why=why)
        if it["problems"]:
            yield _("Nothing was taken in. Mend these, and try again.")
            return
        yield say("New: {added}. Here already: {known}.", added=it["added"], known=it["known"])
        yield from (f"  {name(one)}" for one in it["names"])

    show(here, done, human)


def _format(file: Path) -> str:
    if file.suffix.lower() not in (".csv", ".json"):
        raise UsageError("The file's name ends in .csv or .json.")
    return file.suffix.lower().removeprefix(".")


def _lines(here: Here, resources: list[dict[str, Any]]) -> Iterator[str]:
    if not resources:
        yield _("There is nothing here.")
    for one in resources:
        yield f"{short(one['id'])}  {paint(here, name(one['name']), bold=True)}"
        facts = [_(words.SORTS[one["sort"]]), one["country"], name(one["place"]), name(one["phone"])]
        yield " " * 10 + "  ".join([*filter(None, facts), paint(here, _(words.TRUST[one["trust"]]), dim=True)])


def _whole(here: Here, one: dict[str, Any]) -> Iterator[str]:
    yield from _lines(here, [one])
    if one["languages"]:
        yield formats.listed([formats.tongue(tag) for tag in one["languages"]])
    for field in ("opening", "web", "mail", "address"):
        if one[field]:
            yield name(one[field])
    if one["warnings"]:
        yield ""
        yield paint(here, _("Mind:"), colour="yellow")
        yield from paragraph(here, one["warnings"], "  ")
    if one["text"]:
        yield ""
        yield from paragraph(here, one["text"])
    if one["checked_at"]:
        yield ""
        yield say("Checked {day}: {how}", day=formats.day(one["checked_at"]), how=one["checked_how"])
    for said in one["words"]:
        told = say(
            "{name}, {day}: {word}", name=said["name"], day=formats.day(said["at"]), word=_(words.WORDS[said["word"]])
        )
        yield f"{told} {name(said['note'])}".rstrip()
