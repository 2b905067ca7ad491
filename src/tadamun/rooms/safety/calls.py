"""What a person can do and ask about their own peace: muting, blocking, words they do not want to meet unasked.

All of it is kept on this node alone: nothing is said to anybody, and whoever is muted or blocked cannot tell.
"""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

from tadamun.core.errors import UsageError
from tadamun.core.ports import Workbench
from tadamun.core.room import Call
from tadamun.core.text import allowed_line, is_visible, tidy_line
from tadamun.store.arabic import normal

MAX_WORD: Final = 60  # characters of a filter
MOST_WORDS: Final = 200
LEAST_LETTERS: Final = 2  # of a filter: one letter would fold nearly everything


class InSpace(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """space: a name, an id or its beginning; "": the only one there is."""

    space: str = ""


class Away(InSpace, frozen=True, forbid_unknown_fields=True):
    """member: a name, or the beginning of an id. how: mute (folded), block (and their direct messages are not shown),
    or "" to see them again."""

    member: str
    how: Literal["mute", "block", ""] = "mute"


class Word(InSpace, frozen=True, forbid_unknown_fields=True):
    """undo: filter it no longer."""

    word: str
    undo: bool = False


async def keep_away(bench: Workbench, asked: Away) -> dict[str, Any]:
    """Mute or block a member on this node, or see them again. Gives {member, name, how}."""
    space = bench.space(asked.space)
    member = asked.member if bench.belonged(space, asked.member) else bench.facts.names.who(space, asked.member)
    if member == bench.me(space):
        raise UsageError("That is you. Name another member.")
    if asked.how:
        bench.tables.execute(
            "INSERT OR REPLACE INTO safety_kept_away VALUES (?, ?, ?, ?)",
            (space, member, asked.how, bench.clock.now()),
        )
    else:
        bench.tables.execute("DELETE FROM safety_kept_away WHERE space = ? AND member = ?", (space, member))
        bench.scrub()
    return {"member": member, "name": bench.facts.names.name(space, member), "how": asked.how}


async def filter_word(bench: Workbench, asked: Word) -> dict[str, Any]:
    """Fold what has that word away on this node, or no longer. Gives {word, filtered}."""
    space, word = bench.space(asked.space), tidy_line(asked.word)
    if asked.undo:
        rows = bench.tables.execute("SELECT word FROM safety_words WHERE space = ?", (space,))
        same = [kept for (kept,) in rows if normal(kept) == normal(word)]
        if not same:
            raise UsageError("You filter no such word. Nothing was changed.")
        bench.tables.many("DELETE FROM safety_words WHERE space = ? AND word = ?", [(space, kept) for kept in same])
        bench.scrub()
        return {"word": same[0], "filtered": False}
    if not allowed_line(word, MAX_WORD, least=1) or not is_visible(word):
        raise UsageError("A filter is a word or a few, at most {most} characters.", most=MAX_WORD)
    if sum(map(str.isalnum, word)) == 1 and len(normal(word)) < LEAST_LETTERS:
        raise UsageError("One letter would fold nearly everything. Write the whole word.")
    rows = bench.tables.execute("SELECT word FROM safety_words WHERE space = ?", (space,))
    if not any(normal(kept) == normal(word) for (kept,) in rows):
        if len(rows) >= MOST_WORDS:
            raise UsageError("You filter {most} words already. Take one out first.", most=MOST_WORDS)
        bench.tables.execute("INSERT INTO safety_words VALUES (?, ?)", (space, word))
    return {"word": word, "filtered": True}


async def mine(bench: Workbench, asked: InSpace) -> dict[str, Any]:
    """{members: [{member, name, how, at}], words}: whom I mute or block, latest first, and what I filter."""
    space = bench.space(asked.space)
    rows = bench.tables.execute(
        "SELECT member, how, at FROM safety_kept_away WHERE space = ? ORDER BY at DESC, member", (space,)
    )
    words = bench.tables.execute("SELECT word FROM safety_words WHERE space = ? ORDER BY word", (space,))
    names = bench.facts.names
    return {
        "members": [{"member": who, "name": names.name(space, who), "how": how, "at": at} for who, how, at in rows],
        "words": [word for (word,) in words],
    }


CALLS: Final = {
    "safety.keep_away": Call(Away, keep_away),
    "safety.filter": Call(Word, filter_word),
    "safety.mine": Call(InSpace, mine),
}
