"""`tadamun gathering role`, `point`, `out`, `back` …: who does what, the sealed meeting point, and coming back."""

from __future__ import annotations

import sys
from typing import Any

import click

from tadamun.cli.common import LENGTH, N_, Here, UsageError, _, ask, command, name, paint, paragraph, say, short, show
from tadamun.rooms.gatherings.cli import gathering, gathering_argument

ROLES = ("organiser", "marshal", "medic", "legal", "media")
HOUR = 3_600


def typed(text: str) -> str:
    """The text given, or standard input for "-" (which leaves no trace in the shell's history)."""
    return sys.stdin.read(20_000) if text == "-" else text


@command(
    "roles",
    under=gathering,
    help=N_("Show the roles of a gathering and their briefings, as far as you may read them."),
    example="tadamun gathering roles 3fa9",
)
@gathering_argument
def roles(here: Here, gathering: str) -> None:
    def human(found: list[dict[str, Any]]) -> list[str]:
        from tadamun.rooms.gatherings import words  # here, so that help starts without msgspec and Babel

        lines = []
        for one in found:
            lines += [paint(here, words.role_name(one["role"]), bold=True)]
            lines += ["  " + ", ".join(name(person["name"]) for person in one["members"])]
            lines += [*paragraph(here, one["text"], "  "), ""]
        return lines or [_("There is no briefing that you may read.")]

    show(here, ask(here, "gathering.briefings", {"space": here.space, "gathering": gathering}), human)


@command(
    "brief",
    under=gathering,
    help=N_("Give members a role, with a briefing that only they and the organisers read."),
    example='tadamun gathering brief 3fa9 medic "The van stands behind the school." --to Sam --to Rima',
)
@gathering_argument
@click.argument("role", metavar="ROLE", type=click.Choice(ROLES), help=N_("organiser, marshal, medic, legal or media."))
@click.argument("text", metavar="TEXT", help=N_("What they are to know; - to read it from standard input."))
@click.option(
    "--to", "members", multiple=True, required=True, metavar="NAME", help=N_("Who has the role; may be repeated.")
)
def brief(here: Here, gathering: str, role: str, text: str, members: tuple[str, ...]) -> None:
    asked = {"space": here.space, "gathering": gathering, "role": role, "members": list(members), "text": typed(text)}
    show(here, ask(here, "gathering.brief", asked, sends=True), lambda it: _("Sent to them, and to nobody else."))


@command(
    "seal",
    under=gathering,
    help=N_(
        "Seal the meeting point among marshals.\n\nNobody reads it until enough of their devices give their shares out,"
        " at the time you say, and only if it is not cancelled."
    ),
    example="tadamun gathering seal 3fa9 - --marshal Sam --marshal Rima --marshal Adel --need 2 < place.txt",
)
@gathering_argument
@click.argument("place", metavar="PLACE", help=N_("Where you meet; - to read it from standard input."))
@click.option(
    "--marshal",
    "marshals",
    multiple=True,
    required=True,
    metavar="NAME",
    help=N_("Who keeps a share; may be repeated."),
)
@click.option("--need", default=2, type=click.IntRange(2, 16), show_default=True, help=N_("How many shares open it."))
@click.option(
    "--opens", default="", metavar="WHEN", help=N_("When: 2026-12-05 16:00; else two hours before it begins.")
)
def seal(here: Here, gathering: str, place: str, marshals: tuple[str, ...], need: int, opens: str) -> None:
    asked = {
        "space": here.space, "gathering": gathering, "place": typed(place), "marshals": list(marshals), "need": need,
        "opens": opens,
    }  # fmt: skip
    show(
        here,
        ask(here, "gathering.seal", asked, sends=True),
        lambda it: say("Sealed. {need} of {count} shares open it.", need=it["need"], count=it["count"]),
    )


@command(
    "point",
    under=gathering,
    help=N_("Show the meeting point, or when it opens; a marshal can keep a share back."),
    example=("tadamun gathering point 3fa9", "tadamun gathering point 3fa9 --hold"),
)
@gathering_argument
@click.option("--hold", is_flag=True, help=N_("Keep your share back, whatever the time."))
@click.option("--release", "go_on", is_flag=True, help=N_("Keep it back no longer."))
def point(here: Here, gathering: str, hold: bool, go_on: bool) -> None:
    if hold and go_on:
        raise UsageError("These options do not go together. Nothing was sent.")
    where = {"space": here.space, "gathering": gathering}
    if hold or go_on:
        ask(here, "gathering.hold", {**where, "hold": hold}, sends=True)

    def human(it: dict[str, Any]) -> list[str]:
        from tadamun.rooms.gatherings import words  # see above

        lines = paragraph(here, it["place"]) if it["place"] else []
        return [*lines, *words.point(it)]

    show(here, ask(here, "gathering.point", where), human)


@command(
    "out",
    under=gathering,
    help=N_(
        "Ask members to wait for you.\n\nIf you are not back in time your buddies are told, then your legal contact,"
        " then a sealed card opens to them. Their devices do that by themselves, also if yours is off. The codes and"
        " the card are asked for, hidden. Either code ends it; after the one for force they are told, without a sign of"
        " it here."
    ),
    example='tadamun gathering out "2026-12-05 22:00" --buddy Sam --legal Rima',
)
@click.argument("back_by", metavar="WHEN", help=N_("When you mean to be back: 2026-12-05 22:00."))
@click.option("--zone", default="", help=N_("The time zone, such as Asia/Beirut; else the one you used last."))
@click.option("--buddy", "buddies", multiple=True, required=True, metavar="NAME", help=N_("Who is told first."))
@click.option("--legal", required=True, metavar="NAME", help=N_("Who is told next."))
@click.option("--legal-after", type=LENGTH, default="30m", show_default=True, help=N_("How long after that."))
@click.option("--card-after", type=LENGTH, default="30m", show_default=True, help=N_("How much later the card opens."))
@click.option("--gathering", "where", default="", metavar="ID", help=N_("The gathering you go to."))
def out(
    here: Here,
    back_by: str,
    zone: str,
    buddies: tuple[str, ...],
    legal: str,
    legal_after: int,
    card_after: int,
    where: str,
) -> None:
    code, forced, card = secrets()
    asked = {
        "space": here.space, "back_by": back_by, "zone": zone, "buddies": list(buddies), "legal": legal,
        "legal_after": legal_after, "card_after": card_after, "gathering": where, "card": card, "code": code,
        "forced": forced,
    }  # fmt: skip
    show(here, ask(here, "gathering.out", asked, sends=True), lambda it: _("They wait for you. Come back well."))


@command(
    "back",
    under=gathering,
    help=N_("Say that you are back. The code is asked for, hidden."),
    example="tadamun gathering back",
)
@click.option("--watch", default="", metavar="ID", help=N_("Which, if several wait."))
def back(here: Here, watch: str) -> None:
    code = hidden(_("Your code"))
    asked = {"space": here.space, "watch": watch, "code": code}
    show(here, ask(here, "gathering.back", asked, sends=True), lambda it: _("Good that you are back. They are told."))


@command(
    "waiting",
    under=gathering,
    help=N_("Show whom you wait for, and who waits for you."),
    example="tadamun gathering waiting",
)
def waiting(here: Here) -> None:
    def human(it: dict[str, Any]) -> list[str]:
        from tadamun.rooms.gatherings import words  # see above

        lines = []
        for one in (*it["others"], *it["mine"]):
            lines += [paint(here, line, bold=one["alarm"]) for line in words.watch(one, one in it["mine"])]
            lines += [*paragraph(here, one["card"], "  "), short(one["id"]), ""]
        return lines or [_("Nobody waits for anybody.")]

    show(here, ask(here, "gathering.watches", {"space": here.space}), human)


def secrets() -> tuple[str, str, str]:
    """(the code, the one for force, the card): asked for, or of standard input: a line, a line, and the rest."""
    if sys.stdin.isatty():
        code = hidden(_("A code for when you are back"))
        forced = hidden(_("Another one for when somebody forces you"))
        return code, forced, click.prompt(_("The card: what they should know if you are missing"))
    code, forced = sys.stdin.readline(200).strip(), sys.stdin.readline(200).strip()
    return code, forced, sys.stdin.read(4_000)


def hidden(label: str) -> str:
    if sys.stdin.isatty():
        return str(click.prompt(label, hide_input=True))
    return sys.stdin.readline(200).strip()
