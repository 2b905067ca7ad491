"""Who fits whom: hard conditions first, then a short list in order, with the reasons. People claim; this suggests.

Pure, and of whole numbers: the same inputs give the same list on every machine. It runs on one's own device, over what
that device can read anyway, and nobody is told what it found.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from tadamun.rooms.aid.fields import ELSEWHERE, LANGUAGE_SHARED, NEAR, SETTLED, URGENCIES

SAME_PLACE: Final = 8
SHARED_TAG: Final = 4
MOST_TAGS: Final = 3  # shared tags beyond these add nothing: naming many must not push anybody up
SHARED_LANGUAGE: Final = 2
FIRST_LANGUAGE: Final = 1  # more, if it is the preferred one of both
NOBODY_YET: Final = 3
SOON: Final = {2: 6, 5: 4, 7: 2, 0: 0}  # by how many days there are


@dataclass(frozen=True, slots=True)
class Side:
    """One who asks, or one who offers. key: what is suggested by it. place: as view.place_key makes it, "": not said.
    languages: the preferred one first. newcomer: whoever it is belongs since a short time only. taken: how many claimed
    it."""

    key: str
    member: str
    categories: frozenset[str]
    tags: frozenset[str] = frozenset()
    languages: tuple[str, ...] = ()
    place: str = ""
    urgency: str = "any"
    conditions: frozenset[str] = frozenset()
    newcomer: bool = False
    taken: int = 0


@dataclass(frozen=True, slots=True)
class Fit:
    """score: only to put fits in order, and shown to nobody. reasons: (what, which), such as ("language", "ar")."""

    side: Side
    score: int
    reasons: tuple[tuple[str, str], ...]


def suggest(mine: Sequence[Side], others: Iterable[Side], most: int) -> list[Fit]:
    """The best `most` of the others for any of my sides, best first; each once, with the reasons of its best fit."""
    best: dict[str, Fit] = {}
    for other in others:
        for one in mine:
            found = fit(one, other)
            if found is not None and (other.key not in best or found.score > best[other.key].score):
                best[other.key] = found
    return sorted(best.values(), key=lambda found: (-found.score, found.side.key))[:most]


def fit(one: Side, other: Side) -> Fit | None:
    """How well the other fits; None if a condition of either forbids it, or they have nothing to do with each other."""
    if one.member == other.member or not one.categories & other.categories:
        return None
    if not (accepts(one, other) and accepts(other, one)):
        return None
    shared = shared_languages(one, other)
    # Who cannot talk to each other cannot help each other; who names no language is taken to manage.
    if one.languages and other.languages and not shared:
        return None
    score, reasons = 0, []
    days = URGENCIES[other.urgency]
    if days:
        score += SOON[days]
        reasons.append(("soon", other.urgency))
    if one.place and one.place == other.place:
        score += SAME_PLACE
        reasons.append(("place", ""))
    tags = sorted(one.tags & other.tags)
    score += SHARED_TAG * min(len(tags), MOST_TAGS)
    reasons += [("tag", tag) for tag in tags[:MOST_TAGS]]
    if shared:
        first = base(one.languages[0]) == base(other.languages[0])
        score += SHARED_LANGUAGE + (FIRST_LANGUAGE if first else 0)
        reasons.append(("language", shared[0]))
    if not other.taken:
        score += NOBODY_YET
        reasons.append(("nobody", ""))
    return Fit(other, score, tuple(reasons))


def accepts(one: Side, other: Side) -> bool:
    """Whether the other meets every condition of the one. What is not known meets none: who must not be from my town is
    not shown to me unless they say where they are."""
    return all(_meets(one, other, condition) for condition in one.conditions)


def _meets(one: Side, other: Side, condition: str) -> bool:
    match condition:
        case "near":
            return bool(one.place) and one.place == other.place
        case "elsewhere":
            return bool(one.place and other.place) and one.place != other.place
        case "language":
            return bool(shared_languages(one, other))
        case "settled":
            return not other.newcomer
        case _:
            return False


def shared_languages(one: Side, other: Side) -> list[str]:
    """Languages of both, without territories, in the order of the one."""
    theirs = {base(tag) for tag in other.languages}
    return [tag for tag in dict.fromkeys(map(base, one.languages)) if tag in theirs]


def base(tag: str) -> str:
    """`ar` of `ar-LB`."""
    return tag.partition("-")[0]


KNOWN: Final = frozenset({NEAR, ELSEWHERE, LANGUAGE_SHARED, SETTLED})  # the conditions that `_meets` can judge
