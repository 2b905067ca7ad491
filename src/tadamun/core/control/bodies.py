"""What can be said in the control log: kinds 3701-3712 (docs/protocol/2-control.md, 2.1).

Shapes only: that lists are sorted and numbers in range. Who may say it is in rules.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Any, Final, Literal, TypeAlias

import msgspec

from tadamun.core import body
from tadamun.core.charter import Charter, Level
from tadamun.core.errors import Reason, RemoteError
from tadamun.core.event import Event, Hex32, Hex64, Tags
from tadamun.core.limits import MAX_INNER, MAX_INTEGER, MAX_PARENTS

GENESIS: Final = 3701
INVITE: Final = 3702
INVITE_REVOKE: Final = 3703
ADMIT: Final = 3704
LEAVE: Final = 3705
REMOVE: Final = 3706
LEVEL: Final = 3707
DEVICE_ADD: Final = 3708
DEVICE_REVOKE: Final = 3709
CHARTER: Final = 3710
CHECKPOINT: Final = 3711
EPOCH: Final = 3712

Key32 = Annotated[
    str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]\\Z")
]  # unpadded base64url of 32 bytes
Count = Annotated[int, msgspec.Meta(ge=0, le=MAX_INTEGER)]
OrNothing = Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?\\Z")]
Cut = tuple[tuple[Hex32, Annotated[int, msgspec.Meta(ge=-1, le=MAX_INTEGER)], OrNothing], ...]
Cosign = tuple[tuple[Hex32, Hex64], ...]
Timed = tuple[tuple[Hex32, Count, Hex64], ...]  # device, Unix seconds at which it signed, signature


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What all bodies share: strictness, and the version."""

    v: Literal[1] = 1


class Bundle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A device's public keys; `proof`: signature by `key` over digests.bundle_digest, so whoever lists it holds it."""

    key: Hex32
    hpke: Key32
    prekey: Key32
    proof: Hex64


class Genesis(Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    nonce: Hex32
    charter: Charter
    device: Bundle


class Invite(Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    key: Hex32
    level: Level
    uses: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    expires: Count  # Unix seconds; 0: never
    mailbox: Key32
    request: Key32


class InviteRevoke(Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    key: Hex32


class Admit(Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    member: Hex32
    device: Bundle
    level: Level
    invite: OrNothing
    proof: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{128})?\\Z")]
    cosign: Cosign

    def __post_init__(self) -> None:
        _ascending([device for device, _ in self.cosign])
        if bool(self.invite) != bool(self.proof):
            raise ValueError("an invite and its proof come together")


class Leave(Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Nothing but the version."""


class Remove(Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    member: Hex32
    cut: Cut
    reason: Annotated[str, msgspec.Meta(max_length=500)]
    cosign: Cosign

    def __post_init__(self) -> None:
        _ascending([device for device, _ in self.cosign])
        _cut(self.cut)


class SetLevel(Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    member: Hex32
    level: Level
    cosign: Cosign

    def __post_init__(self) -> None:
        _ascending([device for device, _ in self.cosign])


class DeviceAdd(Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    device: Bundle


class DeviceRevoke(Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    device: Hex32
    cut: Annotated[Cut, msgspec.Meta(max_length=1)]
    cosign: Cosign

    def __post_init__(self) -> None:
        _ascending([device for device, _ in self.cosign])
        _cut(self.cut)
        if any(device != self.device for device, _, _ in self.cut):
            raise ValueError("the cut is of another device")


class Amend(Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    charter: Charter
    cosign: Cosign

    def __post_init__(self) -> None:
        _ascending([device for device, _ in self.cosign])


class Checkpoint(Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    height: Annotated[int, msgspec.Meta(ge=1, le=MAX_INTEGER)]
    state: Hex32
    parts: Annotated[tuple[Hex32, ...], msgspec.Meta(min_length=1)]
    signatures: Timed

    def __post_init__(self) -> None:
        _ascending([device for device, _, _ in self.signatures])


class Epoch(Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    epoch: Hex32
    parents: Annotated[tuple[Hex32, ...], msgspec.Meta(max_length=MAX_PARENTS)]
    boxes: Hex32

    def __post_init__(self) -> None:
        _ascending(self.parents)


ControlBody: TypeAlias = (
    Genesis
    | Invite
    | InviteRevoke
    | Admit
    | Leave
    | Remove
    | SetLevel
    | DeviceAdd
    | DeviceRevoke
    | Amend
    | Checkpoint
    | Epoch
)
Cosigned: TypeAlias = Admit | Remove | SetLevel | DeviceRevoke | Amend

KINDS: Final[dict[int, type[ControlBody]]] = {
    GENESIS: Genesis,
    INVITE: Invite,
    INVITE_REVOKE: InviteRevoke,
    ADMIT: Admit,
    LEAVE: Leave,
    REMOVE: Remove,
    LEVEL: SetLevel,
    DEVICE_ADD: DeviceAdd,
    DEVICE_REVOKE: DeviceRevoke,
    CHARTER: Amend,
    CHECKPOINT: Checkpoint,
    EPOCH: Epoch,
}


_decoders: Final[dict[int, msgspec.json.Decoder[Any]]] = {kind: msgspec.json.Decoder(t) for kind, t in KINDS.items()}


def decode(event: Event, rest: Tags = ()) -> ControlBody:
    """The body of a control event; rest: its tags after the frame, of which it may have none. Raises as `read`."""
    return read(event.kind, event.content, rest)


def read(kind: int, content: str, rest: Tags = ()) -> ControlBody:
    """The body that the content of a control event spells.

    Raises RemoteError (UNKNOWN_KIND, MALFORMED, NOT_CANONICAL, TOO_LARGE).
    """
    decoder = _decoders.get(kind)
    if decoder is None:
        raise RemoteError(Reason.UNKNOWN_KIND)
    if len(content) > MAX_INNER:
        raise RemoteError(Reason.TOO_LARGE)
    decoded: ControlBody = body.read(decoder, content, rest)
    return decoded


def _ascending(keys: Sequence[str]) -> None:
    if any(one >= after for one, after in pairwise(keys)):
        raise ValueError("not sorted, or twice the same")


def _cut(cut: Cut) -> None:
    _ascending([device for device, _, _ in cut])
    if any((seq < 0) != (last == "") for _, seq, last in cut):
        raise ValueError("a cut names the last event, or nothing")
