"""All the peers of all spaces: one connection a space and address, retried for ever, and what passes between them.

A peer is any Nostr relay: a member's node, a keeper, somebody else's. Two spaces never share a connection, so that a
relay cannot tell that they meet in one node by what one connection asks for. A failing peer never disturbs another.
This file does not know events but by mailbox and id, and logs nothing.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from tadamun.carry.catchup import Turn
from tadamun.carry.link import Link
from tadamun.carry.mailbox import mailbox_of
from tadamun.carry.outbox import Outbox
from tadamun.carry.receive import Room, at_once
from tadamun.carry.status import Gauge, PeerStatus
from tadamun.carry.surroundings import Patience, Surroundings
from tadamun.core.errors import Reason
from tadamun.core.event import Event
from tadamun.core.ports import Clock, Random, Signer, Stored, Wire

Places = Mapping[str, tuple[Sequence[str], Sequence[Signer]]]


class Peers:
    """`run` within the node's task group; everything else may be called at any time from the same loop.

    counters: what peers did wrong, by reason. check, room: see Surroundings; without `check` outer signatures are left
    to the intake.
    """

    def __init__(
        self,
        wire: Wire,
        clock: Clock,
        random: Random,
        counters: Counter[Reason],
        check: Callable[[Event], None] | None = None,
        patience: Patience | None = None,
        room: Room = at_once,
    ) -> None:
        self._wire, self._clock, self._random, self._counters = wire, clock, random, counters
        self._check, self._patience, self._room = check, patience or Patience(), room
        self._spaces: dict[str, _Space] = {}
        self._boxes: dict[str, str] = {}  # mailbox → space
        self._changed = asyncio.Event()

    def set_spaces(self, places: Places) -> None:
        """From now on talk with these peers: {space: (addresses, mailbox keys)}. What is no longer named is left."""
        for space in set(self._spaces) - set(places):
            self._spaces.pop(space).leave_all()
        for space, (addresses, signers) in places.items():
            if space not in self._spaces:
                self._spaces[space] = _Space(
                    space,
                    Surroundings(
                        self._wire,
                        self._clock,
                        self._counters,
                        Outbox(),
                        Turn(),
                        self._patience,
                        self._check,
                        self._room,
                    ),
                    self._random,
                )
            self._spaces[space].update(addresses, signers)
        self._boxes = {s.public: space for space, (_, signers) in places.items() for s in signers}
        self._changed.set()

    def status(self) -> list[PeerStatus]:
        """How it stands with each peer, by space and address."""
        return sorted(
            (link.gauge.read() for space in self._spaces.values() for link in space.links.values()),
            key=lambda status: (status.space, status.address),
        )

    def pending(self, space: str) -> int:
        """Events of the space that no peer is known to hold."""
        return len(self._spaces[space].around.outbox) if space in self._spaces else 0

    def wake(self) -> None:
        """Try every waiting peer now: the network or the computer came back, or somebody is in a hurry."""
        for space in self._spaces.values():
            for link in space.links.values():
                link.wake()

    async def run(self) -> None:
        """Until cancelled; then every connection is closed within a second."""
        stop = self._wire.watch(self._arrived)
        try:
            async with asyncio.TaskGroup() as tasks:
                while True:
                    self._changed.clear()
                    for space in self._spaces.values():
                        for link in space.links.values():
                            if link.task is None:
                                link.task = tasks.create_task(link.run())
                    await self._changed.wait()
        finally:
            stop()
            for space in self._spaces.values():
                for link in space.links.values():
                    link.task = None

    def _arrived(self, events: Sequence[Stored]) -> None:
        """Whatever came into the wire store, by whichever carrier, is offered to the peers of its space."""
        for stored in events:
            space = self._spaces.get(self._boxes.get(stored.box or mailbox_of(stored.raw), ""))
            if space is not None:
                space.arrived(stored)


class _Space:
    """The peers of one space."""

    def __init__(self, space: str, around: Surroundings, random: Random) -> None:
        self.links: dict[str, Link] = {}
        self.around = around
        self._space, self._random = space, random

    def update(self, addresses: Sequence[str], signers: Sequence[Signer]) -> None:
        keys = {signer.public: signer for signer in signers}
        for address in set(self.links) - set(addresses):
            self.links.pop(address).leave()
        for address in addresses:
            if address in self.links:
                self.links[address].rekey(keys)
            else:
                self.links[address] = Link(Gauge(self._space, address), keys, self.around, self._random)

    def leave_all(self) -> None:
        for link in self.links.values():
            link.leave()

    def arrived(self, stored: Stored) -> None:
        brought = any(link.knows(stored.id) for link in self.links.values())
        if not brought:
            self.around.outbox.new(stored.id)
        for link in self.links.values():
            link.offer(stored.id, stored.raw, brought)
