"""Codes that people remember: of one typed, a token that whoever knows its hash can recognise.

A code is short, so its token is stretched (Argon2id) with a salt: whoever gets hold of the hash pays for each guess.
This file does not know what a code stands for, and that is the point: the device on which it is typed need not know
either.
"""

from __future__ import annotations

import hashlib
import unicodedata
from typing import Final

from tadamun.crypto.secret import Cost, Secret, stretch

# A tenth of a second where the vault's own takes four: it is typed by somebody in a hurry, perhaps watched.
COST: Final = Cost(memory_kib=32 * 1024, passes=4, lanes=2)
SALT: Final = 16  # bytes


def token(code: str, salt: bytes, cost: Cost = COST) -> str:
    """What the code comes to: 32 bytes, base64url. Digits of every script count alike, case and spaces do not."""
    plain = unicodedata.normalize("NFKC", code).casefold()
    plain = "".join(
        str(unicodedata.digit(sign)) if unicodedata.digit(sign, None) is not None else sign
        for sign in plain
        if not sign.isspace()
    )
    return stretch(Secret(plain.encode()), salt, cost).to_text()


def mark(found: str) -> str:
    """The hash by which a token is recognised, hex."""
    return hashlib.sha256(found.encode()).hexdigest()
