"""What is said between two who do not know each other's names: short words, sealed for a one-time key.

HPKE boxes (crypto/lockbox.py), bound to the space and to what they follow. The words are padded in steps, so that the
size of a box tells nobody much. This file does not know tables or rules.
"""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

from tadamun.core.b64 import from_b64, to_b64
from tadamun.core.errors import RemoteError, UsageError
from tadamun.core.event import is_hex32
from tadamun.core.text import allowed_text, tidy_text
from tadamun.crypto.lockbox import BoxKey, open_box, seal_to

STEP: Final = 512  # bytes to which words are padded
MOST: Final = 2_000  # bytes of a text


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """text: may be empty. n: one more than all words of the two that whoever says it had seen: times are told to the
    hour only, and order nothing. agrees: to say who one is, if the other does too. member, token: who one is, once both
    agreed, and what the other proves with that it was them who were told (bodies.Unmask)."""

    text: Annotated[str, msgspec.Meta(max_length=MOST)] = ""
    n: Annotated[int, msgspec.Meta(ge=0, le=1_000)] = 0
    agrees: bool = False
    member: str = ""
    token: str = ""


def spoken(text: str, agrees: bool = False) -> Words:
    """What somebody typed. Raises UsageError."""
    text = tidy_text(text)
    if not text and not agrees:
        raise UsageError("There is nothing to say yet: the text is empty.")
    if not allowed_text(text, MOST, least=0):
        raise UsageError("Write at most {most} bytes, without control characters.", most=MOST)
    return Words(text=text, agrees=agrees)


def seal(words: Words, public: str, info: bytes) -> str:
    """The words for whoever has the key, base64url."""
    plain = msgspec.json.encode(words)
    return to_b64(seal_to(public, plain.ljust(-(-len(plain) // STEP) * STEP), info))


def opened(key: BoxKey, box: str, info: bytes) -> Words | None:
    """What a box says; None for one that is not for the key, or holds what no honest program writes."""
    try:
        words = msgspec.json.decode(open_box(key, from_b64(box), info).rstrip(b" "), type=Words)
    except (RemoteError, ValueError, RecursionError):
        return None
    named = bool(words.member)
    right = allowed_text(words.text, MOST, least=0) and named == bool(words.token)
    return words if right and (not named or (is_hex32(words.member) and is_hex32(words.token))) else None
