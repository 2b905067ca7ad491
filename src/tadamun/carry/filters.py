"""NIP-01 filters as they come from a stranger: strict decoding, and matching of live events.

An element this file does not know is refused, not ignored: ignoring it would answer a wider question than was asked.
It does not know who may read what (reading.py).
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Final

import msgspec

from tadamun.core.errors import Reason, RemoteError
from tadamun.core.event import Event, is_hex32
from tadamun.core.limits import MAX_INTEGER, MAX_KIND
from tadamun.core.ports import Filter

MAX_VALUES: Final = 2_000  # in all lists of one filter together
MAX_VALUE: Final = 1_024  # characters
NOTHING: Final = Filter(limit=0)  # what an empty list asks for; see `is_empty`

_decoder: Final = msgspec.json.Decoder(dict[str, list[str | int] | int])
_LETTERS: Final = frozenset("#" + letter for letter in string.ascii_letters)


def decode_filter(raw: bytes | msgspec.Raw) -> Filter:
    """One JSON filter. One that can match nothing (an empty list in it) is `NOTHING`.

    Raises RemoteError MALFORMED.
    """
    try:
        said = _decoder.decode(raw)
    except (ValueError, RecursionError) as error:
        raise _bad("a filter is an object of lists and numbers") from error
    if sum(len(value) for value in said.values() if isinstance(value, list)) > MAX_VALUES:
        raise _bad(f"more than {MAX_VALUES} values in one filter")
    tags = tuple((key[1], _texts(said, key)) for key in said if key in _LETTERS)
    known = {"ids", "authors", "kinds", "since", "until", "limit"}
    if any(key not in known and key not in _LETTERS for key in said):
        raise _bad("an element that is not known here")
    kinds: list[int] = []
    for kind in _list(said, "kinds"):
        if not isinstance(kind, int) or not 0 <= kind <= MAX_KIND:
            raise _bad("kinds are whole numbers up to 65535")
        kinds.append(kind)
    wanted = Filter(
        ids=_hex(said, "ids"),
        authors=_hex(said, "authors"),
        kinds=tuple(dict.fromkeys(kinds)),
        tags=tags,
        since=_number(said, "since"),
        until=_number(said, "until"),
        limit=_number(said, "limit"),
    )
    return NOTHING if any(value == [] for value in said.values()) else wanted


class Matcher:
    """A filter made ready to be asked often. Its limit does not count: it is about stored events."""

    __slots__ = ("_authors", "_ids", "_kinds", "_never", "_since", "_tags", "_until")

    def __init__(self, wanted: Filter) -> None:
        self._never = wanted is NOTHING
        self._ids, self._authors = frozenset(wanted.ids), frozenset(wanted.authors)
        self._kinds = frozenset(wanted.kinds)
        self._tags = [(letter, frozenset(values)) for letter, values in wanted.tags]
        self._since = wanted.since or 0
        self._until = MAX_INTEGER if wanted.until is None else wanted.until

    def matches(self, event: Event) -> bool:
        return (
            not self._never
            and (not self._kinds or event.kind in self._kinds)
            and self._since <= event.created_at <= self._until
            and (not self._ids or event.id in self._ids)
            and (not self._authors or event.pubkey in self._authors)
            and all(
                any(len(tag) > 1 and tag[0] == letter and tag[1] in values for tag in event.tags)
                for letter, values in self._tags
            )
        )


def tag_values(wanted: Filter, letter: str) -> tuple[str, ...] | None:
    """The values a filter asks of that tag; None when it does not ask."""
    return next((values for name, values in wanted.tags if name == letter), None)


Said = Mapping[str, list[str | int] | int]


def _list(said: Said, key: str) -> list[str | int]:
    value = said.get(key, [])
    if isinstance(value, int):
        raise _bad("a list is expected")
    return value


def _texts(said: Said, key: str) -> tuple[str, ...]:
    texts: list[str] = []
    for value in _list(said, key):
        if not isinstance(value, str) or len(value) > MAX_VALUE:
            raise _bad(f"values are texts of at most {MAX_VALUE} characters")
        texts.append(value)
    return tuple(dict.fromkeys(texts))


def _hex(said: Said, key: str) -> tuple[str, ...]:
    texts = _texts(said, key)
    if not all(map(is_hex32, texts)):
        raise _bad("ids and keys are 64 lower-case hexadecimal digits")
    return texts


def _number(said: Said, key: str) -> int | None:
    value = said.get(key)
    if value is None:
        return None
    if not isinstance(value, int) or not 0 <= value <= MAX_INTEGER:
        raise _bad("times and limits are whole numbers")
    return value


def _bad(detail: str) -> RemoteError:
    return RemoteError(Reason.MALFORMED, detail)
