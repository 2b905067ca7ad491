"""Events of one topic → one order → one state (docs/protocol/1-events.md, section 1.6).

Pure: which control state an author is judged by is asked of `standing_of`, given by the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from heapq import heapify, heappop, heappush
from typing import Any

from tadamun.core.genuine import Said
from tadamun.core.room import Room, Standing, Verdict


def in_order(saids: Iterable[Said[Any]]) -> list[Said[Any]]:
    """Parents (by `prev`) first; among those ready the lowest id first. Parents outside the set are taken as met."""
    by_id = {said.id: said for said in saids}
    waiting = {i: sum(parent in by_id for parent in said.prev) for i, said in by_id.items()}
    children: dict[str, list[str]] = {}
    for i, said in by_id.items():
        for parent in said.prev:
            if parent in by_id:
                children.setdefault(parent, []).append(i)
    ready = [i for i, count in waiting.items() if count == 0]
    heapify(ready)
    ordered: list[Said[Any]] = []
    while ready:
        i = heappop(ready)
        ordered.append(by_id[i])
        for child in children.get(i, ()):
            waiting[child] -= 1
            if waiting[child] == 0:
                heappush(ready, child)
    return ordered


def fold(
    room: Room, topic: str, saids: Sequence[Said[Any]], standing_of: Callable[[Said[Any]], Standing | None]
) -> tuple[Any, dict[str, Verdict]]:
    """The topic's state and what became of each event, by id. A denied or waiting event changes nothing.

    An event that waits (UNKNOWN) is tried again after the others, until nothing changes: what it refers to may
    follow it in the order. That is deterministic: the order depends on the set of events alone, and each round goes
    through what still waits in that order. A verdict other than UNKNOWN is final; so a rule says UNKNOWN only until
    what the event refers to is there, and never once it is. An event whose parent waits is judged all the same.
    standing_of returns None while the control heads an event cites are not known.
    """
    state = room.empty(topic)
    verdicts: dict[str, Verdict] = {}
    pending = in_order(saids)
    while pending:
        later: list[Said[Any]] = []
        for said in pending:
            standing = standing_of(said)
            verdict = Verdict.UNKNOWN if standing is None else room.authorise(state, said, standing)
            verdicts[said.id] = verdict
            if verdict is Verdict.ALLOW:
                state = room.reduce(state, said)
            elif verdict is Verdict.UNKNOWN:
                later.append(said)
        if len(later) == len(pending):
            break
        pending = later
    return state, verdicts
