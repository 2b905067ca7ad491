"""`tadamun aid mentors`: finding a mentor or somebody to be one for, agreeing between the two, and ending it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from tadamun.cli.common import N_, Here, _, ask, command, name, paint, paragraph, say, short, show
from tadamun.rooms.aid import words
from tadamun.rooms.aid.cli_items import aid, item_lines

pair_argument = click.argument(
    "pair", metavar="ID", help=N_("The pair, by at least the first four characters of its id.")
)


@command(
    "mentors",
    help=N_(
        "Your mentors, and those whose mentor you are.\n\nTo offer yourself: tadamun aid offer mentoring. To look for"
        " somebody: tadamun aid ask mentoring. Who is whose mentor only the two know."
    ),
    example=("tadamun aid mentors", "tadamun aid mentors suggest", "tadamun aid mentors ask 3fa9c2d1"),
    under=aid,
    family=True,
)
def mentors(here: Here) -> None:
    def human(it: dict[str, Any]) -> Iterator[str]:
        if not it["pairs"]:
            yield _("There is nothing here.")
        for one in it["pairs"]:
            role = _("You are the mentor") if one["mentor"] else _("Your mentor")
            parts = [short(one["id"]), paint(here, name(one["name"]), bold=True), role, _(words.PAIRS[one["state"]])]
            yield "  ".join(parts)
            yield from paragraph(here, one["text"], "  ") if one["text"] else ()
        if it["full"]:
            yield _("You have as many as you offered to take. You can mark your offer as done.")

    show(here, ask(here, "aid.mentor_pairs", {"space": here.space}), human)


@command(
    "suggest",
    help=N_("With whom you could go well, of all who look and all who offer. Nobody is told."),
    example="tadamun aid mentors suggest",
    under=mentors,
)
def suggest(here: Here) -> None:
    found = ask(here, "aid.mentor_suggest", {"space": here.space})
    show(here, found, lambda it: item_lines(here, it["items"]))


@command(
    "ask",
    help=N_(
        "Ask somebody who offers to be a mentor; or offer yourself to somebody who looks for one. Only they read it."
    ),
    example='tadamun aid mentors ask 3fa9c2d1 --text "I would like to talk about my family"',
    under=mentors,
)
@click.argument("item", metavar="ID", help=N_("Their offer or request."))
@click.option("--text", default="", help=N_("What you want to tell them."))
def ask_(here: Here, item: str, text: str) -> None:
    asked = {"space": here.space, "item": item, "text": text}
    show(here, ask(here, "aid.mentor_ask", asked, sends=True), lambda it: say("Asked, as {id}.", id=short(it["id"])))


def _answer(here: Here, pair: str, to: str) -> None:
    done = ask(here, "aid.mentor_answer", {"space": here.space, "pair": pair, "to": to}, sends=True)

    def human(it: dict[str, Any]) -> Iterator[str]:
        yield say("Noted: {state}.", state=_(words.PAIRS[to]))
        if it["full"]:
            yield _("You have as many as you offered to take. You can mark your offer as done.")

    show(here, done, human)


@command("accept", help=N_("Agree."), example="tadamun aid mentors accept 3fa9c2d1", under=mentors)
@pair_argument
def accept(here: Here, pair: str) -> None:
    _answer(here, pair, "accepted")


@command(
    "decline", help=N_("Decline, without a word why."), example="tadamun aid mentors decline 3fa9c2d1", under=mentors
)
@pair_argument
def decline(here: Here, pair: str) -> None:
    _answer(here, pair, "declined")


@command(
    "withdraw", help=N_("Withdraw what you asked."), example="tadamun aid mentors withdraw 3fa9c2d1", under=mentors
)
@pair_argument
def withdraw(here: Here, pair: str) -> None:
    _answer(here, pair, "withdrawn")


@command(
    "end", help=N_("End it, for good, without a word why."), example="tadamun aid mentors end 3fa9c2d1", under=mentors
)
@pair_argument
def end(here: Here, pair: str) -> None:
    _answer(here, pair, "ended")
