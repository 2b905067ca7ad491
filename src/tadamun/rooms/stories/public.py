"""What of a story becomes public, and what in it should be looked at before. Pure: no key, no clock, no network.

A public event says nothing of the space it came from: it has an identifier of its own and none of the space's tags.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tadamun.core.event import Draft
from tadamun.rooms.stories.bodies import STORY
from tadamun.rooms.stories.reading import Row
from tadamun.store.arabic import normal, words

DELETION: Final = 5
ISO: Final = "ISO-639-1"
LEAST_NAME: Final = 2  # letters; a shorter one would be found everywhere
FRONTS: Final = ("و", "ف", "ب", "ل", "ك", "ال", "وال", "يا")
_APOSTROPHE: Final = re.compile("['’ʼ]")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at before a story is public. sort: "name" (a member's), "mention" (a member's id), "place",
    "day". what: as it stands there."""

    sort: str
    what: str


def draft(row: Row, identifier: str, at: int) -> Draft:
    """The public event (NIP-23, languages by NIP-32), unsigned. at: Unix seconds, as it will say."""
    tags = (
        ("d", identifier),
        ("title", row.title),
        *((("summary", row.summary),) if row.summary else ()),
        ("published_at", str(at)),
        *(("t", topic) for topic in row.topics.split()),
        ("L", ISO),
        ("l", row.language.partition("-")[0], ISO),
        *((("content-warning", row.warning),) if row.warning else ()),
    )
    return Draft(created_at=at, kind=STORY, tags=tags, content=row.text)


def deletion(event: str, key: str, identifier: str, at: int) -> Draft:
    """NIP-09: asks whoever holds the public event, or another of that identifier, to delete it."""
    tags = (("e", event), ("a", f"{STORY}:{key}:{identifier}"), ("k", str(STORY)))
    return Draft(created_at=at, kind=DELETION, tags=tags, content="")


def findings(row: Row, names: Mapping[str, str]) -> list[Finding]:
    """What stands in a story that tells of somebody or somewhere. names: of the members, by id."""
    text = "\n".join((row.title, row.summary, row.text, " ".join(row.topics.split())))
    found = [Finding("mention", member) for member in sorted(names) if member in text]
    said = words(normal(text))
    found += [Finding("name", name) for name in sorted(set(names.values())) if _stands(words(normal(name)), said)]
    if row.place:
        found.append(Finding("place", row.place))
    if row.when.count("-") == 2:
        found.append(Finding("day", row.when))
    return found


def _stands(name: list[str], said: list[str]) -> bool:
    """Whether a name stands in a text, or its first word does: people are called by that. With what Arabic writes in
    front of a word (و، ف، ب، ل، ك، ال), and with what English puts behind it ('s)."""
    if not name or len(name[0]) < LEAST_NAME:
        return False
    written = {name[0], *(front + name[0] for front in FRONTS)}
    return any(_APOSTROPHE.split(one)[0] in written for one in said)
