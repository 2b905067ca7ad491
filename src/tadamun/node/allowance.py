"""How often a node does something by itself because others ask for it.

One event of a hostile member reaches everybody. If each of their nodes answered each such event, little would become
much: so each asker is answered so many times in a while, and then no more. What is left undone was asked for too often,
or is asked for again later.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

from tadamun.core.ports import Clock

MOST_KEYS: Final = 10_000  # kept apart


class Allowance:
    """most: times for each key in `seconds`."""

    def __init__(self, clock: Clock, most: int, seconds: int) -> None:
        self._clock, self._most, self._seconds = clock, most, seconds
        self._spent: dict[Hashable, tuple[int, int]] = {}  # key → (since when, how often)

    def take(self, key: Hashable) -> bool:
        """Whether it may be done once more."""
        now = self._clock.now()
        since, often = self._spent.get(key, (now, 0))
        if now - since >= self._seconds:
            since, often = now, 0
        if often >= self._most:
            return False
        self._spent.pop(key, None)
        self._spent[key] = since, often + 1  # the last: the one that was not heard of for longest is forgotten first
        if len(self._spent) > MOST_KEYS:
            del self._spent[next(iter(self._spent))]
        return True
