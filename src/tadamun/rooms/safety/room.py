"""The safety room: one's own peace, and what is to be done when somebody does harm."""

from __future__ import annotations

from typing import Final

from tadamun.core.room import Room, Verdict
from tadamun.rooms.safety import bodies, calls, view

ROOM: Final = Room(
    name="safety",
    kinds=bodies.KINDS,
    decode=bodies.decode,
    topic=lambda said: said.id,
    empty=lambda topic: topic,
    reduce=lambda state, said: state,
    authorise=lambda state, said, standing: Verdict.DENY,
    tables=(),
    project=lambda tables, space, topic, state: None,
    forget=view.forget,
    calls={**calls.CALLS},
    local=view.LOCAL,
)
