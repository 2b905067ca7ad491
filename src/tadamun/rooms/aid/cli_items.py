"""`tadamun aid`: ask, offer, see what fits, say how it goes. The commands of the directory, the ledger and mentors
are in files of their own (cli_*.py)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import click

from tadamun.cli.common import (
    LENGTH,
    N_,
    Here,
    UsageError,
    _,
    ask,
    command,
    name,
    paint,
    paragraph,
    say,
    short,
    show,
)
from tadamun.i18n import formats
from tadamun.rooms.aid import words

item_argument = click.argument(
    "item", metavar="ID", help=N_("The request or offer, by at least the first four characters of its id.")
)
member_option = click.option("--member", default="", metavar="NAME", help=N_("Whose part, in one of your own."))
_KINDS: Final = N_(
    "money, housing, job, transport, health, mental-health, legal, company, things, skills or mentoring."
)
_LANGUAGE: Final = N_("A language; may be repeated.")
_ENDS: Final = N_("When it ends, such as 7d.")
_DONE: Final = N_("Noted. It is now: {state}.")


@command(
    "aid",
    help=N_("What people here ask for and offer."),
    example=("tadamun aid", 'tadamun aid ask housing "A room for a week"', "tadamun aid claim 3fa9c2d1"),
    family=True,
)
def aid(here: Here) -> None:
    show(here, ask(here, "aid.list", {"space": here.space}), lambda it: item_lines(here, it["items"]))


def _written(here: Here, direction: str, category: str, title: str, given: dict[str, Any]) -> None:
    until = given.pop("expires")
    if not given["blind"]:
        given.pop("within")
    asked = {
        "space": here.space, "direction": direction, "category": category, "title": title,
        "until": here.now + until if until else 0, **given,
    }  # fmt: skip
    made = ask(here, "aid.post", {key: list(v) if isinstance(v, tuple) else v for key, v in asked.items()}, sends=True)
    show(here, made, lambda it: say("Written, as {id}.", id=short(it["id"])))


def _options(function: Any) -> Any:
    """What requests and offers have in common."""
    for option in reversed(
        (
            click.argument(
                "category",
                metavar="KIND",
                type=click.Choice(list(words.CATEGORIES)),
                help=_KINDS,
            ),
            click.argument("title", metavar="WORDS", help=N_("What it is about, in a few words.")),
            click.option("--text", default="", help=N_("More about it. Leave out names and addresses.")),
            click.option("--tag", "tags", multiple=True, help=N_("A word to find it by; may be repeated.")),
            click.option("--speaks", "languages", multiple=True, metavar="LANG", help=_LANGUAGE),
            click.option("--place", default="", help=N_("A town or a region, never an address.")),
            click.option(
                "--soon", "urgency", type=click.Choice(list(words.URGENCIES)), default="any", show_default=True,
                help=N_("How soon: within 2 days, 5 days, 7 days, or any time."),
            ),
            click.option("--wanted", default=1, type=click.IntRange(1, 99), help=N_("How many people can claim it.")),
            click.option("--expires", type=LENGTH, default="0s", metavar="LENGTH", help=_ENDS),
            click.option(
                "--only", "conditions", multiple=True, type=click.Choice(list(words.CONDITIONS)),
                help=N_("Whom it is for: elsewhere, near, language, settled (no newcomers); may be repeated."),
            ),
            click.option("--blind", is_flag=True, help=N_("Without your name: see `tadamun aid blind`.")),
            click.option(
                "--within", type=LENGTH, default="2h", metavar="LENGTH",
                help=N_("It goes out at a random moment in this time."),
            ),
        )
    ):  # fmt: skip
        function = option(function)
    return function


@command(
    "ask",
    help=N_("Ask for something. Every member of the space can read it, with your name."),
    example='tadamun aid ask transport "To the clinic on Monday" --place Tripoli --soon 5d',
    under=aid,
)
@_options
def request(here: Here, category: str, title: str, **given: Any) -> None:
    _written(here, "request", category, title, given)


@command(
    "offer",
    help=N_("Offer something. Every member of the space can read it, with your name."),
    example='tadamun aid offer skills "I translate letters" --speaks ar --speaks en',
    under=aid,
)
@_options
def offer(here: Here, category: str, title: str, **given: Any) -> None:
    _written(here, "offer", category, title, given)


@command(
    "list",
    help=N_("List requests and offers, the newest first."),
    example=("tadamun aid list --kind housing --near Beirut", "tadamun aid list --search translator"),
    under=aid,
)
@click.option(
    "--kind", "category", type=click.Choice(["", *words.CATEGORIES]), default="", help=N_("Only of this kind.")
)
@click.option("--offers", "direction", flag_value="offer", help=N_("Only offers."))
@click.option("--requests", "direction", flag_value="request", help=N_("Only requests."))
@click.option("--tag", default="", help=N_("Only with this word."))
@click.option("--speaks", "language", default="", metavar="LANG", help=N_("Only in this language."))
@click.option("--near", "place", default="", help=N_("Only in this place."))
@click.option(
    "--soon", "urgency", type=click.Choice(list(words.URGENCIES)), default="any", help=N_("So soon or sooner.")
)
@click.option(
    "--state", type=click.Choice(["", *words.STATES]), default="open", show_default=True, help=N_("Only in this state.")
)
@click.option("--mine", is_flag=True, help=N_("Only what you asked or offered."))
@click.option("--helping", is_flag=True, help=N_("Only where you have a part."))
@click.option("--search", default="", metavar="WORDS", help=N_("What to look for."))
@click.option("--limit", default=30, type=click.IntRange(1, 500), show_default=True, help=N_("How many."))
def list_(here: Here, direction: str | None, **filters: Any) -> None:
    found = ask(here, "aid.list", {"space": here.space, "direction": direction or "", **filters})
    show(here, found, lambda it: item_lines(here, it["items"]))


@command(
    "show",
    help=N_("Show one request or offer, and who has a part in it."),
    example="tadamun aid show 3fa9c2d1",
    under=aid,
)
@item_argument
def show_item(here: Here, item: str) -> None:
    show(here, ask(here, "aid.show", {"space": here.space, "item": item}), lambda it: _whole(here, it))


@command(
    "change",
    help=N_("Change your own request or offer. What is left out stays as it was."),
    example='tadamun aid change 3fa9c2d1 --text "Two nights are enough"',
    under=aid,
)
@item_argument
@click.option("--title", help=N_("What it is about, in a few words."))
@click.option("--text", help=N_("More about it. Leave out names and addresses."))
@click.option("--place", help=N_("A town or a region, never an address."))
@click.option("--soon", "urgency", type=click.Choice(list(words.URGENCIES)), help=N_("So soon or sooner."))
@click.option("--wanted", type=click.IntRange(1, 99), help=N_("How many people can claim it."))
def change(here: Here, item: str, **given: Any) -> None:
    changed = {key: value for key, value in given.items() if value is not None}
    if not changed:
        raise UsageError("Say what to change: --title, --text, --place, --soon or --wanted.")
    done = ask(here, "aid.change", {"space": here.space, "item": item, **changed}, sends=True)
    show(here, done, lambda it: _("Changed. Those who read it before may remember the old words."))


def _step(here: Here, item: str, to: str, member: str = "") -> None:
    asked = {"space": here.space, "item": item, "to": to, "member": member}
    show(here, ask(here, "aid.move", asked, sends=True), lambda it: say(_DONE, state=_(words.STATES[it["state"]])))


@command(
    "claim",
    help=N_("Say that you will do it. Everyone here sees that."),
    example="tadamun aid claim 3fa9c2d1",
    under=aid,
)
@item_argument
def claim(here: Here, item: str) -> None:
    _step(here, item, "claimed")


@command("begin", help=N_("Say that it is under way."), example="tadamun aid begin 3fa9c2d1", under=aid)
@item_argument
@member_option
def begin(here: Here, item: str, member: str) -> None:
    _step(here, item, "under-way", member)


@command(
    "done",
    help=N_("Say that it is done: your own, or your part, or with --member somebody's part in your own."),
    example=("tadamun aid done 3fa9c2d1", 'tadamun aid done 3fa9c2d1 --member "Sam"'),
    under=aid,
)
@item_argument
@member_option
def done(here: Here, item: str, member: str) -> None:
    _step(here, item, "done", member)


@command(
    "give-up", help=N_("Give up what you claimed. Nobody asks why."), example="tadamun aid give-up 3fa9c2d1", under=aid
)
@item_argument
def give_up(here: Here, item: str) -> None:
    _step(here, item, "given-up")


@command(
    "decline",
    help=N_("Thank somebody who claimed what is yours, and choose somebody else."),
    example='tadamun aid decline 3fa9c2d1 "Sam"',
    under=aid,
)
@item_argument
@click.argument("member", metavar="NAME", help=N_("A name, or the beginning of an id."))
def decline(here: Here, item: str, member: str) -> None:
    _step(here, item, "declined", member)


@command(
    "withdraw",
    help=N_("Withdraw your request or offer; as a moderator, anybody's."),
    example="tadamun aid withdraw 3fa9c2d1",
    under=aid,
)
@item_argument
def withdraw(here: Here, item: str) -> None:
    _step(here, item, "withdrawn")


@command("reopen", help=N_("Open your own again."), example="tadamun aid reopen 3fa9c2d1", under=aid)
@item_argument
def reopen(here: Here, item: str) -> None:
    _step(here, item, "open")


@command(
    "fits",
    help=N_("What fits what you could give; or, with an id, what fits your request or offer. Nobody is told."),
    example=("tadamun aid fits", "tadamun aid fits 3fa9c2d1"),
    under=aid,
)
@click.argument("item", metavar="ID", default="", required=False, help=N_("Your own request or offer."))
@click.option("--limit", default=10, type=click.IntRange(1, 100), show_default=True, help=N_("How many."))
def fits(here: Here, item: str, limit: int) -> None:
    found = ask(here, "aid.suggest", {"space": here.space, "item": item, "limit": limit})
    show(here, found, lambda it: item_lines(here, it["items"]))


@command(
    "means",
    help=N_("Say with what you could help; without options, show it. Only this device remembers it."),
    example=("tadamun aid means", "tadamun aid means --kind transport --kind company --place Beirut --speaks ar"),
    under=aid,
)
@click.option(
    "--kind",
    "categories",
    multiple=True,
    type=click.Choice(list(words.CATEGORIES)),
    help=N_("A kind of help; may be repeated."),
)
@click.option("--tag", "tags", multiple=True, help=N_("A word for it; may be repeated."))
@click.option("--speaks", "languages", multiple=True, metavar="LANG", help=N_("A language you speak; may be repeated."))
@click.option("--place", help=N_("A town or a region, never an address."))
def means(here: Here, place: str | None, **given: tuple[str, ...]) -> None:
    asked: dict[str, Any] = {key: list(value) for key, value in given.items() if value}
    asked |= {} if place is None else {"place": place}

    def human(it: dict[str, Any]) -> Iterator[str]:
        kinds = formats.listed([_(words.CATEGORIES[one]) for one in it["categories"]])
        yield kinds or _("Nothing is said yet.")
        rest = [*(f"#{name(tag)}" for tag in it["tags"]), *map(formats.tongue, it["languages"])]
        if rest or it["place"]:
            yield "  ".join([*rest, name(it["place"])]).strip()

    show(here, ask(here, "aid.means", {"space": here.space, **asked}), human)


def item_lines(here: Here, items: list[dict[str, Any]]) -> Iterator[str]:
    """Requests and offers as lines of a terminal, two each, with reasons if they have any."""
    if not items:
        yield _("There is nothing here.")
    for one in items:
        yield f"{short(one['id'])}  {paint(here, name(one['title']) or _('(withdrawn)'), bold=True)}"
        yield " " * 10 + "  ".join(_facts(here, one))
        for reason in one.get("reasons", ()):
            which = reason["which"]
            told = formats.tongue(which) if reason["id"] == "language" else which
            yield " " * 10 + paint(here, say(reason["message"], which=told), dim=True)


def whose(one: dict[str, Any]) -> str:
    """The name, or of how many members whoever it is is one."""
    return say("One of {ring} members", ring=one["ring"]) if one["blind"] else name(one["name"])


def _facts(here: Here, one: dict[str, Any]) -> list[str]:
    facts = [_(words.DIRECTIONS[one["direction"]]), _(words.CATEGORIES[one["category"]]), whose(one)]
    facts += [name(one["place"])] if one["place"] else []
    facts += [_(words.URGENCIES[one["urgency"]])] if one["urgency"] != "any" else []
    facts.append(paint(here, _(words.STATES[one["state"]]), dim=True))
    if one["wanted"] > 1:
        facts.append(say("{taken} of {wanted} claimed", taken=one["taken"], wanted=one["wanted"]))
    return facts


def _whole(here: Here, one: dict[str, Any]) -> Iterator[str]:
    yield paint(here, name(one["title"]) or _("(withdrawn)"), bold=True)
    yield "  ".join(_facts(here, one))
    rest = [*(f"#{name(tag)}" for tag in one["tags"]), *map(formats.tongue, one["languages"])]
    if rest:
        yield "  ".join(rest)
    if one["until"]:
        yield say("Until {when}", when=formats.date(one["until"]))
    yield from (_(words.DEMANDS[condition]) for condition in one["conditions"])
    if one["text"]:
        yield ""
        yield from paragraph(here, one["text"])
    for part in one["parts"]:
        yield f"{name(part['name'])}: {_(words.PARTS[part['state']])}"
