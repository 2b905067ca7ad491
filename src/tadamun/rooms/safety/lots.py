"""A panel drawn by lot that anybody can draw again: who sits on it follows from ids that were fixed before (pure).

The seed takes in what several people said, in the order they said it, and last a number that the appellant had fixed by
its hash with their answer, before the decision, and tells with the appeal. So whoever decided could not choose words
until a panel suited them, since they did not know the number; nor could the appellant, who did not know the decision.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

PANEL: Final = 5  # members of a panel
LEAST: Final = 3  # fewer are no panel
MOST_POOL: Final = 400  # members of whom one is drawn; of more, those are taken whom a lot by the case names

_SEED: Final = b"tadamun/panel/v1"


def seed(ids: Sequence[str], number: str) -> str:
    """The seed of a draw (hex). ids: of what was said before, in order; number: 32 bytes in hex, or ""."""
    return hashlib.sha256(_SEED + b"".join(map(bytes.fromhex, (*ids, number)))).hexdigest()


def draw(by: str, pool: Iterable[str], count: int) -> tuple[str, ...]:
    """So many members of the pool, those with the lowest lots, sorted by id. by: a seed (hex)."""
    lots = sorted((hashlib.sha256(bytes.fromhex(by + member)).digest(), member) for member in set(pool))
    return tuple(sorted(member for _, member in lots[:count]))


def fixed(number: str) -> str:
    """What is told beforehand of a number (both hex)."""
    return hashlib.sha256(bytes.fromhex(number)).hexdigest()
