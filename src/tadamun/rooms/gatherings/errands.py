"""What time brings to gatherings (core.room.Room.errands). Each errand stands in a file of its own, and gives the time
at which it wants to be run again."""

from __future__ import annotations

from tadamun.core.ports import Workbench
from tadamun.rooms.gatherings import release, tally, waiting


async def errands(bench: Workbench, now: int) -> int:
    """See core.room.Room."""
    due = [await errand(bench, space, now) for space in bench.spaces() for errand in ERRANDS]
    return min((at for at in due if at), default=0)


ERRANDS = (waiting.errand_of_keys, waiting.errand, release.errand, release.destroy, tally.errand)
