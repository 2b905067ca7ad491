"""Opening on another core: the same answers as `seal.open_many`, from a process of its own.

Threads do not help while the interpreter is busy: libsecp256k1 lets go of the lock for each signature, and then waits
up to a switch interval (5 ms) to have it back. So a node that catches up gives whole batches to this process and
keeps its own core for storing and folding. The child gets payloads and the epoch's conversation key by its standard
input, holds nothing between batches, and ends when that closes, also when the parent was killed.

Framing, both ways: length (4 bytes, big endian), then MessagePack.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from threading import Lock
from typing import IO, Any, Final

import msgspec

from tadamun.core.errors import Reason
from tadamun.core.event import Event
from tadamun.core.genuine import Genuine
from tadamun.crypto.epoch import EpochKeys
from tadamun.crypto.seal import open_many, unseal
from tadamun.crypto.secret import Secret

SMALL: Final = 16  # events; fewer are opened here and now, sooner than the pipe would answer


class _Work(msgspec.Struct, array_like=True, frozen=True):
    conversation: bytes
    batch: list[Any]  # str and bytes, which msgspec cannot tell apart as types, but can as values


_encoder: Final = msgspec.msgpack.Encoder()
_works: Final = msgspec.msgpack.Decoder(_Work)
_answers: Final = msgspec.msgpack.Decoder(list[Event | Reason])


class Opener:
    """One child process, started by the first batch worth it; a context manager.

    `open_many` blocks: call it from a thread, with batches of 500 or more. Several threads may; they take turns.
    """

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._closed = False
        self._turn = Lock()

    def open_many(self, batch: Sequence[str | bytes], epoch: EpochKeys) -> list[Genuine | Reason]:
        """As `seal.open_many`. Should the child die or not start, the work is done here and a new one tried next."""
        if len(batch) <= SMALL:
            return open_many(batch, epoch)
        with self._turn:
            answers = self._ask(batch, epoch.conversation)
        if answers is None:
            return open_many(batch, epoch)
        return [answer if isinstance(answer, Reason) else Genuine(answer) for answer in answers]

    def _ask(self, batch: Sequence[str | bytes], conversation: Secret) -> list[Event | Reason] | None:
        try:
            child = self._running()
            if child is None or child.stdin is None or child.stdout is None:
                return None
            _write(child.stdin, _encoder.encode(_Work(conversation.reveal(), list(batch))))
            answers = _answers.decode(_read(child.stdout))
        except (OSError, EOFError, msgspec.DecodeError):
            self._stop()
            return None
        return answers if len(answers) == len(batch) else None

    def _running(self) -> subprocess.Popen[bytes] | None:
        if self._child is None and not self._closed:
            # -P: not to import from wherever the person happens to stand.
            command = (sys.executable, "-P", "-m", "tadamun.crypto.worker")
            self._child = subprocess.Popen(  # noqa: S603 - nothing of the command comes from outside
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        return self._child

    def _stop(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()  # it holds nothing that could be lost
            child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    with suppress(OSError):  # what was still unsent
                        pipe.close()

    def close(self) -> None:
        """End the child, once the batch under way is done. Later batches are opened in the caller's thread."""
        self._closed = True
        with self._turn:
            self._stop()

    def __enter__(self) -> Opener:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _write(pipe: IO[bytes], message: bytes) -> None:
    pipe.write(len(message).to_bytes(4, "big") + message)
    pipe.flush()


def _read(pipe: IO[bytes]) -> bytes:
    """One message. Raises EOFError when the other side is gone."""
    head = pipe.read(4)
    size = int.from_bytes(head, "big")
    message = pipe.read(size) if len(head) == 4 else b""
    if len(head) < 4 or len(message) < size:
        raise EOFError
    return message


def serve(source: IO[bytes], sink: IO[bytes]) -> None:
    """The child: batches in, answers out, until the source ends."""
    while True:
        try:
            work = _works.decode(_read(source))
        except EOFError:
            return
        _write(sink, _encoder.encode(unseal(work.batch, Secret(work.conversation))))


if __name__ == "__main__":
    # Ctrl-C goes to the whole terminal; when to end is the parent's to say.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve(sys.stdin.buffer, sys.stdout.buffer)
