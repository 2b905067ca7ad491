"""The stories room: what happened to us, told at length, in several languages, and made public on purpose."""

from __future__ import annotations

from typing import Final

from tadamun.core.room import Room
from tadamun.rooms.stories import bodies, calls, rules, state, view

ROOM: Final = Room(
    name="stories",
    kinds=bodies.KINDS,
    decode=bodies.decode,
    topic=state.topic,
    empty=state.Blank,
    reduce=state.reduce,
    authorise=rules.authorise,
    tables=view.TABLES,
    project=view.project,
    forget=view.forget,
    search=view.search,
    calls=calls.CALLS,
    local=view.LOCAL,
    private=frozenset({bodies.STORY, bodies.CHANGE, bodies.WITHDRAW}),
)
