"""Threads by what was said in them last, page by page: each once.

The place of a thread is exact, since many posts may be of one second. This file does not know what a thread holds.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from tadamun.core.errors import UsageError
from tadamun.rooms.talk.reading import AHEAD, Reader

_PLACE: Final = re.compile(r"(\d{1,18})\.([0-9a-f]{64})", re.ASCII)


class Place(NamedTuple):
    """A place among threads: when the latest post of one was said, and its id."""

    last_at: int
    thread: bytes

    @property
    def text(self) -> str:
        return f"{self.last_at}.{self.thread.hex()}"

    @classmethod
    def read(cls, text: str) -> Place:
        """Raises UsageError."""
        found = _PLACE.fullmatch(text)
        if found is None:
            raise UsageError("That is no place to read on from. Begin with the newest.")
        return cls(int(found[1]), bytes.fromhex(found[2]))


def latest(reader: Reader, limit: int, before: Place | None = None) -> list[Place]:
    """Threads by their latest posts, latest first; those behind that place only, each as it stands now."""
    tables = reader.tables
    at, step, skip = reader.now + AHEAD, 256, 0
    shown: set[bytes] = set()
    if before is not None and before.last_at <= at:
        at = before.last_at
        later = tables.execute(
            "SELECT DISTINCT thread FROM talk_posts WHERE space = ? AND private_with = x''"
            " AND created_at > ? AND created_at <= ?",
            (reader.space, at, reader.now + AHEAD),
        )
        shown = {thread for (thread,) in later}
    found: list[Place] = []
    while len(found) < limit:
        rows = tables.execute(
            "SELECT thread, created_at FROM talk_posts WHERE space = ? AND private_with = x'' AND created_at <= ?"
            " ORDER BY created_at DESC, thread DESC LIMIT ? OFFSET ?",
            (reader.space, at, step, skip),
        )
        for thread, created_at in rows:
            if thread not in shown:
                shown.add(thread)
                place = Place(created_at, thread)
                if before is None or place < before:
                    found.append(place)
        if len(rows) < step:
            break
        # The last second seen is read again from its first row on; one second longer than a step is skipped into.
        last = rows[-1][1]
        skip = skip + len(rows) if last == at else sum(row[1] == last for row in rows)
        at, step = last, min(step * 4, 16_384)
    return found[:limit]
