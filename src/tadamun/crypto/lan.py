"""Names under which members find each other on a local network, and outsiders find nothing (docs/protocol/5-sync.md).

`b32(nonce(10) ‖ HMAC-SHA256(key, slot ‖ nonce)[:10])`: whoever holds the epoch recognises it, for others it is
noise that changes every hour and at every start.
"""

from __future__ import annotations

import binascii
import hmac
from base64 import b32decode, b32encode
from typing import Final

from tadamun.core.ports import Random
from tadamun.crypto.secret import Secret

SLOT: Final = 3_600  # seconds
_HALF: Final = 10  # bytes
_LENGTH: Final = 32  # characters


def name(key: Secret, now: int, random: Random) -> str:
    """The instance name for the hour of `now` (Unix seconds), lower case. key: `EpochKeys.lan`."""
    nonce = random.bytes(_HALF)
    return b32encode(nonce + _tag(key, now // SLOT, nonce)).decode("ascii").lower()


def recognises(key: Secret, now: int, candidate: str) -> bool:
    """Whether a name seen on the network was made with the key, for this hour or one beside it. Never raises."""
    if len(candidate) != _LENGTH:
        return False
    try:
        raw = b32decode(candidate, casefold=True)
    except (binascii.Error, ValueError):
        return False
    nonce, tag = raw[:_HALF], raw[_HALF:]
    slot = now // SLOT
    matches = [hmac.compare_digest(tag, _tag(key, near, nonce)) for near in (slot - 1, slot, slot + 1) if near >= 0]
    return any(matches)


def _tag(key: Secret, slot: int, nonce: bytes) -> bytes:
    """slot: hours since 1970, in 8 bytes, big endian."""
    return hmac.digest(key.view(), slot.to_bytes(8, "big") + nonce, "sha256")[:_HALF]
