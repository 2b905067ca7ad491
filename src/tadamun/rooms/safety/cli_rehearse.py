"""`tadamun safety rehearse`: what somebody will see of something before it is said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from tadamun.cli.common import LENGTH, N_, Here, _, ask, command, paint, say, show
from tadamun.rooms.safety.cli_own import safety


@command(
    "rehearse",
    help=N_(
        "What somebody will see of what you are about to say. Nothing is sent.\n\nEyes: member; newcomer; early,"
        " removed before you say it; removed, after it arrived; seized, whoever takes the device and opens its vault."
    ),
    example=("tadamun safety rehearse newcomer --in 7d", 'tadamun safety rehearse seized --to "Sam" --expires 1d'),
    under=safety,
)
@click.argument(
    "eyes",
    type=click.Choice(["member", "newcomer", "early", "removed", "seized"]),
    metavar="EYES",
    default="newcomer",
    help=N_("Whose eyes."),
)
@click.option("--member", default="", metavar="NAME", help=N_("Which member's eyes or device; else your own."))
@click.option("--to", multiple=True, metavar="NAME", help=N_("Whom it is for; may be repeated. Else the whole space."))
@click.option("--expires", type=LENGTH, default="0s", metavar="LENGTH", help=N_("After what time it disappears."))
@click.option(
    "--in",
    "after",
    type=LENGTH,
    metavar="LENGTH",
    help=N_("In what time they join, are removed or take the device. Newcomers: a week, if you say nothing."),
)
def rehearse(here: Here, eyes: str, member: str, to: tuple[str, ...], expires: int, after: int | None) -> None:
    asked = {"space": here.space, "eyes": eyes, "member": member, "to": list(to), "expires": expires}
    found = ask(here, "safety.rehearse", asked | {"after": -1 if after is None else after})

    def human(it: dict[str, Any]) -> Iterator[str]:
        yield paint(here, _("Readable.") if it["reads"] else _("Not readable."), bold=True)
        for words in it["notes"]:
            yield say(words)

    show(here, found, human)
