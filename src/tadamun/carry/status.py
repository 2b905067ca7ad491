"""How it stands with each peer: what the interface shows, as plain values. Nothing here names a person or an event."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    CONNECTING = "connecting"
    RECONCILING = "reconciling"
    LIVE = "live"
    WAITING = "waiting"  # until a time, or until woken


class Trouble(StrEnum):
    """Why a connection ended or is less than it should be. Shown by name; RemoteError reasons stand beside these."""

    NONE = ""
    BAD_ADDRESS = "bad-address"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    TLS = "tls"
    NOT_A_RELAY = "not-a-relay"
    CLOSED = "closed"  # by the peer
    USELESS = "useless"  # the peer sends repeats and rubbish only
    REFUSED = "refused"  # the peer will not serve these mailboxes
    NO_ROOM = "no-room"  # our own wire store is full
    STORE = "store"  # our own wire store failed
    FAILED = "failed"  # something unforeseen; the connection is tried again like any other


class Troubled(Exception):
    """Ends a connection for a reason that is nobody's malformed bytes."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(str(trouble))
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class PeerStatus:
    """One peer of one space. done, total: events fetched and to fetch while reconciling (total 0: not known yet).

    until: Unix seconds of the next try while waiting, else 0. trouble: a `Trouble` or `Reason` value, "" for none.
    received, sent, refused: events since the start: new to us, taken by the peer, refused by it.
    """

    space: str
    address: str
    state: State
    done: int
    total: int
    until: int
    trouble: str
    received: int
    sent: int
    refused: int


@dataclass(slots=True)
class Gauge:
    """The same while it changes; written by the link and its session."""

    space: str
    address: str
    state: State = State.CONNECTING
    done: int = 0
    total: int = 0
    until: int = 0
    trouble: str = ""
    received: int = 0
    sent: int = 0
    refused: int = 0

    def read(self) -> PeerStatus:
        return PeerStatus(
            self.space, self.address, self.state, self.done, self.total, self.until, self.trouble,
            self.received, self.sent, self.refused,
        )  # fmt: skip
