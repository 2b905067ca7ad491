"""Look-ups in the tables of aid, for one member at one time. What has expired is told here: rows know no clock.

An item is listed by the time its author claims; one claimed to be from the future comes last, until its time has come.
This file does not know names or pages.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from tadamun.core.errors import UsageError
from tadamun.core.ports import Tables
from tadamun.rooms.aid.fields import URGENCIES
from tadamun.rooms.aid.matching import Side, base
from tadamun.rooms.aid.view import place_key

AHEAD: Final = 15 * 60  # seconds
LEAST_ID: Final = 4  # characters
MANY: Final = 10  # candidates that are listed
_ROW: Final = (
    "id, direction, category, title, text, tags, languages, place, place_key, urgency, wanted, until, conditions,"
    " owner, created_at, seq, version, state, withdrawn, taken, ring, box"
)


class Row(NamedTuple):
    """One item as the table has it."""

    id: str
    direction: str
    category: str
    title: str
    text: str
    tags: str
    languages: str
    place: str
    place_key: str
    urgency: str
    wanted: int
    until: int
    conditions: str
    owner: str
    created_at: int
    seq: int
    version: int
    state: str
    withdrawn: str
    taken: int
    ring: int
    box: str

    def state_at(self, now: int) -> str:
        """As people are shown it: what nobody has begun yet ends by its own date."""
        return "expired" if 0 < self.until <= now and self.state in ("open", "claimed") else self.state

    def side(self, newcomers: Container[str]) -> Side:
        """As it is matched."""
        return Side(
            key=self.id,
            member=self.owner,
            categories=frozenset({self.category}),
            tags=frozenset(self.tags.split()),
            languages=tuple(self.languages.split()),
            place=self.place_key,
            urgency=self.urgency,
            conditions=frozenset(self.conditions.split()),
            newcomer=self.owner in newcomers,
            taken=self.taken,
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to list; "" is any. language: without territory. urgency: so soon or sooner. state: as shown. owner: whose;
    helper: who has a part in it."""

    direction: str = ""
    category: str = ""
    tag: str = ""
    language: str = ""
    place: str = ""
    urgency: str = "any"
    state: str = ""
    owner: str = ""
    helper: str = ""


class Reader:
    """Reads one space for one member. now: Unix seconds by this node's clock."""

    def __init__(self, tables: Tables, space: str, me: str, now: int) -> None:
        self.tables, self.space, self.me, self.now = tables, space, me, now

    def items(self, wanted: Wanted, limit: int, start: int = 0) -> list[Row]:
        """Newest first, then those of the future."""
        where, values = self._where(wanted)
        latest = self.now + AHEAD
        rows = self._select(f"{where} AND created_at <= ?", (*values, latest), limit, start)
        if len(rows) < limit:
            before = start + len(rows) if rows else self.count(wanted, latest)
            ahead = (*values, latest)
            rows += self._select(f"{where} AND created_at > ?", ahead, limit - len(rows), max(0, start - before))
        return rows

    def sides(self, direction: str, newcomers: Container[str], categories: Collection[str]) -> list[tuple[Side, bool]]:
        """All open items of some kinds as they are matched, in no order; and whether each is without a name."""
        where, values = self._where(Wanted(direction=direction, state="open"))
        marks = ", ".join("?" * len(categories))
        rows = self.tables.execute(
            "SELECT id, owner, category, tags, languages, place_key, urgency, conditions, taken, box <> ''"
            f" FROM aid_items WHERE {where} AND category IN ({marks})",
            (*values, *categories),
        )
        alone = {category: frozenset({category}) for category in categories}
        return [
            (
                Side(
                    key, owner, alone[category], _set(tags), tuple(languages.split()), place, urgency, _set(conditions),
                    owner in newcomers, taken,
                ),
                bool(veiled),
            )
            for key, owner, category, tags, languages, place, urgency, conditions, taken, veiled in rows
        ]  # fmt: skip

    def count(self, wanted: Wanted, latest: int) -> int:
        """How many there are, without those claimed to be later than that."""
        where, values = self._where(wanted)
        asked = (*values, latest)
        counted = self.tables.execute(f"SELECT count(*) FROM aid_items WHERE {where} AND created_at <= ?", asked)
        return int(counted[0][0])

    def by_ids(self, ids: Sequence[str], wanted: Wanted) -> list[Row]:
        """Those of these that fit, in the order given."""
        where, values = self._where(wanted)
        marks = ", ".join("?" * len(ids))
        rows = self.tables.execute(f"SELECT {_ROW} FROM aid_items WHERE {where} AND id IN ({marks})", (*values, *ids))
        found = {row[0]: Row(*row) for row in rows}
        return [found[one] for one in ids if one in found]

    def item(self, wanted: str) -> Row:
        """The item meant by an id or its beginning. Raises UsageError."""
        return self.by_ids([self.named("aid_items", wanted)], Wanted())[0]

    def named(self, table: str, wanted: str) -> str:
        """The one id in a table of this room that begins so. Raises UsageError, listing candidates if there are
        several."""
        beginning = wanted.strip().lower()
        if not LEAST_ID <= len(beginning) <= 64 or set(beginning) - set("0123456789abcdef"):
            raise UsageError("Name it by its id, or at least the first {least} characters of it.", least=LEAST_ID)
        rows = self.tables.execute(
            f"SELECT id FROM {table} WHERE space = ? AND id BETWEEN ? AND ? ORDER BY id LIMIT ?",
            (self.space, beginning.ljust(64, "0"), beginning.ljust(64, "f"), MANY),
        )
        if not rows:
            raise UsageError("There is nothing with that id here. It may not have arrived yet.")
        if len(rows) > 1:
            candidates = ", ".join(found[: max(8, len(beginning) + 4)] for (found,) in rows)
            raise UsageError("Several begin so. Give more of the id: {candidates}", candidates=candidates)
        return str(rows[0][0])

    def parts(self, item: str) -> list[tuple[str, str]]:
        """(member, how their part is) of all who claimed it, by member."""
        rows = self.tables.execute(
            "SELECT member, state FROM aid_parts WHERE space = ? AND id = ? ORDER BY member", (self.space, item)
        )
        return [(member, state) for member, state in rows]

    def my_parts(self, ids: Sequence[str]) -> dict[str, str]:
        marks = ", ".join("?" * len(ids))
        rows = self.tables.execute(
            f"SELECT id, state FROM aid_parts WHERE space = ? AND member = ? AND id IN ({marks})",
            (self.space, self.me, *ids),
        )
        return dict(rows)

    def moved(self, item: str, who: str) -> int:
        """The version of one's own last move of that part, 0 for none."""
        rows = self.tables.execute(
            "SELECT version FROM aid_moves WHERE space = ? AND id = ? AND author = ? AND who = ?",
            (self.space, item, self.me, who),
        )
        return int(rows[0][0]) if rows else 0

    def places(self, limit: int = 50) -> list[str]:
        """Places that items name, those named most first: to choose from, so that all write them alike."""
        rows = self.tables.execute(
            "SELECT max(place) FROM aid_items WHERE space = ? AND place <> '' GROUP BY place_key"
            " ORDER BY count(*) DESC, place_key LIMIT ?",
            (self.space, limit),
        )
        return [place for (place,) in rows]

    def _select(self, where: str, values: Sequence[Any], limit: int, start: int) -> list[Row]:
        rows = self.tables.execute(
            f"SELECT {_ROW} FROM aid_items WHERE {where} ORDER BY created_at DESC, seq DESC, id LIMIT ? OFFSET ?",
            (*values, limit, start),
        )
        return [Row(*row) for row in rows]

    def _where(self, wanted: Wanted) -> tuple[str, tuple[Any, ...]]:
        terms, values = ["space = ?"], [self.space]
        for column, value in (("direction", wanted.direction), ("category", wanted.category), ("owner", wanted.owner)):
            if value:
                terms.append(f"{column} = ?")
                values.append(value)
        if wanted.place:
            terms.append("place_key = ?")
            values.append(place_key(wanted.place))
        if wanted.tag:
            terms.append("instr(tags, ?)")
            values.append(f" {wanted.tag} ")
        if wanted.language:
            # A tag or one of its dialects: ` ar ` or ` ar-`.
            terms.append("(instr(languages, ?) OR instr(languages, ?))")
            values += [f" {base(wanted.language)} ", f" {base(wanted.language)}-"]
        most = URGENCIES.get(wanted.urgency, 0)
        if most:
            soon = [f"'{name}'" for name, days in URGENCIES.items() if 0 < days <= most]
            terms.append(f"urgency IN ({', '.join(soon)})")
        arguments: list[Any] = list(values)
        if wanted.helper:
            terms.append("id IN (SELECT id FROM aid_parts WHERE space = ? AND member = ?)")
            arguments += [self.space, wanted.helper]
        if wanted.state == "expired":
            terms.append("state IN ('open', 'claimed') AND until > 0 AND until <= ?")
            arguments.append(self.now)
        elif wanted.state:
            terms.append("state = ?")
            arguments.append(wanted.state)
            if wanted.state in ("open", "claimed"):
                terms.append("(until = 0 OR until > ?)")
                arguments.append(self.now)
        return " AND ".join(terms), tuple(arguments)


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split()) if words else _NONE


_NONE: Final[frozenset[str]] = frozenset()
