"""`tadamun members`, `role`, `remove`, `leave`: who belongs, and what they may."""

from __future__ import annotations

from typing import Any

import click

from tadamun.cli.common import N_, Here, _, ask, command, name, paint, say, say_count, short, show, table
from tadamun.cli.kinds import ROLE, role_name
from tadamun.cli.outcome import outcome
from tadamun.cli.sure import sure
from tadamun.i18n import formats


@command("members", help=N_("List who belongs to the space."), example="tadamun members")
def members(here: Here) -> None:
    def human(people: list[dict[str, Any]]) -> list[str]:
        rows = [
            (
                name(person["name"]) + (" " + paint(here, _("(you)"), dim=True) if person["me"] else ""),
                name(person["pronouns"]),
                role_name(person["level"]),
                _newcomer(person),
                _("verified") if person["verified"] else "",
                short(person["member"]),
            )
            for person in people
        ]
        return [
            *table(here, rows, (_("Name"), _("Pronouns"), _("Role"), "", "", _("Id"))),
            "",
            say_count("{count} member", "{count} members", len(people)),
        ]

    show(here, ask(here, "people.list", {"space": here.space}), human)


def _newcomer(person: dict[str, Any]) -> str:
    """Until the newcomer period is over the role does not count."""
    if not person["newcomer"]:
        return ""
    if not person["newcomer_until"]:
        return _("new here")
    return say("new here, until about {day}", day=formats.day(person["newcomer_until"]))


@command(
    "role",
    help=N_(
        "Change what a member may do: steward, moderator, member, newcomer, or a level from 0 to 100.\n\n"
        "Where you may not do it alone, it is proposed, and others co-sign it with `tadamun acts cosign`."
    ),
    example='tadamun role "Sam" steward',
)
@click.argument("member", metavar="NAME", help=N_("A name, or the beginning of an id."))
@click.argument("role", metavar="ROLE", type=ROLE, help=N_("The role's name, or a level from 0 to 100."))
def role(here: Here, member: str, role: int) -> None:
    asked = {"space": here.space, "member": member, "level": role}
    show(
        here,
        ask(here, "members.level", asked, sends=True),
        lambda became: outcome(became, say("{name} is now: {role}.", name=member, role=role_name(role))),
    )


@command(
    "remove",
    help=N_(
        "Remove a member: from now on they read and write nothing in the space.\n\n"
        "What they have read already stays with them. Where you may not do it alone, it is proposed to the others."
    ),
    example='tadamun remove "Sam" --reason "agreed on Tuesday"',
)
@click.argument("member", metavar="NAME", help=N_("A name, or the beginning of an id."))
@click.option("--reason", default="", help=N_("Why; every member can read it."))
@click.option("--undo", is_flag=True, help=N_("Undo what they did to the space's order since the last checkpoint too."))
@click.option("--yes", is_flag=True, help=N_("Do not ask whether you are sure."))
def remove(here: Here, member: str, reason: str, undo: bool, yes: bool) -> None:
    sure(here, yes, say("Remove {name} from the space?", name=member))
    asked = {"space": here.space, "member": member, "reason": reason, "undo": undo}
    show(
        here,
        ask(here, "members.remove", asked, sends=True),
        lambda became: _removed(became, member),
    )


def _removed(became: dict[str, Any], member: str) -> tuple[str, ...]:
    done = outcome(became, say("{name} is removed. What is written from now on is closed to them.", name=member))
    if not became["done"]:
        return done
    if became["standstill"]:
        return (*done, _("Too few are left to sign checkpoints. See what that means with: tadamun doctor"))
    if not became["proposal"]:
        return done
    return (
        *done,
        _("They were one of those who sign checkpoints, and are missed there until the others agree."),
        say("They agree with: {command}", command=f"tadamun acts cosign {short(became['proposal'])}"),
    )


@command(
    "leave",
    help=N_("Leave the space. Your computer stops taking part; others keep what you wrote."),
    example="tadamun leave --space Beirut",
)
@click.option("--anyway", is_flag=True, help=N_("Leave even if nobody is left who governs the space."))
@click.option("--yes", is_flag=True, help=N_("Do not ask whether you are sure."))
def leave(here: Here, anyway: bool, yes: bool) -> None:
    sure(here, yes, _("Leave the space? You can come back only if you are invited again."))
    show(
        here,
        ask(here, "members.leave", {"space": here.space, "anyway": anyway}, sends=True),
        lambda left: _("You have left. Others see it once your node has told them (`tadamun up`)."),
    )
