"""Look-ups in the tables of gatherings (view.py). This file does not know who asks, nor how it is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from tadamun.core.errors import UsageError
from tadamun.core.event import is_hex32
from tadamun.core.ports import Tables
from tadamun.rooms.gatherings.nip52 import Plan

SHORTEST: Final = 4  # characters of an id that is given by its beginning

_COLUMNS: Final = (
    "id, kind, key, host, organisers, title, text, start, end, zone, day, day_end, place, topics, capacity, until,"
    " series, version, cancelled, reason, door, going, maybe, created_at, begins, ends"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One gathering as the view has it."""

    id: str
    kind: int
    key: str
    host: str
    organisers: tuple[str, ...]
    plan: Plan
    series: str
    version: int
    cancelled: str
    reason: str
    door: int
    going: int
    maybe: int
    created_at: int
    begins: int
    ends: int

    @property
    def cursor(self) -> str:
        """Its place in a list."""
        return f"{self.begins}-{self.id}"


@dataclass(frozen=True, slots=True)
class Coming:
    """One answer. turn: the place in line of who comes and says so in the open, from 1; else 0."""

    member: str
    status: str
    note: str
    version: int
    private: bool
    turn: int
    sure: bool


@dataclass(frozen=True, slots=True)
class Count:
    """How many come: seated, waiting: of those who said so in the open; hidden: of those who told the host alone.
    maybe, hidden_maybe: the same of those who may. places: for those in the open, -1 without a limit."""

    seated: int
    waiting: int
    hidden: int
    maybe: int
    hidden_maybe: int
    places: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is to hold. ends_after, ends_by: Unix seconds. begins: from, to. before, after: cursors."""

    ends_after: int = 0
    ends_by: int = 0
    begins: tuple[int, int] = (0, 0)
    topic: str = ""
    series: str = ""
    backwards: bool = False
    past: str = ""  # the cursor to go on from


class Reader:
    """The gatherings of one space. members: who belongs to it now."""

    def __init__(self, tables: Tables, space: str, members: Container[str]) -> None:
        self.tables, self.space, self.members = tables, space, members

    def one(self, wanted: str) -> Row:
        """The gathering meant by an id or its beginning. Raises UsageError."""
        rows = []
        if is_hex32(wanted):
            rows = self._rows("id = ?", (wanted,), "id", 2)
        elif len(wanted) >= SHORTEST and all(sign in "0123456789abcdef" for sign in wanted):
            rows = self._rows("id >= ? AND id < ?", (wanted, wanted + "g"), "id", 2)
        if not rows:
            raise UsageError("There is no such gathering here. It may not have come yet, or is written differently.")
        if len(rows) > 1:
            raise UsageError("Several gatherings begin with that. Write more of the id.")
        return rows[0]

    def listed(self, wanted: Wanted, limit: int) -> list[Row]:
        """By when they begin, the next first; backwards: the last first."""
        where, values = ["1"], list[Any]()
        for clause, value in (
            ("ends > ?", wanted.ends_after),
            ("ends <= ?", wanted.ends_by),
            ("series = ?", wanted.series),
        ):
            if value:
                where.append(clause)
                values.append(value)
        if any(wanted.begins):
            where.append("ends > ? AND begins < ?")
            values += wanted.begins
        if wanted.topic:
            where.append("instr(' ' || topics || ' ', ?)")
            values.append(f" {wanted.topic} ")
        order = "DESC" if wanted.backwards else "ASC"
        if wanted.past:
            at, _, last = wanted.past.partition("-")
            if not (at.isascii() and at.isdecimal() and len(at) <= 18 and is_hex32(last)):
                raise UsageError("That is no place in this list. Begin at its top again.")
            where.append(f"(begins, id) {'<' if wanted.backwards else '>'} (?, ?)")
            values += [int(at), last]
        return self._rows(" AND ".join(where), values, f"begins {order}, id {order}", limit)

    def by_ids(self, ids: Sequence[str]) -> list[Row]:
        """In the order given; those that are not here are left out."""
        found = {row.id: row for one in ids for row in self._rows("id = ?", (one,), "id", 1)}
        return [found[one] for one in ids if one in found]

    def answers(self, gathering: str) -> list[Coming]:
        """All answers of those who belong, in the order of the line; those who are not in it first."""
        rows = self.tables.execute(
            "SELECT member, status, note, version, private, turn, sure FROM gatherings_answers"
            " WHERE space = ? AND id = ? ORDER BY turn, member",
            (self.space, gathering),
        )
        return [_coming(*row) for row in rows if row[0] not in self.former]

    def answer_of(self, gathering: str, member: str) -> Coming | None:
        """With the turn among those who belong."""
        rows = self.tables.execute(
            "SELECT member, status, note, version, private, turn, sure FROM gatherings_answers"
            " WHERE space = ? AND id = ? AND member = ?",
            (self.space, gathering, member),
        )
        if not rows:
            return None
        found = _coming(*rows[0])
        before = self.tables.execute(
            "SELECT member FROM gatherings_answers WHERE space = ? AND id = ? AND turn > 0 AND turn < ?",
            (self.space, gathering, found.turn),
        ) if found.turn and self.former else ()  # fmt: skip
        return replace(found, turn=found.turn - sum(one in self.former for (one,) in before))

    def count(self, row: Row, host: bool) -> Count:
        """How many come. host: whoever looks is told in private, and counts; everybody else has the host's word."""
        found = self.tables.execute(
            "SELECT status, private, count(*) FROM gatherings_answers WHERE space = ? AND id = ? GROUP BY 1, 2",
            (self.space, row.id),
        )
        counts = Counter({(status, bool(private)): count for status, private, count in found})
        for one in self.former:
            answers = self.tables.execute(
                "SELECT status, private FROM gatherings_answers WHERE space = ? AND id = ? AND member = ?",
                (self.space, row.id, one),
            )
            counts.subtract((status, bool(private)) for status, private in answers)
        hidden = counts["accepted", True] if host else row.going
        going = counts["accepted", False]
        places = max(0, row.plan.capacity - hidden) if row.plan.capacity else -1
        seated = going if places < 0 else min(going, places)
        hidden_maybe = counts["tentative", True] if host else row.maybe
        return Count(seated, going - seated, hidden, counts["tentative", False], hidden_maybe, places)

    @cached_property
    def former(self) -> frozenset[str]:
        """Those who answered anything here and belong no more. Their places are others'."""
        rows = self.tables.execute("SELECT DISTINCT member FROM gatherings_answers WHERE space = ?", (self.space,))
        return frozenset(member for (member,) in rows if member not in self.members)

    def _rows(self, where: str, values: Sequence[Any], order: str, limit: int) -> list[Row]:
        found = self.tables.execute(
            f"SELECT {_COLUMNS} FROM gatherings_items WHERE space = ? AND {where} ORDER BY {order} LIMIT ?",
            (self.space, *values, limit),
        )
        return [_row(*row) for row in found]


def _row(
    id: str, kind: int, key: str, host: str, organisers: str, title: str, text: str, start: int, end: int, zone: str,
    day: str, day_end: str, place: str, topics: str, capacity: int, until: int, series: str, version: int,
    cancelled: str, reason: str, door: int, going: int, maybe: int, created_at: int, begins: int, ends: int,
) -> Row:  # fmt: skip
    plan = Plan(
        title=title, text=text, start=start, end=end, zone=zone, day=day, day_end=day_end, place=place,
        topics=tuple(topics.split()), capacity=capacity, until=until,
    )  # fmt: skip
    named = tuple(organisers.split())
    return Row(
        id, kind, key, host, named, plan, series, version, cancelled, reason, door, going, maybe, created_at, begins,
        ends,
    )  # fmt: skip


def _coming(member: str, status: str, note: str, version: int, private: int, turn: int, sure: int) -> Coming:
    return Coming(member, status, note, version, bool(private), turn, bool(sure))


def wish(tables: Tables, name: str) -> str:
    """What this person wants, as `wishes` keeps it; "" if nothing was said."""
    rows = tables.execute("SELECT value FROM gatherings_wishes WHERE name = ?", (name,))
    return str(rows[0][0]) if rows else ""


def keep_wish(tables: Tables, name: str, value: str) -> None:
    tables.execute("INSERT OR REPLACE INTO gatherings_wishes VALUES (?, ?)", (name, value))
