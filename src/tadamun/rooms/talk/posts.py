"""Posts for other rooms: provides core.facts.Posts from talk's tables."""

from __future__ import annotations

from tadamun.core.facts import Item
from tadamun.core.ports import Audience, Saying, Tables
from tadamun.rooms.talk import actions
from tadamun.rooms.talk.reading import Reader


class TalkPosts:
    """tables: the room's."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def item(self, space: str, wanted: str, now: int) -> Item:
        """See core.facts.Posts.item."""
        row = Reader(self._tables, space, "", now).post(wanted)
        text = "\n".join(part for part in (row.title, row.text) if part)
        return Item(row.id.hex(), row.kind, row.author.hex(), text, bool(row.private_with), bool(row.retracted))

    def taking_down(self, item: Item, reason: str) -> Saying:
        """See core.facts.Posts.taking_down."""
        return actions.retraction(item.id, item.kind, reason, Audience())
