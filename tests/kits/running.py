"""Peers that run for the length of a test, with short patience, so that a hostile peer is found out quickly."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from kits.sealed import SeededRandom, StoppedClock
from tadamun.carry.peers import Peers
from tadamun.carry.status import PeerStatus
from tadamun.carry.surroundings import Patience
from tadamun.core.errors import Reason
from tadamun.core.ports import Signer, Wire

HASTY = Patience(idle=1.0, answer=1.0, hello=2.0, turn=0.5, good=0.2)
SPACE = "5" * 64


class Running:
    """A node's peers and what they counted."""

    def __init__(self, wire: Wire, patience: Patience = HASTY, seed: int = 7) -> None:
        self.wire = wire
        self.counters: Counter[Reason] = Counter()
        self.peers = Peers(wire, StoppedClock(), SeededRandom(seed), self.counters, patience=patience)

    def status(self, address: str) -> PeerStatus:
        return next(s for s in self.peers.status() if s.address == address)

    def state(self, address: str) -> str:
        return next((s.state for s in self.peers.status() if s.address == address), "")

    @asynccontextmanager
    async def up(self) -> AsyncIterator[Running]:
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(self.peers.run())
            yield self
            task.cancel()


@asynccontextmanager
async def talking(
    wire: Wire, addresses: Sequence[str], signers: Sequence[Signer], patience: Patience = HASTY
) -> AsyncIterator[Running]:
    """A node with one space and these peers."""
    node = Running(wire, patience)
    node.peers.set_spaces({SPACE: (addresses, signers)})
    async with node.up():
        yield node
