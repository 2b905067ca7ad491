"""The errand of a marshal: give one's share of a meeting point out, at its time, and only if it is not cancelled.

A node that was off when the time came may not have heard of a cancellation yet. So it waits a little after it finds
that it is late, while it hears from the others. And the errand that destroys what its time is over for.
"""

from __future__ import annotations

from typing import Final

from tadamun.core.errors import LocalError
from tadamun.core.ports import Audience, Workbench
from tadamun.rooms.gatherings import actions_sealed as actions
from tadamun.rooms.gatherings.calls_point import holds
from tadamun.rooms.gatherings.gathered import mark

PROMPT: Final = 120  # seconds after its time for which a share counts as given out in time
LISTEN: Final = 120  # seconds for which a late one waits for word of a cancellation
AGAIN: Final = 60  # seconds until what could not be said is tried again
STALE: Final = 600  # seconds after which a wait that was begun counts no more: the node was off since


async def errand(bench: Workbench, space: str, now: int) -> int:
    """Give out what is due. Gives when to look again; 0: when something changes."""
    again = 0
    for gathering, share, opens, ends, until in _kept(bench, space):
        if ends <= now or holds(bench, space, gathering):
            continue
        due = opens if opens > now else in_time(bench, space, gathering, opens, now)
        if due > now:
            again = min(again or due, due)
            continue
        try:
            await bench.say(space, actions.release(gathering, share, Audience(expires_at=until)))
        except LocalError:  # one that cannot be said keeps no other back
            again = min(again or now + AGAIN, now + AGAIN)
    return again


async def destroy(bench: Workbench, space: str, now: int) -> int:
    """Forget the places that one sealed oneself, at their time. The log's own copies expire by themselves."""
    bench.tables.execute("DELETE FROM gatherings_late WHERE space = ? AND since < ?", (space, now - STALE))
    for memory, about in (("gatherings_answered", "gatherings_watches"), ("gatherings_held", "gatherings_points")):
        gone = f"DELETE FROM {memory} WHERE space = ? AND id NOT IN (SELECT id FROM {about} WHERE space = ?)"
        bench.tables.execute(gone, (space, space))
    if bench.tables.execute("SELECT 1 FROM gatherings_places WHERE space = ? AND until <= ?", (space, now)):
        bench.tables.execute("DELETE FROM gatherings_places WHERE space = ? AND until <= ?", (space, now))
        bench.scrub()
    rows = bench.tables.execute("SELECT min(until) FROM gatherings_places WHERE space = ?", (space,))
    return int(rows[0][0] or 0)


def in_time(bench: Workbench, space: str, topic: str, due: int, now: int) -> int:
    """When something that was due at `due` is to be done: now if that is a moment ago, else after having listened."""
    if now - due <= PROMPT:
        return now
    rows = bench.tables.execute("SELECT since FROM gatherings_late WHERE space = ? AND id = ?", (space, topic))
    since = int(rows[0][0]) if rows else 0
    if not now - STALE <= since <= now:
        since = now
        bench.tables.execute("INSERT OR REPLACE INTO gatherings_late VALUES (?, ?, ?)", (space, topic, now))
    return since + LISTEN


def _kept(bench: Workbench, space: str) -> list[tuple[str, str, int, int, int]]:
    """(gathering, share, opens, ends, until) of shares that this person keeps, of meeting points that hold, that were
    not given out yet, and are not cancelled."""
    me = bench.me(space)
    points = bench.tables.execute(
        "SELECT p.id, p.opens, p.marks, i.ends, i.until FROM gatherings_points p JOIN gatherings_items i"
        " ON i.space = p.space AND i.id = p.id WHERE p.space = ? AND i.cancelled = ''",
        (space,),
    )
    found = []
    for gathering, opens, marks, ends, until in points:
        rows = bench.tables.execute(
            "SELECT share FROM gatherings_shares WHERE space = ? AND id = ? AND keeper = ? UNION ALL"
            " SELECT share FROM gatherings_places WHERE space = ? AND id = ? AND share <> ''",
            (space, gathering, me, space, gathering),
        )
        given = bench.tables.execute(
            "SELECT mark FROM gatherings_released WHERE space = ? AND id = ?", (space, gathering)
        )
        out = {name for (name,) in given}
        found += [
            (gathering, share, opens, ends, until)
            for (share,) in rows
            if mark(share) in marks.split() and mark(share) not in out
        ]
    return found
