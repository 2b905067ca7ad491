"""How many bytes each mailbox holds, and whether one more event fits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tadamun.core.ports import Tables
from tadamun.store.wire_rows import Row

ALL = "*"  # stands for the whole store where a mailbox is named; no key is spelled so


@dataclass(frozen=True, slots=True)
class Quota:
    """Bytes for everything and for one mailbox. evict: make room by dropping the oldest (by their own time), and refuse
    what is older still, so that peers who keep offering it do not push it in again; otherwise refuse what is new.
    """

    total: int = 2**62
    mailbox: int = 2**62
    evict: bool = False


class Sizes:
    """Sizes in memory, written back with each transaction. Mailbox "" (number 0) is all public kinds together."""

    def __init__(self, quota: Quota) -> None:
        self.quota = quota
        self.total = 0
        self._held: dict[str, tuple[int, int]] = {}  # mailbox → its number in the file, bytes
        self._highest = 0
        self._changed: set[str] = set()
        self._floors: dict[str, int] = {}  # mailbox → everything up to this time was evicted

    def load(self, tables: Tables) -> None:
        """What the file says: at the start and after a transaction that failed."""
        self._held = {"": (0, 0)}
        self._held.update((p, (n, held)) for n, p, held in tables.execute("SELECT n, p, bytes FROM mailboxes"))
        self.total = sum(held for _, held in self._held.values())
        self._highest = max(n for n, _ in self._held.values())
        self._changed.clear()

    def save(self, tx: Tables) -> None:
        """Into the transaction at hand."""
        tx.many(
            "INSERT INTO mailboxes (n, p, bytes) VALUES (?, ?, ?) ON CONFLICT (n) DO UPDATE SET bytes = excluded.bytes",
            [(self._held[box][0], box, self._held[box][1]) for box in sorted(self._changed)],
        )
        self._changed.clear()

    def add(self, box: str, size: int) -> int:
        """Count an event (a negative size: take one away); returns the mailbox's number."""
        found = self._held.get(box)
        if found is None:
            self._highest += 1
            found = (self._highest, 0)
        self._held[box] = (found[0], found[1] + size)
        self._changed.add(box)
        self.total += size
        return found[0]

    def held(self, box: str) -> int:
        """Bytes in a mailbox."""
        return self._held.get(box, (0, 0))[1]

    def number(self, box: str) -> int:
        """The mailbox's number in the file. Raises KeyError."""
        return self._held[box][0]

    def fits(self, row: Row, more: int, more_here: int) -> bool:
        """Whether an event may come in, with so many bytes accepted before it in all and in its mailbox."""
        quota = self.quota
        if quota.evict:
            floor = max(self._floors.get(ALL, -1), self._floors.get(row.box, -1))
            return row.size <= min(quota.total, quota.mailbox) and row.event.created_at > floor
        held = self.held(row.box)
        return self.total + more + row.size <= quota.total and held + more_here + row.size <= quota.mailbox

    def excess(self, boxes: Iterable[str]) -> list[tuple[str, int]]:
        """(mailbox or ALL, bytes to free): to a twentieth below the quota, so that it is not done for each event."""
        quota = self.quota
        over = [
            (box, self._held[box][1] - quota.mailbox * 19 // 20) for box in boxes if self._held[box][1] > quota.mailbox
        ]
        if self.total > quota.total:
            over.append((ALL, self.total - quota.total * 19 // 20))
        return over

    def evicted(self, box: str, created_at: int) -> None:
        """Remember up to which time a mailbox (or ALL) was emptied."""
        self._floors[box] = max(self._floors.get(box, -1), created_at)
