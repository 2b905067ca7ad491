"""How sure one can be of a resource, by the reader's own clock: a check grows old, and what is claimed of the future
counts for nothing. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

DAY: Final = 86_400  # seconds
GOOD_FOR: Final = 180 * DAY  # a check without an end of its own
LONGEST: Final = 731 * DAY  # no check holds longer, whatever end it names


def held_until(checked_at: int, trust_until: int, good: Iterable[int], now: int) -> int:
    """Until when a resource counts as checked; 0: it never was. good: the days on which members found it as told."""
    ends = [at + GOOD_FOR for at in good if 0 < at <= now + DAY]
    if 0 < checked_at <= now + DAY:
        ends.append(min(trust_until or checked_at + GOOD_FOR, checked_at + LONGEST))
    return max(ends, default=0)


def standing(gone: bool, until: int, closed: bool, now: int) -> str:
    """One word for it: gone, closed, trusted, stale, unchecked."""
    if gone:
        return "gone"
    if closed:
        return "closed"
    if not until:
        return "unchecked"
    return "trusted" if until > now else "stale"
