"""How long to wait before trying a peer again: soon at first, then twice as long each time, never all at once."""

from __future__ import annotations

from typing import Final

from tadamun.core.ports import Random

FIRST: Final = 0.25  # seconds
MOST: Final = 120.0  # seconds
_STEPS: Final = 1_000


class Backoff:
    """Delays of 0.25 s, 0.5 s, 1 s … 120 s, each shortened by up to a half at random: peers do not march in step."""

    def __init__(self, random: Random, first: float = FIRST, most: float = MOST) -> None:
        self._random, self._first, self._most = random, first, most
        self._tries = 0

    def next(self) -> float:
        """Seconds to wait before the next try."""
        full = min(self._most, self._first * 2.0 ** min(self._tries, 32))
        self._tries += 1
        return full * (0.5 + self._random.below(_STEPS + 1) / (2 * _STEPS))

    def reset(self) -> None:
        """The last try went well."""
        self._tries = 0
