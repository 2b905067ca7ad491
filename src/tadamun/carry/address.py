"""Addresses of peers: `ws://` or `wss://`, a host, perhaps a port and a path. Nothing else is dialled.

Addresses come from other people (inside the space, in invite links, by mDNS), so they are checked before use. This
file does not resolve names and opens nothing.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from tadamun.core.errors import Reason, RemoteError

MAX_ADDRESS: Final = 400  # characters


@dataclass(frozen=True, slots=True)
class Address:
    """text: as it is dialled and as it is named in NIP-42; host without brackets; path with its query, at least `/`."""

    text: str
    host: str
    port: int
    path: str
    secure: bool


def parse_address(text: str) -> Address:
    """Take an address apart.

    Raises RemoteError (TOO_LARGE, MALFORMED): another scheme, no host, credentials, a fragment.
    """
    if len(text) > MAX_ADDRESS:
        raise RemoteError(Reason.TOO_LARGE)
    if not text.isascii() or not text.isprintable() or " " in text:
        raise RemoteError(Reason.MALFORMED, "address")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise RemoteError(Reason.MALFORMED, "address") from error
    if parts.scheme not in ("ws", "wss") or not parts.hostname or "@" in parts.netloc or "#" in text or port == 0:
        raise RemoteError(Reason.MALFORMED, "address")
    secure = parts.scheme == "wss"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Address(text, parts.hostname, port or (443 if secure else 80), path, secure)


def is_nearby(host: str, *, loopback: bool = False) -> bool:
    """True for a literal IPv4 or IPv6 address of a private or link-local range; loopback only if asked for.

    Everything else (names, public, multicast, unspecified and reserved ranges) is not nearby.
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    if address.is_loopback:
        return loopback
    if address.is_multicast or address.is_unspecified:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return any(address in network for network in _NEARBY_4)
    return any(address in network for network in _NEARBY_6)


# RFC 1918, RFC 3927; RFC 4193, RFC 4291. (ipaddress.is_private also counts documentation and benchmark ranges.)
_NEARBY_4: Final = tuple(
    map(ipaddress.IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"))
)
_NEARBY_6: Final = tuple(map(ipaddress.IPv6Network, ("fc00::/7", "fe80::/10")))
