"""Randomness that repeats, a space, and a device in it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from tadamun.core.ports import Random
from tadamun.crypto.keys import SigningKey
from tadamun.crypto.lockbox import BoxKey

SPACE = "5a" * 32


class Seeded:
    """The Random port over a counter: the same bytes in every run."""

    def __init__(self, seed: bytes = b"") -> None:
        self._seed = seed
        self._count = 0

    def bytes(self, count: int) -> bytes:
        self._count += 1
        return hashlib.shake_256(self._seed + self._count.to_bytes(8, "big")).digest(count)

    def below(self, bound: int) -> int:
        return int.from_bytes(self.bytes(16), "big") % bound


@dataclass(frozen=True)
class Device:
    """The private keys of a device."""

    signing: SigningKey
    box: BoxKey
    prekey: BoxKey

    @classmethod
    def make(cls, random: Random) -> Device:
        return cls(SigningKey.make(random), BoxKey.make(random), BoxKey.make(random))
