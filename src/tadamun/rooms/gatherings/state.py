"""What was said adds up to. A topic is a gathering, or somebody's coming back, by the id of the event that opens it; or
a member, by the member's id: the keys of their devices.

Everything in it is the opening event, a register or a set, so any order of events gives the same state (gathered.py,
watched.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tadamun.core.genuine import Said
from tadamun.rooms.gatherings import gathered, watched
from tadamun.rooms.gatherings.bodies import Body
from tadamun.rooms.gatherings.gathered import Gathered
from tadamun.rooms.gatherings.nip52 import Opening
from tadamun.rooms.gatherings.own import Back, Key, Release, Watch
from tadamun.rooms.gatherings.watched import Watched


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a topic: one of the three, the others are empty."""

    gathered: Gathered
    watched: Watched = field(default_factory=Watched)
    keys: Mapping[str, Said[Key]] = field(default_factory=dict)


def empty(topic: str) -> Known:
    """Before anything was said of it."""
    return Known(Gathered(topic))


def topic(said: Said[Body]) -> str:
    """What it is, or is about."""
    body = said.body
    match body:
        case Opening() | Watch():
            return said.id
        case Key():
            return said.member
        case _:
            return body.of


def reduce(known: Known, said: Said[Any]) -> Known:
    """The topic after one more thing was said about it."""
    body: Body = said.body
    match body:
        case Key():
            return replace(known, keys=watched.with_key(known.keys, said))
        case Watch() | Back():
            return replace(known, watched=watched.reduce(known.watched, said))
        # A share given out in private is of a card, one given out to all of a meeting point.
        case Release() if said.private_with:
            return replace(known, watched=watched.reduce(known.watched, said))
        case _:
            return replace(known, gathered=gathered.reduce(known.gathered, said))
