"""The types that carry trust: bytes → Sealed → Genuine → Said → Verdict → State.

Only `crypto` makes a `Genuine` (a test reads the source tree and holds that); reducers and rules take only `Said`.
What is made for every event is a msgspec struct: a frozen dataclass takes ten times as long to make (13 fields: 2 µs).
"""

from __future__ import annotations

from typing import Generic, TypeVar

import msgspec

from tadamun.core.event import Event, Tags

B = TypeVar("B", covariant=True)


class Genuine(msgspec.Struct, frozen=True):
    """An event whose id and BIP340 signature were checked."""

    event: Event


class Masked(msgspec.Struct, frozen=True):
    """How something was said under a one-time key, by one member of a ring who does not say which (protocol page 6).

    scope, slot: which of a member's turns it takes; period: the month (since January 1970, UTC) of the ring's keys.
    ring: how many members it may be. opening: the event that took the turn, for what follows it; "": this one.
    """

    scope: str
    period: int
    slot: int
    ring: int
    opening: str = ""


class Said(msgspec.Struct, Generic[B], frozen=True):
    """A genuine event of a space, with its frame and its decoded body: what somebody said.

    member: id of the person (their first device's public key); device: the key that signed; seq: the device's own
    count in this channel; created_at: the author's claim, only shown. mask: None, or how it was said by nobody in
    particular; then member and device are both the one-time key, which is no member's.
    """

    id: str
    space: str
    member: str
    device: str
    seq: int
    kind: int
    created_at: int
    auth: tuple[str, ...]
    prev: tuple[str, ...]
    body: B
    mask: Masked | None = None
    expires_at: int = 0  # Unix seconds; 0: does not expire
    private_with: str = ""  # the other member of a direct-message channel, a circle's channel id; "": the whole space
    height: int = 0  # checkpoints among the ancestors of `auth`
    circle: tuple[str, ...] = ()  # ids of the members of the private channel it was said in, sorted; (): everybody


class Proof(msgspec.Struct, frozen=True):
    """What the frame of an event under a one-time key says besides (docs/protocol/6-masked.md, 6.3).

    ring: ids of the events that hold its keys, sorted. tag: base64url of 32 bytes; proof: of 32 · (n + 1).
    """

    scope: str
    period: int
    slot: int
    ring: tuple[str, ...]
    tag: str
    proof: str


class Frame(msgspec.Struct, frozen=True):
    """The tags that every space event begins with, in this order (docs/protocol/1-events.md)."""

    space: str
    auth: tuple[str, ...]
    height: int
    seq: int
    previous: str
    prev: tuple[str, ...] = ()
    expires_at: int = 0
    rest: Tags = ()
    channel: str = ""  # the id of a private channel; "": the space's own
    mask: Proof | None = None  # said under a one-time key
    under: str = ""  # said under a one-time key again: the event that opened it
