"""Everything that goes out on one connection, in order, in few writes, and never more than a reader takes.

Answers of our own making wait for room; live events cannot wait, so a reader too slow for them is cut off, and finds
what it missed by its next reconciliation. This file does not know what it sends.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Final, Protocol

from tadamun.core.errors import Reason, RemoteError

WRITE: Final = 64 * 1024  # bytes handed to the connection at once
ROOM: Final = 256 * 1024  # bytes under which answers are made


class Socket(Protocol):
    async def send_all(self, messages: Sequence[bytes]) -> None:
        """Send text messages; returns when the connection's own buffer has room again."""
        ...


class Pipe:
    """Have `run` running; `put` what is to be sent. limit: bytes; stall: seconds for one write to be taken."""

    def __init__(self, socket: Socket, limit: int, stall: float) -> None:
        self.waiting = 0  # bytes
        self._socket, self._limit, self._stall = socket, limit, stall
        self._queue: deque[bytes] = deque()
        self._overflowed = False
        self._some = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()

    def put(self, message: bytes) -> None:
        """Queue one message. Beyond the limit it is dropped and the connection will be cut off."""
        if self.waiting + len(message) > self._limit:
            self._overflowed = True
        else:
            self.waiting += len(message)
            self._queue.append(message)
            if self.waiting > ROOM:
                self._room.clear()
        self._some.set()

    async def room(self) -> None:
        """Return when little enough is waiting that a page of answers may be added."""
        await self._room.wait()

    async def run(self) -> None:
        """Send, for ever. Raises RemoteError TOO_SLOW, or what the socket raises when the connection is gone."""
        while True:
            await self._some.wait()
            if self._overflowed:
                raise RemoteError(Reason.TOO_SLOW)
            batch: list[bytes] = []
            size = 0
            while self._queue and size < WRITE:
                message = self._queue.popleft()
                size += len(message)
                batch.append(message)
            if not self._queue:
                self._some.clear()
            try:
                async with asyncio.timeout(self._stall):
                    await self._socket.send_all(batch)
            except TimeoutError as error:
                raise RemoteError(Reason.TOO_SLOW) from error
            self.waiting -= size
            if self.waiting <= ROOM:
                self._room.set()

    async def flush(self) -> None:
        """Send what waits already: the last words to somebody whose connection is about to be closed."""
        messages = list(self._queue)
        self._queue.clear()
        if messages:
            async with asyncio.timeout(self._stall):
                await self._socket.send_all(messages)
