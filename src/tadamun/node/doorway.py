"""Where the node's socket stands: in the node's folder, open to this user alone. Both sides of the door use it.

Linux: addresses go through /proc/self/fd, and the kernel tells who is at the other end. This file does not know frames.
"""

from __future__ import annotations

import os
import socket
import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from tadamun.core.errors import VaultError, VaultInUse

SOCKET: Final = "node.sock"
QUEUE: Final = 64  # connections that may wait to be accepted
_NEW: Final = SOCKET + ".new"


@contextmanager
def folder(home: Path) -> Iterator[int]:
    """A descriptor of the node's folder, which must be this user's own. Raises FileNotFoundError, VaultError."""
    try:
        handle = os.open(home, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except PermissionError as error:
        raise VaultError(
            "The folder {folder} is closed to you. Nothing was touched. Choose one of your own with --home.",
            folder=str(home),
        ) from error
    try:
        if os.fstat(handle).st_uid != os.geteuid():
            raise VaultError(
                "The folder {folder} belongs to another user of this computer. Nothing was touched. "
                "Choose one of your own with --home.",
                folder=str(home),
            )
        yield handle
    finally:
        os.close(handle)


def within(handle: int, name: str) -> str:
    """An address of a file in that folder, short however long the folder's path is (a socket's holds 107 bytes)."""
    return f"/proc/self/fd/{handle}/{name}"


def peer_is_me(connection: socket.socket) -> bool:
    """True if the process at the other end runs as this user (SO_PEERCRED, unix(7): pid, uid, gid)."""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    _, user, _ = struct.unpack("3i", credentials)
    return bool(user == os.geteuid())


@contextmanager
def opened(home: Path) -> Iterator[socket.socket]:
    """The listening socket, in its place for as long as the block runs.

    Call it while holding the vault's lock. Raises VaultInUse if another node answers there, VaultError if something
    that is no socket stands in the place or the folder cannot be used: neither is touched.
    """
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
    with listening, folder(home) as handle:
        os.fchmod(handle, 0o700)
        _refuse_squatters(home, handle)
        try:
            # Bound beside, then renamed into place: whoever finds the socket finds it listening and closed to others.
            _remove(_NEW, handle)
            listening.bind(within(handle, _NEW))
            os.chmod(_NEW, 0o600, dir_fd=handle)
            listening.listen(QUEUE)
            mine = os.stat(_NEW, dir_fd=handle, follow_symlinks=False)
            os.rename(_NEW, SOCKET, src_dir_fd=handle, dst_dir_fd=handle)
        except OSError as error:
            raise VaultError(
                "The node cannot open its socket in {folder}. Nothing was changed. See that the disk has room and "
                "the folder can be written.",
                folder=str(home),
            ) from error
        try:
            yield listening
        finally:
            _remove_if(mine, handle)


def _refuse_squatters(home: Path, handle: int) -> None:
    """What stands in the socket's place must be nothing, or a socket at which nobody listens any more."""
    try:
        if not stat.S_ISSOCK(os.stat(SOCKET, dir_fd=handle, follow_symlinks=False).st_mode):
            raise VaultError(
                "In {folder} something else stands where the node's socket belongs ({file}). Nothing was touched. "
                "Look at what it is and move it away.",
                folder=str(home),
                file=SOCKET,
            )
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK) as trial:
        try:
            trial.connect(within(handle, SOCKET))
        except (ConnectionRefusedError, FileNotFoundError):
            return
        except BlockingIOError:
            pass  # its queue is full: somebody is there
    raise VaultInUse(
        "A node runs on the vault in {folder} already. Commands use it by themselves; to run another, stop it first.",
        folder=str(home),
    )


def _remove(name: str, handle: int) -> None:
    with suppress(FileNotFoundError):
        os.unlink(name, dir_fd=handle)


def _remove_if(mine: os.stat_result, handle: int) -> None:
    """Take the socket away, unless by now another stands there."""
    with suppress(FileNotFoundError):
        there = os.stat(SOCKET, dir_fd=handle, follow_symlinks=False)
        if (there.st_dev, there.st_ino) == (mine.st_dev, mine.st_ino):
            os.unlink(SOCKET, dir_fd=handle)
