"""With whom one writes alone, and how much is unread: what a list of direct messages is made of."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from tadamun.core.ports import Workbench
from tadamun.core.room import Call
from tadamun.rooms.talk.given import InSpace, reader_of
from tadamun.rooms.talk.reading import AHEAD, MANY_UNREAD, Wanted
from tadamun.rooms.talk.showing import Shower

MOST: Final = 500  # conversations


async def conversations(bench: Workbench, asked: InSpace) -> dict[str, Any]:
    """{conversations: [{member, name, unread, last}]}: those whose last message is newest first. last: that message, as
    `talk.read` gives it."""
    space, reader = reader_of(bench, asked)
    rows = bench.tables.execute(
        # SQLite takes the other columns from the row that has the greatest created_at.
        "SELECT id, max(created_at) FROM talk_posts WHERE space = ? AND private_with <> x'' AND created_at <= ?"
        f" AND private_with NOT IN ({', '.join('?' * len(reader.hidden))})"
        " AND (expires_at = 0 OR expires_at > ?) GROUP BY private_with ORDER BY 2 DESC LIMIT ?",
        (reader.space, reader.now + AHEAD, *reader.hidden, reader.now, MOST),
    )
    unread = Counter(row.private_with.hex() for row in reader.newest(Wanted(private=b"", unread=True), MANY_UNREAD))
    lasts = Shower(bench, space, reader).posts(reader.by_ids([row[0] for row in rows], Wanted(private=b"")))
    return {
        "conversations": [
            {
                "member": last["private"],
                "name": last["private_name"],
                "unread": unread[last["private"]],
                "last": last,
            }
            for last in lasts
        ]
    }


async def unread(bench: Workbench, asked: InSpace) -> dict[str, Any]:
    """{unread, unread_private}: how many posts, and direct messages, are unread; together 1,000 at most: or more."""
    left, left_private = reader_of(bench, asked)[1].unread()
    return {"unread": left, "unread_private": left_private}


CALLS: Final = {
    "talk.conversations": Call(InSpace, conversations),
    "talk.unread": Call(InSpace, unread),
}
