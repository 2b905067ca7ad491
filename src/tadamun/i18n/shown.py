"""A name as it may stand beside others: one line, nothing unseen, no tower of marks, no longer than its place.

Anybody may call themselves anything, so a name arrives here as hostile as its author. What a script needs to be written
(marks on letters, joiners between Arabic or Indic letters, emoji of several parts) stays; what only hides, turns or
floods goes. Names that merely look alike are another matter: rooms/people/lookalike.py.
This file does not know HTML, nor where the name is shown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from tadamun.i18n.bidi import clean

LONGEST: Final = 64  # signs as a person counts them
MARKS: Final = 4  # on one letter: vowelled Arabic needs two, stacked Vietnamese and Hebrew three
PARTS: Final = 10  # joined in one emoji: a family of four with skin tones and hearts has fewer
_READ: Final = 40  # code points looked at for each sign that may be shown; the rest of a flood is not worth the time

# Drawn as nothing, though Unicode calls them letters, marks or symbols: fillers, the grapheme joiner, blank Braille.
BLANK: Final = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0\ufff9-\ufffc]")
_NON_JOINER, _JOINER, _COLOUR = "\u200c", "\u200d", "\ufe0f"
_JOINERS: Final = frozenset({_NON_JOINER, _JOINER})
_TONES: Final = range(0x1F3FB, 0x1F400)
_FLAG_LETTERS: Final = range(0x1F1E6, 0x1F200)
_TAGS: Final = range(0xE0020, 0xE0080)  # behind a black flag they spell a region: Scotland's flag
_JOINING_SCRIPTS: Final = range(0x0600, 0x1900)  # Arabic to Mongolian: a joiner there can change what is read


def name(text: str, longest: int = LONGEST) -> str:
    """The name cleaned, cut with … after so many signs; "" if nothing that can be seen is left."""
    text = " ".join(clean(text[: longest * _READ]).replace("\ufffd", " ").split())
    seen: list[str] = []
    for sign in signs(BLANK.sub("", text)):
        if len(seen) == longest:
            return "".join(seen).rstrip() + "…"
        seen.append(sign)
    # What was taken out may leave two spaces side by side, or one at the edge.
    kept = " ".join("".join(seen).split())
    return kept if any(unicodedata.category(sign)[0] in "LNPS" for sign in kept) else ""


def line(text: str, longest: int) -> str:
    """A longer text on one line, cut with … behind a word where it has more characters than that."""
    # Whatever is cut off need not be looked at; what is taken out may be as long again.
    text = bounded(clean(text[: 4 * longest], lines=False))
    if len(text) <= longest:
        return text
    cut = text[: longest + 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[longest // 2 :] else "".join(list(signs(cut))[:-1])).rstrip() + "…"


def bounded(text: str) -> str:
    """A longer text without towers of marks: no letter bears more than `MARKS`, so none covers the lines around it."""
    marks = "" if text.isascii() else "".join(sign for sign in set(text) if _is_mark(sign))
    if not marks:
        return text
    # Only the marks that are in the text: a class of all of Unicode's would take longer to make than to use.
    return re.sub(f"([{marks}]{{{MARKS}}})[{marks}]+", r"\1", text)


def signs(text: str) -> Iterator[str]:
    """The signs a person would count: a letter with its marks, an emoji with its parts. Unseen ones are left out.

    After Unicode Annex 29's extended grapheme clusters, without its tables: conjuncts of Indic scripts and syllables of
    Hangul in parts count as several.
    """
    sign, marks, parts = "", 0, 0
    for at, char in enumerate(text):
        following = text[at + 1] if at + 1 < len(text) else ""
        last = sign[-1:]
        if _is_mark(char):
            marks += 1
            if sign and marks <= MARKS and not sign.isspace():
                sign += char
        elif char in _JOINERS:
            if _joins(last, char, following) and parts < PARTS:
                sign += char
        elif ord(char) in _TAGS:
            # A sequence of tags spells a region and ends with its own sign: six at most.
            if sign.startswith("\U0001f3f4") and len(sign) < 8:
                sign += char
        elif unicodedata.category(char) in ("Cf", "Cn", "Co"):
            continue
        elif sign and (_goes_on(last, char) or (_is_flag(last) and _is_flag(char) and len(sign) == 1)):
            sign, marks, parts = sign + char, 0, parts + 1
        else:
            if sign:
                yield sign
            sign, marks, parts = char, 0, 0
    if sign:
        yield sign


def _is_mark(char: str) -> bool:
    return unicodedata.category(char) in ("Mn", "Me", "Mc")


def _is_flag(char: str) -> bool:
    return char != "" and ord(char) in _FLAG_LETTERS


def _is_picture(char: str) -> bool:
    return char != "" and (unicodedata.category(char) in ("So", "Sk") or char == _COLOUR or ord(char) in _TONES)


def _joins(before: str, joiner: str, after: str) -> bool:
    """True where a joiner does something: between two pictures, or two letters of a script that joins."""
    if not before or not after:
        return False
    if _is_picture(before) and _is_picture(after):
        return joiner == _JOINER
    return all(ord(sign) in _JOINING_SCRIPTS and unicodedata.category(sign)[0] in "LM" for sign in (before, after))


def _goes_on(last: str, char: str) -> bool:
    """True if the character belongs to the sign before it: behind a joiner, or a skin tone."""
    return last == _JOINER or (ord(char) in _TONES and _is_picture(last))
