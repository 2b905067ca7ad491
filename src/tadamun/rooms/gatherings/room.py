"""The gatherings room: what people do together at a place and a time, and how they come back from it."""

from __future__ import annotations

from typing import Final

from tadamun.core.room import Room
from tadamun.rooms.gatherings import bodies, calls, errands, glance, rules, state, view

ROOM: Final = Room(
    name="gatherings",
    kinds=bodies.KINDS,
    private=bodies.PRIVATE,
    decode=bodies.decode,
    topic=state.topic,
    empty=state.empty,
    reduce=state.reduce,
    authorise=rules.authorise,
    tables=view.TABLES,
    project=view.project,
    forget=view.forget,
    search=view.search,
    calls=calls.CALLS,
    local=view.LOCAL,
    glance=glance.glance,
    unread=glance.alarms,
    errands=errands.errands,
)
