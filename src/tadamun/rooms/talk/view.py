"""Tables of talk: posts as they now stand. A retracted post keeps its row and loses its words, here and in full text.

Rows depend on the log alone: no order of arrival, no clock. `created_at` is the author's claim; what a listing makes of
claims ahead of the reader's clock is told in reading.py. Ids are bytes here, half the size of hexadecimal, and a space
goes by a small number: with 100,000 posts it is the indexes that cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from tadamun.core.genuine import Said
from tadamun.core.ports import Tables
from tadamun.core.room import SearchText
from tadamun.rooms.talk import gallery
from tadamun.rooms.talk.bodies import MENTION, Body, Comment, Message, Post, Thread
from tadamun.rooms.talk.state import Talked

TABLES: Final = (
    # thread: the post that opens it (a message: itself). topics: space between. version: of the edit; 0: never edited.
    # ring: members one of whom says it without a name (the author is a key then); 0: its author's name stands over it.
    """CREATE TABLE talk_posts (
        space INTEGER, id BLOB, kind INTEGER, thread BLOB, parent BLOB, author BLOB, created_at INTEGER, seq INTEGER,
        title TEXT, text TEXT, topics TEXT, warning TEXT, version INTEGER, retracted TEXT, reason TEXT,
        expires_at INTEGER, private_with BLOB, ring INTEGER)""",
    "CREATE UNIQUE INDEX talk_by_id ON talk_posts (id, space)",
    # Also answers "which threads lately" and "by whom" without the rows. seq: thousands may claim one second.
    "CREATE INDEX talk_newest ON talk_posts (space, created_at, seq, author, thread) WHERE private_with = x''",
    "CREATE INDEX talk_private ON talk_posts (space, created_at, private_with) WHERE private_with <> x''",
    "CREATE INDEX talk_comments ON talk_posts (space, thread) WHERE kind = 1111",
    """CREATE TABLE talk_topics (
        space INTEGER, topic TEXT, created_at INTEGER, id BLOB, PRIMARY KEY (space, topic, created_at, id))
        WITHOUT ROWID""",
    """CREATE TABLE talk_reactions (
        space INTEGER, id BLOB, sign TEXT, member BLOB, reaction BLOB, PRIMARY KEY (space, id, sign, member, reaction))
        WITHOUT ROWID""",
    *gallery.TABLES,
)
LOCAL: Final = (
    "CREATE TABLE IF NOT EXISTS talk_spaces (n INTEGER PRIMARY KEY, id BLOB UNIQUE)",
    "CREATE TABLE IF NOT EXISTS talk_read (space BLOB, id BLOB, PRIMARY KEY (space, id)) WITHOUT ROWID",
    # What may be unread, as unread.py left it last: rows are numbers of eight bytes.
    """CREATE TABLE IF NOT EXISTS talk_left (
        space BLOB PRIMARY KEY, me BLOB, made INTEGER, last INTEGER, id BLOB, rows BLOB) WITHOUT ROWID""",
)

_COLUMNS: Final = (
    "space, id, kind, thread, parent, author, created_at, seq, title, text, topics, warning, version, retracted,"
    " reason, expires_at, private_with, ring"
)
# An upsert keeps the rowid, by which `talk.wait` tells what is new on this node; REPLACE would give a new one.
_PUT: Final = (
    f"INSERT INTO talk_posts ({_COLUMNS}) VALUES ({', '.join('?' * 18)})"
    " ON CONFLICT (id, space) DO UPDATE SET title = excluded.title, text = excluded.text, topics = excluded.topics,"
    " warning = excluded.warning, version = excluded.version, retracted = excluded.retracted, reason = excluded.reason"
)
_PUT_TOPIC: Final = "INSERT OR REPLACE INTO talk_topics VALUES (?, ?, ?, ?)"


def project(tables: Tables, space: str, topic: str, talked: Talked | None) -> None:
    """The post's rows, replacing what was there."""
    key = (_numbered(tables, space), bytes.fromhex(topic))
    old = tables.execute("SELECT topics, created_at FROM talk_posts WHERE space = ? AND id = ?", key)
    if old and old[0][0]:
        tables.many(
            "DELETE FROM talk_topics WHERE space = ? AND topic = ? AND created_at = ? AND id = ?",
            [(key[0], label, old[0][1], key[1]) for label in old[0][0].split(" ")],
        )
    tables.execute("DELETE FROM talk_reactions WHERE space = ? AND id = ?", key)
    gallery.project(tables, key, talked)
    if talked is None or talked.opening is None:
        tables.execute("DELETE FROM talk_posts WHERE space = ? AND id = ?", key)
        # What expired leaves no trace, not even that it was read.
        for table in ("talk_read", "talk_left"):
            tables.execute(f"DELETE FROM {table} WHERE space = ? AND id = ?", (bytes.fromhex(space), key[1]))
        return
    row = _row(key[0], talked.opening, talked)
    tables.execute(_PUT, row)
    tables.many(_PUT_TOPIC, _topic_rows(row))
    if not talked.retractions:
        tables.many(
            "INSERT INTO talk_reactions VALUES (?, ?, ?, ?, ?)",
            [(*key, s, bytes.fromhex(m), bytes.fromhex(i)) for s, m, i in talked.standing_reactions()],
        )


def forget(tables: Tables, space: str) -> None:
    """Nothing of the space is left here, its number neither."""
    for table in ("talk_posts", "talk_topics", "talk_reactions", "talk_images", "talk_parts"):
        tables.execute(f"DELETE FROM {table} WHERE space = ?", (number(tables, space),))
    for table, column in (
        ("talk_read", "space"),
        ("talk_left", "space"),
        ("talk_drafts", "space"),
        ("talk_attached", "space"),
        ("talk_spaces", "id"),
    ):
        tables.execute(f"DELETE FROM {table} WHERE {column} = ?", (bytes.fromhex(space),))


def fresh(tables: Tables, space: str, saids: Sequence[Said[Any]]) -> None:
    """Many posts of which nothing else was said yet: the rows that `project` would write, in two statements."""
    at = _numbered(tables, space)
    rows = [_row(at, said, None) for said in saids]
    tables.many(_PUT, rows)
    topics = [topic for row in rows if row[10] for topic in _topic_rows(row)]
    if topics:
        tables.many(_PUT_TOPIC, topics)
    images = [row for said in saids if said.body.images for row in gallery.rows(at, said)]
    if images:
        gallery.put(tables, images)


def number(tables: Tables, space: str) -> int:
    """The small number of a space (hex); -1, which nothing has, if none was given yet."""
    found = tables.execute("SELECT n FROM talk_spaces WHERE id = ?", (bytes.fromhex(space),))
    return int(found[0][0]) if found else -1


def _numbered(tables: Tables, space: str) -> int:
    """The same, given now if there was none."""
    known = number(tables, space)
    if known < 0:
        tables.execute("INSERT INTO talk_spaces (id) VALUES (?)", (bytes.fromhex(space),))
        known = number(tables, space)
    return known


def search(talked: Talked) -> SearchText | None:
    """A post is found by its title, text and warning as they now stand; a retracted one by nothing."""
    if talked.opening is None or talked.retractions:
        return None
    post = talked.opening.body
    text, title, topics, warning = words(post, talked)
    return SearchText(_found(post, text, title, warning), talked.opening.member, topics, talked.opening.created_at)


def text(body: Body) -> str:
    """What a post is found by as long as nothing else is said of it."""
    if not isinstance(body, Thread | Comment | Message):
        return ""
    text, title, _, warning = words(body, None)
    return _found(body, text, title, warning)


def _found(post: Post, text: str, title: str, warning: str) -> str:
    found = MENTION.sub("", text) if "@" in text else text
    if not title and not warning and not post.images:
        return found
    return "\n".join(part for part in (title, warning, found, *(image.alt for image in post.images)) if part)


def words(post: Post, talked: Talked | None) -> tuple[str, str, tuple[str, ...], str]:
    """Text, title, topics and warning, as edited."""
    if talked is not None and talked.edit is not None:
        edit = talked.edit.body
        return edit.text, edit.title, edit.topics, edit.warning
    if isinstance(post, Thread):
        return post.text, post.title, post.topics, post.warning
    return post.text, "", (), post.warning


def _row(space: int, said: Said[Post], talked: Talked | None) -> tuple[Any, ...]:
    post = said.body
    own = bytes.fromhex(said.id)
    thread, parent = own, b""
    match post:
        case Comment():
            thread, parent = bytes.fromhex(post.root), bytes.fromhex(post.parent)
        case Message():
            parent = bytes.fromhex(post.parent)
        case Thread():
            pass
    text, title, topics, warning = words(post, talked)
    version = talked.edit.body.version if talked is not None and talked.edit is not None else 0
    retracted, reason = (talked.retracted, talked.reason) if talked is not None else ("", "")
    if retracted:
        text, title, topics, warning = "", "", (), ""
    return (
        space,
        own,
        said.kind,
        thread,
        parent,
        bytes.fromhex(said.member),
        said.created_at,
        said.seq,
        title,
        text,
        " ".join(topics),
        warning,
        version,
        retracted,
        reason,
        said.expires_at,
        bytes.fromhex(said.private_with),
        0 if said.mask is None else said.mask.ring,
    )


def _topic_rows(row: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    return [(row[0], topic, row[6], row[1]) for topic in row[10].split(" ") if topic]


def waste(tables: Tables, space: str, limit: int) -> list[str]:
    """Events that nothing needs any more: parts of pictures of retracted posts."""
    return gallery.waste(tables, number(tables, space), limit)
