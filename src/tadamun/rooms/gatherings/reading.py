"""Look-ups in the tables of gatherings (view.py). This file does not know who asks, nor how it is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
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
    """One answer. place: 1 has one, 2 waits for one, 0 neither. turn: the how-manieth of those."""

    member: str
    status: str
    note: str
    version: int
    private: bool
    place: int
    turn: int
    sure: bool


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
    """The gatherings of one space."""

    def __init__(self, tables: Tables, space: str) -> None:
        self.tables, self.space = tables, space

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
        """All answers, those with a place first, in the order of places."""
        rows = self.tables.execute(
            "SELECT member, status, note, version, private, place, turn, sure FROM gatherings_answers"
            " WHERE space = ? AND id = ? ORDER BY place = 0, place, turn, member",
            (self.space, gathering),
        )
        return [Coming(m, s, n, v, bool(p), place, turn, bool(sure)) for m, s, n, v, p, place, turn, sure in rows]

    def answer_of(self, gathering: str, member: str) -> Coming | None:
        return next((one for one in self.answers(gathering) if one.member == member), None)

    def counts(self, gathering: str) -> Counter[tuple[str, bool, int]]:
        """How many answered so: by (status, in private, place)."""
        rows = self.tables.execute(
            "SELECT status, private, place, count(*) FROM gatherings_answers WHERE space = ? AND id = ?"
            " GROUP BY status, private, place",
            (self.space, gathering),
        )
        return Counter({(status, bool(private), place): count for status, private, place, count in rows})

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


def wish(tables: Tables, name: str) -> str:
    """What this person wants, as `wishes` keeps it; "" if nothing was said."""
    rows = tables.execute("SELECT value FROM gatherings_wishes WHERE name = ?", (name,))
    return str(rows[0][0]) if rows else ""


def keep_wish(tables: Tables, name: str, value: str) -> None:
    tables.execute("INSERT OR REPLACE INTO gatherings_wishes VALUES (?, ?)", (name, value))
