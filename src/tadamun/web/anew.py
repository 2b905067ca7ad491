"""After locking, the program begins anew in its own place: what was in its memory is gone, and not only let go of.

Python frees memory without overwriting it, so that a locked process would still hold texts and keys somewhere. The
operating system gives a program that is started in the place of another (execve) memory of its own, and clears what the
former had before anybody else gets it. The socket of the pages is handed over open, so that browsers only notice a
short pause. This file does not know what was asked of the program: it is asked the same again.
"""

from __future__ import annotations

import os
import socket
import sys
from typing import Final, NoReturn

HANDED: Final = "TADAMUN_PAGES_SOCKET"  # in the environment of a program that began anew: the number of the socket


def kept(listening: socket.socket) -> socket.socket:
    """The same socket once more, which stays open when the server closes the first."""
    return listening.dup()


def begin(listening: socket.socket) -> NoReturn:
    """Start the program anew in this process, with the open socket. All other files are closed (PEP 446)."""
    os.set_inheritable(listening.fileno(), True)
    again = os.environ | {HANDED: str(listening.fileno())}
    os.execve(sys.executable, sys.orig_argv, again)  # noqa: S606 - it is this program, as it was asked for


def handed() -> socket.socket | None:
    """The socket from the program that was here before; None at a first start. It is given once."""
    number = os.environ.pop(HANDED, "")
    if not number.isascii() or not number.isdecimal():
        return None
    try:
        found = socket.socket(fileno=int(number))
    except OSError:
        return None
    os.set_inheritable(found.fileno(), False)
    found.setblocking(False)
    return found
