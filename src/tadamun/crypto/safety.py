"""The safety number: what two members compare, in person or on a call, to know that nobody stands between them.

SHA-512 of `"tadamun/safety/v1" ‖ space ‖ lower member id ‖ higher member id`; shown as 12 groups of 5 digits (as many
as Signal's) or as 20 words of a list of 512. Deviation from Signal: hashed once, over both ids together, not 5,200
times for each. Signal repeats to strengthen the 30 digits (99 bits) that stand for one key. Here all 199 bits (180 in
words) depend on both keys, so that even an attacker free to choose two keys needs some 2⁹⁹ (2⁹⁰) trials; 12 bits more
would cost every honest look a moment, and change nothing. This file does not know the words.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tadamun.core.b64 import raw32
from tadamun.crypto import labels

GROUPS: Final = 12
WORDS: Final = 20
LIST: Final = 512  # words in a list, nine bits each


@dataclass(frozen=True, slots=True)
class SafetyNumber:
    """digest: 64 bytes, the same from both sides."""

    digest: bytes

    def groups(self) -> tuple[str, ...]:
        """Twelve groups of five decimal digits: each from 5 bytes, big endian, modulo 100,000 (as Signal does)."""
        return tuple(f"{int.from_bytes(self.digest[i : i + 5], 'big') % 100_000:05d}" for i in range(0, 5 * GROUPS, 5))

    def words(self, words: Sequence[str]) -> tuple[str, ...]:
        """Twenty words of a list of 512: the first 180 bits, nine each, highest first."""
        if len(words) != LIST:
            raise ValueError("a list has 512 words")
        bits = int.from_bytes(self.digest, "big") >> (512 - 9 * WORDS)
        return tuple(words[bits >> 9 * (WORDS - 1 - place) & (LIST - 1)] for place in range(WORDS))


def safety_number(space: str, one: str, other: str) -> SafetyNumber:
    """Of two members of a space (ids in hex), in either order. Raises RemoteError(MALFORMED) on what is no id."""
    low, high = sorted((raw32(one), raw32(other)))
    return SafetyNumber(hashlib.sha512(labels.SAFETY + raw32(space) + low + high).digest())
