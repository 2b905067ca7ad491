"""`tadamun wipe`: destroying everything of one's own on this computer."""

from __future__ import annotations

import click

from tadamun.cli.common import N_, Here, _, ask, command, say, show
from tadamun.cli.sure import certain


@command(
    "wipe",
    help=N_(
        "Destroy everything of yours on this computer: the vault's key first, then all that lies beside it.\n\n"
        "Nothing of it can be brought back. Others keep what you wrote."
    ),
    example="tadamun wipe",
    space=False,
)
@click.option("--yes", is_flag=True, help=N_("Do not ask whether you are sure."))
def wipe(here: Here, yes: bool) -> None:
    question = say("Destroy everything of yours in {folder}? Nothing of it can be brought back.", folder=str(here.home))
    certain(here, yes, question)
    show(
        here,
        ask(here, "node.wipe", {"confirm": "wipe"}),
        lambda gone: (
            _("Everything of yours on this computer is destroyed."),
            *(_(one["message"]) for one in gone["sentences"]),
        ),
    )
