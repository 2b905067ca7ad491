"""Tables of stories: stories and drafts as their words now stand, where they went; campaigns.

They depend on the log alone. What was withdrawn keeps its row and loses its words, also in full text.
"""

from __future__ import annotations

from typing import Final

import msgspec

from tadamun.core.ports import Tables
from tadamun.core.room import SearchText
from tadamun.core.text import balance_bidi, shown_line
from tadamun.rooms.stories.state import Called, State, Told

# The label by which full text is kept to this room; no topic of talk can hold the sign.
STORIES: Final = "stories#"

TABLES: Final = (
    # with_: ids of those it is written with, the reader among them, with spaces; "": the whole space reads it.
    """CREATE TABLE stories_told (
        space TEXT, id TEXT, author TEXT, d TEXT, of TEXT, version INTEGER, title TEXT, text TEXT, summary TEXT,
        topics TEXT, language TEXT, when_ TEXT, place TEXT, warning TEXT, with_ TEXT, gone TEXT, created_at INTEGER,
        seq INTEGER, changed_by TEXT, PRIMARY KEY (space, id)) WITHOUT ROWID""",
    "CREATE INDEX stories_newest ON stories_told (space, with_, created_at)",
    "CREATE INDEX stories_of ON stories_told (space, of)",
    """CREATE TABLE stories_published (
        space TEXT, id TEXT, version INTEGER, how TEXT, public TEXT, withdrawn INTEGER, at INTEGER,
        PRIMARY KEY (space, id)) WITHOUT ROWID""",
    # body: the campaign as canonical JSON.
    """CREATE TABLE stories_campaigns (
        space TEXT, id TEXT, author TEXT, version INTEGER, gone INTEGER, body TEXT, created_at INTEGER,
        PRIMARY KEY (space, id)) WITHOUT ROWID""",
)
# Keys of one's own public names (story "": the one for all), and what went out under them. event: the public one, JSON.
LOCAL: Final = (
    """CREATE TABLE IF NOT EXISTS stories_keys (
        space TEXT, story TEXT, secret TEXT, PRIMARY KEY (space, story)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS stories_out (
        space TEXT, story TEXT, how TEXT, name TEXT, event TEXT, withdrawn INTEGER, PRIMARY KEY (space, story))
        WITHOUT ROWID""",
)
_VIEWS: Final = ("stories_told", "stories_published", "stories_campaigns")


def project(tables: Tables, space: str, topic: str, state: State | None) -> None:
    """The topic's rows, replacing what was there."""
    for table in _VIEWS:
        tables.execute(f"DELETE FROM {table} WHERE space = ? AND id = ?", (space, topic))
    match state:
        case Told():
            _told(tables, space, state)
        case Called():
            _called(tables, space, state)
        case _:
            pass


def forget(tables: Tables, space: str) -> None:
    """Nothing of the space is left here."""
    for table in (*_VIEWS, "stories_keys", "stories_out"):
        tables.execute(f"DELETE FROM {table} WHERE space = ?", (space,))


def search(state: State) -> SearchText | None:
    """Stories and campaigns that the whole space reads are found by their words."""
    match state:
        case Told() if not state.gone and not state.opening.private_with:
            words = state.words
            said = (words.title, words.summary, words.text, words.place, " ".join(words.topics))
            return SearchText("\n".join(filter(None, said)), state.author, (STORIES,), state.opening.created_at)
        case Called() if not state.gone:
            one = state.version.body
            said_of = "\n".join(filter(None, (one.title, one.text, one.call)))
            return SearchText(said_of, state.opening.member, (STORIES,), state.opening.created_at)
        case _:
            return None


def _told(tables: Tables, space: str, state: Told) -> None:
    words, gone, opening = state.words, state.gone, state.opening
    tables.execute(
        f"INSERT INTO stories_told VALUES ({', '.join('?' * 19)})",
        (
            space,
            state.topic,
            state.author,
            opening.body.d,
            opening.body.of,
            state.version,
            *(
                ("", "", "", "")
                if gone
                else (
                    shown_line(words.title), balance_bidi(words.text), shown_line(words.summary),
                    f" {' '.join(words.topics)} " if words.topics else "",
                )
            ),
            words.language,
            words.when,
            "" if gone else shown_line(words.place),
            "" if gone else shown_line(words.warning),
            " ".join(opening.circle),
            gone,
            opening.created_at,
            opening.seq,
            state.author if state.change is None else state.change.member,
        ),
    )  # fmt: skip
    if state.published is not None:
        out = state.published.body
        tables.execute(
            "INSERT INTO stories_published VALUES (?, ?, ?, ?, ?, ?, ?)",
            (space, state.topic, out.version, out.how, out.public, int(out.withdrawn), state.published.created_at),
        )


def _called(tables: Tables, space: str, state: Called) -> None:
    one = state.version.body
    if state.gone:
        one = msgspec.structs.replace(one, title="", text="", call="", stories=())
    tables.execute(
        "INSERT INTO stories_campaigns VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            space, state.topic, state.opening.member, one.version, int(state.gone), msgspec.json.encode(one).decode(),
            state.opening.created_at,
        ),
    )  # fmt: skip
