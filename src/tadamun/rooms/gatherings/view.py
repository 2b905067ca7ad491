"""Tables of gatherings: what is planned now, and who comes. Answers go with the roll, when their time is over.

Rows depend on the log alone: no clock, and no table of time zones. What is upcoming, and which day it is where, is
worked out when it is read.
"""

from __future__ import annotations

from typing import Any, Final

from tadamun.core.ports import Tables
from tadamun.core.room import SearchText
from tadamun.core.text import balance_bidi, shown_line
from tadamun.rooms.gatherings import view_sealed
from tadamun.rooms.gatherings.gathered import Gathered
from tadamun.rooms.gatherings.nip52 import begins, over
from tadamun.rooms.gatherings.state import Known

ITEMS: Final = (
    # begins, ends: Unix seconds by which lists are made. organisers, topics: space between. cancelled: "organiser",
    # "moderator" or "". going, maybe: of those who told the organisers alone. kind, key: of the opening (NIP-52).
    """CREATE TABLE gatherings_items (
        space TEXT, id TEXT, kind INTEGER, key TEXT, host TEXT, organisers TEXT, title TEXT, text TEXT, start INTEGER,
        end INTEGER, zone TEXT, day TEXT, day_end TEXT, place TEXT, topics TEXT, capacity INTEGER, until INTEGER,
        series TEXT, version INTEGER, cancelled TEXT, reason TEXT, door INTEGER, going INTEGER, maybe INTEGER,
        created_at INTEGER, begins INTEGER, ends INTEGER, PRIMARY KEY (space, id)) WITHOUT ROWID""",
    "CREATE INDEX gatherings_when ON gatherings_items (space, begins, id)",
    "CREATE INDEX gatherings_series ON gatherings_items (space, series) WHERE series <> ''",
    # private: said to some only. turn: the place in line, from 1, of those who come and say so in the open; else 0.
    # sure: 1 if the host made sure of a place.
    """CREATE TABLE gatherings_answers (
        space TEXT, id TEXT, member TEXT, status TEXT, note TEXT, version INTEGER, private INTEGER, turn INTEGER,
        sure INTEGER, PRIMARY KEY (space, id, member)) WITHOUT ROWID""",
)
TABLES: Final = (*ITEMS, *view_sealed.TABLES)
# wishes: what this person wants to see: Hijri days beside the others; the zone last planned in. tallies: when a new
# number is to be given out (tally.py).
LOCAL: Final = (
    "CREATE TABLE IF NOT EXISTS gatherings_wishes (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID",
    """CREATE TABLE IF NOT EXISTS gatherings_tallies (
        space TEXT, id TEXT, at INTEGER, PRIMARY KEY (space, id)) WITHOUT ROWID""",
    *view_sealed.LOCAL,
)

_OWN: Final = ("gatherings_items", "gatherings_answers")
_ALL: Final = (*_OWN, "gatherings_tallies", *view_sealed.NAMES)


def project(tables: Tables, space: str, topic: str, known: Known | None) -> None:
    """The topic's rows, replacing what was there."""
    for table in _OWN:
        tables.execute(f"DELETE FROM {table} WHERE space = ? AND id = ?", (space, topic))
    view_sealed.project(tables, space, topic, known)
    if known is None or known.gathered.opening is None:
        return
    gathered = known.gathered
    tables.execute(f"INSERT INTO gatherings_items VALUES ({', '.join('?' * 27)})", _row(space, gathered))
    turns = {one: turn for turn, one in enumerate(gathered.line(), 1)}
    sure = gathered.door.body.seated if gathered.door is not None else ()
    tables.many(
        "INSERT INTO gatherings_answers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                space, topic, member, said.body.status, shown_line(said.body.note), said.body.version,
                int(bool(said.private_with)), turns.get(member, 0), int(member in sure),
            )
            for member, said in sorted(gathered.answers.items())
        ],
    )  # fmt: skip


def forget(tables: Tables, space: str) -> None:
    """Nothing of the space is left here."""
    for table in _ALL:
        tables.execute(f"DELETE FROM {table} WHERE space = ?", (space,))


def search(known: Known) -> SearchText | None:
    """A gathering is found by its title, place and description as they now stand. What is sealed or said in private is
    in none of them."""
    opening, plan = known.gathered.opening, known.gathered.plan
    if opening is None or plan is None:
        return None
    return SearchText(
        "\n".join(part for part in (plan.title, plan.place, plan.text) if part),
        opening.member,
        plan.topics,
        opening.created_at,
    )


def _row(space: str, gathered: Gathered) -> tuple[Any, ...]:
    opening, plan, change, cancelled = gathered.opening, gathered.plan, gathered.change, gathered.cancelled
    assert opening is not None
    assert plan is not None
    door = gathered.door.body if gathered.door is not None else None
    by = "" if cancelled is None else "moderator" if cancelled.body.moderates else "organiser"
    return (
        space, opening.id, opening.kind, opening.body.key, opening.member, " ".join(gathered.organisers),
        shown_line(plan.title), balance_bidi(plan.text), plan.start, plan.end, plan.zone, plan.day, plan.day_end,
        shown_line(plan.place), " ".join(plan.topics), plan.capacity, plan.until, opening.body.series,
        change.body.version if change is not None else 0, by, shown_line(cancelled.body.reason) if cancelled else "",
        door.version if door else 0, door.going if door else 0, door.maybe if door else 0, opening.created_at,
        begins(plan), over(plan),
    )  # fmt: skip
