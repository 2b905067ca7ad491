"""What fits, computed on this device: for one's own request or offer, or for what one could give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from tadamun.core.ports import Workbench
from tadamun.core.room import Call
from tadamun.rooms.aid import matching
from tadamun.rooms.aid.calls_items import shown
from tadamun.rooms.aid.given import InSpace, Limit, reader_of
from tadamun.rooms.aid.means import my_side
from tadamun.rooms.aid.reading import Reader, Wanted
from tadamun.rooms.aid.words import REASONS

OWN: Final = 50  # of the newest offers of one's own, for which something is looked for


class Suggest(InSpace, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """item: one's own request or offer; "": what one could give (`aid.means`), and all one's open offers."""

    item: str = ""
    limit: Limit = 10


async def suggest(bench: Workbench, asked: Suggest) -> dict[str, Any]:
    """{items, looked_at}: as `aid.list` gives them, best first, each with {reasons: [{id, which, message}]}. Nothing is
    sent: this device reads what it has."""
    space, reader = reader_of(bench, asked)
    newcomers = bench.newcomers(space)
    if asked.item:
        row = reader.item(asked.item)
        mine = [row.side(newcomers)]
        other = "offer" if row.direction == "request" else "request"
    else:
        offers = reader.items(Wanted(direction="offer", state="open", owner=reader.me), OWN)
        mine = [my_side(bench, space), *(row.side(newcomers) for row in offers)]
        other = "request"
    categories = frozenset[str]().union(*(side.categories for side in mine))
    others = open_sides(bench, space, reader, other, categories)
    fits = matching.suggest(mine, others, asked.limit)
    rows = reader.by_ids([fit.side.key for fit in fits], Wanted())
    items = shown(bench, space, reader, rows)
    for item, fit in zip(items, fits, strict=True):
        item["reasons"] = [{"id": reason, "which": which, "message": REASONS[reason]} for reason, which in fit.reasons]
    return {"items": items, "looked_at": len(others)}


def open_sides(
    bench: Workbench, space: str, reader: Reader, direction: str, categories: frozenset[str]
) -> Sequence[matching.Side]:
    """All open items of that direction, by others who still belong, as they are matched."""
    members = bench.members(space)
    sides = reader.sides(direction, bench.newcomers(space), sorted(categories))
    mine = bench.masks(space) if any(veiled for _, veiled in sides) else frozenset()
    return [
        side
        for side, veiled in sides
        if side.key not in mine and side.member != reader.me and (veiled or side.member in members)
    ]


CALLS: Final = {"aid.suggest": Call(Suggest, suggest)}
