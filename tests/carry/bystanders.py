"""A relay that others depend on while somebody misbehaves: a member is connected all along and must notice nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from kits.callers import Caller, House
from kits.sealed import Maker, put

maker = Maker(12)
BOX, OTHER, ALICE = maker.mailbox(), maker.mailbox(), maker.mailbox()
SEALED = {"kinds": [3700]}
EVENT = maker.event(BOX.public)


def house(**policy: Any) -> House:
    made = House(**policy)
    made.known |= {BOX.public}
    return made


@asynccontextmanager
async def bystander(home: House) -> AsyncIterator[Caller]:
    """A member who is connected all the while, and must not notice anything."""
    async with home.caller(BOX) as caller:
        await caller.ask("REQ", "live", {**SEALED, "limit": 0})
        yield caller
        event = maker.event(BOX.public)
        await put(home.wire, event)
        assert (await caller.hear("EVENT"))[2]["id"] == event.id
