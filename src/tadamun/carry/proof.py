"""NIP-42 on the relay's side: does this event prove a key, to this relay, on this connection, now?

The `relay` tag is compared with the host name by which this connection reached us (its Host header), not with a
configured name: a node is reached by an address on the local network, an onion name, a keeper's domain, and need not
know which. What that gives up: a relay in the middle can pass our challenge on and claim to be reached by its own
name. All it gains is sealed events of a mailbox whose members already use that relay as their carrier.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from tadamun.core.errors import Reason, RemoteError
from tadamun.core.event import Event
from tadamun.crypto.keys import verify

KIND: Final = 22242
SLACK: Final = 600  # seconds either way, as NIP-42 suggests


def check(event: Event, *, challenge: str, host: str, now: int) -> str:
    """The key that is proved, in hex. host: the connection's Host header; now: Unix seconds.

    Raises RemoteError: PROTOCOL (not a proof to us), REPLAYED (of another connection or another time), BAD_ID,
    BAD_SIGNATURE.
    """
    if event.kind != KIND:
        raise RemoteError(Reason.PROTOCOL, "a proof is of kind 22242")
    said = {tag[0]: tag[1] for tag in reversed(event.tags) if len(tag) > 1}
    if not same_host(said.get("relay", ""), host):
        raise RemoteError(Reason.PROTOCOL, "the proof is for another relay")
    if said.get("challenge") != challenge or abs(now - event.created_at) > SLACK:
        raise RemoteError(Reason.REPLAYED, "the proof is of another connection or another time")
    return verify(event).event.pubkey


def same_host(relay: str, host: str) -> bool:
    """Whether a `relay` URL names the host of a Host header. A port counts only when the URL has one."""
    try:
        url, reached = urlsplit(relay), urlsplit("//" + host)
        port, reached_port = url.port, reached.port
    except ValueError:
        return False
    if url.scheme not in ("ws", "wss") or not url.hostname or not reached.hostname:
        return False
    if url.hostname.rstrip(".") != reached.hostname.rstrip("."):
        return False
    # Without a port in the header it is the scheme's own: 80, or 443 when a proxy ends TLS before us.
    return port is None or port == reached_port or (reached_port is None and port in (80, 443))
