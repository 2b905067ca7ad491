"""What others can see of a node: its own relay, and its name on the local network. Both can change while it runs.

What was asked for on the command line has to be so, or the node does not start; what was chosen before and kept need
not: an address that cannot be had today keeps nobody from their own vault, and is told by `missing`.
This file does not know who chooses.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tadamun.carry.policy import Policy
from tadamun.carry.reached import address_of, reached
from tadamun.carry.relay import Relay
from tadamun.core.errors import UsageError

if TYPE_CHECKING:
    from tadamun.carry.lan import Lan
    from tadamun.node.node import Node


@dataclass(frozen=True, slots=True)
class Reach:
    """How a node meets others. listen: (host, port) or None; peers: addresses for this run.

    advertise: what members are told instead of the addresses it is bound to.
    """

    listen: tuple[str, int] | None = None
    peers: tuple[str, ...] = ()
    lan: bool = False
    advertise: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """What the command line says of this run. lan None: nothing."""

    listen: tuple[str, int] | None = None
    peers: tuple[str, ...] = ()
    lan: bool | None = None
    advertise: tuple[str, ...] = ()

    def over(self, chosen: Reach) -> Reach:
        """What was chosen, with what was given in its place."""
        told = chosen.advertise if self.listen is None else ()
        return Reach(
            listen=self.listen or chosen.listen,
            peers=self.peers,
            lan=chosen.lan if self.lan is None else self.lan,
            advertise=self.advertise or told,
        )


class Outward:
    """bound: host and port of the relay; reached: addresses that lead to it; missing: what could not be listened on."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._group: asyncio.TaskGroup | None = None
        self._running: list[asyncio.Task[None]] = []
        self.bound: tuple[str, int] | None = None
        self.reached: tuple[str, ...] = ()
        self.missing = ""
        self.relay: Relay | None = None
        self.lan: Lan | None = None

    async def begin(self, group: asyncio.TaskGroup, must: bool) -> None:
        """Be as the node's `reach` says, from now on. Raises UsageError if it must and cannot listen."""
        self._group = group
        await self._open(must)

    async def change(self, reach: Reach) -> None:
        """Be so from now on. Raises UsageError when there is no listening there; then it is as it was before."""
        before = self._node.reach
        self._node.reach = reach
        if self._group is None:
            return  # without carriers there is nothing to open; the next start has it
        await self._close()
        try:
            await self._open(True)
        except UsageError:
            self._node.reach = before
            await self._open(False)
            raise
        finally:
            self._node.refresh()

    def look(self) -> None:
        """The network may be another one by now."""
        if self.bound is not None:
            self.reached = reached(*self.bound)

    async def _open(self, must: bool) -> None:
        reach, node, group = self._node.reach, self._node, self._group
        assert group is not None, "there is a group for as long as carriers run"
        self.missing = ""
        if reach.listen is not None:
            policy = Policy(known=node.known.__contains__)
            relay = Relay(node.wire, policy, node.clock, node.random, node.count)
            bound: asyncio.Future[tuple[str, int]] = asyncio.get_running_loop().create_future()
            self._running.append(group.create_task(relay.run(*reach.listen, bound=bound)))
            try:
                self.bound = await bound
            except OSError as error:
                address = f"{reach.listen[0]}:{reach.listen[1]}"
                if must:
                    raise UsageError(
                        "The address {address} cannot be used here: it is taken or not this computer's. Choose "
                        "another.",
                        address=address,
                    ) from error
                self.missing = address
                node.reach = replace(reach, advertise=())  # nobody is told of what leads nowhere
            else:
                self.relay = relay
                self.reached = reached(*self.bound)
                node.listening.append(address_of(*self.bound))
        if reach.lan:
            from tadamun.carry.lan import Lan  # zeroconf takes a tenth of a start to load

            port = self.bound[1] if self.bound is not None else 0
            self.lan = Lan(node.clock, node.random, node.counters, node.met, port)
            self._running.append(group.create_task(self.lan.run()))

    async def _close(self) -> None:
        for task in self._running:
            task.cancel()
        for task in self._running:
            with suppress(asyncio.CancelledError):
                await task
        self._running.clear()
        self._node.listening.clear()
        self.bound, self.reached, self.relay, self.lan = None, (), None, None
