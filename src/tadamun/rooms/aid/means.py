"""What one could give, remembered on this device alone, and what it is good for: suggestions, and a look at whether one
meets the conditions of what one is about to claim."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import msgspec

from tadamun.core.errors import UsageError
from tadamun.core.ports import Workbench
from tadamun.core.room import Call
from tadamun.rooms.aid import actions
from tadamun.rooms.aid.fields import CATEGORIES
from tadamun.rooms.aid.given import InSpace
from tadamun.rooms.aid.matching import Side, accepts
from tadamun.rooms.aid.reading import Row
from tadamun.rooms.aid.view import place_key

OWN: Final = "means"  # the key of the side that is made of them


class Means(msgspec.Struct, frozen=True):
    """categories: with what one could help. tags, languages, place: as in an offer."""

    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    place: str = ""


class SetMeans(InSpace, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is left out stays as it was; with nothing given, they are only told."""

    categories: tuple[str, ...] | None = None
    tags: tuple[str, ...] | None = None
    languages: tuple[str, ...] | None = None
    place: str | None = None


async def means(bench: Workbench, asked: SetMeans) -> dict[str, Any]:
    """What this device knows of what one could give: {categories, tags, languages, place}. Nobody is told."""
    space = bench.space(asked.space)
    held = held_means(bench, space)
    new = Means(
        categories=held.categories if asked.categories is None else _categories(asked.categories),
        tags=held.tags if asked.tags is None else actions.tidy_tags(asked.tags),
        languages=held.languages if asked.languages is None else actions.tidy_languages(asked.languages),
        place=held.place if asked.place is None else actions.tidy_place(asked.place),
    )
    if new != held:
        text = msgspec.json.encode(new).decode()
        bench.tables.execute("INSERT OR REPLACE INTO aid_means VALUES (?, ?)", (space, text))
    return {
        "categories": list(new.categories),
        "tags": list(new.tags),
        "languages": list(new.languages),
        "place": new.place,
    }


def held_means(bench: Workbench, space: str) -> Means:
    """What is remembered; nothing, if nothing was said."""
    rows = bench.tables.execute("SELECT means FROM aid_means WHERE space = ?", (space,))
    return msgspec.json.decode(rows[0][0], type=Means) if rows else Means()


def my_side(bench: Workbench, space: str) -> Side:
    """What one could give, as it is matched."""
    held, me = held_means(bench, space), bench.me(space)
    return Side(
        key=OWN,
        member=me,
        categories=frozenset(held.categories),
        tags=frozenset(held.tags),
        languages=held.languages,
        place=place_key(held.place),
        newcomer=me in bench.newcomers(space),
    )


def refused(bench: Workbench, space: str, row: Row) -> bool:
    """Whether one certainly does not meet its conditions; where this device does not know, people decide."""
    mine, theirs = my_side(bench, space), row.side(())
    unknown = {"near", "elsewhere"} if not mine.place else set()
    unknown |= {"language"} if not mine.languages else set()
    return not accepts(replace(theirs, conditions=theirs.conditions - unknown), mine)


def _categories(typed: tuple[str, ...]) -> tuple[str, ...]:
    if set(typed) - set(CATEGORIES):
        raise UsageError("That is no kind of help known here.")
    return tuple(one for one in CATEGORIES if one in typed)


CALLS: Final = {"aid.means": Call(SetMeans, means)}
