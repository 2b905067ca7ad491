"""The aid room: what people ask and offer, how they find each other, and what they know that helps."""

from __future__ import annotations

from typing import Final

from tadamun.core.room import Room
from tadamun.rooms.aid import (
    bodies,
    calls_items,
    calls_ledger,
    calls_mentors,
    calls_resources,
    means,
    rules,
    state,
    suggesting,
    view,
)

ROOM: Final = Room(
    name="aid",
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
    calls={
        **calls_items.CALLS,
        **calls_resources.CALLS,
        **calls_ledger.CALLS,
        **calls_mentors.CALLS,
        **means.CALLS,
        **suggesting.CALLS,
    },
    local=view.LOCAL,
    private=frozenset({bodies.ENTRY, bodies.ANSWER, bodies.PAIR}),
)
