"""What was said about one gathering adds up to. Topic: the id of the event that opens it.

Everything is the opening, a register or a set, so any order of events, and any repetition, gives the same state.
Whether somebody organises can change; what they said as organisers counts while they do, whenever it was said, and is
kept aside meanwhile: that is worked out from the sets (`plan`, `cancelled`), never at the moment something comes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tadamun.core.genuine import Said
from tadamun.rooms.gatherings.bodies import Body, Cancel, Change, Door
from tadamun.rooms.gatherings.nip52 import Answer, Opening, Plan


@dataclass(frozen=True, slots=True)
class Gathered:
    """changes, cancels: the one that holds, by author. takedowns: of moderators, by author. door: of who opened it.
    answers: by member."""

    topic: str
    opening: Said[Opening] | None = None
    changes: Mapping[str, Said[Change]] = field(default_factory=dict)
    cancels: Mapping[str, Said[Cancel]] = field(default_factory=dict)
    takedowns: Mapping[str, Said[Cancel]] = field(default_factory=dict)
    door: Said[Door] | None = None
    answers: Mapping[str, Said[Answer]] = field(default_factory=dict)

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
        return max(counting, key=_order, default=None)

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

    def seats(self) -> tuple[list[str], list[str]]:
        """(who has a place, who waits for one), of those who come and say so in the open. Each in the order of places.

        Without a limit all have one. Else: first those whom the organisers made sure of, then by lot. The lot is a hash
        of the gathering and the member: nobody can choose theirs, and no clock or carrier changes it.
        """
        plan, door = self.plan, self.door
        going = [one for one, said in self.answers.items() if said.body.status == "accepted" and not said.private_with]
        sure = frozenset(door.body.seated) if door is not None else frozenset()
        order = sorted(going, key=lambda one: (one not in sure, lot(self.topic, one)))
        if plan is None or not plan.capacity:
            return order, []
        free = max(0, plan.capacity - (door.body.going if door is not None else 0))
        return order[:free], order[free:]


def lot(gathering: str, member: str) -> bytes:
    """Where a member stands in line when there are fewer places than people."""
    return hashlib.sha256(b"tadamun/lot/v1" + bytes.fromhex(gathering) + bytes.fromhex(member)).digest()


def topic(said: Said[Body]) -> str:
    """The gathering that it is, or is about."""
    return said.id if isinstance(said.body, Opening) else said.body.of


def reduce(gathered: Gathered, said: Said[Any]) -> Gathered:
    """The gathering after one more thing was said about it."""
    body: Body = said.body
    match body:
        case Opening():
            return replace(gathered, opening=said)
        case Change():
            return replace(gathered, changes=_put(gathered.changes, said))
        case Cancel():
            if body.moderates:
                return replace(gathered, takedowns=_first(gathered.takedowns, said))
            return replace(gathered, cancels=_first(gathered.cancels, said))
        case Door():
            held = gathered.door
            if held is not None and _order(held) >= _order(said):
                return gathered
            return replace(gathered, door=said)
        case Answer():
            return replace(gathered, answers=_put(gathered.answers, said))


def _put(registers: Mapping[str, Said[Any]], said: Said[Any]) -> Mapping[str, Said[Any]]:
    """Each author's register: the highest version holds, then the lowest id."""
    held = registers.get(said.member)
    if held is not None and _order(held) >= _order(said):
        return registers
    return {**registers, said.member: said}


def _first(sets: Mapping[str, Said[Any]], said: Said[Any]) -> Mapping[str, Said[Any]]:
    """Of what is final, each author's with the lowest id."""
    held = sets.get(said.member)
    return sets if held is not None and held.id <= said.id else {**sets, said.member: said}


def _order(said: Said[Any]) -> tuple[int, int]:
    return said.body.version, -int(said.id, 16)
