"""A keeper: an always-on relay that holds sealed events for anybody's mailboxes and can open none.

It has no vault, knows no space and no member. Its folder holds the wire store and that store's key, in a file of its
own: the key only keeps a copied disk from being read without the folder; what matters is sealed anyway.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from tadamun.carry.pace import Pace
from tadamun.carry.policy import Policy
from tadamun.carry.reached import address_of
from tadamun.carry.relay import Relay
from tadamun.core.errors import Reason, UsageError, VaultError
from tadamun.core.ports import Clock, Random
from tadamun.crypto.secret import Secret
from tadamun.store.wire import WireStore
from tadamun.store.wire_quota import Quota

TOTAL: Final = 20 * 2**30  # bytes
MAILBOX: Final = 2 * 2**30  # bytes
PROVED: Final = Pace(1_000, 20_000)  # events of a connection that proved a mailbox, whichever
SWEEP: Final = 60.0  # seconds


@asynccontextmanager
async def keeping(folder: Path, listen: tuple[str, int], clock: Clock, random: Random) -> AsyncIterator[list[str]]:
    """Run a keeper for as long as the block lasts; gives the addresses it listens on."""
    counters: Counter[Reason] = Counter()
    with _held(folder):
        wire = WireStore.open(
            folder / "keeper.db", key_of(folder, random), clock, random, Quota(TOTAL, MAILBOX, evict=True)
        )
        try:
            policy = Policy(known=lambda mailbox: False, keeper=True, member=PROVED)
            relay = Relay(wire, policy, clock, random, _counter(counters))
            try:
                # The relay outside: an address that cannot be had would come out of the group as one of several errors.
                async with relay.serve(*listen) as bound, asyncio.TaskGroup() as tasks:
                    sweeping = tasks.create_task(_sweep(wire))
                    try:
                        yield [address_of(*bound)]
                    finally:
                        sweeping.cancel()
            except OSError as error:
                raise UsageError(
                    "The address {address} cannot be used here: it is taken or not this computer's. Choose another.",
                    address=f"{listen[0]}:{listen[1]}",
                ) from error
        finally:
            await wire.close()


class _held:
    """One keeper a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self) -> None:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.handle = os.open(self.folder / "keeper.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise VaultError("The folder {folder} cannot be used. Choose another.", folder=str(self.folder)) from error
        try:
            fcntl.flock(self.handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self.handle)
            raise VaultError("A keeper is already running in {folder}.", folder=str(self.folder)) from error

    def __exit__(self, *_: object) -> None:
        os.close(self.handle)


def key_of(folder: Path, random: Random) -> Secret:
    """The key of the wire store in a keeper's folder, made if there is none."""
    path = folder / "keeper.key"
    if not path.exists():
        begun = path.with_suffix(".begun")
        begun.write_bytes(random.bytes(32))
        begun.chmod(0o600)
        begun.replace(path)
    return Secret(path.read_bytes())


def _counter(counters: Counter[Reason]) -> Callable[[Reason], None]:
    def count(reason: Reason) -> None:
        counters[reason] += 1

    return count


async def _sweep(wire: WireStore) -> None:
    while True:
        await wire.sweep()
        await asyncio.sleep(SWEEP)
