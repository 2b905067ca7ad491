"""Which language a person reads: parsing its tag, finding it in the environment, holding the current one.

A tag is `ar`, `ar-MA`, `ar_MA.UTF-8`, or `ar-u-nu-latn` (BCP 47 with the Unicode extension for digits): the words are
those of the language, dates and digits those of the territory unless the tag names its digits.
This file does not know any sentence, and imports nothing slow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

SPOKEN: Final = ("en", "ar")  # the languages there are catalogues for; English is written in the source itself
_RIGHT_TO_LEFT: Final = frozenset({"ar"})
_DIGITS: Final = frozenset({"latn", "arab"})
_TAG: Final = re.compile(
    r"(?P<code>[a-z]{2,3})(?:[-_](?P<territory>[a-z]{2}|[0-9]{3}))?(?:-u-nu-(?P<digits>[a-z]{4}))?(?:\.[\w-]+)?(?:@\w+)?",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Language:
    """code: ISO 639 (`ar`). territory: ISO 3166 or "". digits: CLDR numbering system, or "" for the locale's own."""

    code: str
    territory: str = ""
    digits: str = ""

    @property
    def rtl(self) -> bool:
        return self.code in _RIGHT_TO_LEFT

    @property
    def tag(self) -> str:
        """The tag that `parse` reads back, as kept in settings and sent to pages."""
        return (
            self.code
            + (f"-{self.territory}" if self.territory else "")
            + (f"-u-nu-{self.digits}" if self.digits else "")
        )


ENGLISH: Final = Language("en")

_current: ContextVar[Language] = ContextVar("language", default=ENGLISH)


def parse(tag: str) -> Language | None:
    """The language of a tag, or None where the tag is malformed, the language not spoken, or the digits not known."""
    found = _TAG.fullmatch(tag.strip())
    if found is None:
        return None
    code, territory, digits = (found[part] or "" for part in ("code", "territory", "digits"))
    code, territory, digits = code.lower(), territory.upper(), digits.lower()
    if code not in SPOKEN or (digits and digits not in _DIGITS):
        return None
    return Language(code, territory, digits)


def from_environment(environ: Mapping[str, str], saved: str = "") -> Language:
    """The one chosen at `init`, else the first spoken one of LANGUAGE, LC_ALL, LC_MESSAGES and LANG, else English."""
    wishes = [saved, *environ.get("LANGUAGE", "").split(":")]
    wishes += [environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    for wish in wishes:
        language = parse(wish)
        if language is not None:
            return language
    return ENGLISH


def current() -> Language:
    return _current.get()


def choose(language: Language) -> None:
    """Make it the current one in this context (one command, one request)."""
    _current.set(language)
