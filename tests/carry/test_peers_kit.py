"""Peers are a carrier: to another node's relay, and between two nodes that only meet at a stranger's relay."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from kits.callers import House
from kits.carrier_kit import CarrierKit, Road
from kits.running import SPACE, Running, talking
from kits.sealed import until
from kits.small_relay import Flaws, SmallRelay
from tadamun.carry.surroundings import Patience
from tadamun.core.ports import Signer, Wire

# Nobody is silent here: a machine that has much else to do must not look as if somebody were.
CALM = Patience(idle=8.0, answer=8.0, hello=8.0, turn=2.0, good=0.2)


class Node:
    """A node's peers, started and killed as often as one likes."""

    def __init__(self, wire: Wire, address: str, signers: Sequence[Signer]) -> None:
        self.wire, self.address, self.signers = wire, address, signers
        self.running: Running
        self._stack = AsyncExitStack()

    async def start(self) -> None:
        self._stack = AsyncExitStack()
        self.running = Running(self.wire, CALM)
        self.running.peers.set_spaces({SPACE: ([self.address], self.signers)})
        await self._stack.enter_async_context(self.running.up())

    async def stop(self) -> None:
        await self._stack.aclose()


class PeersRoad:
    """place: opens the relay on a port (0: any) and gives the port. nodes: those that talk with it; first the first."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.nodes: list[Node] = []
        self._stack = AsyncExitStack()
        self.port = 0
        self._up = False

    @property
    def address(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    async def open(self) -> None:
        self._stack = AsyncExitStack()
        self.port = await self._stack.enter_async_context(self.place.open(self.port))
        self._up = True

    async def cut(self) -> None:
        self._up = False
        await self._stack.aclose()

    async def heal(self) -> None:
        await self.open()
        for node in self.nodes:
            node.running.peers.wake()

    async def restart(self) -> None:
        await self.nodes[0].stop()
        await self.nodes[0].start()

    async def settle(self) -> None:
        """Until every node has caught up with the relay, if that is there."""
        if self._up:
            await until(lambda: all(node.running.state(self.address) == "live" for node in self.nodes))

    @asynccontextmanager
    async def stranger(self, wire: Wire, mailboxes: Sequence[Signer]) -> AsyncIterator[None]:
        async with talking(wire, [self.address], mailboxes) as node:
            yield
            assert node.status(self.address).state != "live"


class Place:
    def open(self, port: int) -> AbstractAsyncContextManager[int]:
        raise NotImplementedError


class Ours(Place):
    """The other node's own relay, over its wire store."""

    def __init__(self, wire: Wire, mailboxes: Sequence[Signer]) -> None:
        self.house = House(wire)
        self.house.known = {signer.public for signer in mailboxes}

    @asynccontextmanager
    async def open(self, port: int) -> AsyncIterator[int]:
        async with self.house.relay.serve("127.0.0.1", port) as (_, bound):
            yield bound


class Theirs(Place):
    """A stranger's relay."""

    def __init__(self, flaws: Flaws) -> None:
        self.relay = SmallRelay(flaws)

    @asynccontextmanager
    async def open(self, port: int) -> AsyncIterator[int]:
        async with self.relay.running(port):
            yield self.relay.port


@asynccontextmanager
async def standing(place: Place, mailboxes: Sequence[Signer], *wires: Wire) -> AsyncIterator[PeersRoad]:
    road = PeersRoad(place)
    await road.open()
    road.nodes = [Node(wire, road.address, mailboxes) for wire in wires]
    try:
        for node in road.nodes:
            await node.start()
        yield road
    finally:
        for node in road.nodes:
            await node.stop()
        await road.cut()


class TestToANodesRelay(CarrierKit):
    def road(self, one: Wire, other: Wire, mailboxes: Sequence[Signer]) -> AbstractAsyncContextManager[Road]:
        return standing(Ours(other, mailboxes), mailboxes, one)


class TestMeetingAtAStrangersRelay(CarrierKit):
    flaws = Flaws(wants_proof=True, reconciles=True)

    def road(self, one: Wire, other: Wire, mailboxes: Sequence[Signer]) -> AbstractAsyncContextManager[Road]:
        return standing(Theirs(self.flaws), mailboxes, one, other)


class TestMeetingAtAPoorRelay(TestMeetingAtAStrangersRelay):
    flaws = Flaws(wants_proof=True, late_challenge=True, exclusive_until=True, page=120, repeats=2, garbage=3)
