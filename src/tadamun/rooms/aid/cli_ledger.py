"""`tadamun aid ledger`: what was given and received between you and another member, known to you two alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from tadamun.cli.common import LENGTH, N_, Here, UsageError, _, ask, command, name, paint, say, short, show
from tadamun.i18n import formats
from tadamun.rooms.aid import words
from tadamun.rooms.aid.cli_items import aid

member_argument = click.argument("member", metavar="NAME", help=N_("A name, or the beginning of an id."))
entry_argument = click.argument(
    "entry", metavar="ID", help=N_("The entry, by at least the first four characters of its id.")
)


@command(
    "ledger",
    help=N_("What you and others gave each other. Only the two of you know; nobody has a score."),
    example=("tadamun aid ledger", 'tadamun aid ledger with "Sam"', 'tadamun aid ledger give "Sam" --time 2h'),
    under=aid,
    family=True,
)
def ledger(here: Here) -> None:
    def human(it: dict[str, Any]) -> Iterator[str]:
        if not it["members"]:
            yield _("There is nothing here.")
        for one in it["members"]:
            yield paint(here, name(one["name"]), bold=True) + "  " + "  ".join(_balance(one))
            if one["waiting"]:
                yield "  " + paint(here, _("Something waits for you to confirm it."), colour="yellow")

    show(here, ask(here, "aid.ledger", {"space": here.space}), human)


@command(
    "with", help=N_("Show what is between you and one member."), example='tadamun aid ledger with "Sam"', under=ledger
)
@member_argument
def with_(here: Here, member: str) -> None:
    def human(it: dict[str, Any]) -> Iterator[str]:
        yield paint(here, name(it["name"]), bold=True) + "  " + "  ".join(_balance(it))
        for entry in it["entries"]:
            parts = [short(entry["id"]), entry_words(entry), paint(here, _(words.ENTRIES[entry["state"]]), dim=True)]
            yield "  ".join([*parts, name(entry["note"])]).rstrip()

    show(here, ask(here, "aid.ledger_with", {"space": here.space, "member": member}), human)


@command(
    "give",
    help=N_("Write down that you gave somebody time or something else; it counts once they confirm."),
    example=(
        'tadamun aid ledger give "Sam" --time 90m --note "moving"',
        'tadamun aid ledger give "Sam" --units 3 --took',
    ),
    under=ledger,
)
@member_argument
@click.option("--time", type=LENGTH, default="0s", metavar="LENGTH", help=N_("How long, such as 90m or 2h."))
@click.option("--units", type=click.IntRange(1, 100_000), default=None, help=N_("Or how many of what you two count."))
@click.option("--took", is_flag=True, help=N_("It was the other who gave it to you."))
@click.option("--note", default="", help=N_("What it was; only you two can read it."))
@click.option("--for", "item", default="", metavar="ID", help=N_("The request or offer that it was about."))
def give(here: Here, member: str, time: int, units: int | None, took: bool, note: str, item: str) -> None:
    if bool(time) == (units is not None):
        raise UsageError("Say either how long it was, with --time, or how many, with --units.")
    amount = {"amount": units, "unit": "units"} if units is not None else {"amount": time // 60, "unit": "minutes"}
    asked = {"space": here.space, "member": member, "took": took, "note": note, "item": item, **amount}
    show(
        here, ask(here, "aid.give", asked, sends=True), lambda it: _("Written down. It counts once the other confirms.")
    )


def _answer(here: Here, entry: str, to: str, told: str) -> None:
    asked = {"space": here.space, "entry": entry, "to": to}
    show(here, ask(here, "aid.answer", asked, sends=True), lambda it: told)


@command(
    "confirm",
    help=N_("Confirm what the other wrote down. It stays then."),
    example="tadamun aid ledger confirm 3fa9c2d1",
    under=ledger,
)
@entry_argument
def confirm(here: Here, entry: str) -> None:
    _answer(here, entry, "confirmed", _("Confirmed."))


@command("refuse", help=N_("Say that it was not so."), example="tadamun aid ledger refuse 3fa9c2d1", under=ledger)
@entry_argument
def refuse(here: Here, entry: str) -> None:
    _answer(here, entry, "refused", _("Refused. It does not count."))


@command(
    "withdraw",
    help=N_("Withdraw what you wrote down, as long as it is not confirmed."),
    example="tadamun aid ledger withdraw 3fa9c2d1",
    under=ledger,
)
@entry_argument
def withdraw(here: Here, entry: str) -> None:
    _answer(here, entry, "withdrawn", _("Withdrawn. It does not count."))


@command(
    "forgive", help=N_("Give up all that somebody owes you."), example='tadamun aid ledger forgive "Sam"', under=ledger
)
@member_argument
@click.option("--units", is_flag=True, help=N_("What you two count, instead of time."))
def forgive(here: Here, member: str, units: bool) -> None:
    asked = {"space": here.space, "member": member, "unit": "units" if units else "minutes"}
    show(
        here,
        ask(here, "aid.forgive", asked, sends=True),
        lambda it: _("Forgiven. It is told to nobody but the two of you."),
    )


def _balance(one: dict[str, Any]) -> list[str]:
    return words.owed(one) or [_("Nothing is owed.")]


def entry_words(entry: dict[str, Any]) -> str:
    """What one entry says, in words."""
    amount = words.amount(entry["unit"], entry["amount"])
    if entry["forgives"]:
        return say("You forgave {amount}" if entry["gave"] else "You were forgiven {amount}", amount=amount)
    told = say("You gave {amount}" if entry["gave"] else "You received {amount}", amount=amount)
    return f"{told}  {formats.day(entry['created_at'])}"
