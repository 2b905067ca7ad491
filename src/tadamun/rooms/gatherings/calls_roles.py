"""Who does what at a gathering, and what they are to know: read by those who have the role, and by the organisers."""

from __future__ import annotations

from typing import Any, Final

from tadamun.core.errors import UsageError
from tadamun.core.ports import Workbench
from tadamun.core.room import Call
from tadamun.rooms.gatherings import actions_sealed as actions
from tadamun.rooms.gatherings.given import OneGathering, organised, reader_of, some, standing
from tadamun.rooms.gatherings.own import ROLES, Role


class Brief(OneGathering, frozen=True, forbid_unknown_fields=True):
    """members: all who have the role, oneself too if so. text: what they are to know."""

    role: Role
    members: tuple[str, ...]
    text: str


async def brief(bench: Workbench, asked: Brief) -> dict[str, Any]:
    """Give members a role, with a briefing that only they and the organisers read. It replaces the one before, which
    whoever had it keeps. Gives {id, role, members}."""
    space, reader = reader_of(bench, asked)
    me = bench.me(space)
    row = organised(reader, asked.gathering, me)
    standing(reader, row.id, bench.clock.now())
    members = {bench.facts.names.who(space, one) for one in asked.members}
    if not members:
        raise UsageError("Name at least one member who has this role.")
    held = bench.tables.execute(
        "SELECT version FROM gatherings_briefings WHERE space = ? AND id = ? AND role = ?", (space, row.id, asked.role)
    )
    version = int(held[0][0]) + 1 if held else 1
    audience = some({*members, *row.organisers}, me, row.plan.until)
    event = await bench.say(space, actions.briefing(row.id, version, asked.role, sorted(members), asked.text, audience))
    return {"id": event, "role": asked.role, "members": sorted(members)}


async def briefings(bench: Workbench, asked: OneGathering) -> list[dict[str, Any]]:
    """The roles of a gathering as far as this person knows of them: [{role, text, members: [{member, name}], author,
    author_name, mine, until}]. mine: they have it."""
    space, reader = reader_of(bench, asked)
    row = reader.one(asked.gathering)
    rows = bench.tables.execute(
        "SELECT role, author, members, text FROM gatherings_briefings WHERE space = ? AND id = ?", (space, row.id)
    )
    names, me = bench.facts.names, bench.me(space)
    found = [
        {
            "role": role,
            "text": text,
            "members": [{"member": one, "name": names.name(space, one)} for one in members.split()],
            "author": author,
            "author_name": names.name(space, author),
            "mine": me in members.split(),
            "until": row.plan.until,
        }
        for role, author, members, text in rows
    ]
    return sorted(found, key=lambda one: ROLES.index(one["role"]))


CALLS: Final = {
    "gathering.brief": Call(Brief, brief),
    "gathering.briefings": Call(OneGathering, briefings),
}
