"""`tadamun peers`: the addresses at which your node meets others, besides those it finds by itself."""

from __future__ import annotations

from typing import Any

import click

from tadamun.cli.common import N_, Here, _, ask, command, name, say, show, table
from tadamun.cli.kinds import PEER
from tadamun.i18n.terms import SOURCES, STATES, term


@command(
    "peers",
    help=N_("Where your node meets others: members' nodes, keepers, relays."),
    example=("tadamun peers", "tadamun peers add ws://192.168.1.20:7447"),
    space=False,
    family=True,
)
def peers(here: Here) -> None:
    _list(here)


@command("list", help=N_("List the peers your node knows."), example="tadamun peers list", space=False, under=peers)
def list_(here: Here) -> None:
    _list(here)


def _list(here: Here) -> None:
    def human(known: list[dict[str, Any]]) -> list[str]:
        if not known:
            return [_("Your node knows no peers. Add one with `tadamun peers add ADDRESS`.")]
        rows = [(name(one["address"]), term(STATES, one["state"]), term(SOURCES, one["what"])) for one in known]
        return table(here, rows, (_("Address"), _("State"), _("Known how")))

    show(here, ask(here, "peers.list", {}), human)


@command(
    "add",
    help=N_("Meet others at this address too, from now on."),
    example="tadamun peers add wss://keeper.example.org",
    space=False,
    under=peers,
)
@click.argument("address", metavar="ADDRESS", type=PEER, help=N_("ws:// or wss://, a host, perhaps a port."))
def add(here: Here, address: str) -> None:
    show(
        here,
        ask(here, "peers.add", {"address": address}),
        lambda done: say("Your node meets others at {address} too.", address=address),
    )


@command(
    "remove",
    help=N_("Meet nobody at this address any more."),
    example="tadamun peers remove wss://keeper.example.org",
    space=False,
    under=peers,
)
@click.argument("address", metavar="ADDRESS", type=PEER, help=N_("The address, as `tadamun peers` shows it."))
def remove(here: Here, address: str) -> None:
    show(
        here,
        ask(here, "peers.remove", {"address": address}),
        lambda done: say("Your node does not go to {address} any more.", address=address),
    )
