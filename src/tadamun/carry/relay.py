"""The node's own Nostr relay over its wire store (NIP-01, 09, 11, 40, 42, 45, 70, 77): sockets, HTTP and limits.

It binds where it is told and asks the policy what it may do. One connection's trouble, of whatever kind, ends that
connection: it is counted, and what was said in it goes into no log. What is said, is guest.py's.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from ssl import SSLContext
from typing import Final

from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import MultipleValuesError
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode
from websockets.http11 import Request, Response

from tadamun.carry import card
from tadamun.carry.guest import Guest
from tadamun.carry.house import Ended, House
from tadamun.carry.policy import Policy
from tadamun.core.errors import Reason, RemoteError
from tadamun.core.ports import Clock, Random, Wire

log = logging.getLogger("tadamun.relay")
_silent = logging.getLogger("tadamun.relay.websockets")
_silent.setLevel(logging.CRITICAL + 1)  # it would log what is said, word for word and in tracebacks

PARTING: Final = 0.4  # seconds for a closing handshake
READ_AHEAD: Final = 64  # frames


@dataclass(frozen=True, slots=True)
class Connection:
    """One connection, for `tadamun status`. since: Unix seconds; waiting: bytes not yet sent to it."""

    address: str
    since: int
    proven: int
    subscriptions: int
    waiting: int


class Relay:
    """count: told of each fault of a peer. monotonic: seconds, for paces and patience."""

    def __init__(
        self,
        wire: Wire,
        policy: Policy,
        clock: Clock,
        random: Random,
        count: Callable[[Reason], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._house = House(wire, policy, clock, monotonic, count)
        self._random = random
        self._sockets: set[_Socket] = set()
        self._guests: dict[_Socket, tuple[Guest, int]] = {}
        self._served = 0

    @property
    def connections(self) -> list[Connection]:
        """Those that are talking now."""
        return [
            Connection(socket.address, since, len(guest.proven), len(guest.questions), guest.pipe.waiting)
            for socket, (guest, since) in self._guests.items()
        ]

    def visitors(self, mailboxes: Collection[str]) -> int:
        """How many connections have proven one of these mailboxes (public keys in hex)."""
        return sum(not guest.proven.isdisjoint(mailboxes) for guest, _ in self._guests.values())

    @asynccontextmanager
    async def serve(
        self, host: str = "127.0.0.1", port: int = 0, *, ssl: SSLContext | None = None
    ) -> AsyncIterator[tuple[str, int]]:
        """Serve while the context lasts; gives the bound host and port. May be entered for several addresses at once.

        Raises OSError when the address cannot be bound. Leaving closes this address's connections within a second.
        """
        policy = self._house.policy
        sockets: set[_Socket] = set()

        class Ours(_Socket):
            relay = self
            siblings = sockets

        server = serve(
            self._welcome,
            host,
            port,
            ssl=ssl,
            compression=None,
            process_request=self._at_the_door,
            server_header=None,
            open_timeout=policy.handshake,
            ping_interval=policy.ping,
            ping_timeout=policy.ping,
            close_timeout=PARTING,
            max_size=policy.max_message,
            max_queue=READ_AHEAD,
            logger=_silent,
            create_connection=Ours,
        )
        if not self._served:
            self._unwatch = self._house.wire.watch(self._house.listeners.tell_stored)
        self._served += 1
        try:
            async with server:
                bound = server.sockets[0].getsockname()
                try:
                    yield bound[0], bound[1]
                finally:
                    server.close()
                    for socket in list(sockets):
                        socket.hang_up()
        finally:
            self._served -= 1
            if not self._served:
                self._unwatch()

    async def run(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        ssl: SSLContext | None = None,
        bound: asyncio.Future[tuple[str, int]],
    ) -> None:
        """Serve until cancelled, for a task group. `bound` is given the address, or why it cannot be had."""
        try:
            async with self.serve(host, port, ssl=ssl) as address:
                bound.set_result(address)
                await asyncio.get_running_loop().create_future()
        except OSError as error:
            if bound.done():
                raise
            bound.set_exception(error)

    # The life of a connection.

    def _at_the_door(self, connection: ServerConnection, request: Request) -> Response | None:
        assert isinstance(connection, _Socket)
        policy, headers = self._house.policy, request.headers
        try:
            upgrade, origin, accept, connection.host = (
                headers.get(name, "") for name in ("Upgrade", "Origin", "Accept", "Host")
            )
        except MultipleValuesError:
            self._house.count(Reason.PROTOCOL)
            return card.refuse(policy)
        if connection.crowded:
            self._house.count(Reason.TOO_FAST)
            return card.busy(policy)
        if upgrade.lower() != "websocket":
            return card.respond(policy, accept)
        if origin and not policy.public:
            # A web page that somebody here has open must not find out that a relay answers on this machine.
            self._house.count(Reason.NOT_ALLOWED)
            return card.refuse(policy)
        return None

    async def _welcome(self, connection: ServerConnection) -> None:
        assert isinstance(connection, _Socket)
        challenge = self._random.bytes(16).hex()
        guest = Guest(self._house, connection, connection.host, challenge)
        self._guests[connection] = guest, self._house.clock.now()
        try:
            await guest.stay()
        except RemoteError as error:
            self._house.count(error.reason)
            if error.reason is Reason.TOO_SLOW:
                connection.transport.abort()
            else:
                await self._part(guest, connection, CloseCode.POLICY_VIOLATION)
        except Exception as error:
            # Only its kind is logged: its text may quote what was said.
            log.error("a connection was closed after %s", type(error).__name__)
            await self._part(guest, connection, CloseCode.INTERNAL_ERROR)
        finally:
            del self._guests[connection]

    async def _part(self, guest: Guest, connection: _Socket, code: CloseCode) -> None:
        """Say what was still to be said, and close."""
        with suppress(TimeoutError, Ended):
            async with asyncio.timeout(PARTING):
                await guest.pipe.flush()
        await connection.close(code)


class _Socket(ServerConnection):
    """A connection of ours: counted from its first byte on, sending many messages at once."""

    relay: Relay
    siblings: set[_Socket]
    host = ""
    address = ""
    crowded = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        self.address = peer[0] if isinstance(peer, tuple) else ""
        policy, others = self.relay._house.policy, self.relay._sockets
        same = sum(other.address == self.address for other in others)
        self.crowded = len(others) >= policy.max_connections or (
            same >= policy.max_per_address and not _is_loopback(self.address)
        )
        if len(others) >= 2 * policy.max_connections:
            self.transport.abort()  # not even a word to say so: words take memory too
        others.add(self)
        self.siblings.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.relay._sockets.discard(self)
        self.siblings.discard(self)
        super().connection_lost(exc)

    def hang_up(self) -> None:
        """Leave somebody who has not even said hello; the others are told when the server closes."""
        if self.host == "":
            self.transport.abort()

    async def receive(self) -> str | bytes | None:
        try:
            return await self.recv()
        except ConnectionClosed as closed:
            fault = _FAULTS.get(closed.sent.code) if closed.sent and not closed.rcvd else None
            if fault:
                raise RemoteError(fault) from None
            return None

    async def send_all(self, messages: Sequence[bytes]) -> None:
        try:
            async with self.send_context():
                for message in messages:
                    self.protocol.send_text(message)
                # One write for all of them: left to itself, websockets makes a system call of each (12 µs).
                self.transport.write(b"".join(self.protocol.data_to_send()))
        except ConnectionClosed:
            raise Ended from None


# What websockets itself closes a connection for, before we see a message.
_FAULTS: Final[dict[int, Reason]] = {
    CloseCode.PROTOCOL_ERROR: Reason.PROTOCOL,
    CloseCode.INVALID_DATA: Reason.MALFORMED,
    CloseCode.MESSAGE_TOO_BIG: Reason.TOO_LARGE,
}


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
