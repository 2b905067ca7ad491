"""`tadamun space`: found one, see which one belongs to, read a space's charter."""

from __future__ import annotations

from typing import Any

import click

from tadamun.cli.common import N_, Here, _, ask, command, name, say, say_count, short, show, table
from tadamun.cli.kinds import role_name
from tadamun.cli.terms import STANDINGS, term


@command(
    "space",
    help=N_("The spaces you belong to."),
    example=("tadamun space", 'tadamun space new "Beirut Circle" --as Nour'),
    space=False,
    family=True,
)
def space(here: Here) -> None:
    _list(here)


@command("list", help=N_("List the spaces you belong to."), example="tadamun space list", space=False, under=space)
def list_(here: Here) -> None:
    _list(here)


def _list(here: Here) -> None:
    def human(spaces: list[dict[str, Any]]) -> list[str]:
        if not spaces:
            return [_('You belong to no space yet. Found one with `tadamun space new "NAME" --as YOU`, or join one.')]
        rows = [
            (
                name(one["name"]),
                say_count("{count} member", "{count} members", one["members"]),
                short(one["space"]),
                term(STANDINGS, one["status"]),
            )
            for one in spaces
        ]
        return table(here, rows, (_("Space"), _("Members"), _("Id"), ""))

    show(here, ask(here, "space.list", {}), human)


@command(
    "new",
    help=N_(
        "Found a space.\n\n"
        "You are its first member and its founder. Its members' computers are the only place where it is."
    ),
    example='tadamun space new "Beirut Circle" --as "Nour" --pronouns "she/her" --speaks ar --speaks en',
    space=False,
    under=space,
)
@click.argument("called_space", metavar="NAME", help=N_("What the space is called."))
@click.option("--as", "called", required=True, metavar="NAME", help=N_("What you are called there."))
@click.option("--pronouns", default="", help=N_("How people speak of you."))
@click.option("--speaks", multiple=True, metavar="LANG", help=N_("A language you speak; may be repeated."))
@click.option("--about", default="", help=N_("A line about you."))
@click.option(
    "--history",
    default="all",
    metavar="all|joining|days:N",
    help=N_("What newcomers can read from before they join."),
)
def new(
    here: Here, called_space: str, called: str, pronouns: str, speaks: tuple[str, ...], about: str, history: str
) -> None:
    asked = {
        "name": called_space,
        "called": called,
        "pronouns": pronouns,
        "languages": list(speaks),
        "about": about,
        "history": history,
    }
    show(
        here,
        ask(here, "space.new", asked),
        lambda made: (
            say("{space} is founded, and you are in it as {name}.", space=made["name"], name=called),
            _("Next: `tadamun up` to run your node, then `tadamun invite` to let people in."),
        ),
    )


@command(
    "charter",
    help=N_("Show the space's charter: who may do what."),
    example="tadamun space charter",
    under=space,
)
def charter(here: Here) -> None:
    def human(rules: dict[str, Any]) -> list[str]:
        acts = (
            ("invite", _("invite people")),
            ("admit", _("admit people")),
            ("write", _("write")),
            ("remove", _("remove alone")),
            ("amend", _("amend the charter alone")),
        )
        rows = [(said, say("from {role} on", role=role_name(rules[act]))) for act, said in acts]
        return [*table(here, rows), "", _history(rules["history"]), *_newcomers(rules["newcomer_days"])]

    show(here, ask(here, "space.charter", {"space": here.space}), human)


def _history(policy: str | int) -> str:
    if isinstance(policy, int):
        return say_count(
            "Newcomers read the {count} day before they join.",
            "Newcomers read the {count} days before they join.",
            policy,
        )
    if policy == "joining":
        return _("Newcomers read only what is written after they join.")
    return _("Newcomers read everything from before they joined.")


def _newcomers(days: int) -> list[str]:
    if not days:
        return []
    return [say_count("One is a newcomer for {count} day.", "One is a newcomer for {count} days.", days)]
