"""Where members say that their nodes can be reached, and which of that a node goes to.

An address is a claim of whoever says it, and to go there shows where one is. So: only what members say who belong now,
only the last that each device said, so many of each member, and nothing but a host and a port: with a path somebody
could make others' computers ask their router, or any host, for whatever they like; and what is private only on a
network that this computer is in. This file opens nothing.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from tadamun.carry.address import parse_address
from tadamun.carry.reached import Network
from tadamun.core.errors import RemoteError
from tadamun.core.ports import Tables
from tadamun.node.place import Place
from tadamun.store import meta

MOST: Final = 8  # addresses of one member
MOST_IN_ALL: Final = 64  # of one space
NEARBY: Final = 16  # found on the local network, of one space
# RFC 1918, RFC 6598 (behind a carrier's own translation), RFC 4193.
PRIVATE: Final[tuple[Network, ...]] = tuple(
    map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"))
)
STALE: Final = 7_200  # seconds until what was found there is forgotten: this may be another network by then


def note(tx: Tables, place: Place, device: str, seq: int, addresses: Sequence[str]) -> None:
    """A device said where it is; what it said earlier in its chain does not come back."""
    key = f"whereabouts:{place.ref}:{device}"
    if seq > int(meta.text(tx, key, "-1").split(" ")[0]):
        meta.put_text(tx, key, " ".join([str(seq), *addresses]))


@dataclass(frozen=True, slots=True)
class Around:
    """Where this computer is. networks: those it has an address in. loopback: whether its own programs may be meant,
    as when all nodes of a space run on one."""

    networks: tuple[Network, ...] = ()
    loopback: bool = False


def told(tables: Tables, place: Place, around: Around) -> list[str]:
    """The addresses to go to: first one of every member, then a second of every member, and so on."""
    said = whose(tables, place, around)
    turns = zip_longest(*(list(dict.fromkeys(some))[:MOST] for some in said.values()))
    return list(dict.fromkeys(one for turn in turns for one in turn if one is not None))[:MOST_IN_ALL]


def whose(tables: Tables, place: Place, around: Around) -> dict[str, list[str]]:
    """What every member last said of where they are: addresses by member id."""
    if place.control is None:
        return {}
    live = place.log.state.live_devices()
    prefix = f"whereabouts:{place.ref}:"
    said: dict[str, list[str]] = {}
    for key, value in meta.beginning(tables, prefix):
        device = live.get(key.removeprefix(prefix))
        if device is not None and key.removeprefix(prefix) != place.device.public:
            good = [one for one in value.decode().split(" ")[1:] if goes_to(one, around)]
            said.setdefault(device.member, []).extend(good)
    return said


def goes_to(text: str, around: Around) -> bool:
    """Whether an address that somebody else said is one to connect to."""
    try:
        address = parse_address(text)
    except RemoteError:
        return False
    host = address.host.rstrip(".").lower()
    if address.path != "/" or host.endswith(".onion"):  # RFC 7686: those are not for the name service to hear of
        return False
    if is_loopback(text):
        return around.loopback
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        return True
    mapped = number.ipv4_mapped if isinstance(number, ipaddress.IPv6Address) else None
    number = mapped or number
    # Link-local: what answers there is this network's own, or a data centre's list of secrets (169.254.169.254).
    if number.is_link_local or number.is_multicast or number.is_unspecified or number.is_reserved:
        return False
    # A private address means another computer on every network: elsewhere than on the member's own, a stranger's.
    if any(number in network for network in PRIVATE):
        return any(number in network for network in around.networks)
    return True


def is_loopback(text: str) -> bool:
    """Whether an address means this very machine."""
    try:
        host = parse_address(text).host.rstrip(".").lower()
    except RemoteError:
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        # What is no address to us may be one to the system: `127.1`, `0x7f000001`, `2130706433`.
        return host.replace(".", "").isdecimal() or host.startswith("0x")
    mapped = number.ipv4_mapped if isinstance(number, ipaddress.IPv6Address) else None
    return (mapped or number).is_loopback
