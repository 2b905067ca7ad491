"""What two nodes have in common, in a few figures: for whoever checks, instead of believing, that they agree."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from tadamun.core.ports import Tables
from tadamun.core.room import Room
from tadamun.node import views
from tadamun.node.place import Place
from tadamun.store import log


def digest(tables: Tables, rooms: Sequence[Room], place: Place) -> dict[str, Any]:
    """Figures that are equal on two nodes that hold the same of a space.

    control: the state hash a checkpoint of the present heads would have. views: SHA256 over the rows of all rooms that
    the whole space reads; what is private to two is left out, for others do not have it. rows: how many.
    """
    if place.control is None:
        return {"space": place.space, "control": "", "views": "", "rows": 0}
    raw = bytes.fromhex(place.space)
    ids = log.private(tables, place.ref)
    private = {*ids, *map(bytes.fromhex, ids)}  # as views may spell them
    hashed, count = hashlib.sha256(), 0
    for room in rooms:
        short = None if room.number is None else room.number(tables, place.space)
        for table, rows in sorted(views.dump(tables, (room,)).items()):
            for row in rows:
                ours = raw in row or place.space in row if short is None else row[0] == short
                if ours and private.isdisjoint(row):
                    # A number means nothing to others: what it stands for is hashed.
                    hashed.update(repr((table, row if short is None else (raw, *row[1:]))).encode())
                    count += 1
    control = place.log.propose_checkpoint().body.state
    return {"space": place.space, "control": control, "views": hashed.hexdigest(), "rows": count}
