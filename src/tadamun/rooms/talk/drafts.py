"""Drafts: what somebody was about to say, kept on this node alone until it is said or thrown away.

A draft belongs to a place, one at each: `new` (a new thread), `thread:<post>` (an answer to that post),
`message:<member>`, `edit:<post>`. Nothing here looks at whether it could be said: half a sentence must be kept too.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from tadamun.core.errors import UsageError
from tadamun.core.event import is_hex32
from tadamun.core.ports import Workbench
from tadamun.core.room import Call
from tadamun.rooms.talk.given import InSpace, reader_of

MOST: Final = 500  # drafts of one space
MAX_TEXT: Final = 128 * 1024  # bytes: more than may be said, so that what is too long is not lost for that
MAX_FIELDS: Final = 16 * 1024  # bytes of all other fields together

LOCAL: Final = (
    """CREATE TABLE IF NOT EXISTS talk_drafts (
        space BLOB, place TEXT, text TEXT, fields TEXT, at INTEGER, PRIMARY KEY (space, place)) WITHOUT ROWID""",
)

Value = str | bool | int | list[str]


class Draft(InSpace, frozen=True, forbid_unknown_fields=True):
    """fields: whatever else the form holds (title, topics, warning, expires…), given back as it came."""

    place: str
    text: str = ""
    fields: dict[str, Value] = msgspec.field(default_factory=dict)


class Drafts(InSpace, frozen=True, forbid_unknown_fields=True):
    """place: only the one there; "": all."""

    place: str = ""


async def draft(bench: Workbench, asked: Draft) -> dict[str, Any]:
    """Keep a draft instead of the one at its place; an empty one (no text, no fields) is thrown away. {place, kept}"""
    space = bench.space(asked.space)
    place = place_of(bench, asked, asked.place)
    fields = msgspec.json.encode(asked.fields).decode()
    if len(asked.text.encode(errors="replace")) > MAX_TEXT or len(fields) > MAX_FIELDS:
        raise UsageError("This draft is too long to be kept. Copy it somewhere safe, and say it in several posts.")
    if not asked.text and not asked.fields:
        forget(bench, space, place)
        return {"place": place, "kept": False}
    raw = bytes.fromhex(space)
    kept = bench.tables.execute("SELECT count(*), sum(place = ?) FROM talk_drafts WHERE space = ?", (place, raw))
    if kept[0][0] >= MOST and not kept[0][1]:
        raise UsageError("There are {most} drafts already. Send or throw away some of them first.", most=MOST)
    bench.tables.execute(
        "INSERT OR REPLACE INTO talk_drafts VALUES (?, ?, ?, ?, ?)",
        (raw, place, asked.text.encode(errors="replace").decode(), fields, bench.clock.now()),
    )
    return {"place": place, "kept": True}


async def drafts(bench: Workbench, asked: Drafts) -> dict[str, Any]:
    """{drafts: [{place, text, fields, at}]}: what is kept, the latest first."""
    space = bench.space(asked.space)
    place = place_of(bench, asked, asked.place) if asked.place else ""
    rows = bench.tables.execute(
        "SELECT place, text, fields, at FROM talk_drafts WHERE space = ? AND (? = '' OR place = ?)"
        " ORDER BY at DESC, place",
        (bytes.fromhex(space), place, place),
    )
    return {
        "drafts": [
            {"place": at_place, "text": text, "fields": msgspec.json.decode(fields), "at": at}
            for at_place, text, fields, at in rows
        ]
    }


def forget(bench: Workbench, space: str, place: str) -> None:
    """What was at that place was said, or is not wanted any more."""
    bench.tables.execute("DELETE FROM talk_drafts WHERE space = ? AND place = ?", (bytes.fromhex(space), place))


def place_of(bench: Workbench, asked: InSpace, typed: str) -> str:
    """The place in its one spelling, with whole ids. Raises UsageError."""
    what, _, whom = typed.partition(":")
    if typed == "new":
        return typed
    if what == "message" and whom:
        return f"message:{bench.facts.names.who(bench.space(asked.space), whom)}"
    if what in ("thread", "edit") and whom:
        # A post that has expired or was not fetched yet is no reason to lose what was written about it.
        post = whom if is_hex32(whom) else reader_of(bench, asked)[1].post(whom).id.hex()
        return f"{what}:{post}"
    raise UsageError("A draft is for a new thread, an answer, a message or a change. Begin again from the page.")


CALLS: Final = {
    "talk.draft": Call(Draft, draft),
    "talk.drafts": Call(Drafts, drafts),
}
