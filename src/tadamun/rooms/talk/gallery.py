"""Tables of pictures: what posts name, and which events bring the parts. The bytes stay in the log alone.

When a post is retracted its pictures are named no more; the parts' rows stay until the node has destroyed those events
(`waste`). This file does not put bytes together.
"""

from __future__ import annotations

from typing import Any, Final

from tadamun.core.genuine import Said
from tadamun.core.ports import Tables
from tadamun.rooms.talk.bodies import Post
from tadamun.rooms.talk.state import Talked

TABLES: Final = (
    """CREATE TABLE talk_images (
        space INTEGER, id BLOB, n INTEGER, hash BLOB, type TEXT, size INTEGER, width INTEGER, height INTEGER, alt TEXT,
        PRIMARY KEY (space, id, n)) WITHOUT ROWID""",
    """CREATE TABLE talk_parts (
        space INTEGER, id BLOB, hash BLOB, part INTEGER, event BLOB, spent INTEGER,
        PRIMARY KEY (space, id, hash, part, event)) WITHOUT ROWID""",
    "CREATE INDEX talk_spent ON talk_parts (space, event) WHERE spent = 1",
)


def rows(space: int, said: Said[Post]) -> list[tuple[Any, ...]]:
    """The pictures that a post names."""
    own = bytes.fromhex(said.id)
    return [
        (space, own, n, bytes.fromhex(one.hash), one.type, one.size, one.width, one.height, one.alt)
        for n, one in enumerate(said.body.images)
    ]


def put(tables: Tables, some: list[tuple[Any, ...]]) -> None:
    tables.many("INSERT OR REPLACE INTO talk_images VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", some)


def project(tables: Tables, key: tuple[int, bytes], talked: Talked | None) -> None:
    """The rows of one post, replacing what was there. key: the space's number and the post's id."""
    for table in ("talk_images", "talk_parts"):
        tables.execute(f"DELETE FROM {table} WHERE space = ? AND id = ?", key)
    if talked is None or talked.opening is None:
        return
    if not talked.retractions:
        put(tables, rows(key[0], talked.opening))
    spent = int(bool(talked.retractions))
    tables.many(
        "INSERT INTO talk_parts VALUES (?, ?, ?, ?, ?, ?)",
        [
            (*key, bytes.fromhex(image), part, bytes.fromhex(event), spent)
            for (image, part), events in talked.parts.items()
            for event in events
        ],
    )


def waste(tables: Tables, space: int, limit: int) -> list[str]:
    """Events that brought parts of pictures whose post was retracted since."""
    found = tables.execute(
        "SELECT lower(hex(event)) FROM talk_parts WHERE space = ? AND spent = 1 LIMIT ?", (space, limit)
    )
    return [event for (event,) in found]
