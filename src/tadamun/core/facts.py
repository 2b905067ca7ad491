"""Small protocols that rooms may read of each other, so that no room imports a room.

`main` wires them; reads have no cycle.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tadamun.core.ports import Saying


class Names(Protocol):
    """Provided by people: what members are called in a space."""

    def name(self, space: str, member: str) -> str:
        """The name shown: the profile's, with a mark of the id when two live members share it; never empty."""
        ...

    def who(self, space: str, wanted: str) -> str:
        """The member id meant by a name, or by an id or its beginning (at least 4 characters). Raises UsageError."""
        ...

    def find(self, space: str, wanted: str) -> list[str]:
        """Ids of all members whom `wanted` may mean; empty: nobody goes by that."""
        ...


class Fold(Enum):
    """Why something is folded away on this node until this person unfolds it."""

    NOT = ""
    MUTED = "muted"
    BLOCKED = "blocked"
    WORD = "word"  # it has a word that this person filters


class Folds(Protocol):
    """Provided by safety: what this person does not want to see at once. Nobody else is told of it."""

    def sieve(self, space: str) -> Callable[[str, str], Fold]:
        """As it is set now: whether something by that member (an id), with that text, is folded, and why."""
        ...

    def blocked(self, space: str) -> frozenset[str]:
        """Members whose direct messages are not shown here."""
        ...


@dataclass(frozen=True, slots=True)
class Item:
    """Something that was said. text: with its title, as it stands. private: to one member; then nobody else can take it
    down. gone: it was taken back."""

    id: str
    kind: int
    author: str
    text: str
    private: bool
    gone: bool


class Posts(Protocol):
    """Provided by talk."""

    def item(self, space: str, wanted: str, now: int) -> Item:
        """The post meant by an id or its beginning. now: Unix seconds. Raises UsageError."""
        ...

    def taking_down(self, item: Item, reason: str) -> Saying:
        """What a moderator says to take a post of the whole space down. Raises UsageError."""
        ...


@dataclass(frozen=True, slots=True)
class Facts:
    """All that rooms can ask of each other."""

    names: Names
    folds: Folds
    posts: Posts
