"""`tadamun space`: found one, see which one belongs to, read a space's charter, take one off this computer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from tadamun.cli.asking import Asked
from tadamun.cli.common import N_, Here, UsageError, _, ask, command, converse, name, say, say_count, short, show, table
from tadamun.cli.kinds import ROLE, role_name
from tadamun.cli.outcome import outcome
from tadamun.cli.sure import certain
from tadamun.i18n.terms import STANDINGS, term


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
@click.option(
    "--newcomer-days",
    type=click.IntRange(0, 3650),
    default=0,
    metavar="DAYS",
    help=N_("For how many days those who join may write, but not invite, vouch or decide (0: none)."),
)
def new(
    here: Here,
    called_space: str,
    called: str,
    pronouns: str,
    speaks: tuple[str, ...],
    about: str,
    history: str,
    newcomer_days: int,
) -> None:
    asked = {
        "name": called_space,
        "called": called,
        "pronouns": pronouns,
        "languages": list(speaks),
        "about": about,
        "history": history,
        "newcomer_days": newcomer_days,
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


@command(
    "amend",
    help=N_(
        "Change the space's charter. What is not named stays as it is.\n\n"
        "Where you may not do it alone, it is proposed, and others co-sign it with `tadamun acts cosign`."
    ),
    example=("tadamun space amend --newcomer-days 30", "tadamun space amend --invite member"),
    under=space,
)
@click.option("--invite", type=ROLE, metavar="ROLE", help=N_("From which role on one may invite people."))
@click.option("--admit", type=ROLE, metavar="ROLE", help=N_("From which role on one lets in those who were invited."))
@click.option("--write", type=ROLE, metavar="ROLE", help=N_("From which role on one may write."))
@click.option("--remove", type=ROLE, metavar="ROLE", help=N_("From which role on one may remove people alone."))
@click.option("--alone", type=ROLE, metavar="ROLE", help=N_("From which role on one may change the charter alone."))
@click.option("--history", metavar="all|joining|days:N", help=N_("What newcomers can read from before they join."))
@click.option(
    "--newcomer-days",
    type=click.IntRange(0, 3650),
    metavar="DAYS",
    help=N_("For how many days those who join may write, but not invite, vouch or decide (0: none)."),
)
def amend(here: Here, alone: int | None, **changed: Any) -> None:
    asked = {"amend": alone, **changed}
    if all(value is None for value in asked.values()):
        raise UsageError("Say what to change. See how with: tadamun space amend --help")
    told = {key: value for key, value in asked.items() if value is not None}
    show(
        here,
        ask(here, "space.amend", {"space": here.space, **told}, sends=True),
        lambda became: outcome(became, _("The charter is changed. See it with: tadamun space charter")),
    )


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
    return [
        say_count("One is a newcomer for {count} day.", "One is a newcomer for {count} days.", days),
        _("Whatever their role, newcomers do not invite, vouch or decide; they write if the charter lets newcomers."),
    ]


@command(
    "forget",
    help=N_(
        "Take a space off this computer, with everything of it that lies here.\n\n"
        "Others keep what you wrote, and still count you as a member: to end that, leave the space first."
    ),
    example='tadamun space forget "Beirut Circle"',
    under=space,
    space=False,
)
@click.argument("which", metavar="SPACE", help=N_("The space's whole name, or the beginning of its id."))
@click.option("--yes", is_flag=True, help=N_("Do not ask whether you are sure."))
def forget(here: Here, which: str, yes: bool) -> None:
    certain(here, yes, say("Take {space} off this computer? What only lies here is lost.", space=which))

    async def script(make: Asked) -> Any:
        wanted = _meant(await make("space.list", {}), which)
        return await make("space.forget", {"space": wanted, "confirm": wanted})

    show(
        here,
        converse(here, script, online=False),
        lambda gone: (
            say("{space} is gone from this computer.", space=gone["name"] or which),
            *(_(one["message"]) for one in gone["sentences"]),
        ),
    )


def _meant(spaces: Sequence[Mapping[str, Any]], which: str) -> str:
    """The id of the one space that is meant. Raises UsageError."""
    named = [one["space"] for one in spaces if one["name"].casefold() == which.strip().casefold()]
    found = named or [one["space"] for one in spaces if len(which) >= 4 and one["space"].startswith(which)]
    if len(found) > 1:
        raise UsageError("Several spaces go by that name. Use the beginning of the space's id instead.")
    if not found:
        raise UsageError("You are in no space of that name. See yours with: tadamun space list")
    return str(found[0])
