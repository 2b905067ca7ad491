"""Who will be able to read what one is about to say here, before it is said."""

from __future__ import annotations

from typing import Any, Final, Literal

from tadamun.core.ports import Audience, Workbench
from tadamun.core.room import Call
from tadamun.rooms.gatherings.given import InSpace, some
from tadamun.rooms.gatherings.reading import Reader


class Whom(InSpace, frozen=True, forbid_unknown_fields=True):
    """gathering, seen_by, also: as for `gathering.come`; without a gathering: what calls one."""

    gathering: str = ""
    seen_by: Literal["everyone", "organisers"] = "everyone"
    also: tuple[str, ...] = ()


async def audience(bench: Workbench, asked: Whom) -> dict[str, Any]:
    """{count, names, private, later: all | days | none, later_days, until, may_write, space_name}. names: of a private
    one, without oneself. Raises what saying it would."""
    space = bench.space(asked.space)
    me = bench.me(space)
    to = Audience()
    if asked.gathering:
        row = Reader(bench.tables, space, bench.members(space)).one(asked.gathering)
        to = Audience(expires_at=row.plan.until) if row.plan.until > bench.clock.now() else Audience()
        if asked.seen_by == "organisers" and row.host != me:
            also = {bench.facts.names.who(space, one) for one in asked.also}
            to = some({row.host, *also}, me, to.expires_at)
    reach = bench.reach(space, to)
    private = bool(to.others)
    others = sorted(bench.facts.names.name(space, seat.member) for seat in reach.seats if seat.member != me)
    return {
        "count": sum(seat.devices > 0 for seat in reach.seats),
        "names": others if private else [],
        "private": private,
        "later": "none" if reach.later == 0 else "all" if reach.later < 0 else "days",
        "later_days": max(reach.later, 0),
        "until": reach.audience.expires_at,
        "may_write": reach.may_say,
        "space_name": bench.title(space),
    }


CALLS: Final = {"gathering.audience": Call(Whom, audience)}
