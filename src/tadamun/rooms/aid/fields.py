"""What fields of requests, offers and resources may hold: the lists people choose from, and the checks they share.

All checks rest on fixed code points (see core/text.py): two nodes must never disagree on an event.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from tadamun.core.errors import Reason, RemoteError
from tadamun.core.text import allowed_line

REQUEST, OFFER = "request", "offer"
DIRECTIONS: Final = (REQUEST, OFFER)
MENTORING: Final = "mentoring"
CATEGORIES: Final = (
    "money", "housing", "job", "transport", "health", "mental-health", "legal", "company", "things", "skills",
    MENTORING,
)  # fmt: skip
# How soon, in days at most; "any": it can wait.
URGENCIES: Final = {"2d": 2, "5d": 5, "7d": 7, "any": 0}
# What whoever asks may demand of whoever helps (and the other way round); checked on devices, before anything is shown.
ELSEWHERE, NEAR, LANGUAGE_SHARED, SETTLED = "elsewhere", "near", "language", "settled"
CONDITIONS: Final = (ELSEWHERE, LANGUAGE_SHARED, NEAR, SETTLED)
# Of mentoring: what people most often look for somebody to talk to about. Any other word will do.
MENTOR_TOPICS: Final = ("coming-out", "transition", "dating", "family", "workplace", "health", "legal")
SORTS: Final = ("organisation", "shelter", "clinic", "lawyer", "hotline", "other")

MAX_TITLE: Final = 120  # characters
MAX_TEXT: Final = 8 * 1024  # bytes
MAX_TAG: Final = 40  # characters
MAX_TAGS: Final = 8
MAX_LANGUAGES: Final = 8
MAX_PLACE: Final = 40  # characters
MAX_WANTED: Final = 99

LANGUAGE: Final = re.compile("[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")  # the shape of a BCP 47 tag
COUNTRY: Final = re.compile("[A-Z]{2}")  # ISO 3166-1 alpha-2
_CAPITAL_OR_SPACE: Final = re.compile(r"[A-Z#,\x20\xa0\u3000]")
# A street has a number, a city has none: what holds digits or commas is no coarse place.
_TOO_EXACT: Final = re.compile("[0-9\u0660-\u0669\u06f0-\u06f9,،;؛@+]")


def tag_allowed(tag: str) -> bool:
    """True for one word of 1 to 40 characters without capitals of ASCII, commas and `#`; dashes allowed."""
    return allowed_line(tag, MAX_TAG, least=1) and _CAPITAL_OR_SPACE.search(tag) is None


def place_allowed(place: str) -> bool:
    """True for the name of a town, a region or a country: at most 40 characters, without digits and commas; or ""."""
    return allowed_line(place, MAX_PLACE) and _TOO_EXACT.search(place) is None


def languages_allowed(languages: Sequence[str]) -> bool:
    """True for different tags of BCP 47's shape, at most 8."""
    return (
        len(languages) <= MAX_LANGUAGES
        and len(set(languages)) == len(languages)
        and all(map(LANGUAGE.fullmatch, languages))
    )


def check(right: bool) -> None:
    """Raises RemoteError(MALFORMED) if it is not."""
    if not right:
        raise RemoteError(Reason.MALFORMED)


def check_sorted(words: Sequence[str], most: int) -> None:
    """Different and sorted, at most so many. Raises RemoteError (MALFORMED, NOT_CANONICAL)."""
    check(len(words) <= most)
    if list(words) != sorted(set(words)):
        raise RemoteError(Reason.NOT_CANONICAL)
