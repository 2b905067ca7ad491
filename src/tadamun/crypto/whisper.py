"""The secret of a direct-message channel, handed to two members' devices under everybody's eyes (3.8).

Others of the space see boxes of one size and number-of-eight: that the author opened a channel, not with whom.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tadamun.core.b64 import from_b64, raw32, to_b64
from tadamun.core.errors import Reason, RemoteError
from tadamun.core.limits import MAX_INTEGER, MAX_LOCKBOXES
from tadamun.core.ports import Random
from tadamun.crypto import labels
from tadamun.crypto.lockbox import ENC, TAG, BoxKey, open_box, seal_to
from tadamun.crypto.secret import Secret

STEP: Final = 8
CONTENT: Final = 3 * 32 + 8  # bytes: secret, two members, expiry
SIZE: Final = ENC + CONTENT + TAG


@dataclass(frozen=True, slots=True)
class Whisper:
    """What a device hears: the secret of a private channel, and its members (hex, sorted): two here, more of a circle
    (circle.py)."""

    secret: Secret
    members: tuple[str, ...]
    expires_at: int  # Unix seconds; 0: for good


def whisper(
    secret: Secret,
    members: tuple[str, str],
    keys: Sequence[str],
    space: str,
    author_device: str,
    random: Random,
    expires_at: int = 0,
) -> tuple[str, ...]:
    """The boxes of a whisper, for the HPKE keys (base64url) of both members' live devices.

    Padded to a multiple of 8 with boxes for keys that nobody holds, and shuffled. Raises RemoteError(MALFORMED) for
    what is no key. expires_at: Unix seconds, 0: for good.
    """
    low, high = sorted((raw32(members[0]), raw32(members[1])))
    content = secret.reveal() + low + high + expires_at.to_bytes(8, "big")
    info = labels.whisper(space, author_device)
    boxes = [seal_to(key, content, info) for key in keys]
    # Made as the others are: random bytes in place of `enc` would stand out, half of them are no encoding of a point.
    while len(boxes) % STEP:
        boxes.append(seal_to(BoxKey.make(random).raw, bytes(CONTENT), info))
    return tuple(to_b64(box) for box in shuffle(boxes, random))


def shuffle(boxes: Sequence[bytes], random: Random) -> list[bytes]:
    """The same in random order (Fisher-Yates)."""
    mixed = list(boxes)
    for last in range(len(mixed) - 1, 0, -1):
        chosen = random.below(last + 1)
        mixed[last], mixed[chosen] = mixed[chosen], mixed[last]
    return mixed


def hear(key: BoxKey, boxes: Sequence[str], space: str, author_device: str) -> Whisper | None:
    """The whisper, if one of the boxes is for this key. Raises RemoteError (MALFORMED, TOO_LARGE) on a malformed one.

    That the author is one of the members, and the listener's member the other, is for the caller to check.
    """
    if len(boxes) > MAX_LOCKBOXES:
        raise RemoteError(Reason.TOO_LARGE, "boxes")
    info = labels.whisper(space, author_device)
    for raw in [from_b64(box, SIZE) for box in boxes]:
        try:
            content = open_box(key, raw, info)
        except RemoteError:
            continue
        low, high = content[32:64].hex(), content[64:96].hex()
        expires_at = int.from_bytes(content[96:], "big")
        if len(content) != CONTENT or low >= high or expires_at > MAX_INTEGER:
            raise RemoteError(Reason.MALFORMED, "whisper")
        return Whisper(Secret(content[:32]), (low, high), expires_at)
    return None
