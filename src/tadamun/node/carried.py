"""Under which epochs a control event travelled, as far as this node saw: from that follows who lacks it (holders.py).

Kept in the vault, since a node may be switched off before it passed on what only it knows to be lacking.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tadamun.core.ports import Tables
from tadamun.node.place import Place
from tadamun.store import meta

CARRIED: Final = "carried:{}:"  # rows in `meta` of one space: epoch and event


def note(tx: Tables, place: Place, epoch: str, events: Iterable[str]) -> None:
    """These control events were sealed under that epoch."""
    seen = place.carried.setdefault(epoch, set())
    for event in events:
        if event not in seen:
            seen.add(event)
            meta.put(tx, f"{CARRIED.format(place.ref)}{epoch}:{event}", b"")


def recall(tables: Tables, ref: int) -> dict[str, set[str]]:
    """All that was noted of a space: epoch → events."""
    prefix = CARRIED.format(ref)
    found: dict[str, set[str]] = {}
    for key, _ in meta.beginning(tables, prefix):
        epoch, _, event = key.removeprefix(prefix).partition(":")
        found.setdefault(epoch, set()).add(event)
    return found
