"""What two nodes have in common, in a few figures; and what a vault can open of bytes that were not meant for it.

For whoever checks, instead of believing, that nodes agree and that a removed device reads nothing later: the demo, the
flows, a person who compares two computers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tadamun.core.ports import Clock, Filter, Random, Stored, Tables
from tadamun.crypto.seal import open_many
from tadamun.core.genuine import Genuine
from tadamun.node import views
from tadamun.node.keeper import key_of
from tadamun.node.load import load
from tadamun.node.place import Place
from tadamun.store import log, spaces
from tadamun.store.vault import Vault
from tadamun.store.wire import WireStore

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tadamun.core.room import Room


def digest(tables: Tables, rooms: Sequence[Room], place: Place) -> dict[str, Any]:
    """Figures that are equal on two nodes that hold the same of a space.

    control: the state hash a checkpoint of the present heads would have. views: SHA256 over the rows of all rooms that
    the whole space reads; what is private to two is left out, for others do not have it. rows: how many.
    """
    if place.control is None:
        return {"space": place.space, "control": "", "views": "", "rows": 0}
    raw = bytes.fromhex(place.space)
    private = set(_private(tables, place))
    hashed, count = hashlib.sha256(), 0
    for table, rows in sorted(views.dump(tables, rooms).items()):
        for row in rows:
            if (raw in row or place.space in row) and private.isdisjoint(row):
                hashed.update(repr((table, row)).encode())
                count += 1
    control = place.log.propose_checkpoint().body.state
    return {"space": place.space, "control": control, "views": hashed.hexdigest(), "rows": count}


def _private(tables: Tables, place: Place) -> Iterator[bytes | str]:
    """The ids of what was said in channels of two, as views may spell them."""
    for page in log.every(tables, place.ref):
        for kept in page:
            if any(name == "dm" for name, *_ in kept.event.tags):
                yield kept.id
                yield bytes.fromhex(kept.id)


@dataclass(frozen=True, slots=True)
class Tried:
    """sealed: events given. secrets: keys of the vault that each was tried with. opened: how many gave way."""

    sealed: int
    secrets: int
    opened: int


def try_all(home: Path, passphrase: str, sealed: Sequence[bytes]) -> Tried:
    """Try every secret of a vault on every sealed event, whatever mailbox it says. The vault must not be in use.

    sealed: events as JSON. Raises VaultError.
    """
    with Vault.open(home, passphrase) as vault:
        boxes = [box for row in spaces.every(vault.read) for box in load(vault.read, row).mailboxes()]
    opened = sum(isinstance(found, Genuine) for box in boxes for found in open_many(sealed, box.keys))
    return Tried(len(sealed), len(boxes), opened)


async def kept_by_keeper(folder: Path, clock: Clock, random: Random) -> list[Stored]:
    """All that a keeper holds, as somebody has it who takes its computer away. It must not be running."""
    wire = WireStore.open(folder / "keeper.db", key_of(folder, random), clock, random)
    try:
        return [one async for page in wire.find(Filter()) for one in page]
    finally:
        await wire.close()
