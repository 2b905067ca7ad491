"""One-time links: how a browser is let in. A link lives ten minutes and is good once.

It is told on the terminal, or over the node's own socket: whoever reads either is this user.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tadamun.core.ports import Random
from tadamun.web.address import Address, hashed, token

LIFE: Final = 600.0  # seconds
MOST: Final = 20  # links at once; the oldest make room


class Links:
    """now: seconds on a clock that only goes forward."""

    def __init__(self, address: Address, random: Random, now: Callable[[], float]) -> None:
        self._address, self._random, self._now = address, random, now
        self._until: dict[str, float] = {}

    def new(self) -> str:
        """A link to open in a browser."""
        made = token(self._random)
        self._until[hashed(made)] = self._now() + LIFE
        for gone in list(self._until)[:-MOST]:
            del self._until[gone]
        return f"{self._address.origin}{self._address.path}/enter/{made}"

    def use(self, given: str) -> bool:
        """True once for a link's token that is not too old."""
        return self._until.pop(hashed(given), 0.0) > self._now()
