"""What came for a space before its anchor did: kept in memory, since without the control log nothing can be judged.

Whoever holds the link, and every member, can send as much as they like there, so it is bounded. What gives way is not
lost: it lies in the wire store, and its mailboxes are read again as soon as that can help.
"""

from __future__ import annotations

from typing import Final

from tadamun.core.control.bodies import CHECKPOINT, Checkpoint, decode
from tadamun.core.errors import RemoteError
from tadamun.node.anchor import parts_of
from tadamun.node.place import Arrived, Place

MOST: Final = 20_000  # events of a space
BYTES: Final = 48 * 2**20  # of their contents; the parts of the largest state are 22 MiB


def hold(place: Place, arrived: list[Arrived]) -> tuple[int, bool]:
    """Keep what came. Returns how many gave way, the oldest first, and whether the anchor has just come.

    The anchor never gives way, nor one copy of each part of its state: one could not begin without them.
    """
    known = {one.genuine.event.id for one in place.early}
    before = place.anchor in known
    for one in arrived:
        if one.genuine.event.id not in known:
            known.add(one.genuine.event.id)
            place.early.append(one)
    return _make_room(place), place.anchor in known and not before


def _make_room(place: Place) -> int:
    sizes = [len(one.genuine.event.content) for one in place.early]
    count, size = len(sizes), sum(sizes)
    if count <= MOST and size <= BYTES:
        return 0
    needed = _needed(place)
    kept = []
    for one, own in zip(place.early, sizes, strict=True):
        if (count > MOST or size > BYTES) and one.genuine.event.id not in needed:
            count, size = count - 1, size - own
        else:
            kept.append(one)
    gone = len(place.early) - len(kept)
    place.early = kept
    return gone


def _needed(place: Place) -> set[str]:
    """The anchor, and for each part that it names the first event that truly holds it."""
    anchor = next((one.genuine for one in place.early if one.genuine.event.id == place.anchor), None)
    if anchor is None:
        return set()
    needed = {anchor.event.id}
    try:
        body = decode(anchor.event) if anchor.event.kind == CHECKPOINT else None
    except RemoteError:
        return needed
    named = set(body.parts) if isinstance(body, Checkpoint) else set()
    for one in place.early:
        found = parts_of([one.genuine]).keys() & named
        if found:
            named -= found
            needed.add(one.genuine.event.id)
    return needed
