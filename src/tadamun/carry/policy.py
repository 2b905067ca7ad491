"""What a node lets others do at its relay: whose mailboxes, how much, how fast. The node gives it; the relay obeys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tadamun.carry.pace import Pace

SEALED: Final = 3700  # the kind of a sealed event (docs/protocol/kinds.md)
MINUTE, DAY = 60, 86_400  # seconds

CARRIED: Final = Pace(64 * 2**20 / DAY, 64 * 2**20)  # bytes
MEMBER: Final = Pace(5_000, 20_000)  # events
STRANGER: Final = Pace(20, 500)
MAILBOX: Final = Pace(20, 1_000)
ASKING: Final = Pace(100, 2_000)  # messages


@dataclass(frozen=True, slots=True)
class Policy:
    """known: whether a mailbox (public key in hex) is one of this node's spaces. It must be quick and not raise.

    keeper: carry any mailbox, as far as the wire store has room (Put.FULL is its word).
    public: take and serve public kinds too; then anybody may read those, web pages included.
    carried: bytes that this node takes for mailboxes it does not know, from connections that proved one it knows.
    member, stranger: events of one connection, after and before it proved a mailbox that this node serves.
    mailbox: events that one mailbox takes from all connections together that did not prove it.
    asking: everything else a connection says.
    """

    known: Callable[[str], bool]
    keeper: bool = False
    public: bool = False
    carried: Pace = CARRIED
    member: Pace = MEMBER
    stranger: Pace = STRANGER
    mailbox: Pace = MAILBOX
    asking: Pace = ASKING
    ahead: int = 15 * MINUTE  # seconds that an event's time may lie in the future
    max_message: int = 128 * 1024  # bytes, as they come in
    max_subscriptions: int = 64
    max_filters: int = 20  # a REQ or COUNT
    max_limit: int = 5_000  # stored events a filter
    max_scan: int = 50_000  # stored events looked at for a filter that mixes sealed and public kinds
    max_proofs: int = 4_096  # keys a connection may prove
    max_reconciling: int = 2_000_000  # items in all open reconciliations together
    max_reconciliations: int = 4  # a connection
    max_connections: int = 256
    max_per_address: int = 32  # loopback, where an onion service's guests come from, is not counted
    handshake: float = 10.0  # seconds to complete it
    proof: float = 60.0  # seconds to prove a key, where there is nothing to read without
    stall: float = 30.0  # seconds in which a reader must take what is under way
    rest: float = 120.0  # seconds an unfinished reconciliation is kept
    ping: float = 30.0  # seconds between pings, and to answer one
    queue: int = 4 * 2**20  # bytes waiting for one reader, beyond which it is cut off
