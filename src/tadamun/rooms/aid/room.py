"""The aid room: what people ask and offer, how they find each other, and what they know that helps."""

from __future__ import annotations

from typing import Final

from tadamun.core.room import Room, Scope
from tadamun.rooms.aid import (
    alerts,
    bodies,
    calls_blind,
    calls_items,
    calls_ledger,
    calls_mentors,
    calls_resources,
    errands,
    means,
    rules,
    state,
    suggesting,
    view,
)

LEAST: Final = 3  # members of a ring: with fewer it is plain who asked

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
        **calls_blind.CALLS,
        **means.CALLS,
        **suggesting.CALLS,
    },
    local=view.LOCAL,
    private=frozenset({bodies.ENTRY, bodies.ANSWER, bodies.PAIR, bodies.UNMASK}),
    masked=frozenset({bodies.ITEM, bodies.MOVE, bodies.HELP, bodies.NOTE}),
    scopes={
        calls_blind.ASKING: Scope(kinds=frozenset({bodies.ITEM}), slots=3, least=LEAST),
        calls_blind.HELPING: Scope(kinds=frozenset({bodies.HELP}), slots=10, least=LEAST),
    },
    errands=errands.errands,
    alerts=alerts.alerts,
)
