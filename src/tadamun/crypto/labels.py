"""Every label that separates one use of a key or hash from another, in one place (docs/protocol/).

Scopes, ids and keys enter as their 32 bytes, so that each concatenation has one reading.
"""

from __future__ import annotations

from typing import Final

from tadamun.core.b64 import raw32

EPOCH_ID: Final = b"tadamun/epoch-id/v1"  # 3.1
CONVERSATION: Final = b"tadamun/conversation/v1"
HISTORY: Final = b"tadamun/history/v1"
MAILBOX: Final = b"tadamun/mailbox/v1"
LAN: Final = b"tadamun/lan/v1"  # 5
BUCKET: Final = b"tadamun/bucket/v1"  # 3.7
CHANNEL: Final = b"tadamun/dm/v1"  # 3.8
CIRCLE: Final = b"tadamun/circle/v1"  # 3.9
ROLL: Final = b"tadamun/roll/v1"
INVITE_SIGN: Final = b"tadamun/invite-sign/v1"  # 4.1
INVITE_MAILBOX: Final = b"tadamun/invite-mailbox/v1"
DEVICE_REQUEST: Final = b"tadamun/device-request/v1"
SAFETY: Final = b"tadamun/safety/v1"
RING: Final = b"tadamun/ring/v1"  # 6.2
RING_SCOPE: Final = b"tadamun/ring-scope/v1"
RING_STEP: Final = b"tadamun/ring-step/v1"
RING_NONCE: Final = b"tadamun/ring-nonce/v1"


def lockbox(scope: str | bytes, epoch: str, device: str) -> bytes:
    """HPKE `info` of an epoch secret for a device (3.4)."""
    return b"tadamun/lockbox/v1" + raw32(scope) + raw32(epoch) + raw32(device)


def bucket_box(scope: str | bytes, bucket: str, device: str) -> bytes:
    """HPKE `info` of a bucket secret for a device's prekey (3.7)."""
    return b"tadamun/bucket-box/v1" + raw32(scope) + raw32(bucket) + raw32(device)


def whisper(space: str, author_device: str) -> bytes:
    """HPKE `info` of a direct channel's secret (3.8)."""
    return b"tadamun/whisper/v1" + raw32(space) + raw32(author_device)


def circle_box(space: str, author_device: str) -> bytes:
    """HPKE `info` of a circle's secret (3.9)."""
    return b"tadamun/circle-box/v1" + raw32(space) + raw32(author_device)


def join(space: str, invite_key: str) -> bytes:
    """HPKE `info` of a join request (4.2)."""
    return b"tadamun/join/v1" + raw32(space) + raw32(invite_key)


def welcome(space: str, device: str) -> bytes:
    """HPKE `info` of a welcome or refusal (4.3)."""
    return b"tadamun/welcome/v1" + raw32(space) + raw32(device)


def mask(space: str | bytes, period: int, slot: int, name: str) -> bytes:
    """The scope that a tag is left under (6.3): the name comes last, everything before it has one length."""
    return b"tadamun/mask/v1" + raw32(space) + period.to_bytes(4, "big") + slot.to_bytes(4, "big") + name.encode()


def mask_box(space: str | bytes, period: int, key: bytes, device: str) -> bytes:
    """HPKE `info` of a member's ring key for another of their devices (6.1)."""
    return b"tadamun/mask-box/v1" + raw32(space) + period.to_bytes(4, "big") + raw32(key) + raw32(device)


def aid_help(space: str, item: str, key: bytes) -> bytes:
    """HPKE `info` of what a helper tells whoever asked without a name; key: where answers are sealed for (kinds.md)."""
    return b"tadamun/aid-help/v1" + raw32(space) + raw32(item) + raw32(key)


def aid_note(space: str, help: str) -> bytes:
    """HPKE `info` of what the two say after that."""
    return b"tadamun/aid-note/v1" + raw32(space) + raw32(help)


def meeting_point(space: str, gathering: str) -> bytes:
    """What the box of a sealed place is bound to (kinds.md, Gatherings)."""
    return b"tadamun/meeting-point/v1" + raw32(space) + raw32(gathering)


def card(space: str, member: str, salt: bytes) -> bytes:
    """What the card of somebody who wants to be waited for is bound to; salt: 16 bytes."""
    return b"tadamun/card/v1" + raw32(space) + raw32(member) + salt


def watch(space: str, member: str, salt: bytes) -> bytes:
    """HPKE `info` of what somebody who waits is given; salt: 16 bytes."""
    return b"tadamun/watch/v1" + raw32(space) + raw32(member) + salt
