"""`tadamun invite` and `tadamun join`: letting people in, and coming in.

An invite's link is a secret: whoever has it can join. So it can be read from standard input instead of the command
line, which other programs on the computer see and the shell remembers.
"""

from __future__ import annotations

import io
import sys
from typing import Any, Final

import click

from tadamun.cli.common import LENGTH, N_, Here, UsageError, _, ask, command, say, say_count, short, show, table
from tadamun.cli.kinds import ROLE, role_name
from tadamun.i18n import formats

MAX_LINK: Final = 4096  # characters


@command(
    "invite",
    help=N_(
        "Invite people: print a link, and a QR code of it.\n\n"
        "Whoever holds the link can join, so hand it over in person or by a way you trust."
    ),
    example=("tadamun invite", "tadamun invite --uses 1 --expires 7d --role newcomer"),
    family=True,
)
@click.option(
    "--uses",
    default=1,
    type=click.IntRange(1, 10_000),
    metavar="N",
    show_default=True,
    help=N_("How many people may join by it."),
)
@click.option("--expires", default="7d", type=LENGTH, show_default=True, help=N_("How long it is good; 0s: for ever."))
@click.option("--role", default="member", type=ROLE, show_default=True, help=N_("What they join as."))
@click.option("--qr/--no-qr", default=None, help=N_("Show the QR code or not; by default in a terminal."))
def invite(here: Here, uses: int, expires: int, role: int, qr: bool | None) -> None:
    asked = {"space": here.space, "uses": uses, "expires": expires, "level": role}
    made = ask(here, "invite.new", asked, sends=True)

    def human(made: dict[str, Any]) -> list[str]:
        lines = [made["link"], "", *nowhere(made)]
        if sys.stdout.isatty() if qr is None else qr:
            lines += [*_qr(here, made["link"]), ""]
        lines.append(
            say_count("{count} person can join by this link.", "{count} people can join by this link.", made["uses"])
        )
        if made["expires"]:
            lines.append(say("It is good until {date}.", date=formats.date(made["expires"])))
        lines.append(_("Whoever has it can use it: hand it over in person, or by a way you trust."))
        lines.append(say("To take it back: {command}", command=f"tadamun invite revoke {short(made['key'])}"))
        return lines

    show(here, made, human)


def nowhere(made: dict[str, Any]) -> list[str]:
    """What to do about a link that holds no address: on another computer it would only wait in vain."""
    if made["leads_to"]:
        return []
    hint = _(
        "This link holds no address to find you at. Run your node with `tadamun up --listen 0.0.0.0:7447`, or add a "
        "keeper with `tadamun peers add ADDRESS`, and make another."
    )
    return [hint, ""]


@command("list", help=N_("List the invites that are open."), example="tadamun invite list", under=invite)
def list_(here: Here) -> None:
    def human(invites: list[dict[str, Any]]) -> list[str]:
        if not invites:
            return [_("No invite is open. Make one with `tadamun invite`.")]
        rows = [
            (
                short(one["key"]),
                role_name(one["level"]),
                say_count("{count} use left", "{count} uses left", one["left"]),
                formats.ago(one["expires"], here.now) if one["expires"] else _("for ever"),
            )
            for one in invites
        ]
        return table(here, rows, (_("Invite"), _("Joins as"), _("Left"), _("Expires")))

    show(here, ask(here, "invite.list", {"space": here.space}), human)


@command(
    "revoke",
    help=N_("Take an invite back: nobody can join by it any more."),
    example="tadamun invite revoke 3fa9c2d1",
    under=invite,
)
@click.argument("key", metavar="INVITE", help=N_("The invite, as `tadamun invite list` shows it."))
def revoke(here: Here, key: str) -> None:
    show(
        here,
        ask(here, "invite.revoke", {"space": here.space, "key": key}, sends=True),
        lambda done: _("The invite is taken back. Those who joined by it before stay."),
    )


@command(
    "join",
    help=N_("Join a space by the link somebody gave you, or add this computer by a device link."),
    example=('tadamun join "tadamun:join#AQ…" --as "Sam"', 'tadamun join - --as "Sam" < link.txt'),
    space=False,
)
@click.argument("link", metavar="LINK", help=N_("The link; - to read it from standard input, which leaves no trace."))
@click.option("--as", "called", default="", metavar="NAME", help=N_("What you are called there."))
@click.option("--pronouns", default="", help=N_("How people speak of you."))
@click.option("--speaks", multiple=True, metavar="LANG", help=N_("A language you speak; may be repeated."))
@click.option("--timeout", default="2m", type=LENGTH, show_default=True, help=N_("How long to wait for an answer."))
def join(here: Here, link: str, called: str, pronouns: str, speaks: tuple[str, ...], timeout: int) -> None:
    if link == "-":
        link = sys.stdin.read(MAX_LINK)
    link = "".join(link.split())  # mail programs break long lines
    if not link:
        raise UsageError("There is no link to join by. Nothing was sent. Paste the whole link you were given.")
    asked = {
        "link": link,
        "called": called,
        "pronouns": pronouns,
        "languages": list(speaks),
        "timeout": timeout,
    }
    show(
        here,
        ask(here, "join", asked, online=True),
        lambda joined: (
            say("Welcome. You are in {space} now.", space=joined["name"]),
            _("Next: `tadamun up` to run your node, then `tadamun read`."),
        ),
    )


def _qr(here: Here, link: str) -> list[str]:
    """The link as lines of half blocks. Where the terminal is too narrow it would be torn: then a hint instead."""
    import segno

    drawn = io.StringIO()
    code = segno.make(link, error="l", micro=False)
    if here.width < code.symbol_size(border=2)[0]:
        return [_("Your terminal is too narrow for the QR code: widen it and run the command again.")]
    code.terminal(drawn, border=2, compact=True)
    # Light modules are drawn, so it must be light on dark whatever the terminal's own colours.
    lines = drawn.getvalue().rstrip("\n").split("\n")
    return [click.style(line, fg="bright_white", bg="black") if here.colour else line for line in lines]
