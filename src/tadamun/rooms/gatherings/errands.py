"""What time brings to gatherings (core.room.Room.errands). Each errand stands in a file of its own, and gives the time
at which it wants to be run again."""

from __future__ import annotations

from typing import Final

from tadamun.core.ports import Workbench
from tadamun.rooms.gatherings import release, tally, waiting

ERRANDS: Final = (waiting.errand_of_keys, waiting.errand, release.errand, release.destroy, tally.errand)


async def errands(bench: Workbench, now: int) -> int:
    """See core.room.Room. What goes wrong in one keeps no other from being run; the node hears of it at the end."""
    due: list[int] = []
    failed: Exception | None = None
    for space in bench.spaces():
        for errand in ERRANDS:
            try:
                due.append(await errand(bench, space, now))
            except Exception as error:
                failed = failed or error
    if failed is not None:
        raise failed
    return min((at for at in due if at), default=0)
