"""Who is at the other end of a connection on this computer: the system knows which user opened it.

Linux: `/proc/net/tcp` (proc(5)) lists the sockets of this network namespace with their owners. A cookie that another
user got hold of is worth nothing to them then. Where the system does not tell (another system, a connection that comes
from outside of a container), the cookie alone decides. This file does not know what is asked.
"""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import Final

TABLE: Final = Path("/proc/net/tcp")


def owner(client: tuple[str, int], server: tuple[str, int], table: Path = TABLE) -> int | None:
    """The user id that owns the client's end, both ends given as IPv4 address and port; None if it is not known."""
    try:
        wanted = (_spelled(client), _spelled(server))
        lines = table.read_text("ascii").splitlines()[1:]
    except (OSError, ValueError):
        return None
    for line in lines:
        # sl, local_address, rem_address, st, queues, timer, retransmits, uid, …
        parts = line.split()
        if len(parts) > 7 and (parts[1], parts[2]) == wanted and parts[7].isdecimal():
            return int(parts[7])
    return None


def _spelled(end: tuple[str, int]) -> str:
    """As the kernel writes it: the address as a number of this machine's byte order, in hexadecimal."""
    number = int.from_bytes(socket.inet_aton(end[0]), sys.byteorder)
    return f"{number:08X}:{end[1]:04X}"
