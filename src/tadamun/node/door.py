"""The answering side of the door: a Unix socket in the node's folder, by which this person's commands reach the node.

Only the node's own user gets in (doorway.py), which is checked again for each connection. Calls on one connection are
answered in turn, connections independently. A call that was asked is carried through even if the asker hangs up: an
act half done would be worse than an answer nobody reads. Frames are described in knock.py.
This file does not know what can be asked, and puts nothing of it in any log.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec

from tadamun.core.errors import LocalError, Reason, whereabouts
from tadamun.core.words import N_
from tadamun.node.doorway import peer_is_me
from tadamun.node.knock import HEARTBEAT, MAX_ANSWERED, MAX_ASKED, reporting

MAX_CLIENTS: Final = 64  # at once; more wait in the socket's queue
IDLE: Final = 120.0  # seconds to send a whole request, or to take a whole answer
TICK: Final = 0.5  # seconds between looks at how far a call is

Dispatch = Callable[[str, dict[str, Any]], Awaitable[Any]]
Count = Callable[[Reason], None]


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    call: str
    params: dict[str, Any]


_decoder: Final = msgspec.json.Decoder(Request)
_encoder: Final = msgspec.json.Encoder()


async def serve(listening: socket.socket, dispatch: Dispatch, count: Count, clients: int = MAX_CLIENTS) -> None:
    """Answer until cancelled. dispatch: returns plain JSON values, raises LocalError. count: hears of bad asking."""
    loop = asyncio.get_running_loop()
    room = asyncio.Semaphore(clients)

    async def one(connection: socket.socket) -> None:
        try:
            with connection:
                await _Client(connection, dispatch, count).answer_all()
        finally:
            room.release()

    async with asyncio.TaskGroup() as group:
        while True:
            await room.acquire()
            try:
                connection, _ = await loop.sock_accept(listening)
            except OSError:
                # Out of descriptors, or the caller gave up in the queue. Neither may end the node.
                room.release()
                await asyncio.sleep(TICK)
                continue
            group.create_task(one(connection))


class _Hangup(Exception):
    """The connection is over: closed, too slow, or not speaking the protocol (then counted already)."""


class _Client:
    def __init__(self, connection: socket.socket, dispatch: Dispatch, count: Count) -> None:
        self._connection = connection
        self._dispatch = dispatch
        self._count = count
        self._buffer = bytearray()
        self._gone = False

    async def answer_all(self) -> None:
        try:
            if not peer_is_me(self._connection):
                raise self._bad(Reason.NOT_ALLOWED)
            while True:
                request = await self._request()
                await self._send(await self._outcome(request))
                if self._gone:
                    return
        except (_Hangup, OSError):
            return

    def _bad(self, reason: Reason) -> _Hangup:
        self._count(reason)
        return _Hangup()

    async def _request(self) -> Request:
        """The next line, decoded. Raises _Hangup."""
        loop = asyncio.get_running_loop()
        seen = 0
        try:
            async with asyncio.timeout(IDLE):
                while (end := self._buffer.find(b"\n", seen)) < 0:
                    seen = len(self._buffer)
                    if seen > MAX_ASKED:
                        raise self._bad(Reason.TOO_LARGE)
                    part = await loop.sock_recv(self._connection, 64 * 1024)
                    if not part:
                        raise self._bad(Reason.MALFORMED) if self._buffer else _Hangup
                    self._buffer += part
        except TimeoutError:
            raise _Hangup from None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        try:
            return _decoder.decode(line)
        except (ValueError, RecursionError):
            raise self._bad(Reason.MALFORMED) from None

    async def _outcome(self, request: Request) -> bytes:
        """The last frame of the answer, having sent progress while the call ran."""
        told = shown = (0, 0)
        quiet = 0.0

        def report(done: int, of: int) -> None:
            nonlocal told
            told = (done, of)

        async with asyncio.TaskGroup() as group:
            with reporting(report):
                work = group.create_task(_frame_of(self._dispatch, request))
            while not (await asyncio.wait((work,), timeout=TICK))[0]:
                quiet += TICK
                if told != shown or quiet >= HEARTBEAT:
                    shown, quiet = told, 0.0
                    await self._send(_encoder.encode({"progress": {"done": told[0], "of": told[1]}}))
        return work.result()

    async def _send(self, frame: bytes) -> None:
        """Send one frame. Whoever does not take it in time, or has left, gets nothing more."""
        if self._gone:
            return
        try:
            async with asyncio.timeout(IDLE):
                await asyncio.get_running_loop().sock_sendall(self._connection, frame + b"\n")
        except (TimeoutError, OSError):
            self._gone = True


async def _frame_of(dispatch: Dispatch, request: Request) -> bytes:
    """The call's result or error, as a frame. Never raises but for cancellation."""
    try:
        frame = _encoder.encode({"result": await dispatch(request.call, request.params)})
        if len(frame) > MAX_ANSWERED:
            raise LocalError("The answer is too large to show at once. Nothing was lost. Ask for a smaller part of it.")
    except LocalError as error:
        return _error(error.message, error.arguments, error.code)
    except Exception as error:
        return _error(_UNFORESEEN, {"places": whereabouts(error)}, LocalError.code)
    return frame


_UNFORESEEN: Final = N_(
    "Something happened in the node that should not. What was confirmed before is kept. Please tell those who make "
    "Tadamun this line, which holds nothing of yours: {places}"
)


def _error(message: str, arguments: dict[str, str | int], code: int) -> bytes:
    return _encoder.encode({"error": {"message": message, "arguments": arguments, "code": code}})
