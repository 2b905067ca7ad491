"""`tadamun acts`: what was proposed because nobody may do it alone, and agreeing to it."""

from __future__ import annotations

from typing import Any

import click

from tadamun.cli.common import N_, Here, _, ask, command, name, say, short, show, table
from tadamun.i18n.terms import ACTS


@command(
    "acts",
    help=N_("What is proposed and waits for more signatures."),
    example=("tadamun acts", "tadamun acts cosign 3fa9c2d1"),
    family=True,
)
def acts(here: Here) -> None:
    _list(here)


@command("list", help=N_("List what waits for more signatures."), example="tadamun acts list", under=acts)
def list_(here: Here) -> None:
    _list(here)


def _list(here: Here) -> None:
    def human(waiting: list[dict[str, Any]]) -> list[str]:
        if not waiting:
            return [_("Nothing waits for signatures.")]
        rows = [
            (
                short(act["id"]),
                _what(act["what"]),
                name(act["by"]),
                say("{signed} of {needed}", signed=act["signed"], needed=act["needed"]),
            )
            for act in waiting
        ]
        return table(here, rows, (_("Act"), _("What"), _("Proposed by"), _("Signed")))

    show(here, ask(here, "acts.list", {"space": here.space}), human)


@command(
    "cosign",
    help=N_("Agree to a proposed act. It takes effect once more than half of the stewards have."),
    example="tadamun acts cosign 3fa9c2d1",
    under=acts,
)
@click.argument("act", metavar="ACT", help=N_("The act, as `tadamun acts` shows it."))
def cosign(here: Here, act: str) -> None:
    show(
        here,
        ask(here, "acts.cosign", {"space": here.space, "id": act}, sends=True),
        lambda signed: (
            _("Your signature was the last one needed: it is done.")
            if signed["done"]
            else _("Your signature is added. `tadamun acts` shows what still waits.")
        ),
    )


def _what(told: str) -> str:
    """`remove Sam`, as the node puts it, in words."""
    verb, _gap, whom = told.partition(" ")
    return say(ACTS[verb], name=whom) if verb in ACTS else name(told)
