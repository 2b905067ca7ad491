"""The people room: who is here, how they are called, and who vouches for whom."""

from __future__ import annotations

from typing import Final

from tadamun.core.room import Room
from tadamun.rooms.people import bodies, calls, card, rules, state, view

ROOM: Final = Room(
    name="people",
    kinds=frozenset({bodies.PROFILE, bodies.VOUCH}),
    decode=bodies.decode,
    topic=state.topic,
    empty=state.Person,
    reduce=state.reduce,
    authorise=rules.authorise,
    tables=view.TABLES,
    project=view.project,
    forget=view.forget,
    search=view.search,
    calls={**calls.CALLS, **card.CALLS},
    local=view.LOCAL,
)
