"""What was said adds up to: a story as its words now stand, and where it went; a campaign.

The topic is the id of the event that opens it. All that follows is a register (the higher version, then the lower id)
or final, so any order and any repetition gives the same state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tadamun.core.genuine import Said
from tadamun.rooms.stories.bodies import Body, Campaign, Change, Published, Story, Withdraw, Words


@dataclass(frozen=True, slots=True)
class Blank:
    """Nothing opened it yet."""

    topic: str


@dataclass(frozen=True, slots=True)
class Told:
    """A story. change: the one that holds; published: what its author last told of it. withdrawn: who took it away,
    by event."""

    topic: str
    opening: Said[Story]
    change: Said[Change] | None = None
    published: Said[Published] | None = None
    withdrawn: Mapping[str, str] = field(default_factory=dict)

    @property
    def author(self) -> str:
        return self.opening.member

    @property
    def words(self) -> Words:
        """As they now stand."""
        return self.opening.body if self.change is None else self.change.body

    @property
    def version(self) -> int:
        return 0 if self.change is None else self.change.body.version

    @property
    def gone(self) -> str:
        """By whom it was taken away: "author", "moderator", or "" while it stands."""
        if not self.withdrawn:
            return ""
        return "author" if self.author in self.withdrawn.values() else "moderator"


@dataclass(frozen=True, slots=True)
class Called:
    """A campaign. version: the one that holds."""

    topic: str
    opening: Said[Campaign]
    version: Said[Campaign]
    withdrawn: Mapping[str, str] = field(default_factory=dict)

    @property
    def gone(self) -> bool:
        return bool(self.withdrawn)


State = Blank | Told | Called


def topic(said: Said[Body]) -> str:
    """The id of what it is, or is about."""
    body = said.body
    match body:
        case Story():
            return said.id
        case Campaign():
            return body.of or said.id
        case Change() | Withdraw() | Published():
            return body.of


def reduce(state: State, said: Said[Any]) -> State:
    """The state after one more thing was said; what does not fit it (rules.py lets none through) changes nothing."""
    body: Body = said.body
    match state, body:
        case Blank(), Story():
            return Told(state.topic, said)
        case Blank(), Campaign() if not body.of:
            return Called(state.topic, said, said)
        case Told(), Change():
            newer = state.change is None or later(said, state.change)
            return replace(state, change=said) if newer else state
        case Told(), Published():
            newer = state.published is None or later(said, state.published)
            return replace(state, published=said) if newer else state
        case Called(), Campaign():
            return replace(state, version=said) if later(said, state.version) else state
        case Told() | Called(), Withdraw():
            return replace(state, withdrawn={**state.withdrawn, said.id: said.member})
        case _:
            return state


def later(said: Said[Any], held: Said[Any]) -> bool:
    """Whether it replaces what is held: the higher version, then the lower id."""
    return (said.body.version, -int(said.id, 16)) > (held.body.version, -int(held.id, 16))
