"""The secret of a circle (3.9), handed to the devices of several members under everybody's eyes.

Others of the space see boxes of one size, a multiple of sixteen of them, and a roll they cannot open: that the author
opened a circle, not with whom. Whoever opens a box opens the roll by the secret in it, and knows everybody's name.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from tadamun.core.b64 import from_b64, raw32, to_b64
from tadamun.core.errors import Reason, RemoteError
from tadamun.core.limits import MAX_CIRCLE, MAX_INTEGER
from tadamun.core.ports import Random
from tadamun.crypto import labels
from tadamun.crypto.lockbox import ENC, TAG, BoxKey, open_box, seal_to
from tadamun.crypto.secret import Secret
from tadamun.crypto.whisper import Whisper, shuffle

STEP: Final = 16  # of boxes, and of members in a roll: what others can count is a multiple of it
MOST_BOXES: Final = 128  # of one event
CONTENT: Final = 32 + 8  # bytes: secret, expiry
SIZE: Final = ENC + CONTENT + TAG
NONCE: Final = 12


def convene(
    secret: Secret,
    members: Sequence[str],
    keys: Sequence[str],
    space: str,
    author_device: str,
    random: Random,
    expires_at: int = 0,
) -> tuple[list[tuple[str, ...]], str]:
    """The boxes for the keys (base64url) of the members' devices, in as many parts as it takes events; and the roll.

    Padded with boxes for keys that nobody holds, and shuffled across all parts. members: ids (hex), the author's among
    them, 3 to 64. Raises RemoteError(MALFORMED) for what is no key. expires_at: Unix seconds, 0: for good.
    """
    info = labels.circle_box(space, author_device)
    content = secret.reveal() + expires_at.to_bytes(8, "big")
    boxes = [seal_to(key, content, info) for key in keys]
    while len(boxes) % STEP:
        boxes.append(seal_to(BoxKey.make(random).raw, bytes(CONTENT), info))
    spelled = [to_b64(box) for box in shuffle(boxes, random)]
    parts = [tuple(spelled[start : start + MOST_BOXES]) for start in range(0, len(spelled), MOST_BOXES)]
    roll = b"".join(map(raw32, sorted(set(members))))
    roll += bytes(-len(roll) % (32 * STEP))
    nonce = random.bytes(NONCE)
    sealed = nonce + _cipher(secret, space).encrypt(nonce, roll, raw32(space) + raw32(author_device))
    return parts, to_b64(sealed)


def attend(key: BoxKey, boxes: Sequence[str], roll: str, space: str, author_device: str) -> Whisper | None:
    """What one of the boxes tells the holder of this key; None if none is for it. Raises RemoteError (MALFORMED,
    TOO_LARGE, CANNOT_OPEN).

    That author and listener are of the circle, and who the others are, is for the caller to check.
    """
    if len(boxes) > MOST_BOXES:
        raise RemoteError(Reason.TOO_LARGE, "boxes")
    info = labels.circle_box(space, author_device)
    for raw in [from_b64(box, SIZE) for box in boxes]:
        try:
            content = open_box(key, raw, info)
        except RemoteError:
            continue
        secret, expires_at = Secret(content[:32]), int.from_bytes(content[32:], "big")
        if len(content) != CONTENT or expires_at > MAX_INTEGER:
            raise RemoteError(Reason.MALFORMED, "circle")
        return Whisper(secret, _read(secret, from_b64(roll), space, author_device), expires_at)
    return None


def _read(secret: Secret, sealed: bytes, space: str, author_device: str) -> tuple[str, ...]:
    """The members on a roll, sorted."""
    try:
        aad = raw32(space) + raw32(author_device)
        plain = _cipher(secret, space).decrypt(sealed[:NONCE], sealed[NONCE:], aad)
    except (InvalidTag, ValueError):
        raise RemoteError(Reason.CANNOT_OPEN, "roll") from None
    rows = [plain[at : at + 32] for at in range(0, len(plain), 32)]
    named = [row for row in rows if any(row)]
    padded = len(plain) == -(-len(named) // STEP) * STEP * 32 and rows[: len(named)] == named
    if not padded or not 3 <= len(named) <= MAX_CIRCLE or any(one >= after for one, after in pairwise(named)):
        raise RemoteError(Reason.MALFORMED, "roll")
    return tuple(row.hex() for row in named)


def _cipher(secret: Secret, space: str) -> ChaCha20Poly1305:
    key = secret.derive(labels.ROLL, raw32(space))  # held: it is wiped when dropped
    return ChaCha20Poly1305(key.view())
