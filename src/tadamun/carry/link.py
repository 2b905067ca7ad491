"""One space and one address: connect, talk, wait, again, for ever. Nothing that goes wrong in it gets past it.

Connections go where the address says and nowhere else: no redirect, no proxy of the environment. The library is told to
log nothing, because it would log addresses and, at its debug level, messages.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Mapping
from typing import Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

from tadamun.carry import about
from tadamun.carry.address import parse_address
from tadamun.carry.asking import Refused
from tadamun.carry.backoff import Backoff
from tadamun.carry.frames import MAX_MESSAGE
from tadamun.carry.session import Session
from tadamun.carry.status import Gauge, State, Trouble, Troubled
from tadamun.carry.surroundings import Patience, Surroundings
from tadamun.core.errors import RemoteError, TadamunError
from tadamun.core.ports import Random, Signer

_silent: Final = logging.getLogger("tadamun.carry.silent")
_silent.disabled = True

MOST_ASKED: Final = 5.0  # seconds for NIP-11; the connection stands meanwhile


class Link:
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
            socket = await dial(address.text, patience)
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


async def dial(address: str, patience: Patience) -> ClientConnection:
    """A connection to that address. Raises what websockets and the system raise."""
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


class _Straight(connect):
    """Goes where the address says and nowhere else: a relay must not send a member's node to another host."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc
