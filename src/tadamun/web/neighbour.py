"""Who is at the other end of a connection on this computer: the system knows which user opened it.

Linux: `/proc/net/tcp` (proc(5)) lists the sockets of this network namespace with their owners. A cookie that another
user got hold of is worth nothing to them then. `tcp6` beside it has those that were opened as IPv6 and speak IPv4
(addresses of the form ::ffff:127.0.0.1; RFC 4291, 2.5.5.2). Where the system does not tell (another system, a
connection that comes from outside of a container, one that was broken off meanwhile and reads no answer), the cookie
alone decides. This file does not know what is asked.
"""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import Final

TABLE: Final = Path("/proc/net/tcp")
# As the kernel writes what stands before an IPv4 address in an IPv6 one: numbers of 32 bits, in this machine's order.
_MAPPED: Final = f"{0:016X}{int.from_bytes(bytes((0, 0, 255, 255)), sys.byteorder):08X}"


def owner(client: tuple[str, int], server: tuple[str, int], table: Path = TABLE) -> int | None:
    """The user id that owns the client's end, both ends given as IPv4 address and port; None if it is not known."""
    try:
        ends = _spelled(client), _spelled(server)
    except (OSError, ValueError):
        return None
    mapped = _MAPPED + ends[0], _MAPPED + ends[1]
    for file, wanted in ((table, ends), (table.with_name(table.name + "6"), mapped)):
        if (found := _found(file, wanted)) is not None:
            return found
    return None


def _found(table: Path, wanted: tuple[str, str]) -> int | None:
    try:
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
