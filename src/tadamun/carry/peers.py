"""All the peers of all spaces: one connection a space and address, retried for ever, and what passes between them.

A peer is any Nostr relay: a member's node, a keeper, somebody else's. Two spaces never share a connection, so that a
relay cannot tell that they meet in one node by what one connection asks for. A failing peer never disturbs another.
This file does not know events but by mailbox and id, and logs nothing.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

from tadamun.carry import about
from tadamun.carry.address import parse_address
from tadamun.carry.asking import Refused
from tadamun.carry.backoff import Backoff
from tadamun.carry.catchup import Turn
from tadamun.carry.frames import MAX_MESSAGE
from tadamun.carry.mailbox import mailbox_of
from tadamun.carry.outbox import Outbox
from tadamun.carry.session import Patience, Session, Surroundings
from tadamun.carry.status import Gauge, PeerStatus, State, Trouble, Troubled
from tadamun.core.errors import Reason, RemoteError, TadamunError
from tadamun.core.event import Event
from tadamun.core.ports import Clock, Random, Signer, Stored, Wire

# The library would log addresses and, at its debug level, messages.
_silent: Final = logging.getLogger("tadamun.carry.silent")
_silent.disabled = True

MOST_ASKED: Final = 5.0  # seconds for NIP-11; the connection stands meanwhile

Places = Mapping[str, tuple[Sequence[str], Sequence[Signer]]]


class Peers:
    """`run` within the node's task group; everything else may be called at any time from the same loop.

    counters: what peers did wrong, by reason. check: see Surroundings; None leaves outer signatures to the intake.
    """

    def __init__(
        self,
        wire: Wire,
        clock: Clock,
        random: Random,
        counters: Counter[Reason],
        check: Callable[[Event], None] | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._wire, self._clock, self._random, self._counters = wire, clock, random, counters
        self._check, self._patience = check, patience or Patience()
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
                        self._wire, self._clock, self._counters, Outbox(), Turn(), self._patience, self._check
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

    def delivered(self, space: str, ids: Sequence[str]) -> None:
        """Somebody holds these by another way (a connection to this node's own relay, another carrier)."""
        if space in self._spaces:
            self._spaces[space].around.outbox.taken(ids)

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
            space = self._spaces.get(self._boxes.get(mailbox_of(stored.raw), ""))
            if space is not None:
                space.arrived(stored)


class _Space:
    """The peers of one space."""

    def __init__(self, space: str, around: Surroundings, random: Random) -> None:
        self.links: dict[str, _Link] = {}
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
                self.links[address] = _Link(Gauge(self._space, address), keys, self.around, self._random)

    def leave_all(self) -> None:
        for link in self.links.values():
            link.leave()

    def arrived(self, stored: Stored) -> None:
        brought = any(link.knows(stored.id) for link in self.links.values())
        if not brought:
            self.around.outbox.new(stored.id)
        for link in self.links.values():
            link.offer(stored.id, stored.raw, brought)


class _Link:
    """One space and address: connect, run a session, wait, again. Nothing that a session raises gets past here."""

    def __init__(self, gauge: Gauge, signers: Mapping[str, Signer], around: Surroundings, random: Random) -> None:
        self.gauge = gauge
        self.task: asyncio.Task[None] | None = None
        self._signers, self._around = dict(signers), around
        self._backoff = Backoff(random)
        self._session: Session | None = None
        self._woken = asyncio.Event()

    def rekey(self, signers: Mapping[str, Signer]) -> None:
        if signers.keys() != self._signers.keys():
            self._signers = dict(signers)
            if self._session:
                self._session.rekey(signers)

    def knows(self, event_id: str) -> bool:
        return self._session is not None and self._session.knows(event_id)

    def offer(self, event_id: str, raw: bytes, brought: bool) -> None:
        if self._session:
            self._session.offer(event_id, raw, brought)

    def wake(self) -> None:
        self._woken.set()

    def leave(self) -> None:
        if self.task:
            self.task.cancel()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            started = loop.time()
            try:
                await self._connect()
            except Exception as error:
                # Until Python 3.13 a task group that fails while it is being cancelled forgets that it was.
                if (task := asyncio.current_task()) is not None and task.cancelling():
                    raise asyncio.CancelledError from None
                self.gauge.trouble = self._trouble(error)
            finally:
                self._session = None
            good = self.gauge.state is State.LIVE and loop.time() - started >= self._around.patience.good
            if good and self.gauge.trouble != Trouble.USELESS:
                self._backoff.reset()
            delay = self._backoff.next()
            self.gauge.until = self._around.clock.now() + round(delay)
            self.gauge.state = State.WAITING
            self._woken.clear()
            try:
                async with asyncio.timeout(delay):
                    await self._woken.wait()
                    self._backoff.reset()
            except TimeoutError:
                pass

    async def _connect(self) -> None:
        self.gauge.state, self.gauge.until = State.CONNECTING, 0
        address = parse_address(self.gauge.address)
        patience = self._around.patience
        async with asyncio.TaskGroup() as tasks:
            asked = tasks.create_task(about.ask(address, min(MOST_ASKED, patience.hello)))
            socket = await self._open(address.text)
            try:
                said = await asked
                self._session = Session(socket, said, self._signers, self._around, self.gauge)
                await self._session.run()
            except Exception:
                socket.transport.abort()  # no courtesies: who talks for ever would be listened to for as long
                raise
            finally:
                try:
                    await socket.close()
                finally:
                    socket.transport.abort()  # also when the closing itself was cancelled

    async def _open(self, address: str) -> ClientConnection:
        patience = self._around.patience
        return await _Straight(
            address,
            compression=None,
            proxy=None,
            user_agent_header=None,
            open_timeout=patience.hello,
            ping_interval=patience.ping,
            ping_timeout=patience.ping,
            close_timeout=0.5,
            max_size=MAX_MESSAGE,
            logger=_silent,
        )

    def _trouble(self, error: BaseException) -> str:
        """The short name of what went wrong; the first cause of a group. A peer's fault is counted."""
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        match error:
            case RemoteError():
                if self._session is None:
                    return Trouble.BAD_ADDRESS
                self._around.counters[error.reason] += 1
                return error.reason
            case Troubled():
                return error.trouble
            case Refused():
                return Trouble.REFUSED
            case ConnectionClosed():
                return Trouble.CLOSED
            case InvalidHandshake() | InvalidURI():
                return Trouble.NOT_A_RELAY
            case ssl.SSLError():
                return Trouble.TLS
            case TimeoutError():
                return Trouble.TIMEOUT
            case OSError():
                return Trouble.UNREACHABLE
            case TadamunError():
                return Trouble.STORE
            case _:
                return Trouble.FAILED


class _Straight(connect):
    """Goes where the address says and nowhere else: a relay must not send a member's node to another host."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc
