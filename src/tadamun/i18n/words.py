"""Sentences in the person's language: msgid and arguments in, text out.

The msgid is the English sentence with named `{placeholders}`. `say` puts user text between direction marks wherever
the sentence or the text runs from right to left, so that a name in one script cannot scramble a sentence in the other.
This file does not know who asks, nor where the text is shown.
"""

from __future__ import annotations

import gettext as _stdlib
from functools import lru_cache
from pathlib import Path
from typing import Final

from tadamun.i18n import formats
from tadamun.i18n.bidi import clean, has_rtl, isolate
from tadamun.i18n.tongue import current

DOMAIN: Final = "tadamun"
LOCALES: Final = Path(__file__).parent / "locale"


@lru_cache(maxsize=8)
def _catalogue(code: str) -> _stdlib.NullTranslations:
    """English stands in the source; a language whose catalogue is missing falls back to it rather than failing."""
    return _stdlib.translation(DOMAIN, LOCALES, [code], fallback=True)


def _(message: str) -> str:
    """The message in the current language, placeholders still in it."""
    return _catalogue(current().code).gettext(message) if message else ""


def ngettext(one: str, many: str, count: int) -> str:
    """The form that fits the count, placeholders still in it. Arabic has six."""
    return _catalogue(current().code).ngettext(one, many, count)


def say(message: str, /, **arguments: str | int) -> str:
    """The message in the current language with its arguments: text cleaned and isolated, numbers in its digits."""
    return fill(_(message), arguments)


def say_count(one: str, many: str, count: int, /, **arguments: str | int) -> str:
    """As `say`, in the form that fits the count, which fills `{count}`."""
    return fill(ngettext(one, many, count), {"count": count, **arguments})


def fill(translated: str, arguments: dict[str, str | int]) -> str:
    """The arguments put into a sentence that is already in the current language.

    A placeholder without its argument stays visible as it is: a wrong sentence is better than none when it was to
    carry an error.
    """
    return translated.format_map(Visible({name: _shown(name, value) for name, value in arguments.items()}))


class Visible(dict[str, str]):
    """Arguments as they will be shown; one that is not there shows its placeholder."""

    def __missing__(self, name: str) -> str:
        return "{" + name + "}"


def _shown(name: str, value: str | int) -> str:
    if isinstance(value, int):
        return formats.number(value)
    if name == "why":
        return _(value)  # a reason within a sentence is a sentence of ours too
    return isolate(value) if current().rtl or has_rtl(value) else clean(value)
