"""Whether something about to be said under a mask would count: the same rules that a peer will apply, beforehand.

It is judged beside what of the same mask has not gone out yet, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from tadamun.core.errors import NotAllowed, UsageError
from tadamun.core.event import Event, to_json
from tadamun.core.fold import fold
from tadamun.core.frame import split
from tadamun.core.genuine import Said
from tadamun.core.limits import MAX_INNER
from tadamun.core.ports import Tables
from tadamun.core.room import Standing, Verdict
from tadamun.node.judge import standing_of
from tadamun.node.masks import refusal, standing
from tadamun.node.place import Place
from tadamun.node.project import Projector
from tadamun.store import log


def check(tables: Tables, projector: Projector, place: Place, event: Event, waiting: Sequence[Event]) -> None:
    """Raises NotAllowed, or UsageError for what is too long. waiting: own masked events that have not gone out."""
    if len(to_json(event)) > MAX_INNER:
        raise UsageError("That text is too long to be sealed. Say it in several posts.")
    unsent = {one.id: one for one in (*waiting, event)}
    judged = {one.id: _judged(projector, place, one, unsent) for one in unsent.values()}
    new = judged[event.id]
    if new is None:
        raise _refused()
    room, topic = projector.topic(new[0])
    standings: dict[str, Standing] = {}
    saids: list[Said[Any]] = []
    for row in log.topic_rows(tables, place.ref, topic):
        said = projector.said(place, row.event, split(row.event))
        found = None if said is None else standing_of(place, said)
        if said is not None and isinstance(found, Standing) and row.id not in unsent:
            saids.append(said)
            standings[said.id] = found
    for pair in judged.values():
        if pair is not None and projector.topic(pair[0]) == (room, topic):
            saids.append(pair[0])
            standings[pair[0].id] = pair[1]
    _, verdicts = fold(projector.rooms[room], topic, saids, lambda said: standings[said.id])
    if verdicts[event.id] is not Verdict.ALLOW:
        raise _refused()


def _judged(
    projector: Projector, place: Place, event: Event, unsent: dict[str, Event]
) -> tuple[Said[Any], Standing] | None:
    frame = split(event)
    if refusal(projector.by_kind.get(event.kind), event, frame) is not None:
        return None
    said = projector.said(place, event, frame)
    opening = unsent.get(frame.under)
    if said is not None and opening is not None:  # nobody knows it yet, this node's own book included
        told = place.masks.told(frame.under, split(opening))
        mask = None if told is None else msgspec.structs.replace(told, opening=frame.under)
        said = msgspec.structs.replace(said, mask=mask)
        event, frame = opening, split(opening)
    found = standing(place, event.pubkey, frame.seq, event.id, frame)
    return (said, found) if said is not None and isinstance(found, Standing) else None


def _refused() -> NotAllowed:
    return NotAllowed("The rules of this space do not let you do that. Nothing was changed.")
