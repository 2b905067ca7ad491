"""A `tadamun` that is broken on purpose, to see that who checks finds out: `python saboteur.py HOW ARGUMENTS…`.

`drops`: one post never gets into the views. `keeps-the-secret`: after a removal it goes on under the old secret.
`dies`: the node ends when it is to join.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tadamun import main
from tadamun.core.errors import Reason, RemoteError
from tadamun.node import calls, calls_spaces
from tadamun.node.node import Parts
from tadamun.node.place import Mailbox, Place
from tadamun.node.workbench import Call


def drops() -> None:
    """Nothing about the back door is shown."""
    honest = main.parts

    def parts() -> Parts:
        given = honest()
        people, talk, *others = given.rooms

        def decode(event: Any, rest: Any) -> Any:
            if "back door" in event.content or "المدخل الخلفي" in event.content:
                raise RemoteError(Reason.MALFORMED)
            return talk.decode(event, rest)

        return replace(given, rooms=(people, replace(talk, decode=decode), *others))

    main.parts = parts


def keeps_the_secret() -> None:
    """Whatever is clean: what was first is good enough."""

    def first(place: Place) -> Mailbox | None:
        return next((box for box in place.boxes.values() if box.use == "epoch"), None)

    Place.best_epoch = first  # type: ignore[method-assign]  # that is the sabotage


def dies() -> None:
    async def end(*_: Any) -> None:
        os._exit(3)

    calls.CALLS["join"] = Call(calls_spaces.Join, end)


HOW: dict[str, Callable[[], None]] = {"drops": drops, "keeps-the-secret": keeps_the_secret, "dies": dies}

if __name__ == "__main__":
    HOW[sys.argv.pop(1)]()
    main.command_line()
