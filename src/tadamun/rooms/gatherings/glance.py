"""What a list of spaces, and the room's sign on every page, show of gatherings: alarms first of all."""

from __future__ import annotations

from typing import Any

from tadamun.core.ports import Workbench
from tadamun.rooms.gatherings import watches


def alarms(bench: Workbench, space: str) -> int:
    """Of how many people who are missed this person is to know now."""
    now = bench.clock.now()
    if not bench.tables.execute("SELECT 1 FROM gatherings_watches WHERE space = ? AND ends > ? LIMIT 1", (space, now)):
        return 0
    return sum(watches.shown(bench, space, one, now)["alarm"] for one in watches.standing(bench, space, now))


def glance(bench: Workbench, space: str) -> dict[str, Any]:
    """{alarms, upcoming}: people who are missed; gatherings of the next seven days."""
    now = bench.clock.now()
    [(upcoming,)] = bench.tables.execute(
        "SELECT count(*) FROM gatherings_items WHERE space = ? AND begins < ? AND ends > ? AND cancelled = ''",
        (space, now + 7 * 86_400, now),
    )
    return {"alarms": alarms(bench, space), "upcoming": upcoming}
