"""Tables of safety. What somebody mutes, blocks or filters is this node's own memory: nobody else has it or is told."""

from __future__ import annotations

from typing import Final

from tadamun.core.ports import Tables

# how: "mute" or "block". word: as it was typed, shown back so; matching normalises it (sieve.py).
LOCAL: Final = (
    """CREATE TABLE IF NOT EXISTS safety_kept_away (
        space TEXT, member TEXT, how TEXT, at INTEGER, PRIMARY KEY (space, member)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS safety_words (
        space TEXT, word TEXT, PRIMARY KEY (space, word)) WITHOUT ROWID""",
)


def forget(tables: Tables, space: str) -> None:
    """Nothing of the space is left here."""
    for table in ("safety_kept_away", "safety_words"):
        tables.execute(f"DELETE FROM {table} WHERE space = ?", (space,))
