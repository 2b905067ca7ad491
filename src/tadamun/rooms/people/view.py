"""Tables of people: names and vouches as they now stand. An old name is in none of them, nor in full text.

Names are stored as they may be shown (core/text.py), with the skeleton that names drawn alike share.
"""

from __future__ import annotations

from typing import Final

import msgspec

from tadamun.core.ports import Tables
from tadamun.core.room import SearchText
from tadamun.core.text import balance_bidi, is_visible, shown_line
from tadamun.rooms.people.lookalike import skeleton
from tadamun.rooms.people.state import Person

TABLES: Final = (
    """CREATE TABLE people_profiles (
        space TEXT, member TEXT, version INTEGER, name TEXT, skeleton TEXT, pronouns TEXT, languages TEXT, about TEXT,
        PRIMARY KEY (space, member)) WITHOUT ROWID""",
    "CREATE INDEX people_alike ON people_profiles (space, skeleton)",
    """CREATE TABLE people_vouches (
        space TEXT, member TEXT, voucher TEXT, version INTEGER, vouches INTEGER, note TEXT,
        PRIMARY KEY (space, member, voucher)) WITHOUT ROWID""",
)
# number: the safety number that was compared; another one today means that it is to be compared again.
LOCAL: Final = (
    """CREATE TABLE IF NOT EXISTS people_verified (
        space TEXT, member TEXT, number TEXT, at INTEGER, PRIMARY KEY (space, member)) WITHOUT ROWID""",
)


def project(tables: Tables, space: str, member: str, person: Person | None) -> None:
    """The member's rows, replacing what was there."""
    tables.execute("DELETE FROM people_profiles WHERE space = ? AND member = ?", (space, member))
    tables.execute("DELETE FROM people_vouches WHERE space = ? AND member = ?", (space, member))
    if person is None:
        return
    if person.profile is not None:
        body = person.profile.body
        name = shown_name(person)
        tables.execute(
            "INSERT INTO people_profiles VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                space,
                member,
                body.version,
                name,
                skeleton(name),
                shown_line(body.pronouns),
                msgspec.json.encode(body.languages).decode(),
                balance_bidi(body.about),
            ),
        )
    tables.many(
        "INSERT INTO people_vouches VALUES (?, ?, ?, ?, ?, ?)",
        [
            (space, member, voucher, said.body.version, int(said.body.vouches), shown_line(said.body.note))
            for voucher, said in sorted(person.vouches.items())
        ],
    )


def forget(tables: Tables, space: str) -> None:
    """Nothing of the space is left here."""
    for table in ("people_profiles", "people_vouches", "people_verified"):
        tables.execute(f"DELETE FROM {table} WHERE space = ?", (space,))


def search(person: Person) -> SearchText | None:
    """Members are found by the name they have now and by what they say of themselves."""
    if person.profile is None:
        return None
    name = shown_name(person)
    return SearchText(
        text=f"{name}\n{person.profile.body.about}".strip(),
        author=person.member,
        created_at=person.profile.created_at,
    )


def shown_name(person: Person) -> str:
    """The profile's name made safe to show; "" where nothing visible is left of it."""
    name = shown_line(person.profile.body.name) if person.profile else ""
    return name if is_visible(name) else ""
