"""What somebody has who takes a computer away: all that a keeper holds; all that a vault's secrets open.

For whoever checks, instead of believing, that a removed device reads nothing later: the demo and the flows. A running
node uses nothing of this.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tadamun.core.event import parse
from tadamun.core.genuine import Genuine
from tadamun.core.ports import Clock, Filter, Put, Random
from tadamun.crypto.seal import open_many
from tadamun.node.keeper import key_of
from tadamun.node.load import load
from tadamun.store import spaces
from tadamun.store.vault import Vault
from tadamun.store.wire import WireStore


def opened_by(home: Path, passphrase: str, sealed: Sequence[bytes]) -> frozenset[str]:
    """Ids of the inner events that open when every secret of a vault is tried on every sealed event (JSON), whatever
    mailbox it is for. The vault must not be in use. Raises VaultError.
    """
    with Vault.open(home, passphrase) as vault:
        boxes = [box for row in spaces.every(vault.read) for box in load(vault.read, row).mailboxes()]
    found = (one for box in boxes for one in open_many(sealed, box.keys))
    return frozenset(one.event.id for one in found if isinstance(one, Genuine))


async def kept_by_keeper(folder: Path, clock: Clock, random: Random) -> list[bytes]:
    """All sealed events (JSON) that a keeper holds. It must not be running."""
    wire = WireStore.open(folder / "keeper.db", key_of(folder, random), clock, random)
    try:
        return [one.raw async for page in wire.find(Filter()) for one in page]
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
