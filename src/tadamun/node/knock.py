"""The asking side of the door: a plain socket, so that a command starts fast and needs no event loop.

It also holds what both sides must agree on: the frames and their limits.

A frame is one JSON object on one line. Asked: `{"call", "params"}`. Answered, any number of times
`{"progress": {"done", "of"}}` (both 0: still at it), then once `{"result"}` or
`{"error": {"message", "arguments", "code"}}`, whose message is a msgid: words are put to it where it is shown.
This file does not know what can be asked.
"""

from __future__ import annotations

import json
import os
import socket
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Final

from tadamun.core.errors import LocalError, NotAllowed, Unreachable, UsageError, VaultError
from tadamun.node.doorway import SOCKET, folder, peer_is_me, within

MAX_ASKED: Final = 4 * 1024 * 1024  # bytes of a request's line
MAX_ANSWERED: Final = 64 * 1024 * 1024  # bytes of an answer's line
HEARTBEAT: Final = 5.0  # seconds between progress frames while a call runs
PATIENCE: Final = 60.0  # seconds without any frame after which the node is taken for frozen
_FAMILIES: Final[dict[int, type[LocalError]]] = {
    kind.code: kind for kind in (UsageError, NotAllowed, Unreachable, VaultError)
}

Report = Callable[[int, int], None]  # done, of (0: not known)

_report: ContextVar[Report | None] = ContextVar("report", default=None)


@contextmanager
def reporting(report: Report) -> Iterator[None]:
    """Within the block, `progress` reaches this one."""
    token = _report.set(report)
    try:
        yield
    finally:
        _report.reset(token)


def progress(done: int, of: int = 0) -> None:
    """Called by whatever does something long: how far it is, for the person who asked, if somebody did."""
    report = _report.get()
    if report is not None:
        report(done, of)


class Knock:
    """A connection to the running node: calls are made one after another."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._buffer = bytearray()

    def __enter__(self) -> Knock:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def call(self, call: str, params: dict[str, Any], report: Report = lambda done, of: None) -> Any:
        """Ask and wait. Raises the LocalError that the node answered, or one saying that it fell silent."""
        asked = json.dumps({"call": call, "params": params}, separators=(",", ":")).encode() + b"\n"
        if len(asked) > MAX_ASKED:
            raise UsageError("This is too large to hand to the node at once. Nothing was sent. Split it in parts.")
        try:
            self._connection.sendall(asked)
            while True:
                frame = self._frame()
                if "result" in frame:
                    return frame["result"]
                if "error" in frame:
                    raise _error(frame["error"])
                progress = frame["progress"]
                report(int(progress["done"]), int(progress["of"]))
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise LocalError(
                "The node stopped before it answered. What it had confirmed is kept. See if it runs with "
                "`tadamun status`, then try again."
            ) from error

    def _frame(self) -> dict[str, Any]:
        """The next line, decoded. Raises OSError (closed, silent for PATIENCE seconds) and ValueError."""
        deadline = time.monotonic() + PATIENCE
        seen = 0
        while (end := self._buffer.find(b"\n", seen)) < 0:
            seen = len(self._buffer)
            if seen > MAX_ANSWERED:
                raise ValueError("endless line")
            self._connection.settimeout(max(0.001, deadline - time.monotonic()))
            part = self._connection.recv(256 * 1024)
            if not part:
                raise ConnectionResetError
            self._buffer += part
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        frame = json.loads(line)
        if not isinstance(frame, dict):
            raise TypeError
        return frame


def knock(home: Path) -> Knock | None:
    """Connect to the node that runs on this folder; None if none does. Raises VaultError if it is another user's."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with folder(home) as handle:
            if not stat.S_ISSOCK(os.stat(SOCKET, dir_fd=handle, follow_symlinks=False).st_mode):
                connection.close()
                return None
            connection.settimeout(PATIENCE)
            connection.connect(within(handle, SOCKET))
        if not peer_is_me(connection):
            raise VaultError(
                "Another user's program listens in the folder {folder}. Nothing was sent. Look at who can write there.",
                folder=str(home),
            )
    except (FileNotFoundError, NotADirectoryError, ConnectionRefusedError):
        connection.close()
        return None
    except BaseException:
        connection.close()
        raise
    return Knock(connection)


def _error(told: Any) -> LocalError:
    """The error as the node raised it."""
    arguments = {str(name): value for name, value in told["arguments"].items() if isinstance(value, str | int)}
    family = _FAMILIES.get(int(told["code"]), LocalError)
    return family(str(told["message"]), **arguments)
