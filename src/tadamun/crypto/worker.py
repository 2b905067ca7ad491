"""Opening on another core: the same answers as `seal.open_many`, from a process of its own.

Threads do not help: libsecp256k1 lets go of the interpreter lock for each signature, and then waits to have it back,
up to a switch interval (5 ms) if the interpreter is busy, and some 10 µs if not, which is all that was won. So a node
that catches up gives whole batches to this process and keeps its own core for storing and folding. The child gets
payloads and the epoch's conversation key over a socket, keeps nothing between batches, and ends when the socket closes,
also when the parent was killed, or when it had nothing to do for a minute.

Framing, both ways: length (4 bytes, big endian), then MessagePack. A whole batch passes in one system call each way
(MSG_WAITALL), because each return from one may have to wait for the lock. Large batches go in parts: while the child
has one, what it said of the part before is looked at. The child's first message is empty: it is ready. Until that has
come, batches are opened here; nobody waits for a process to begin.
"""

from __future__ import annotations

import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Lock
from typing import Final

import msgspec

from tadamun.core.errors import Reason
from tadamun.core.event import Event
from tadamun.core.genuine import Genuine
from tadamun.crypto.epoch import EpochKeys
from tadamun.crypto.seal import open_many, unseal
from tadamun.crypto.secret import Secret

SMALL: Final = 16  # events; fewer are opened here and now, sooner than the child would answer
IDLE: Final = 60.0  # seconds without work, after which the child ends and gives its 30 MB back
PART: Final = 500  # events that the child is given at once
STARTS: Final = 300  # events; fewer are not worth a child, which takes a tenth of a second or two to begin


class _Work(msgspec.Struct, array_like=True, frozen=True):
    conversation: bytes
    outside: bool
    batch: list[bytes]


_encoder: Final = msgspec.msgpack.Encoder()
_works: Final = msgspec.msgpack.Decoder(_Work)
_answers: Final = msgspec.msgpack.Decoder(list[Event | Reason])


Look = Callable[[Sequence[Genuine | Reason]], None]


def no_look(answers: Sequence[Genuine | Reason]) -> None:
    """Whoever calls waits for all of them."""


class Opener:
    """One child process, started by the first batch worth it (`starts` events); a context manager.

    `open_many` blocks: call it from a thread, with batches of 500 to 2,000. Several threads may; they take turns.
    """

    def __init__(self, python: str = sys.executable, starts: int = STARTS) -> None:
        self._python, self._starts = python, starts
        self._child: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._ready = False
        self._closed = False
        self._turn = Lock()

    def open_many(
        self, batch: Sequence[bytes], epoch: EpochKeys, outside: bool = True, look: Look = no_look
    ) -> list[Genuine | Reason]:
        """As `seal.open_many`. Should the child die or not start, the work is done here and a new one tried next.

        look: given the answers part by part, in order, while the next part is being opened.
        """
        opened: list[Genuine | Reason] = []

        def told(answers: list[Event | Reason]) -> None:
            some = [answer if isinstance(answer, Reason) else Genuine(answer) for answer in answers]
            opened.extend(some)
            look(some)

        if len(batch) > SMALL:
            with self._turn:
                self._ask(batch, epoch.conversation, outside, told)
        if left := batch[len(opened) :]:
            rest = open_many(left, epoch, outside)
            opened += rest
            look(rest)
        return opened

    def expect(self) -> None:
        """Much is about to come: start the child now, so that it is ready by then."""
        with self._turn:
            if self._line is None and not self._closed:
                with suppress(OSError):
                    self._line = self._start()

    def _ask(
        self, batch: Sequence[bytes], conversation: Secret, outside: bool, told: Callable[[list[Event | Reason]], None]
    ) -> None:
        """Have the child open as many as it does, from the first on."""
        if self._closed or (self._line is None and len(batch) < self._starts):
            return
        parts = [list(batch[start : start + PART]) for start in range(0, len(batch), PART)]
        in_step = False
        try:
            if self._line is None:
                self._line = self._start()
            if not self._ready:
                if not select.select([self._line], [], [], 0)[0]:
                    in_step = True
                    return
                _receive(self._line)
                self._ready = True
            line, key = self._line, conversation.reveal()
            _send(line, _encoder.encode(_Work(key, outside, parts[0])))
            for number, part in enumerate(parts, start=1):
                message = _receive(line)
                # Only now, when the child listens again: two who both talk would wait for each other for ever.
                if number < len(parts):
                    _send(line, _encoder.encode(_Work(key, outside, parts[number])))
                answers = _answers.decode(message)
                if len(answers) != len(part):
                    return
                told(answers)
            in_step = True
        except (OSError, EOFError, ValueError):
            pass
        finally:
            if not in_step:
                self._stop()

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            # -P: not to import from wherever the person happens to stand.
            command = (self._python, "-P", "-m", "tadamun.crypto.worker")
            self._child = subprocess.Popen(  # noqa: S603 - nothing of the command comes from outside
                command, stdin=theirs.fileno(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        return ours

    def _stop(self) -> None:
        if self._line is not None:
            self._line.close()
        if self._child is not None:
            self._child.kill()  # it holds nothing that could be lost
            self._child.wait()
        self._line = self._child = None
        self._ready = False

    def close(self) -> None:
        """End the child, once the batch under way is done. Later batches are opened in the caller's thread."""
        self._closed = True
        with self._turn:
            self._stop()

    def __enter__(self) -> Opener:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _send(line: socket.socket, message: bytes) -> None:
    line.sendall(len(message).to_bytes(4, "big") + message)


def _receive(line: socket.socket) -> bytearray:
    """One message. Raises EOFError when the other side is gone."""
    return _exactly(line, int.from_bytes(_exactly(line, 4), "big"))


def _exactly(line: socket.socket, size: int) -> bytearray:
    data = bytearray(size)
    view, filled = memoryview(data), 0
    while filled < size:  # more than once only when a signal came in between
        count = line.recv_into(view[filled:], size - filled, socket.MSG_WAITALL)
        if not count:
            raise EOFError
        filled += count
    return data


def serve(line: socket.socket, idle: float = IDLE) -> None:
    """The child: batches in, answers out, until the other side is gone or nothing came for `idle` seconds."""
    try:
        _send(line, b"")
        while select.select([line], [], [], idle)[0]:
            work = _works.decode(_receive(line))
            _send(line, _encoder.encode(unseal(work.batch, Secret(work.conversation), work.outside)))
    except (EOFError, OSError):
        return


if __name__ == "__main__":
    # Ctrl-C goes to the whole terminal; when to end is the parent's to say.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(fileno=0) as line:
        serve(line)
