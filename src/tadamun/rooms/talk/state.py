"""What was said about one post adds up to: its text as edited, whether it stands, who reacted. Topic: the post's id.

Everything but the post itself is a set or the greatest of an order, so any order of events gives the same state: that
an edit, a reaction or a retraction waits for its post (rules.py) decides nothing but when it is applied.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec import field
from msgspec.structs import replace

from tadamun.core.genuine import Said
from tadamun.rooms.talk.bodies import (
    Body,
    Comment,
    Edit,
    Message,
    Part,
    Post,
    Reaction,
    Retraction,
    TakeBack,
    Thread,
)

# Of one member's reactions to one post, and of those they took back, so many count: those of the lowest ids. Else a
# single member could make every fold of the post as slow as they like.
MOST_REACTIONS: Final = 100
MOST_COPIES: Final = 8  # events that bring one part: more than a fault would make


class Talked(msgspec.Struct, frozen=True):
    """opening: the post. edit: the one that holds. retractions: by member, any at all is final.

    reactions: by member, their signs by event id, taken back ones too. taken: by member, event ids that count no more.
    parts: of its pictures, by hash and number, the ids of the events that bring them, lowest first.
    """

    topic: str
    opening: Said[Post] | None = None
    edit: Said[Edit] | None = None
    retractions: Mapping[str, Said[Retraction]] = field(default_factory=dict)
    reactions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    taken: Mapping[str, frozenset[str]] = field(default_factory=dict)
    parts: Mapping[tuple[str, int], tuple[str, ...]] = field(default_factory=dict)

    @property
    def retracted(self) -> str:
        """Who took the post away: "author", "moderator", or "" while it stands."""
        if not self.retractions:
            return ""
        return "author" if self.opening is not None and self.opening.member in self.retractions else "moderator"

    @property
    def reason(self) -> str:
        """What was given as the reason: the author's, else that of the moderator with the lowest id."""
        author = self.opening.member if self.opening is not None else ""
        if author in self.retractions:
            return self.retractions[author].body.reason
        return self.retractions[min(self.retractions)].body.reason if self.retractions else ""

    def standing_reactions(self) -> list[tuple[str, str, str]]:
        """(sign, member, event id) of every reaction not taken back; a member's sign may be there more than once."""
        return sorted(
            (sign, member, i)
            for member, signs in self.reactions.items()
            for i, sign in signs.items()
            if i not in self.taken.get(member, ())
        )


def topic(said: Said[Body]) -> str:
    """The id of the post that it is, or is about."""
    body = said.body
    match body:
        case Thread() | Comment() | Message():
            return said.id
        case Reaction() | Retraction() | Edit() | TakeBack() | Part():
            return body.of


def reduce(talked: Talked, said: Said[Any]) -> Talked:
    """The post after one more thing was said about it."""
    body: Body = said.body
    match body:
        case Thread() | Comment() | Message():
            return replace(talked, opening=said)
        case Edit():
            held = talked.edit
            if held is not None and _order(held) >= _order(said):
                return talked
            return replace(talked, edit=said)
        case Retraction():
            held_one = talked.retractions.get(said.member)
            if held_one is not None and held_one.id <= said.id:
                return talked
            return replace(talked, retractions={**talked.retractions, said.member: said})
        case Reaction():
            signs = {**talked.reactions.get(said.member, {}), said.id: body.sign}
            if len(signs) > MOST_REACTIONS:
                del signs[max(signs)]
            return replace(talked, reactions={**talked.reactions, said.member: signs})
        case Part():
            place = body.image, body.part
            events = tuple(sorted({*talked.parts.get(place, ()), said.id})[:MOST_COPIES])
            return replace(talked, parts={**talked.parts, place: events})
        case TakeBack():
            ids = talked.taken.get(said.member, frozenset()).union(body.reactions)
            return replace(talked, taken={**talked.taken, said.member: frozenset(sorted(ids)[:MOST_REACTIONS])})


def _order(said: Said[Edit]) -> tuple[int, int]:
    return said.body.version, -int(said.id, 16)
