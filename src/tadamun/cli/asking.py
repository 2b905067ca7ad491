"""How a command reaches the vault: through the node that runs, else by opening the vault itself for that one act.

This file does not know what is asked, nor what is made of the answer.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeVar

import click

from tadamun.cli.here import Here
from tadamun.cli.progress import progress
from tadamun.core.errors import UsageError, VaultInUse
from tadamun.i18n.words import _
from tadamun.node.knock import Knock, Report, knock, reporting

T = TypeVar("T")
Asked = Callable[[str, Mapping[str, Any]], Awaitable[Any]]

BUSY: Final = 8.0  # seconds to wait for another command that holds the vault just now, or a node that is starting
_STEP: Final = 0.1  # seconds between tries


def ask(here: Here, call: str, params: Mapping[str, Any], *, online: bool = False, sends: bool = False) -> Any:
    """Make one call and return its result, showing progress. Raises LocalError.

    online: if no node runs, one runs with its carriers for as long as the call takes (joining needs it).
    sends: the call says something to others; if no node runs, the person is told when it will go out.
    """
    asked = dict(params)
    door = _door(here)
    if door is not None:
        with door, progress(here.live) as report:
            return door.call(call, asked, report)

    async def once(make: Asked) -> Any:
        return await make(call, asked)

    result = _inside(here, once, online)
    if sends and here.alone and not online and not here.json:
        click.echo(_("Kept. Your node is not running: this goes out when it is (`tadamun up`)."), err=True)
    return result


def converse(here: Here, script: Callable[[Asked], Awaitable[T]], *, online: bool = True) -> T:
    """Several calls on one connection, as `tadamun watch` needs: `script` is given the function that makes a call.

    The script makes its calls one after another, and awaits nothing else.
    """
    door = _door(here)
    if door is None:
        return _inside(here, script, online)
    return _through(door, script)


def _door(here: Here) -> Knock | None:
    """The running node's door. Raises UsageError where there is no vault at all: nothing can be asked of it."""
    if not here.home.is_dir():
        raise UsageError(
            "There is no vault in {folder} yet. Make one with `tadamun init`, or say where yours is with --home.",
            folder=str(here.home),
        )
    return knock(here.home)


def _inside(here: Here, script: Callable[[Asked], Awaitable[T]], online: bool, patience: float = BUSY) -> T:
    """Run the script on a vault opened in this process. If another command holds it, wait a little for our turn."""
    import asyncio

    passphrase = here.passphrase()
    here.alone = True

    async def run(report: Report) -> T:
        with reporting(report):
            async with here.hands.open(here.home, passphrase, online) as service:
                return await script(service.call)

    deadline = time.monotonic() + patience
    while True:
        try:
            with progress(here.live) as report:
                return asyncio.run(run(report))
        except VaultInUse:
            if time.monotonic() > deadline:
                raise
        # Whoever holds it may be a node that was only starting: then its door answers by now.
        door = knock(here.home)
        if door is not None:
            here.alone = False
            return _through(door, script)
        time.sleep(_STEP)


def _through(door: Knock, script: Callable[[Asked], Awaitable[T]]) -> T:
    """Run the script on the door, without an event loop: its calls block, and a loop would put Ctrl-C off till the next
    answer."""

    async def make(call: str, params: Mapping[str, Any]) -> Any:
        return door.call(call, dict(params))

    with door:
        try:
            next(script(make).__await__())
        except StopIteration as done:
            result: T = done.value
            return result
    raise RuntimeError("a script awaits nothing but its calls")
