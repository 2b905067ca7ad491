"""Tables of aid: items as they now stand with everyone's part, resources with what members know of them, and what is
between this person and one other member. They depend on the log alone; what has expired is told when it is read.

An item that was withdrawn, and a resource that was taken out, keep their row and lose their words, also in full text.
"""

from __future__ import annotations

from typing import Final

import msgspec

from tadamun.core.ports import Tables
from tadamun.core.room import SearchText
from tadamun.core.text import balance_bidi, shown_line
from tadamun.rooms.aid.bodies import Entry
from tadamun.rooms.aid.state import Asked, Between, Helped, Listed, State, Unmasked
from tadamun.store.arabic import normal

# Labels by which full text is kept to one part of this room; no topic of talk can hold the sign.
ITEMS: Final = "aid#items"
RESOURCES: Final = "aid#resources"

TABLES: Final = (
    # ring: of how many members whoever asked is one, 0: under their name. place_key: the place as places are compared.
    # taken: how many have a part in it. Lists: with spaces.
    """CREATE TABLE aid_items (
        space TEXT, id TEXT, direction TEXT, category TEXT, title TEXT, text TEXT, tags TEXT, languages TEXT,
        place TEXT, place_key TEXT, urgency TEXT, wanted INTEGER, until INTEGER, conditions TEXT, owner TEXT,
        created_at INTEGER, seq INTEGER, version INTEGER, state TEXT, withdrawn TEXT, taken INTEGER, ring INTEGER,
        box TEXT, PRIMARY KEY (space, id)) WITHOUT ROWID""",
    "CREATE INDEX aid_newest ON aid_items (space, direction, state, created_at)",
    "CREATE INDEX aid_owners ON aid_items (space, owner, created_at)",
    # What is counted and chosen from is read of these alone, without the rows.
    "CREATE INDEX aid_flow ON aid_items (space, category, direction, state, until)",
    "CREATE INDEX aid_places ON aid_items (space, place_key, place)",
    """CREATE TABLE aid_parts (
        space TEXT, id TEXT, member TEXT, state TEXT, PRIMARY KEY (space, id, member)) WITHOUT ROWID""",
    "CREATE INDEX aid_helpers ON aid_parts (space, member)",
    """CREATE TABLE aid_moves (
        space TEXT, id TEXT, author TEXT, who TEXT, version INTEGER, PRIMARY KEY (space, id, author, who))
        WITHOUT ROWID""",
    # body: the resource as canonical JSON.
    """CREATE TABLE aid_resources (
        space TEXT, id TEXT, author TEXT, version INTEGER, gone INTEGER, sort TEXT, name TEXT, country TEXT,
        place_key TEXT, languages TEXT, tags TEXT, body TEXT, PRIMARY KEY (space, id)) WITHOUT ROWID""",
    """CREATE TABLE aid_words (
        space TEXT, id TEXT, member TEXT, version INTEGER, word TEXT, at INTEGER, note TEXT,
        PRIMARY KEY (space, id, member)) WITHOUT ROWID""",
    # sort: entry or pair. one, two: who gave and who took, or mentor and mentee.
    """CREATE TABLE aid_between (
        space TEXT, id TEXT, sort TEXT, first TEXT, one TEXT, two TEXT, forgives INTEGER, unit TEXT, amount INTEGER,
        note TEXT, about TEXT, state TEXT, created_at INTEGER, seq INTEGER, PRIMARY KEY (space, id)) WITHOUT ROWID""",
    # What is between two is added up of these alone.
    "CREATE INDEX aid_sums ON aid_between (space, sort, state, one, two, unit, forgives, amount, first)",
    """CREATE TABLE aid_helps (
        space TEXT, id TEXT, item TEXT, author TEXT, asker TEXT, key TEXT, box TEXT, ring INTEGER, created_at INTEGER,
        PRIMARY KEY (space, id)) WITHOUT ROWID""",
    "CREATE INDEX aid_helped ON aid_helps (space, item)",
    """CREATE TABLE aid_notes (
        space TEXT, id TEXT, note TEXT, author TEXT, box TEXT, created_at INTEGER, seq INTEGER,
        PRIMARY KEY (space, id, note)) WITHOUT ROWID""",
    """CREATE TABLE aid_unmasked (
        space TEXT, id TEXT, help TEXT, member TEXT, token TEXT, PRIMARY KEY (space, id)) WITHOUT ROWID""",
    """CREATE TABLE aid_answers (
        space TEXT, id TEXT, member TEXT, version INTEGER, PRIMARY KEY (space, id, member)) WITHOUT ROWID""",
)
# What one could give, or looks for in others: never said to anybody.
LOCAL: Final = (
    """CREATE TABLE IF NOT EXISTS aid_means (space TEXT PRIMARY KEY, means TEXT) WITHOUT ROWID""",
    # Of what one said without a name: the key that answers are sealed for. opening: the event, "" until it is known.
    # about: the item helped with, "" for one's own item.
    """CREATE TABLE IF NOT EXISTS aid_veils (
        space TEXT, public TEXT, secret TEXT, opening TEXT, about TEXT, title TEXT, until INTEGER,
        PRIMARY KEY (space, public)) WITHOUT ROWID""",
    # What one said oneself: it is sealed for the other, and could not be read again. said: it is on its way.
    """CREATE TABLE IF NOT EXISTS aid_sent (
        space TEXT, help TEXT, n INTEGER, words TEXT, said INTEGER, PRIMARY KEY (space, help, n)) WITHOUT ROWID""",
)
# By which a sort of resource is found whatever language it is written in.
SORT_WORDS: Final = {
    "organisation": "organisation organization association منظمة جمعية مؤسسة",
    "shelter": "shelter refuge safe house مأوى ملجأ بيت آمن",
    "clinic": "clinic doctor hospital عيادة طبيب مستشفى مستوصف",
    "lawyer": "lawyer legal advice attorney محام محامي محامية قانون",
    "hotline": "hotline helpline telephone خط ساخن هاتف طوارئ",
    "other": "",
}
_VIEWS: Final = (
    "aid_items", "aid_parts", "aid_moves", "aid_resources", "aid_words", "aid_between", "aid_answers", "aid_helps",
    "aid_notes", "aid_unmasked",
)  # fmt: skip


def project(tables: Tables, space: str, topic: str, state: State | None) -> None:
    """The topic's rows, replacing what was there."""
    for table in _VIEWS:
        tables.execute(f"DELETE FROM {table} WHERE space = ? AND id = ?", (space, topic))
    match state:
        case Asked():
            _item(tables, space, state)
        case Listed():
            _resource(tables, space, state)
        case Between():
            _between(tables, space, state)
        case Helped():
            _helped(tables, space, state)
        case Unmasked():
            body = state.opening.body
            row = (space, state.topic, body.of, state.opening.member, body.token)
            tables.execute("INSERT INTO aid_unmasked VALUES (?, ?, ?, ?, ?)", row)
        case _:
            pass


def forget(tables: Tables, space: str) -> None:
    """Nothing of the space is left here."""
    for table in (*_VIEWS, "aid_means", "aid_veils", "aid_sent"):
        tables.execute(f"DELETE FROM {table} WHERE space = ?", (space,))


def search(state: State) -> SearchText | None:
    """Items and resources are found by their words; what is between two is not looked through."""
    match state:
        case Asked() if not state.withdrawn:
            item = state.item
            words = "\n".join(filter(None, (item.title, item.text, item.place, " ".join(item.tags))))
            return SearchText(words, state.owner, (ITEMS,), state.opening.created_at)
        case Listed() if not state.version.body.gone:
            one = state.version.body
            said = (one.name, one.text, one.place, " ".join(one.tags), one.warnings, SORT_WORDS[one.sort])
            words = "\n".join(filter(None, said))
            return SearchText(words, state.opening.member, (RESOURCES,), state.opening.created_at)
        case _:
            return None


def place_key(place: str) -> str:
    """A place as places are compared: case, marks and forms of letters do not count, nor does the Arabic article."""
    return " ".join(word.removeprefix("ال") for word in normal(place).split())


def spaced(words: tuple[str, ...]) -> str:
    """A list in one column: with a space before and after each."""
    return f" {' '.join(words)} " if words else ""


def _item(tables: Tables, space: str, state: Asked) -> None:
    item, gone = state.item, bool(state.withdrawn)
    parts = state.parts()
    tables.execute(
        f"INSERT INTO aid_items VALUES ({', '.join('?' * 23)})",
        (
            space,
            state.topic,
            item.direction,
            item.category,
            "" if gone else shown_line(item.title),
            "" if gone else balance_bidi(item.text),
            "" if gone else spaced(item.tags),
            "" if gone else spaced(item.languages),
            "" if gone else shown_line(item.place),
            "" if gone else place_key(item.place),
            item.urgency,
            item.wanted,
            item.until,
            spaced(item.conditions),
            state.owner,
            state.opening.created_at,
            state.opening.seq,
            0 if state.change is None else state.change.body.version,
            state.state,
            state.withdrawn,
            sum(part in ("claimed", "under-way", "done") for part in parts.values()),
            0 if state.opening.mask is None else state.opening.mask.ring,
            item.box,
        ),
    )
    tables.many(
        "INSERT INTO aid_parts VALUES (?, ?, ?, ?)",
        [(space, state.topic, member, part) for member, part in sorted(parts.items())],
    )
    tables.many(
        "INSERT INTO aid_moves VALUES (?, ?, ?, ?, ?)",
        [(space, state.topic, *key, move.body.version) for key, move in sorted(state.moves.items())],
    )


def _resource(tables: Tables, space: str, state: Listed) -> None:
    one = state.version.body
    if one.gone:  # it keeps its place, so that it can be put in again, and its words go
        one = msgspec.structs.replace(
            one, name="", text="", place="", opening="", phone="", web="", mail="", address="", checked_how="",
            warnings="", tags=(), languages=(),
        )  # fmt: skip
    tables.execute(
        f"INSERT INTO aid_resources VALUES ({', '.join('?' * 12)})",
        (
            space,
            state.topic,
            state.opening.member,
            one.version,
            int(one.gone),
            one.sort,
            shown_line(one.name),
            one.country,
            place_key(one.place),
            spaced(one.languages),
            spaced(one.tags),
            msgspec.json.encode(one).decode(),
        ),
    )
    tables.many(
        "INSERT INTO aid_words VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (space, state.topic, member, said.body.version, said.body.word, said.body.at, shown_line(said.body.note))
            for member, said in sorted(state.words.items())
        ],
    )


def _helped(tables: Tables, space: str, state: Helped) -> None:
    said, body = state.opening, state.opening.body
    ring = 0 if said.mask is None else said.mask.ring
    tables.execute(
        "INSERT INTO aid_helps VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (space, state.topic, body.of, said.member, body.asker, body.key, body.box, ring, said.created_at),
    )
    tables.many(
        "INSERT INTO aid_notes VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (space, state.topic, note, one.member, one.body.box, one.created_at, one.seq)
            for note, one in sorted(state.notes.items())
        ],
    )


def _between(tables: Tables, space: str, state: Between) -> None:
    body, opening = state.opening.body, state.opening
    amounts: tuple[int, str, int] = (0, "", 0)
    if isinstance(body, Entry):
        sort, one, two, text = "entry", body.giver, body.taker, shown_line(body.note)
        amounts = (int(body.forgives), body.unit, body.amount)
    else:
        sort, one, two, text = "pair", body.mentor, body.mentee, balance_bidi(body.text)
    if state.state in ("ended", "withdrawn") and sort == "pair":
        text = ""
    tables.execute(
        f"INSERT INTO aid_between VALUES ({', '.join('?' * 14)})",
        (
            space, state.topic, sort, opening.member, one, two, *amounts, text, body.of, state.state,
            opening.created_at, opening.seq,
        ),
    )  # fmt: skip
    tables.many(
        "INSERT INTO aid_answers VALUES (?, ?, ?, ?)",
        [(space, state.topic, member, said.body.version) for member, said in sorted(state.answers.items())],
    )
