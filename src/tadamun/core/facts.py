"""Small protocols that rooms may read of each other, so that no room imports a room.

`main` wires them; reads have no cycle.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


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


@dataclass(frozen=True, slots=True)
class Facts:
    """All that rooms can ask of each other."""

    names: Names
