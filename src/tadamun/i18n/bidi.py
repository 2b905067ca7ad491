"""Text of other people made safe to put on one line with ours: no terminal escapes, no tricks with direction.

A name or a post may hold any character. Shown raw, an escape sequence could repaint the screen, and an unbalanced
direction mark could turn the rest of the line around (Unicode Technical Report 36, section 2.5).
This file does not know words.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

FIRST_STRONG_ISOLATE: Final = "\u2068"
POP_ISOLATE: Final = "\u2069"

# C0 but for tab and newline, DEL and C1, line and paragraph separators, lone surrogates: nothing a sentence needs.
_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# Embeddings, overrides and isolates (Unicode Annex 9): we set our own. Marks for one character (200E, 200F) stay.
_DIRECTIONS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL"})


def clean(text: str, lines: bool = True) -> str:
    """The text without controls and directions of its own; with lines=False on a single line."""
    text = _DIRECTIONS.sub("", _CONTROLS.sub("\ufffd", text.replace("\r\n", "\n")))
    return text if lines else " ".join(text.split())


def isolate(text: str) -> str:
    """The text, cleaned, between marks that let it run in its own direction without turning what surrounds it."""
    return FIRST_STRONG_ISOLATE + clean(text) + POP_ISOLATE


def has_rtl(text: str) -> bool:
    """True if a character of it runs from right to left by nature."""
    return not text.isascii() and any(unicodedata.bidirectional(sign) in _RIGHT_TO_LEFT for sign in text)


def columns(text: str) -> int:
    """How many columns of a terminal it takes: marks and joiners none, wide signs two."""
    if text.isascii():
        return len(text)
    taken = 0
    for sign in text:
        if unicodedata.category(sign) not in ("Mn", "Me", "Cf"):
            taken += 2 if unicodedata.east_asian_width(sign) in "WF" else 1
    return taken
