"""What was said of one case in one circle. The topic is the case's number and the circle: whoever is told a case's
number can say nothing where the report was said.

Appeals are a set, all else registers: the highest version, then the lowest id. Any order gives the same state.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tadamun.core.genuine import Said
from tadamun.rooms.safety.bodies import Appeal, Body, Notice, Report, Vote

Key = tuple[int, str, str]  # kind, author, and which of theirs


@dataclass(frozen=True, slots=True)
class Matter:
    """held: what counts of what was said."""

    topic: str
    held: Mapping[Key, Said[Any]] = field(default_factory=dict)

    def of_kind(self, kind: int) -> Iterator[Said[Any]]:
        return (said for (own, _, _), said in self.held.items() if own == kind)


def topic(said: Said[Body]) -> str:
    """The case in its circle (hex)."""
    return said.body.case + hashlib.sha256(",".join(said.circle).encode()).hexdigest()[:32]


def reduce(matter: Matter, said: Said[Any]) -> Matter:
    """The matter after one more thing was said."""
    body: Body = said.body
    match body:
        case Appeal():
            which = said.id
        case Notice():
            which = body.stage + body.member  # whoever was told once was told, whatever is told to another
        case Vote():
            which = body.of
        case _:
            which = ""
    key = (said.kind, said.member, which)
    held = matter.held.get(key)
    if held is not None and _order(held) >= _order(said):
        return matter
    return replace(matter, held={**matter.held, key: said})


def _order(said: Said[Any]) -> tuple[int, int]:
    return 1 if isinstance(said.body, Report | Appeal) else said.body.version, -int(said.id, 16)
