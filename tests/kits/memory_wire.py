"""The wire store's port in plain Python, for carriers' tests and simulated nodes: no files, no threads.

It passes the same kit as the real one (wire_kit.py). No quotas.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Sequence

from tadamun.core.event import Event
from tadamun.core.ports import Clock, Filter, Put, Stored


class MemoryWire:
    """Implements core.ports.Wire."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._held: dict[str, tuple[Event, Stored]] = {}
        self._deleted: set[str] = set()
        self._arrival = 0
        self._watchers: list[Callable[[Sequence[Stored]], None]] = []

    async def put(self, events: Sequence[tuple[Event, bytes]]) -> list[Put]:
        answers: list[Put] = []
        new: list[Stored] = []
        for event, raw in events:
            if event.id in self._held:
                answers.append(Put.DUPLICATE)
            elif event.id in self._deleted:
                answers.append(Put.DELETED)
            elif self._expired(event):
                answers.append(Put.EXPIRED)
            else:
                answers.append(Put.NEW)
                self._arrival += 1
                stored = Stored(self._arrival, event.id, event.created_at, raw)
                self._held[event.id] = (event, stored)
                new.append(stored)
        if new:
            for watcher in list(self._watchers):
                watcher(new)
        return answers

    async def find(self, wanted: Filter, page: int = 500) -> AsyncIterator[list[Stored]]:
        found = sorted(self._matching(wanted), key=lambda stored: (-stored.created_at, stored.id))[: wanted.limit]
        for start in range(0, len(found), page):
            yield found[start : start + page]

    async def count(self, wanted: Filter) -> int:
        return len(self._matching(wanted))

    async def items(self, wanted: Filter) -> Sequence[tuple[int, str]]:
        return sorted((stored.created_at, stored.id) for stored in self._matching(wanted))

    async def since(self, arrival: int, limit: int) -> list[Stored]:
        live = [stored for event, stored in self._held.values() if not self._expired(event)]
        return [stored for stored in live if stored.arrival > arrival][:limit]

    async def delete(self, ids: Sequence[str]) -> None:
        self._deleted.update(ids)
        for i in ids:
            self._held.pop(i, None)

    def weigh(self, mailboxes: Collection[str]) -> int:
        boxes = set(mailboxes)
        return sum(len(stored.raw) for event, stored in self._held.values() if boxes & set(event.tag("p") or ()))

    async def drop(self, ids: Sequence[str]) -> None:
        for i in ids:
            self._held.pop(i, None)

    def watch(self, callback: Callable[[Sequence[Stored]], None]) -> Callable[[], None]:
        self._watchers.append(callback)

        def stop() -> None:
            if callback in self._watchers:
                self._watchers.remove(callback)

        return stop

    async def let_go(self, known: Collection[str], before: int) -> int:
        old = [
            event.id
            for event, _ in self._held.values()
            if event.kind == 3700 and event.created_at < before and not set(known) & set(event.tag("p") or ())
        ]
        await self.drop(old)
        return len(old)

    async def sweep(self) -> int:
        gone = [i for i, (event, _) in self._held.items() if self._expired(event)]
        for i in gone:
            del self._held[i]
        return len(gone)

    def _matching(self, wanted: Filter) -> list[Stored]:
        return [s for event, s in self._held.values() if not self._expired(event) and matches(wanted, event)]

    def _expired(self, event: Event) -> bool:
        tag = event.tag("expiration")
        if tag is None or len(tag) < 2 or not tag[1].isascii() or not tag[1].isdigit() or len(tag[1]) > 18:
            return False
        return int(tag[1]) <= self._clock.now()


def matches(wanted: Filter, event: Event) -> bool:
    """NIP-01, word for word; the limit is no part of it."""
    return (
        (not wanted.ids or event.id in wanted.ids)
        and (not wanted.authors or event.pubkey in wanted.authors)
        and (not wanted.kinds or event.kind in wanted.kinds)
        and (wanted.since is None or event.created_at >= wanted.since)
        and (wanted.until is None or event.created_at <= wanted.until)
        and all(
            any(len(tag) > 1 and tag[0] == name and tag[1] in values for tag in event.tags)
            for name, values in wanted.tags
        )
    )
