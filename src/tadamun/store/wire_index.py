"""The sealed events' times and ids by mailbox, in memory: what reconciliation asks for each time a peer connects.

100,000 of them take about 20 MB, and only once somebody asked. The lists are sorted when read, not when added to:
sorting a sorted list with a short unsorted end is nearly free. This file does not know SQLite or coroutines.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

Item = tuple[int, str]  # created_at in Unix seconds, id in hex

_LAST: Final = "g"  # sorts after every hexadecimal id


@dataclass(slots=True)
class _Box:
    """items: those that stay. expiring: (created_at, id) → when it goes."""

    items: list[Item] = field(default_factory=list)
    expiring: dict[Item, int] = field(default_factory=dict)
    sorted: bool = True


class Index:
    """Hold `lock` around everything: one thread adds while another reads.

    loaded: whether it was filled from the file; until somebody asks it stays empty and nothing need be added.
    """

    def __init__(self) -> None:
        self.lock = Lock()
        self.loaded = False
        self._boxes: dict[str, _Box] = {}
        self._shared = False  # some event is in more than one mailbox

    def add(self, boxes: Sequence[str], created_at: int, event: str, expires_at: int) -> None:
        """An event and the mailboxes it is addressed to."""
        self._shared = self._shared or len(boxes) > 1
        item = (created_at, event)
        for name in boxes:
            box = self._boxes.get(name)
            if box is None:
                box = self._boxes[name] = _Box()
            if expires_at:
                box.expiring[item] = expires_at
            else:
                box.sorted = box.sorted and (not box.items or box.items[-1] < item)
                box.items.append(item)

    def discard(self, events: Iterable[str]) -> None:
        """Take out events wherever they are."""
        gone = set(events)
        if not gone:
            return
        for name, box in list(self._boxes.items()):
            box.items = [item for item in box.items if item[1] not in gone]
            box.expiring = {item: at for item, at in box.expiring.items() if item[1] not in gone}
            if not box.items and not box.expiring:
                del self._boxes[name]

    def select(self, boxes: Iterable[str], since: int | None, until: int | None, now: int) -> list[Item]:
        """All in those mailboxes between two times (inclusive) that have not expired by `now`, ascending."""
        found: list[Item] = []
        parts = 0
        for name in dict.fromkeys(boxes):
            box = self._boxes.get(name)
            if box is None:
                continue
            if not box.sorted:
                box.items.sort()
                box.sorted = True
            lower = 0 if since is None else bisect_left(box.items, (since, ""))
            upper = len(box.items) if until is None else bisect_right(box.items, (until, _LAST))
            found += box.items[lower:upper]
            parts += 1
            live = [
                item
                for item, at in box.expiring.items()
                if at > now and (since is None or item[0] >= since) and (until is None or item[0] <= until)
            ]
            if live:
                found += live
                parts += 1
        if parts > 1:
            found.sort()
            if self._shared:
                found = list(dict.fromkeys(found))
        return found


def newest(items: Sequence[Item], limit: int | None) -> list[str]:
    """Ids of ascending items, newest first and of one second the lowest id first, at most `limit`."""
    if limit is not None and limit < len(items):
        if limit <= 0:
            return []
        # The whole of the last second that still counts, for its lowest ids are the ones to give.
        items = items[bisect_left(items, (items[-limit][0], "")) :]
    ordered = sorted(items, key=lambda item: (-item[0], item[1]))
    return [event for _, event in ordered[:limit]]
