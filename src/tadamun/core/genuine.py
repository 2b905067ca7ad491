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


class Said(msgspec.Struct, Generic[B], frozen=True):
    """A genuine event of a space, with its frame and its decoded body: what somebody said.

    member: id of the person (their first device's public key); device: the key that signed; seq: the device's own
    count in this channel; created_at: the author's claim, only shown.
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
    expires_at: int = 0  # Unix seconds; 0: does not expire
    private_with: str = ""  # the other member of a direct-message channel, a circle's channel id; "": the whole space
    height: int = 0  # checkpoints among the ancestors of `auth`
    circle: tuple[str, ...] = ()  # ids of the members of the private channel it was said in, sorted; (): everybody


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
