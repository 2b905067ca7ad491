"""What members are called: provides core.facts.Names from this room's table.

A name that another member's could be taken for bears a mark of its owner's id: "Sam #a3f2". No profile can carry "#".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from tadamun.core.errors import UsageError
from tadamun.core.ports import Tables
from tadamun.rooms.people.lookalike import skeleton

LEAST_MARK: Final = 4  # characters of an id
_BEGINNING: Final = re.compile("[0-9a-f]{4,64}")


class PeopleNames:
    """tables: the room's. members(space): who belongs now, as the control log says."""

    def __init__(self, tables: Tables, members: Callable[[str], Mapping[str, int]]) -> None:
        self._tables = tables
        self._members = members

    def name(self, space: str, member: str) -> str:
        """The profile's name; marked when a live member's looks the same; without a profile the mark alone."""
        rows = self._tables.execute(
            "SELECT name, skeleton FROM people_profiles WHERE space = ? AND member = ?", (space, member)
        )
        if not rows or not rows[0][0]:
            return "#" + member[: 2 * LEAST_MARK]
        name, drawn = rows[0]
        alike = [other for other in self._drawn(space, drawn) if other != member]
        if alike:
            members = self._members(space)
            # Someone who left keeps a mark as long as anyone else looks the same: a new Sam is not the old one.
            alike = [other for other in alike if other in members or member not in members]
        return f"{name} #{_mark(member, alike)}" if alike else str(name)

    def find(self, space: str, wanted: str) -> list[str]:
        """Ids of all whom `wanted` may mean: a name, a marked name, an id or its beginning. Live members first."""
        wanted = wanted.strip().removeprefix("@")
        called, marked, mark = wanted.rpartition("#")
        members = self._members(space)
        if marked:
            found = self._begin(space, mark, members)
            if called.strip():
                found = [member for member in found if member in self._drawn(space, skeleton(called.strip()))]
        else:
            found = self._drawn(space, skeleton(wanted)) if wanted else []
            found = found or self._begin(space, wanted, members)
        return sorted(member for member in found if member in members) or sorted(found)

    def who(self, space: str, wanted: str) -> str:
        """The one member meant. Raises UsageError when nobody or more than one could be."""
        found = self.find(space, wanted)
        if not found:
            raise UsageError("Nobody here goes by that name. The list of members shows how everyone is called.")
        if len(found) > 1:
            marks = ", ".join("#" + _mark(member, [other for other in found if other != member]) for member in found)
            raise UsageError("Several members go by that name. Say which one, by a mark: {marks}", marks=marks)
        return found[0]

    def _drawn(self, space: str, drawn: str) -> list[str]:
        rows = self._tables.execute(
            "SELECT member FROM people_profiles WHERE space = ? AND skeleton = ? AND name <> ''", (space, drawn)
        )
        return [member for (member,) in rows]

    def _begin(self, space: str, beginning: str, members: Mapping[str, int]) -> list[str]:
        if not _BEGINNING.fullmatch(beginning):
            return []
        rows = self._tables.execute(
            "SELECT member FROM people_profiles WHERE space = ? AND member BETWEEN ? AND ?",
            (space, beginning, beginning.ljust(64, "f")),
        )
        return list({member for (member,) in rows} | {m for m in members if m.startswith(beginning)})


def _mark(member: str, others: Sequence[str]) -> str:
    """The beginning of the id, at least four characters, that no other's begins with."""
    length = LEAST_MARK
    while length < len(member) and any(other.startswith(member[:length]) for other in others):
        length += 1
    return member[:length]
