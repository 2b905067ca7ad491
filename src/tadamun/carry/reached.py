"""At which addresses others reach a relay that listens here.

Whoever listens "on all addresses" (0.0.0.0 or ::) is reached at none called so: on another computer that name means
that computer. So this machine's own addresses are told instead. Which of them others can get to, a machine does not
know: a router or a firewall may stand between. This file opens nothing.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Final

import ifaddr

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
MOST: Final = 8  # addresses a node announces (docs/protocol/kinds.md, 3722)


def reached(host: str, port: int, own: Iterable[str] | None = None) -> tuple[str, ...]:
    """`ws://` addresses for a bound host and port, at most eight. own: the machine's, by default as they are now."""
    try:
        bound = ipaddress.ip_address(host)
    except ValueError:
        return (address_of(host, port),)
    if not bound.is_unspecified:
        return (address_of(host, port),)
    found = [one for one in (machine() if own is None else own) if _tells(one, six=bound.version == 6)]
    return tuple(address_of(one, port) for one in dict.fromkeys(found))[:MOST]


def address_of(host: str, port: int) -> str:
    """The relay's address as others type it."""
    return f"ws://[{host}]:{port}" if ":" in host else f"ws://{host}:{port}"


def machine() -> list[str]:
    """All addresses of this machine, adapter by adapter."""
    return [text for text, _ in _interfaces()]


def networks(own: Iterable[tuple[str, int]] | None = None) -> tuple[Network, ...]:
    """The networks that this machine is in, its own loopback aside. own: (address, bits of the network's), by default
    as they are now."""
    found = [ipaddress.ip_interface(f"{text}/{prefix}") for text, prefix in (_interfaces() if own is None else own)]
    return tuple(dict.fromkeys(one.network for one in found if not one.is_loopback and not one.ip.is_link_local))


def _interfaces() -> list[tuple[str, int]]:
    return [
        (str(ip.ip[0] if isinstance(ip.ip, tuple) else ip.ip), ip.network_prefix)
        for adapter in ifaddr.get_adapters()
        for ip in adapter.ips
    ]


def _tells(text: str, *, six: bool) -> bool:
    """Whether an address means this machine elsewhere too. IPv6 link-local needs a zone that only this one knows."""
    address = ipaddress.ip_address(text)
    if address.is_loopback or address.is_unspecified or address.is_multicast:
        return False
    return address.version == 4 or (six and not address.is_link_local)
