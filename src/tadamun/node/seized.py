"""What somebody has who takes a computer away: all that a keeper holds; all that a vault's secrets open.

For whoever checks, instead of believing, that a removed device reads nothing later: the demo and the flows. A running
node uses nothing of this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tadamun.core.event import parse
from tadamun.core.genuine import Genuine
from tadamun.core.ports import Clock, Filter, Put, Random, Stored
from tadamun.crypto.seal import open_many
from tadamun.node.keeper import key_of
from tadamun.node.load import load
from tadamun.store import spaces
from tadamun.store.vault import Vault
from tadamun.store.wire import WireStore


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


async def hand_over(home: Path, passphrase: str, sealed: Sequence[bytes], clock: Clock, random: Random) -> int:
    """Put sealed events (JSON) into a vault's own wire store, as a stick would. Returns how many were new to it.

    The vault must not be in use. Raises VaultError.
    """
    with Vault.open(home, passphrase) as vault:
        wire = WireStore.open(vault.wire_path, vault.wire_key(), clock, random)
        try:
            return (await wire.put([(parse(raw), raw) for raw in sealed])).count(Put.NEW)
        finally:
            await wire.close()
