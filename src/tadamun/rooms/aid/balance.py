"""What two members owe each other, of the entries between them. Pure, of whole numbers; knows no names and no tables.

Each entry counts once, for one of the two as much as against the other, so that the balances of everybody add up to
nothing, whatever was said. Forgiving takes away at most what is owed: it can turn nobody's balance round.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

SOFT_LIMIT: Final = {"minutes": 20 * 60, "units": 20}  # beyond which one is told, and nothing else happens


@dataclass(frozen=True, slots=True)
class Line:
    """One entry that counts: confirmed by the other, or forgiven."""

    giver: str
    taker: str
    amount: int
    forgives: bool = False


def balance(one: str, other: str, lines: Iterable[Line]) -> int:
    """How much `other` owes `one`; below zero: the other way round. Entries of others than these two do not count."""
    given = 0  # by one to the other, less what came back
    forgiven = {one: 0, other: 0}  # by whom
    for line in lines:
        if (line.giver, line.taker) not in ((one, other), (other, one)) or one == other:
            continue
        if line.forgives:
            forgiven[line.giver] += line.amount
        else:
            given += line.amount if line.giver == one else -line.amount
    if given > 0:
        return max(0, given - forgiven[one])
    return min(0, given + forgiven[other])


def hint(owed: int, unit: str) -> str:
    """What one is told of a balance: "given-much", "taken-much", or "" within the soft limit."""
    if abs(owed) <= SOFT_LIMIT[unit]:
        return ""
    return "given-much" if owed > 0 else "taken-much"
