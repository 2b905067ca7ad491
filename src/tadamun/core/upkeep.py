"""What nodes tell each other to keep a space going: lockboxes, history, buckets, prekeys, joining (kinds 3713-3726).

These are ordinary content of a space (docs/protocol/kinds.md): signed by a device, judged by the control log, in the
log like anything else. They belong to no room because every room rests on them. Structs are the canonical JSON bodies;
binary values are unpadded base64url.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import msgspec

from tadamun.core import body
from tadamun.core.event import Hex32, Hex64, Tags
from tadamun.core.limits import MAX_INTEGER, MAX_LOCKBOXES, MAX_PERIOD

Box = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{1,400}\\Z")]
Bytes32 = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{43}\\Z")]
Time = Annotated[int, msgspec.Meta(ge=0, le=MAX_INTEGER)]
Address = Annotated[str, msgspec.Meta(pattern=r"^wss?://[\x21-\x7e]{1,200}\Z")]


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What all have in common: the version."""

    v: Literal[1] = 1


class Lockboxes(Body, frozen=True, forbid_unknown_fields=True):
    """3713: an epoch's secret for each device that is to have it."""

    epoch: Hex32
    boxes: Annotated[tuple[tuple[Hex32, Box], ...], msgspec.Meta(min_length=1, max_length=MAX_LOCKBOXES)]


class HistoryLinks(Body, frozen=True, forbid_unknown_fields=True):
    """3714: (child epoch, parent epoch, parent's secret under the child's history key)."""

    links: Annotated[tuple[tuple[Hex32, Hex32, Box], ...], msgspec.Meta(min_length=1, max_length=100)]


class Bucket(Body, frozen=True, forbid_unknown_fields=True):
    """3715: the secret under which content that expires at `expires` is sealed, for each device's prekey."""

    bucket: Hex32
    scope: Hex32
    expires: Time
    boxes: Annotated[tuple[tuple[Hex32, Box], ...], msgspec.Meta(min_length=1, max_length=MAX_LOCKBOXES)]


class Prekey(Body, frozen=True, forbid_unknown_fields=True):
    """3716: the author device's new prekey (X25519)."""

    prekey: Bytes32


class CheckpointPart(Body, frozen=True, forbid_unknown_fields=True):
    """3717: a part of a checkpoint's state, named by its SHA-256."""

    hash: Hex32
    data: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{1,36000}\\Z")]


class Whisper(Body, frozen=True, forbid_unknown_fields=True):
    """3718: opens a direct-message channel; nobody can tell whose boxes are real."""

    boxes: Annotated[tuple[Box, ...], msgspec.Meta(min_length=1, max_length=64)]


class Convening(Body, frozen=True, forbid_unknown_fields=True):
    """3726: opens a circle, a private channel of several members; nobody else can tell of whom."""

    boxes: Annotated[tuple[Box, ...], msgspec.Meta(min_length=1, max_length=128)]
    roll: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{1,2800}\\Z")]


class JoinRequest(Body, frozen=True, forbid_unknown_fields=True):
    """3719: a device asks to be let in; the box opens with the invite's request key."""

    box: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{1,4000}\\Z")]


class Welcome(Body, frozen=True, forbid_unknown_fields=True):
    """3720: the answer to one device, to be opened with its box key."""

    to: Hex32
    box: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{1,30000}\\Z")]


class Cosign(Body, frozen=True, forbid_unknown_fields=True):
    """3721: a signature under a proposed act or checkpoint.

    kind, content: the control event proposed, its own signature list empty. heads: the control heads it will name
    (a checkpoint's signatures bind them). The first such event is the proposal. time: Unix seconds at which a
    checkpoint is signed, bound by the signature; 0 for acts.
    """

    kind: Annotated[int, msgspec.Meta(ge=3701, le=3712)]
    content: Annotated[str, msgspec.Meta(max_length=30_000)]
    heads: Annotated[tuple[Hex32, ...], msgspec.Meta(min_length=1, max_length=16)]
    time: Time
    sig: Hex64


class Addresses(Body, frozen=True, forbid_unknown_fields=True):
    """3722: where the author's node can be reached; replaces what that device said before (by its log sequence)."""

    addresses: Annotated[tuple[Address, ...], msgspec.Meta(max_length=8)]


class Need(Body, frozen=True, forbid_unknown_fields=True):
    """3723: the author's device has no box for this epoch and asks for one."""

    epoch: Hex32


class RingKey(Body, frozen=True, forbid_unknown_fields=True):
    """3724: the author's member has this ring key for a month (months since January 1970, UTC)."""

    period: Annotated[int, msgspec.Meta(ge=0, le=MAX_PERIOD)]
    key: Bytes32


class RingHand(Body, frozen=True, forbid_unknown_fields=True):
    """3725: a ring key's private half for other devices of the author's member, sealed to their prekeys."""

    period: Annotated[int, msgspec.Meta(ge=0, le=MAX_PERIOD)]
    key: Bytes32
    expires: Time
    boxes: Annotated[tuple[tuple[Hex32, Box], ...], msgspec.Meta(min_length=1, max_length=16)]


class JoinAsk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Inside a join request: device is a Bundle as canonical JSON, proof by the invite key, anchor from the link."""

    device: Annotated[str, msgspec.Meta(max_length=2_000)]
    proof: Hex64
    anchor: Hex32


class JoinAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Inside a welcome's box: the epochs handed over, or why not; events: of the control log, as JSON."""

    refused: Literal["", "used-up", "expired", "revoked", "not-valid"]
    epochs: Annotated[tuple[tuple[Hex32, Bytes32], ...], msgspec.Meta(max_length=8)]
    events: Annotated[tuple[str, ...], msgspec.Meta(max_length=200)]


BODIES: dict[int, type[Body]] = {
    3713: Lockboxes,
    3714: HistoryLinks,
    3715: Bucket,
    3716: Prekey,
    3717: CheckpointPart,
    3718: Whisper,
    3719: JoinRequest,
    3720: Welcome,
    3721: Cosign,
    3722: Addresses,
    3723: Need,
    3726: Convening,
}
LOCKBOXES, HISTORY, BUCKET, PREKEY, PART, WHISPER, JOIN, WELCOME, COSIGN, ADDRESSES, NEED, CONVENING = BODIES

# Ring keys (docs/protocol/6-masked.md).
RING_KEY, RING_HAND = 3724, 3725
BODIES |= {RING_KEY: RingKey, RING_HAND: RingHand}

_decoders: Final[dict[int, msgspec.json.Decoder[Any]]] = {kind: msgspec.json.Decoder(t) for kind, t in BODIES.items()}


def read(kind: int, content: str, tags: Tags) -> Body:
    """The body of an upkeep event. Raises RemoteError (MALFORMED, NOT_CANONICAL, UNKNOWN_KIND)."""
    decoded: Body = body.read(_decoders[kind], content, tags)
    return decoded
