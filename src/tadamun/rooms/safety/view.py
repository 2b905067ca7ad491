"""Tables of safety: what was said of cases, as it counts. What somebody mutes, blocks or filters is this node's own
memory: nobody else has it or is told.
"""

from __future__ import annotations

from typing import Final

from tadamun.core.body import spell
from tadamun.core.ports import Tables
from tadamun.rooms.safety.state import Matter

TABLES: Final = (
    # circle: ids of who reads it, with commas between. body: as it was spelled.
    """CREATE TABLE safety_said (
        space TEXT, topic TEXT, id TEXT, "case" TEXT, kind INTEGER, member TEXT, created_at INTEGER, circle TEXT,
        body TEXT, PRIMARY KEY (space, topic, id)) WITHOUT ROWID""",
    'CREATE INDEX safety_by_case ON safety_said (space, "case")',
)

# how: "mute" or "block". word: as it was typed, shown back so; matching normalises it (sieve.py).
LOCAL: Final = (
    """CREATE TABLE IF NOT EXISTS safety_kept_away (
        space TEXT, member TEXT, how TEXT, at INTEGER, PRIMARY KEY (space, member)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS safety_words (
        space TEXT, word TEXT, PRIMARY KEY (space, word)) WITHOUT ROWID""",
    # number: told by its hash with one's answer, and itself with an appeal (lots.py). read: what one has been told.
    """CREATE TABLE IF NOT EXISTS safety_lots (
        space TEXT, "case" TEXT, number TEXT, PRIMARY KEY (space, "case")) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS safety_read (
        space TEXT, id TEXT, PRIMARY KEY (space, id)) WITHOUT ROWID""",
)


def project(tables: Tables, space: str, topic: str, matter: Matter | None) -> None:
    """The matter's rows, replacing what was there."""
    tables.execute("DELETE FROM safety_said WHERE space = ? AND topic = ?", (space, topic))
    tables.many(
        "INSERT INTO safety_said VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                space,
                topic,
                said.id,
                said.body.case,
                said.kind,
                said.member,
                said.created_at,
                ",".join(said.circle),
                spell(said.body),
            )
            for said in (matter.held.values() if matter is not None else ())
        ],
    )


def forget(tables: Tables, space: str) -> None:
    """Nothing of the space is left here."""
    for table in ("safety_kept_away", "safety_words", "safety_lots", "safety_read", "safety_said"):
        tables.execute(f"DELETE FROM {table} WHERE space = ?", (space,))
