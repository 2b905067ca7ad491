"""`tadamun devices`: the computers that are yours in a space; adding one, shutting out one that is lost or seized."""

from __future__ import annotations

from typing import Any

import click

from tadamun.cli.common import N_, Here, _, ask, command, name, paint, short, show, table
from tadamun.cli.joining import nowhere
from tadamun.cli.outcome import outcome
from tadamun.cli.sure import sure
from tadamun.i18n import formats


@command(
    "devices",
    help=N_("The devices of the space's members."),
    example=("tadamun devices", "tadamun devices add", "tadamun devices revoke 3fa9c2d1"),
    family=True,
)
def devices(here: Here) -> None:
    _list(here)


@command("list", help=N_("List the devices of the space's members."), example="tadamun devices list", under=devices)
def list_(here: Here) -> None:
    _list(here)


def _list(here: Here) -> None:
    def human(all_of_them: list[dict[str, Any]]) -> list[str]:
        rows = [
            (
                short(one["device"]),
                name(one["name"]),
                _("live") if one["live"] else paint(here, _("revoked"), dim=True),
                _("this one") if one["this"] else "",
            )
            for one in all_of_them
        ]
        return table(here, rows, (_("Device"), _("Whose"), _("State"), ""))

    show(here, ask(here, "devices.list", {"space": here.space}), human)


@command(
    "add",
    help=N_("Print a link that makes another computer yours too. Use it there with `tadamun join`."),
    example="tadamun devices add",
    under=devices,
)
def add(here: Here) -> None:
    show(
        here,
        ask(here, "devices.add", {"space": here.space}, sends=True),
        lambda made: (
            made["link"],
            "",
            *nowhere(made),
            _("On the other computer: `tadamun init`, then `tadamun join LINK`. Keep your node running meanwhile."),
            _("Whoever has this link becomes you in the space: let nobody see it."),
        ),
    )


@command(
    "links",
    help=N_("List the links made here that can still add a device."),
    example="tadamun devices links",
    under=devices,
)
def links(here: Here) -> None:
    def human(open_: list[dict[str, Any]]) -> list[str]:
        rows = [(short(one["key"]), formats.date(one["made"]), formats.date(one["expires"])) for one in open_]
        if not rows:
            return [_("No link is open. Make one with: tadamun devices add")]
        return table(here, rows, (_("Link"), _("Made"), _("Good until")))

    show(here, ask(here, "devices.links", {"space": here.space}), human)


@command(
    "withdraw",
    help=N_("Withdraw a link that has added no device yet: it lets none in any more."),
    example="tadamun devices withdraw 3fa9c2d1",
    under=devices,
)
@click.argument("link", metavar="LINK", help=N_("The link, as `tadamun devices links` shows it."))
def withdraw(here: Here, link: str) -> None:
    show(
        here,
        ask(here, "devices.withdraw", {"space": here.space, "key": link}),
        lambda gone: _("The link is withdrawn. It lets no device in any more."),
    )


@command(
    "revoke",
    help=N_("Shut out a device that is lost or seized: it reads and writes nothing from now on."),
    example="tadamun devices revoke 3fa9c2d1",
    under=devices,
)
@click.argument("device", metavar="DEVICE", help=N_("The device, as `tadamun devices` shows it."))
@click.option("--yes", is_flag=True, help=N_("Do not ask whether you are sure."))
def revoke(here: Here, device: str, yes: bool) -> None:
    sure(here, yes, _("Shut this device out? It cannot be let in again; the person can, with a new one."))
    show(
        here,
        ask(here, "devices.revoke", {"space": here.space, "device": device}, sends=True),
        lambda became: outcome(became, _("The device is shut out. What it held before is still on it.")),
    )
