"""`tadamun up`, `keep` and `demo`: the commands that run until they are stopped, or play.

What they run is `main`'s; this file does not know what a node or a keeper is made of.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Final

import click

from tadamun.cli.browser import open_link
from tadamun.cli.common import N_, Here, UsageError, _, as_json, command, name, once, paint, show, table
from tadamun.cli.here import PASSPHRASE_FILE
from tadamun.cli.kinds import LISTEN, PEER, REACHABLE
from tadamun.cli.service import Tell, Up
from tadamun.core.errors import VaultInUse
from tadamun.node.knock import knock

MOST: Final = 8  # addresses that a node tells (docs/protocol/kinds.md, 3722)


@command(
    "up",
    help=N_(
        "Run your node in the foreground: it meets other nodes, sends what you wrote and takes in what they wrote. Its "
        "pages open in your browser, and ask there for what they need.\n\n"
        "Stop it with Ctrl-C. Nothing is lost by stopping it."
    ),
    example=(
        "tadamun up",
        "tadamun up --listen 0.0.0.0:7447",
        "tadamun up --listen 0.0.0.0:7447 --advertise ws://nour.example.org:7447",
        "tadamun up --no-pages --peer ws://192.168.1.20:7447",
    ),
    space=False,
)
@click.option("--listen", type=LISTEN, default=None, metavar="ADDRESS", help=N_("Accept peers on this address."))
@click.option(
    "--peer", "peers", type=PEER, multiple=True, metavar="ADDRESS", help=N_("Meet others here too; may be repeated.")
)
@click.option(
    "--advertise",
    type=REACHABLE,
    multiple=True,
    metavar="ADDRESS",
    help=N_(
        "Tell members that your node is reached here, if a router forwards a port to it or it has a name; may be "
        "repeated."
    ),
)
@click.option(
    "--lan/--no-lan", default=None, help=N_("Find members on the local network, or not; by default as chosen before.")
)
@click.option(
    "--pages/--no-pages",
    default=True,
    show_default=True,
    help=N_("Serve pages for your browser, on this computer only."),
)
@click.option("--browser/--no-browser", default=True, show_default=True, help=N_("Open the pages in the browser."))
def up(
    here: Here,
    listen: str | None,
    peers: Sequence[str],
    advertise: Sequence[str],
    lan: bool | None,
    pages: bool,
    browser: bool,
) -> None:
    if advertise and not listen:
        raise UsageError("What you advertise leads nowhere unless your node accepts peers. Add --listen ADDRESS.")
    if len(advertise) > MOST:
        raise UsageError("At most {most} addresses can be told. Leave some out.", most=MOST)
    if not pages and not here.home.is_dir():
        raise UsageError(
            "There is no vault in {folder} yet. Make one with `tadamun init`, or say where yours is with --home.",
            folder=str(here.home),
        )
    if (door := knock(here.home)) is not None:
        door.close()
        raise VaultInUse(
            "A node runs on the vault in {folder} already. Commands use it by themselves; to run another, stop it "
            "first.",
            folder=str(here.home),
        )
    asked_there = pages and not os.environ.get(PASSPHRASE_FILE)
    wanted = Up(
        here.home, "" if asked_there else here.passphrase(), listen or "", tuple(peers), lan, pages, tuple(advertise)
    )

    def screen(told: Mapping[str, Any]) -> list[str]:
        if pages and browser and here.live:
            open_link(here.home, told["pages"])
        return _pages(here, told) + (_running(here, told) if told.get("state", "open") == "open" else [])

    until_stopped(here, lambda ready: here.hands.up(wanted, ready), screen)


@command(
    "pages",
    help=N_("Give a new link to the pages of your running node. It is good once, for ten minutes."),
    example="tadamun pages",
    space=False,
)
def pages(here: Here) -> None:
    door = knock(here.home) if here.home.is_dir() else None
    if door is None:
        raise UsageError("No node is running, so there are no pages. Start it with `tadamun up`.")
    with door:
        show(here, door.call("pages.link", {}), lambda made: [made["link"]])


@command(
    "keep",
    help=N_(
        "Run a keeper: always on, it keeps sealed events for communities until their members fetch them.\n\n"
        "It can read nothing of what it keeps, and needs no passphrase."
    ),
    example="tadamun keep --listen 0.0.0.0:7447",
    space=False,
)
@click.option("--listen", type=LISTEN, required=True, metavar="ADDRESS", help=N_("Accept peers on this address."))
def keep(here: Here, listen: str) -> None:
    until_stopped(
        here,
        lambda ready: here.hands.keep(here.home, listen, ready),
        lambda told: [
            _("The keeper is running. Stop it with Ctrl-C."),
            *_rows(here, told, ()),
            _("It holds only what is sealed, and cannot open any of it."),
        ],
    )


@command(
    "demo",
    help=N_(
        "Play a morning of a small community on this computer: three nodes and a keeper, in temporary folders.\n\n"
        "It checks what it says, and ends with exit code 1 if something was not so."
    ),
    example="tadamun demo",
    space=False,
)
def demo(here: Here) -> None:
    told: list[str] = []

    def narrate(sentence: str) -> None:
        told.append(sentence)
        if not here.json:
            click.echo(sentence)
            sys.stdout.flush()

    import asyncio  # here, so that help starts without it

    from tadamun.cli.stopping import stoppable

    good: bool | None = None

    async def play() -> None:
        nonlocal good
        good = await here.hands.demo(narrate)

    asyncio.run(stoppable(play()))
    if good is None:
        raise click.Abort  # stopped by the person before the end
    if here.json:
        click.echo(as_json({"good": good, "told": told}))
    if not good:
        raise click.exceptions.Exit(1)


def until_stopped(
    here: Here, run: Callable[[Tell], Coroutine[Any, Any, None]], screen: Callable[[Mapping[str, Any]], list[str]]
) -> None:
    """Run a coroutine until the person stops it, showing the screen once it is ready."""
    import asyncio

    from tadamun.cli.stopping import stoppable

    def ready(told: Mapping[str, Any]) -> None:
        if here.json:
            click.echo(as_json(dict(told)))
        else:
            for line in screen(told):
                click.echo(line)
        sys.stdout.flush()  # whoever waits for it behind a pipe sees it now

    asyncio.run(stoppable(run(ready)))
    if not here.json:
        click.echo(_("Stopped. Everything is kept."), err=True)


def _pages(here: Here, told: Mapping[str, Any]) -> list[str]:
    """Where the pages are. The link stands on a line of its own, to be copied whole."""
    if "pages" not in told:
        return []
    return [
        paint(
            here,
            _("Your pages are here. The link is good once, for ten minutes; `tadamun pages` gives another:"),
            bold=True,
        ),
        told["pages"],
    ]


def _running(here: Here, told: Mapping[str, Any]) -> list[str]:
    spaces = [(_("Spaces"), name(one["name"])) for one in told["spaces"]]
    found = (_("Local network"), _("looking for members") if told["lan"] else _("off"))
    return [
        paint(here, _("Your node is running. Stop it with Ctrl-C."), bold=True),
        *_rows(here, told, (*spaces, found)),
    ]


def _rows(here: Here, told: Mapping[str, Any], more: Sequence[tuple[str, str]]) -> list[str]:
    """One calm screen: what it is reached by, and whom it goes to."""
    listening = [(_("Listening"), name(address)) for address in told.get("listening", ())]
    peers = [(_("Peers"), name(one["address"])) for one in told.get("peers", ())]
    if not listening:
        listening = [(_("Listening"), _("for nobody outside (see --listen)"))]
    rows = [*listening, *peers, *more]
    return ["  " + line for line in table(here, once(rows))]
