"""The errand of whoever called a gathering: give out how many told the organisers alone that they come.

The number follows at the next full hour, so that a new one beside somebody's being online says little.
"""

from __future__ import annotations

from tadamun.core.ports import Workbench
from tadamun.rooms.gatherings import actions
from tadamun.rooms.gatherings.reading import Reader, Wanted
from tadamun.rooms.gatherings.times import full_hour

MANY = 500  # gatherings that are still to come, of one space


async def errand(bench: Workbench, space: str, now: int) -> int:
    """Say what is due. Gives when to look again; 0: when something changes."""
    reader, me = Reader(bench.tables, space, bench.members(space)), bench.me(space)
    again = 0
    for row in reader.listed(Wanted(ends_after=now), MANY):
        if row.host != me or row.cancelled:
            continue
        answers = reader.answers(row.id)
        going, maybe = (
            sum(one.private and one.status == status for one in answers) for status in ("accepted", "tentative")
        )
        if (going, maybe) == (row.going, row.maybe):
            bench.tables.execute("DELETE FROM gatherings_tallies WHERE space = ? AND id = ?", (space, row.id))
            continue
        due = _due(bench, space, row.id, now)
        if due > now:
            again = min(again or due, due)
            continue
        sure = [one.member for one in answers if one.sure]
        others = [one for one in row.organisers if one != me]
        await bench.say(space, actions.door(row.id, row.door + 1, others, sure, going, maybe))
        bench.tables.execute("DELETE FROM gatherings_tallies WHERE space = ? AND id = ?", (space, row.id))
    return again


def _due(bench: Workbench, space: str, gathering: str, now: int) -> int:
    """When the number is to be given out: the full hour after it was first seen to be another."""
    rows = bench.tables.execute("SELECT at FROM gatherings_tallies WHERE space = ? AND id = ?", (space, gathering))
    if rows:
        return int(rows[0][0])
    due = full_hour(now + 1)
    bench.tables.execute("INSERT INTO gatherings_tallies VALUES (?, ?, ?)", (space, gathering, due))
    return due
