"""What was said adds up to: an item with everyone's part in it, a resource with what members know of it, an entry of
the ledger or a pair with the answers to it. The topic is the id of the event that opens it.

Whatever is not the opening is a register by author (the higher version, then the lower id), so any order and any
repetition gives the same state. Nothing here knows the time: what has expired is told when it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from tadamun.core.genuine import Said
from tadamun.rooms.aid.bodies import (
    Answer,
    Body,
    Change,
    Entry,
    Help,
    Item,
    Move,
    Note,
    Pair,
    Resource,
    Unmask,
    Word,
)


@dataclass(frozen=True, slots=True)
class Blank:
    """Nothing opened it yet."""

    topic: str


@dataclass(frozen=True, slots=True)
class Asked:
    """An item. moves: by author and by whose part it is ("": the whole). change: the one that holds."""

    topic: str
    opening: Said[Item]
    change: Said[Change] | None = None
    moves: Mapping[tuple[str, str], Said[Move]] = field(default_factory=dict)

    @property
    def owner(self) -> str:
        return self.opening.member

    @property
    def item(self) -> Item:
        """As it now stands."""
        first = self.opening.body
        if self.change is None:
            return first
        new = self.change.body
        return Item(
            d=first.d,
            direction=first.direction,
            category=new.category,
            title=new.title,
            text=new.text,
            tags=new.tags,
            languages=new.languages,
            place=new.place,
            urgency=new.urgency,
            wanted=new.wanted,
            until=new.until,
            conditions=new.conditions,
            box=first.box,
        )

    @property
    def withdrawn(self) -> str:
        """Who took it away: "author", "moderator", or "" while it stands. A moderator's word is final."""
        by = {author for (author, who), move in self.moves.items() if not who and move.body.to == "withdrawn"}
        if self.owner in by:
            return "author"
        return "moderator" if by else ""

    def parts(self) -> dict[str, str]:
        """What each member who claimed it came to: claimed, under-way, done, given-up, declined. Both the member and
        the owner have a say: giving up and declining stand until whoever said it says otherwise; then the farther."""
        found: dict[str, str] = {}
        for (author, who), move in self.moves.items():
            if not who or author != who:
                continue
            said = {move.body.to}
            by_owner = self.moves.get((self.owner, who))
            if by_owner is not None:
                said.add(by_owner.body.to)
            found[who] = next(part for part in _FIRST if part in said)
        return found

    @property
    def state(self) -> str:
        """open, claimed, under-way, done, withdrawn; an open one may have expired by the reader's clock."""
        if self.withdrawn:
            return "withdrawn"
        whole = self.moves.get((self.owner, ""))
        if whole is not None and whole.body.to == "done":
            return "done"
        parts = list(self.parts().values())
        wanted, done = self.item.wanted, parts.count("done")
        if done >= wanted:
            return "done"
        going = parts.count("under-way") + done
        if going + parts.count("claimed") < wanted:
            return "open"
        return "under-way" if going else "claimed"


@dataclass(frozen=True, slots=True)
class Listed:
    """A resource. version: the one that holds. words: by member."""

    topic: str
    opening: Said[Resource]
    version: Said[Resource]
    words: Mapping[str, Said[Word]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Between:
    """An entry of the ledger, or a pair of mentor and mentee. answers: by member. final: a confirmation or an end, by
    member: whatever else that member says stays without effect."""

    topic: str
    opening: Said[Entry] | Said[Pair]
    answers: Mapping[str, Said[Answer]] = field(default_factory=dict)
    final: Mapping[str, str] = field(default_factory=dict)

    @property
    def two(self) -> tuple[str, str]:
        """Who said it first, and the other."""
        body = self.opening.body
        both = (body.giver, body.taker) if isinstance(body, Entry) else (body.mentor, body.mentee)
        first = self.opening.member
        return first, both[0] if both[1] == first else both[1]

    @property
    def state(self) -> str:
        """Of an entry: waiting, confirmed, refused, withdrawn, forgiven. Of a pair: waiting, accepted, declined,
        withdrawn, ended."""
        first, other = self.two
        body = self.opening.body
        if isinstance(body, Entry) and body.forgives:
            return "forgiven"
        if self.final:
            return "ended" if "ended" in self.final.values() else "confirmed"
        if first in self.answers:
            return "withdrawn"
        return self.answers[other].body.to if other in self.answers else "waiting"


# Of what two said of one part, the one that holds.
_FIRST: Final = ("given-up", "declined", "done", "under-way", "claimed")


@dataclass(frozen=True, slots=True)
class Helped:
    """A word to whoever asked without a name, and what the two said after it, by event. Each is under a mask, and says
    at most so much as a mask can."""

    topic: str
    opening: Said[Help]
    notes: Mapping[str, Said[Note]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unmasked:
    """That a member is who was told something under a mask."""

    topic: str
    opening: Said[Unmask]


State = Blank | Asked | Listed | Between | Helped | Unmasked


def topic(said: Said[Body]) -> str:
    """The id of what it is, or is about."""
    body = said.body
    match body:
        case Item() | Entry() | Pair() | Help() | Unmask():
            return said.id
        case Resource():
            return body.of or said.id
        case Change() | Move() | Word() | Answer() | Note():
            return body.of


def reduce(state: State, said: Said[Any]) -> State:
    """The state after one more thing was said; what does not fit it (rules.py lets none through) changes nothing."""
    body: Body = said.body
    match state, body:
        case Blank(), Item():
            return Asked(state.topic, said)
        case Blank(), Entry() | Pair():
            return Between(state.topic, said)
        case Blank(), Resource() if not body.of:
            return Listed(state.topic, said, said)
        case Blank(), Help():
            return Helped(state.topic, said)
        case Blank(), Unmask():
            return Unmasked(state.topic, said)
        case Helped(), Note():
            return replace(state, notes={**state.notes, said.id: said})
        case Asked(), Change():
            newer = state.change is None or later(said, state.change)
            return replace(state, change=said) if newer else state
        case Asked(), Move():
            return replace(state, moves=_put(state.moves, (said.member, body.who), said))
        case Listed(), Resource():
            return replace(state, version=said) if later(said, state.version) else state
        case Listed(), Word():
            return replace(state, words=_put(state.words, said.member, said))
        case Between(), Answer():
            if body.to in ("confirmed", "ended"):
                return replace(state, final={**state.final, said.member: body.to})
            return replace(state, answers=_put(state.answers, said.member, said))
        case _:
            return state


def later(said: Said[Any], held: Said[Any]) -> bool:
    """Whether it replaces what is held: the higher version, then the lower id."""
    return (said.body.version, -int(said.id, 16)) > (held.body.version, -int(held.id, 16))


def _put(held: Mapping[Any, Said[Any]], key: object, said: Said[Any]) -> Mapping[Any, Said[Any]]:
    """With `said` in its register if it is the later."""
    there = held.get(key)
    return held if there is not None and not later(said, there) else {**held, key: said}
