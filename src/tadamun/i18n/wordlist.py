"""The short plain words that safety numbers are read out in: 512 in English, 512 in Arabic, one file each.

Concrete things anybody may say aloud in public; no two differ by one letter, in Arabic also not after folding the
letters that are often confused. A test holds that.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def spoken(language: str) -> tuple[str, ...]:
    """The list of a language (`ar`, else English), in the file's order, which is part of the protocol."""
    name = "words.ar.txt" if language == "ar" else "words.en.txt"
    return tuple(files("tadamun.i18n").joinpath(name).read_text(encoding="utf-8").split())
