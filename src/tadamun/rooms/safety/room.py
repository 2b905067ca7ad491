"""The safety room: one's own peace, and what is to be done when somebody does harm."""

from __future__ import annotations

from typing import Final

from tadamun.core.room import Room
from tadamun.rooms.safety import alerts, bodies, calls, calls_cases, calls_rehearse, rules, state, view

ROOM: Final = Room(
    name="safety",
    kinds=bodies.KINDS,
    decode=bodies.decode,
    private=bodies.KINDS,
    topic=state.topic,
    empty=state.Matter,
    reduce=state.reduce,
    authorise=rules.authorise,
    tables=view.TABLES,
    project=view.project,
    forget=view.forget,
    calls={**calls.CALLS, **calls_cases.CALLS, **calls_rehearse.CALLS},
    local=view.LOCAL,
    alerts=alerts.alerts,
)
