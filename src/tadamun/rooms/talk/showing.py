"""Posts as people are shown them: names of today, mentions by name, what was retracted without its words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from tadamun.core.ports import Workbench
from tadamun.core.text import balance_bidi, shown_line
from tadamun.rooms.talk import questions
from tadamun.rooms.talk.bodies import MENTION, mentions
from tadamun.rooms.talk.reading import AHEAD, Reader, Row


class Shower:
    """Turns rows into plain JSON values; looks each name up once."""

    def __init__(self, bench: Workbench, space: str, reader: Reader) -> None:
        self._reader = reader
        self._keys = questions.own_keys(bench, space, reader)
        self._sieve = bench.facts.folds.sieve(space)
        self.name = cache(lambda member: bench.facts.names.name(space, member))

    def folded(self, row: Row) -> str:
        """Why it is folded away until this person unfolds it: a value of core.facts.Fold, "" for not. What is one's own
        is not, nor what was retracted."""
        if row.retracted or row.author == self._reader.me or row.author in self._keys:
            return ""
        return self._sieve(row.author.hex(), f"{row.title}\n{row.warning}\n{row.text}").value

    def posts(self, rows: Sequence[Row], depths: Sequence[int] = ()) -> list[dict[str, Any]]:
        """One dict a row, in order; depths: each post's place in its thread's tree."""
        ids = [row.id for row in rows]
        read = self._reader.read(ids)
        reactions = self._reader.reactions(ids)
        images = self._reader.images(ids)
        shown = []
        for index, row in enumerate(rows):
            reacted = reactions.get(row.id, {})
            own = row.author == self._reader.me
            mine = own or row.author in self._keys
            shown.append(
                {
                    "id": row.id.hex(),
                    "kind": row.kind,
                    "thread": row.thread.hex(),
                    "parent": row.parent.hex(),
                    "depth": depths[index] if depths else 0,
                    "author": row.author.hex(),
                    "name": self.name(row.author.hex()),
                    "ring": row.ring,
                    "mine": mine,
                    "title": shown_line(row.title),
                    "text": self.text(row.text),
                    "topics": [shown_line(topic) for topic in row.topics.split(" ") if topic],
                    "warning": shown_line(row.warning),
                    "mentions_me": self._reader.me.hex() in mentions(row.text),
                    "created_at": row.created_at,
                    "ahead": row.created_at > self._reader.now + AHEAD,
                    "folded": self.folded(row),
                    "edited": bool(row.version),
                    "retracted": row.retracted,
                    "reason": shown_line(row.reason),
                    "reactions": {sign: count for sign, (count, _) in reacted.items()},
                    "reacted": [sign for sign, (_, given) in reacted.items() if given],
                    "images": [
                        {
                            "number": n,
                            "id": one.hash,
                            "type": one.type,
                            "size": one.size,
                            "width": one.width,
                            "height": one.height,
                            "alt": shown_line(one.alt),
                            "parts": one.parts,
                            "here": here,
                        }
                        for n, (one, here) in enumerate(images.get(row.id, []), 1)
                    ],
                    "unread": not own and not row.retracted and row.id not in read,
                    "expires_at": row.expires_at,
                    "private": row.private_with.hex(),
                    "private_name": self.name(row.private_with.hex()) if row.private_with else "",
                }
            )
        return shown

    def text(self, raw: str) -> str:
        """A post's text with members by their names of today, and its direction controls closed."""
        named = MENTION.sub(lambda found: "@" + self.name(found[1]), raw) if "@" in raw else raw
        return balance_bidi(named)
