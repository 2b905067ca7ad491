"""What was said about one gathering adds up to.

Everything is the opening, a register or a set, so any order of events, and any repetition, gives the same state.
Whether somebody organises can change; what they said as organisers counts while they do, whenever it was said, and is
kept aside meanwhile: that is worked out from the sets (`plan`, `cancelled`), never at the moment something comes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

from tadamun.core.genuine import Said
from tadamun.rooms.gatherings.nip52 import Answer, Opening, Plan
from tadamun.rooms.gatherings.own import Briefing, Cancel, Change, Door, Point, Release, Share

MOST_SHARES: Final = 16  # of one author, so that nobody makes a gathering slow: those of the lowest names

About = Opening | Answer | Change | Cancel | Door | Briefing | Point | Share | Release


@dataclass(frozen=True, slots=True)
class Gathered:
    """changes, cancels, points: the one that holds, by author. takedowns: of moderators, by author. door: of who opened
    it. drawers: the answers by member, in drawers by the beginning of the member's id: each new state copies one drawer
    and not thousands of answers. briefings: by author and role, those that this node may read. shares: those it keeps
    or gave out to keep, by author and name: (the share, who keeps it). released: by author and name.
    """

    topic: str
    opening: Said[Opening] | None = None
    changes: Mapping[str, Said[Change]] = field(default_factory=dict)
    cancels: Mapping[str, Said[Cancel]] = field(default_factory=dict)
    takedowns: Mapping[str, Said[Cancel]] = field(default_factory=dict)
    door: Said[Door] | None = None
    drawers: Mapping[str, Mapping[str, Said[Answer]]] = field(default_factory=dict)
    briefings: Mapping[tuple[str, str], Said[Briefing]] = field(default_factory=dict)
    points: Mapping[str, Said[Point]] = field(default_factory=dict)
    shares: Mapping[str, Mapping[str, tuple[str, str]]] = field(default_factory=dict)
    released: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def answers(self) -> dict[str, Said[Answer]]:
        """The answer that holds, by member."""
        return {member: said for drawer in self.drawers.values() for member, said in drawer.items()}

    @property
    def organisers(self) -> tuple[str, ...]:
        """Who may change it now: whoever opened it first, then those they named."""
        if self.opening is None:
            return ()
        named = self.door.body.organisers if self.door is not None else ()
        return (self.opening.member, *(one for one in named if one != self.opening.member))

    @property
    def change(self) -> Said[Change] | None:
        """The change that holds."""
        counting = [self.changes[one] for one in self.organisers if one in self.changes]
        return max(counting, key=order, default=None)

    @property
    def plan(self) -> Plan | None:
        """What is planned now."""
        change = self.change
        if change is not None:
            return change.body.plan
        return self.opening.body.plan if self.opening is not None else None

    @property
    def cancelled(self) -> Said[Cancel] | None:
        """The cancellation that is shown: an organiser's, else a moderator's; of several the lowest id."""
        counting = [self.cancels[one] for one in self.organisers if one in self.cancels]
        return min(counting or self.takedowns.values(), key=lambda said: said.id, default=None)

    @property
    def point(self) -> Said[Point] | None:
        """The sealed meeting point that holds."""
        counting = [self.points[one] for one in self.organisers if one in self.points]
        return max(counting, key=order, default=None)

    def briefing(self, role: str) -> Said[Briefing] | None:
        """What those who have the role are to know."""
        counting = [self.briefings[one, role] for one in self.organisers if (one, role) in self.briefings]
        return max(counting, key=order, default=None)

    def line(self) -> list[str]:
        """Who comes and says so in the open, in the order in which places are given.

        First those whom the host made sure of, then by lot. The lot is a hash of the gathering and the member: nobody
        can choose theirs, and no clock or carrier changes it. How many places there are, and who belongs no more, is
        looked at when it is shown (reading.py).
        """
        going = [one for one, said in self.answers.items() if said.body.status == "accepted" and not said.private_with]
        sure = frozenset(self.door.body.seated) if self.door is not None else frozenset()
        return sorted(going, key=lambda one: (one not in sure, lot(self.topic, one)))


def lot(gathering: str, member: str) -> bytes:
    """Where a member stands in line when there are fewer places than people."""
    return hashlib.sha256(b"tadamun/lot/v1" + bytes.fromhex(gathering) + bytes.fromhex(member)).digest()


def mark(share: str) -> str:
    """The name of a share (crypto/shares.py, `mark`): the SHA-256 of its words."""
    return hashlib.sha256(share.encode()).hexdigest()


def reduce(gathered: Gathered, said: Said[Any]) -> Gathered:
    """The gathering after one more thing was said about it."""
    body: About = said.body
    match body:
        case Opening():
            return replace(gathered, opening=said)
        case Change():
            return replace(gathered, changes=_put(gathered.changes, said.member, said))
        case Cancel():
            if body.moderates:
                return replace(gathered, takedowns=_first(gathered.takedowns, said))
            return replace(gathered, cancels=_first(gathered.cancels, said))
        case Door():
            held = gathered.door
            if held is not None and order(held) >= order(said):
                return gathered
            return replace(gathered, door=said)
        case Answer():
            drawer = _put(gathered.drawers.get(said.member[:2], {}), said.member, said)
            return replace(gathered, drawers={**gathered.drawers, said.member[:2]: drawer})
        case Briefing():
            return replace(gathered, briefings=_put(gathered.briefings, (said.member, body.role), said))
        case Point():
            return replace(gathered, points=_put(gathered.points, said.member, said))
        case Share():
            keeper = next((one for one in said.circle if one != said.member), "")
            kept = {**gathered.shares.get(said.member, {}), mark(body.share): (body.share, keeper)}
            return replace(gathered, shares={**gathered.shares, said.member: lowest(kept, MOST_SHARES)})
        case Release():
            given = {**gathered.released.get(said.member, {}), mark(body.share): body.share}
            return replace(gathered, released={**gathered.released, said.member: lowest(given, MOST_SHARES)})


K = TypeVar("K")
V = TypeVar("V")


def lowest(named: Mapping[str, V], most: int) -> Mapping[str, V]:
    """So many of the lowest names."""
    return {name: named[name] for name in sorted(named)[:most]}


def _put(registers: Mapping[K, Said[Any]], key: K, said: Said[Any]) -> Mapping[K, Said[Any]]:
    """A register: the highest version holds, then the lowest id."""
    held = registers.get(key)
    if held is not None and order(held) >= order(said):
        return registers
    return {**registers, key: said}


def _first(sets: Mapping[str, Said[Any]], said: Said[Any]) -> Mapping[str, Said[Any]]:
    """Of what is final, each author's with the lowest id."""
    held = sets.get(said.member)
    return sets if held is not None and held.id <= said.id else {**sets, said.member: said}


def order(said: Said[Any]) -> tuple[int, int]:
    """By what the higher of two registers holds."""
    return said.body.version, -int(said.id, 16)
