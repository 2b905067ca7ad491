"""Everything a relay holds for a filter, by REQ in pages, newest first, losing none of those that share a second.

Pure: says what to ask next and takes what came. It does not know connections or filters, and it does not trust the
relay: whatever comes (repeats, disorder, nothing, events never asked for), it ends.

The way (docs/protocol/5-sync.md): `until` is the oldest time seen, inclusive, so that the rest of that second comes
with the next page; a page that holds nothing but that second is asked again for that second alone, then the second
before is next. Some relays read `until` as exclusive; they show it by leaving out what they just gave, and are asked
one second later from then on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

FRUITLESS: Final = 3  # pages in a row with nothing unseen, after which there is no more
MAX_PAGES: Final = 20_000


@dataclass(frozen=True, slots=True)
class Window:
    """The `since` and `until` to ask for; None: leave it out."""

    since: int | None = None
    until: int | None = None


class Paging:
    """Call `next` for what to ask, `take` with the (created_at, id) of what came, until `next` gives None."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self._until: int | None = None  # the second that the next page reaches up to, inclusive
        self._alone = False  # that second is asked on its own
        self._edge = False  # the relay is known to hold something at that second
        self._shift = 0  # 1: the relay's `until` is exclusive
        self._largest = 0
        self._fruitless = 0
        self._pages = 0
        self._done = False

    def next(self) -> Window | None:
        """What to ask for now; None when everything that will come has come."""
        if self._done or self._pages >= MAX_PAGES:
            return None
        if self._until is None:
            return Window()
        return Window(self._until if self._alone else None, self._until + self._shift)

    def take(self, page: Iterable[tuple[int, str]]) -> None:
        """One page, complete: (created_at, id) of each event that was what was asked for."""
        events = list(page)
        until = self._until
        times = [t for t, _ in events if until is None or t <= until]
        self._pages += 1
        if self._edge and not self._alone and not self._shift and until not in times:
            self._shift = 1  # what is left of this second comes first; this page comes again after it
            return
        before = len(self.seen)
        self.seen.update(i for _, i in events)
        self._fruitless = 0 if len(self.seen) > before else self._fruitless + 1
        if self._fruitless >= FRUITLESS:
            self._done = True
            return
        if self._alone:
            self._step_back()
            return
        if not times:
            self._done = True
            return
        oldest = min(times)
        if until is None or oldest < until:
            self._until, self._edge = oldest, True
        elif len(times) >= self._largest:
            self._alone = True  # perhaps cut off within this very second
        else:
            self._step_back()
        self._largest = max(self._largest, len(times))

    def _step_back(self) -> None:
        assert self._until is not None
        self._until -= 1
        self._alone = self._edge = False
        self._done = self._until < 0
