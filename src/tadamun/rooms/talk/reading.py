"""Look-ups in the tables of talk: the newest, one thread, one topic, one person, the unread, what is new on this node.

Time: posts are listed by the time their author claims, then by seq (what one device said within a second stays in its
order), then by id. A claim more than 15 minutes ahead of the reader's own clock is not believed: such posts take no
place among the newest, are listed apart (`ahead`), and move up when their time has come. One that is dated back is
found as unread, in its thread, and by `watch`. This file does not know names or pages.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, NamedTuple

from tadamun.core.errors import UsageError
from tadamun.core.imeta import Image
from tadamun.core.ports import Tables
from tadamun.rooms.talk.unread import unread
from tadamun.rooms.talk.view import number

AHEAD: Final = 15 * 60  # seconds
LEAST_ID: Final = 4  # characters of an id that are enough to name a post
MANY: Final = 10  # candidates that are listed
MANY_UNREAD: Final = 1_000
_CURSOR: Final = re.compile(r"(\d{1,18})\.(\d{1,18})\.([0-9a-f]{64})", re.ASCII)
BACK: Final = 20  # rows looked at again when a place in the order of arrival is gone

_ROW: Final = (
    "p.id, p.kind, p.thread, p.parent, p.author, p.created_at, p.seq, p.title, p.text, p.topics, p.warning, p.version,"
    " p.retracted, p.reason, p.expires_at, p.private_with, p.ring, p.rowid"
)
_UNREAD: Final = (
    "p.author <> ? AND p.retracted = '' AND NOT EXISTS (SELECT 1 FROM talk_read r WHERE r.space = ? AND r.id = p.id)"
)


class Cursor(NamedTuple):
    """A place among posts: that of one post, which need not be there any more."""

    created_at: int
    seq: int
    id: bytes

    @property
    def text(self) -> str:
        return f"{self.created_at}.{self.seq}.{self.id.hex()}"


class Row(NamedTuple):
    """One post as the table has it. ring: see view.py. n: its place in the order of arrival on this node, gone with the
    next rebuild."""

    id: bytes
    kind: int
    thread: bytes
    parent: bytes
    author: bytes
    created_at: int
    seq: int
    title: str
    text: str
    topics: str
    warning: str
    version: int
    retracted: str
    reason: str
    expires_at: int
    private_with: bytes
    ring: int
    n: int

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.created_at, self.seq, self.id)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to list. thread, author: ids, b"": any. private: None: what the whole space reads; b"": all of one's direct
    messages; an id: those with that member. since, until: Unix seconds, both included; 0: without end. before, after:
    only what is older, or newer, than that place."""

    thread: bytes = b""
    topic: str = ""
    author: bytes = b""
    unread: bool = False
    private: bytes | None = None
    since: int = 0
    until: int = 0
    before: Cursor | None = None
    after: Cursor | None = None


class Reader:
    """Reads one space for one member. now: Unix seconds by this node's clock. hidden: members whose direct messages
    are not listed here, nor what was answered to them."""

    def __init__(self, tables: Tables, space: str, me: str, now: int, hidden: frozenset[str] = frozenset()) -> None:
        self.tables = tables
        self._hex, self._name, self._number = space, bytes.fromhex(space), -1
        self.me = bytes.fromhex(me)
        self.now = now
        self.hidden = tuple(bytes.fromhex(member) for member in sorted(hidden))

    @property
    def space(self) -> int:
        """Its number, which it has from the first post on: one may wait for that."""
        if self._number < 0:
            self._number = number(self.tables, self._hex)
        return self._number

    def newest(self, wanted: Wanted, limit: int) -> list[Row]:
        """Newest first, without those ahead of the reader's clock; after a place, those that follow it at once."""
        return self._select(wanted, "created_at <= ?", limit)

    def ahead(self, wanted: Wanted, limit: int) -> list[Row]:
        """Those whose claimed time has not come yet."""
        return self._select(wanted, "created_at > ?", limit)

    def by_ids(self, ids: Sequence[bytes], wanted: Wanted = Wanted()) -> list[Row]:
        """Those of these posts that match, in the order asked."""
        found: dict[bytes, Row] = {}
        where, values = self._where(wanted)
        for start in range(0, len(ids), 500):
            chunk = ids[start : start + 500]
            rows = self.tables.execute(
                f"SELECT {_ROW} FROM {_source(wanted)} WHERE {where} AND p.id IN ({_places(chunk)})", (*values, *chunk)
            )
            found |= {row[0]: Row(*row) for row in rows}
        return [found[i] for i in dict.fromkeys(ids) if i in found]

    def post(self, wanted: str) -> Row:
        """The post meant by an id or its beginning. Raises UsageError, listing candidates where there are several."""
        beginning = wanted.strip().lower()
        if len(beginning) < LEAST_ID or len(beginning) > 64 or set(beginning) - set("0123456789abcdef"):
            raise UsageError("Name a post by its id, or at least the first {least} characters of it.", least=LEAST_ID)
        low, high = (bytes.fromhex(beginning.ljust(64, fill)) for fill in "0f")
        rows = self.tables.execute(
            f"SELECT {_ROW} FROM talk_posts p WHERE p.space = ? AND p.id BETWEEN ? AND ?"
            " AND (p.expires_at = 0 OR p.expires_at > ?) ORDER BY p.id LIMIT ?",
            (self.space, low, high, self.now, MANY),
        )
        if not rows:
            raise UsageError("There is no post with that id here. It may not have arrived yet, or have expired.")
        if len(rows) > 1:
            candidates = ", ".join(row[0].hex()[: max(8, len(beginning) + 4)] for row in rows)
            raise UsageError("Several posts begin so. Give more of the id: {candidates}", candidates=candidates)
        return Row(*rows[0])

    def cursor(self, text: str) -> Cursor:
        """A place as `Cursor.text` gave it, or that of a post that is here. Raises UsageError."""
        found = _CURSOR.fullmatch(text)
        if found is None:
            return self.post(text).cursor
        return Cursor(int(found[1]), int(found[2]), bytes.fromhex(found[3]))

    def reactions(self, ids: Sequence[bytes]) -> dict[bytes, dict[str, tuple[int, bool]]]:
        """By post and sign: how many members, and whether one of them is the reader."""
        counted: dict[bytes, dict[str, tuple[int, bool]]] = {}
        rows = self.tables.execute(
            "SELECT id, sign, count(DISTINCT member), max(member = ?) FROM talk_reactions"
            f" WHERE space = ? AND id IN ({_places(ids)}) GROUP BY id, sign ORDER BY id, 3 DESC, sign",
            (self.me, self.space, *ids),
        )
        for post, sign, count, mine in rows:
            counted.setdefault(post, {})[sign] = (count, bool(mine))
        return counted

    def my_reactions(self, post: bytes, sign: str) -> list[str]:
        """Event ids of the reader's standing reactions to a post, with that sign ("": any)."""
        rows = self.tables.execute(
            "SELECT reaction FROM talk_reactions WHERE space = ? AND id = ? AND member = ? AND (? = '' OR sign = ?)",
            (self.space, post, self.me, sign, sign),
        )
        return [reaction.hex() for (reaction,) in rows]

    def images(self, ids: Sequence[bytes]) -> dict[bytes, list[tuple[Image, int]]]:
        """By post: its pictures in order, each with how many of its parts are here."""
        found: dict[bytes, list[tuple[Image, int]]] = {}
        rows = self.tables.execute(
            "SELECT i.id, lower(hex(i.hash)), i.type, i.size, i.width, i.height, i.alt,"
            " (SELECT count(DISTINCT part) FROM talk_parts p"
            " WHERE p.space = i.space AND p.id = i.id AND p.hash = i.hash)"
            f" FROM talk_images i WHERE i.space = ? AND i.id IN ({_places(ids)}) ORDER BY i.id, i.n",
            (self.space, *ids),
        )
        for post, *image, here in rows:
            found.setdefault(post, []).append((Image(*image), here))
        return found

    def parts(self, post: bytes, image: Image) -> list[str]:
        """Ids of the events that bring a picture, in the order of its parts."""
        rows = self.tables.execute(
            "SELECT lower(hex(min(event))) FROM talk_parts WHERE space = ? AND id = ? AND hash = ?"
            " GROUP BY part ORDER BY part",
            (self.space, post, bytes.fromhex(image.hash)),
        )
        return [event for (event,) in rows]

    def read(self, ids: Sequence[bytes]) -> set[bytes]:
        """Which of these posts were marked as read."""
        rows = self.tables.execute(
            f"SELECT id FROM talk_read WHERE space = ? AND id IN ({_places(ids)})", (self._name, *ids)
        )
        return {i for (i,) in rows}

    def counts(self, threads: Sequence[bytes]) -> dict[bytes, tuple[int, int]]:
        """By thread: how many comments stand, and how many of them are unread."""
        rows = self.tables.execute(
            f"SELECT p.thread, sum(p.retracted = ''), sum({_UNREAD}) FROM talk_posts p WHERE p.space = ?"
            f" AND p.kind = 1111 AND p.thread IN ({_places(threads)})"
            " AND (p.expires_at = 0 OR p.expires_at > ?) GROUP BY p.thread",
            (self.me, self._name, self.space, *threads, self.now),
        )
        return {thread: (total, unread) for thread, total, unread in rows}

    def unread(self) -> tuple[int, int]:
        """How many posts, and how many direct messages, are unread; together MANY_UNREAD at most: or more."""
        counted = Counter(private for _, private in islice(self._unread(), MANY_UNREAD))
        return counted[False], counted[True]

    def mark_read(self, wanted: Wanted, ids: Sequence[bytes] | None = None) -> int:
        """Remember what matches (or these posts) as read. Gives how many were unread."""
        where, values = self._where(Wanted(wanted.thread, wanted.topic, wanted.author, True, wanted.private))
        only = f" AND p.id IN ({_places(ids)})" if ids is not None else ""
        rows = self.tables.execute(
            "INSERT OR IGNORE INTO talk_read (space, id)"
            f" SELECT ?, p.id FROM {_source(wanted)} WHERE {where}{only} RETURNING 1",
            (self._name, *values, *(ids or ())),
        )
        if ids is None and not wanted.thread:
            # One's own are never unread; kept beside the others they cost no look-up when all is read.
            self.tables.execute(
                "INSERT OR IGNORE INTO talk_read (space, id)"
                " SELECT ?, id FROM talk_posts WHERE space = ? AND author = ?",
                (self._name, self.space, self.me),
            )
        return len(rows)

    def arrived(self, after: str, limit: int) -> tuple[list[Row], str]:
        """What came to this node after the place `after` ("": from now on), and the new place.

        A place is lost when its post expires or the views are rebuilt; then a few posts may be given once more.
        """
        last = self.tables.execute("SELECT rowid, id FROM talk_posts ORDER BY rowid DESC LIMIT 1")
        here = _place(*last[0]) if last else "0"
        if not after:
            return [], here
        number, _, mark = after.partition("-")
        if not number.isascii() or not number.isdecimal() or len(number) > 18:
            raise UsageError("That is no place to wait from. Leave it empty to wait for what comes from now on.")
        at = int(number)
        if mark:
            kept = self.tables.execute("SELECT id FROM talk_posts WHERE rowid = ?", (at,))
            if not kept or _place(at, kept[0][0]) != after:
                at = max(0, min(at, last[0][0] if last else 0) - BACK)
        rows = self.tables.execute(
            f"SELECT {_ROW} FROM talk_posts p WHERE p.rowid > ? AND +p.space = ?"
            " AND (p.expires_at = 0 OR p.expires_at > ?) ORDER BY p.rowid LIMIT ?",
            (at, self.space, self.now, limit),
        )
        found = [Row(*row) for row in rows]
        shown = [row for row in found if row.private_with not in self.hidden]
        return shown, _place(found[-1].n, found[-1].id) if len(found) == limit else here

    def _unread(self) -> Iterator[tuple[int, bool]]:
        found = unread(self.tables, self.space, self._name, self.me, self.now)
        if not self.hidden:
            return found
        rows = self.tables.execute(
            f"SELECT rowid FROM talk_posts p WHERE p.space = ? AND p.private_with IN ({_places(self.hidden)})",
            (self.space, *self.hidden),
        )
        away = {n for (n,) in rows}
        return ((n, private) for n, private in found if n not in away)

    def _select(self, wanted: Wanted, claim: str, limit: int) -> list[Row]:
        where, values = self._where(wanted)
        at = "t" if wanted.topic else "p"
        source = _source(wanted)
        if wanted.unread and source == "talk_posts p":
            # Few unread: those alone. Many: the newest of them are soon met, from the newest on.
            few = [n for n, _ in islice(self._unread(), MANY_UNREAD)]
            if len(few) < MANY_UNREAD:
                source = "(SELECT value AS n FROM json_each(?)) CROSS JOIN talk_posts p ON p.rowid = n"
                values = (json.dumps(few), *values)
        order = "ASC" if wanted.after is not None else "DESC"
        rows = self.tables.execute(
            f"SELECT {_ROW} FROM {source} WHERE {where} AND {at}.{claim}"
            f" ORDER BY {at}.created_at {order}, p.seq {order}, p.id {order} LIMIT ?",
            (*values, self.now + AHEAD, limit),
        )
        return [Row(*row) for row in (rows if wanted.after is None else reversed(rows))]

    def _where(self, wanted: Wanted) -> tuple[str, tuple[Any, ...]]:
        terms = ["p.space = ?", "(p.expires_at = 0 OR p.expires_at > ?)"]
        values: list[Any] = [self.space, self.now]
        terms.append("p.private_with = x''" if wanted.private is None else "p.private_with <> x''")
        if wanted.private:
            terms.append("p.private_with = ?")
            values.append(wanted.private)
        if wanted.private is not None and self.hidden:
            terms.append(f"p.private_with NOT IN ({_places(self.hidden)})")
            values += self.hidden
        if wanted.thread:
            terms.append("p.kind = 1111 AND p.thread = ?")
            values.append(wanted.thread)
        if wanted.topic:
            terms.append("t.space = ? AND t.topic = ?")
            values += (self.space, wanted.topic)
        if wanted.author:
            terms.append("p.author = ?")
            values.append(wanted.author)
        if wanted.unread:
            terms.append(_UNREAD)
            values += (self.me, self._name)
        at = "t" if wanted.topic else "p"
        for sign, moment in ((">=", wanted.since), ("<=", wanted.until)):
            if moment:
                terms.append(f"{at}.created_at {sign} ?")
                values.append(moment)
        for sign, place in (("<", wanted.before), (">", wanted.after)):
            if place is not None:
                terms.append(f"{at}.created_at {sign}= ? AND ({at}.created_at, p.seq, p.id) {sign} (?, ?, ?)")
                values += (place.created_at, *place)
        return " AND ".join(terms), tuple(values)


def as_tree(root: Row | None, comments: Iterable[Row]) -> list[tuple[Row, int]]:
    """The thread with each answer behind what it answers, oldest first, with its depth (0: the opening post).

    An answer to something that is not here stands at depth 1. No recursion: a hostile thread may be deep.
    """
    children: dict[bytes, list[Row]] = {}
    rows = sorted(comments, key=lambda row: (row.created_at, row.seq, row.id))
    known = {row.id for row in rows}
    top = root.id if root is not None else b""
    for row in rows:
        children.setdefault(row.parent if row.parent in known else top, []).append(row)
    ordered = [(root, 0)] if root is not None else []
    waiting = [(row, 1) for row in reversed(children.get(top, []))]
    while waiting:
        row, depth = waiting.pop()
        ordered.append((row, depth))
        waiting += [(child, depth + 1) for child in reversed(children.get(row.id, []))]
    return ordered


def _source(wanted: Wanted) -> str:
    if wanted.topic:
        # CROSS JOIN fixes the order: the topic's few first, then their posts.
        return "talk_topics t CROSS JOIN talk_posts p ON p.space = t.space AND p.id = t.id"
    # Of two indexes that fit, the one by time would be walked to its end for a thread of two.
    return "talk_posts p INDEXED BY talk_comments" if wanted.thread else "talk_posts p"


def _place(n: int, post: bytes) -> str:
    return f"{n}-{post.hex()[:16]}"


def _places(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))
