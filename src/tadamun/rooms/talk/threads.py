"""Threads by what was said in them last, page by page: each once.

The place of a thread is exact, since many posts may be of one second. This file does not know what a thread holds.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from tadamun.core.errors import UsageError
from tadamun.rooms.talk.reading import AHEAD, Reader

CHUNK: Final = 64  # threads looked at by one statement
# Of a thread's comments those that came last are looked at first: if any is newer, it is soon met.
_LATER: Final = (
    "SELECT w.thread FROM (SELECT ? AS space, ? AS low, ? AS top) s, (SELECT column1 AS thread FROM (VALUES {})) w"
    " WHERE EXISTS (SELECT 1 FROM talk_posts p WHERE p.space = s.space AND p.id = w.thread AND p.created_at > s.low"
    " AND p.created_at <= s.top) OR 1 = (SELECT 1 FROM talk_posts c INDEXED BY talk_comments WHERE c.space = s.space"
    " AND c.kind = 1111 AND c.thread = w.thread AND c.created_at > s.low AND c.created_at <= s.top"
    " ORDER BY c.rowid DESC LIMIT 1)"
)
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
    top = reader.now + AHEAD
    at, step, skip = min(top, before.last_at) if before is not None else top, 256, 0
    seen: set[bytes] = set()
    found: list[Place] = []
    while len(found) < limit:
        rows = reader.tables.execute(
            "SELECT thread, created_at FROM talk_posts WHERE space = ? AND private_with = x'' AND created_at <= ?"
            " ORDER BY created_at DESC, thread DESC LIMIT ? OFFSET ?",
            (reader.space, at, step, skip),
        )
        places: list[Place] = []
        for thread, created_at in rows:
            if thread not in seen:
                seen.add(thread)
                places.append(Place(created_at, thread))
        for start in range(0, len(places), CHUNK):
            if len(found) < limit:
                found += _behind(reader, places[start : start + CHUNK], before, top)
        if len(rows) < step:
            break
        # The last second seen is read again from its first row on; one second longer than a step is skipped into.
        last = rows[-1][1]
        skip = skip + len(rows) if last == at else sum(row[1] == last for row in rows)
        at, step = last, min(step * 4, 16_384)
    return found[:limit]


def _behind(reader: Reader, places: list[Place], before: Place | None, top: int) -> list[Place]:
    """Those that stand behind a place: where something newer was said in a thread, it stands further up."""
    if before is None or before.last_at >= top:
        return places if before is None else [place for place in places if place < before]
    if not places:
        return []
    later = reader.tables.execute(
        _LATER.format(", ".join(["(?)"] * len(places))),
        (reader.space, before.last_at, top, *(place.thread for place in places)),
    )
    moved = {thread for (thread,) in later}
    return [place for place in places if place < before and place.thread not in moved]
