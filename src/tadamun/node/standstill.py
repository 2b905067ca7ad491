"""Whether enough of those who sign checkpoints are here to sign one (docs/protocol/2-control.md, 2.8).

Whom one person alone removed stays of the electorate until the others agree, or one person could choose who governs.
Until then they are missed, and with few stewards nothing is covered any more. This file changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from tadamun.core.control import bodies
from tadamun.core.control.digests import majority, quorum
from tadamun.core.frame import split
from tadamun.node.letters import Letter
from tadamun.node.place import Place


@dataclass(frozen=True, slots=True)
class Standstill:
    """missing: electors who are out. needed: signatures that take one of them out for good; 0: nobody can."""

    missing: tuple[str, ...]
    needed: int


def standstill(place: Place) -> Standstill | None:
    """Why no checkpoint can be made any more, if that is so."""
    electorate = place.log.state.electorate
    here = _here(place)
    if len(here) >= quorum(len(electorate)):
        return None
    missing = tuple(sorted(electorate - here))
    needed = min((majority(electorate, one) for one in missing), default=0)
    return Standstill(missing, needed if len(here) >= needed else 0)


def confirmation(place: Place, member: str) -> tuple[Letter, tuple[str, ...]] | None:
    """The removal of an elector by one person, to be signed by the others, at the heads it was made at."""
    if member not in place.log.state.electorate:
        return None
    for one in reversed(place.log.events()):
        body = bodies.decode(one.event) if one.event.kind == bodies.REMOVE else None
        alone = isinstance(body, bodies.Remove) and body.member == member and not body.cosign
        if alone and place.log.effective(one.event.id):
            return Letter(bodies.REMOVE, one.event.content), split(one.event).auth
    return None


def last_elector(place: Place) -> bool:
    """Is this person the only one left who signs checkpoints, in a space where others stay?"""
    state = place.log.state
    return _here(place) == {place.me} and len(state.members) > 1


def _here(place: Place) -> set[str]:
    """Electors who belong, on a live device."""
    state = place.log.state
    return {device.member for device in state.live_devices().values()} & state.electorate & state.members.keys()
