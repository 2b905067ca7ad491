"""What people may write, so that every node accepts the same texts and no text can play tricks where it is shown.

Two kinds of check live here. `allowed_text`, `allowed_line` judge what comes from elsewhere and rest on fixed code
points alone: the tables of `unicodedata` grow with each Python, and two nodes must never disagree on an event because
of that. `tidy_text`, `tidy_line`, `shown_line` and `balance_bidi` use those tables freely: they shape what one types
here and what is shown here, and decide nothing.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MAX_MARKS: Final = 4  # combining marks in a row that are shown; no living script stacks more

# C0 but tab and newline, DEL and C1, line and paragraph separators, surrogates, noncharacters.
_REFUSED: Final = "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
_NOT_IN_TEXT: Final = re.compile(f"[{_REFUSED}]")
# A line has no tab or newline either, no direction controls (UAX 9), and nothing that is there and cannot be seen but
# the two joiners that Persian and emoji need (200C, 200D) and the emoji selectors.
_UNSEEN: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff0-\ufffb"
)
_DIRECTIONS: Final = "\u202a-\u202e\u2066-\u2069"
_NOT_IN_LINE: Final = re.compile(f"[{_REFUSED}\t\n{_UNSEEN}{_DIRECTIONS}\U000e0000-\U000e0fff]")
_SPACES: Final = re.compile(r"\s+")
# Joiners join: without a visible sign on both sides they only make two equal names differ.
_LOOSE_JOINER: Final = re.compile(r"(?:(?<=[\s\u200c\u200d])|^)[\u200c\u200d]+|[\u200c\u200d]+(?=\s|$)")

_OPENS: Final = dict.fromkeys("\u202a\u202b\u202d\u202e", "\u202c") | dict.fromkeys("\u2066\u2067\u2068", "\u2069")
_BIDI: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")


def allowed_text(text: str, most: int, least: int = 1) -> bool:
    """True if a text of several lines may stand in an event: `least` to `most` bytes, no control characters."""
    if _NOT_IN_TEXT.search(text) or not least <= len(text.encode()) <= most:
        return False
    return not least or not text.isspace()


def allowed_line(text: str, most: int, least: int = 0) -> bool:
    """True if a single line may: `least` to `most` characters, nothing unseen, no white space at the ends."""
    return least <= len(text) <= most and not _NOT_IN_LINE.search(text) and text == text.strip()


def tidy_text(typed: str) -> str:
    """What somebody typed, in NFC, with plain newlines and no white space at the ends."""
    return unicodedata.normalize("NFC", typed.replace("\r\n", "\n").replace("\r", "\n")).strip()


def tidy_line(typed: str) -> str:
    """The same on one line, without characters that cannot be seen. Control characters stay, to be refused."""
    line = _SPACES.sub(" ", unicodedata.normalize("NFC", typed.strip()))
    return _LOOSE_JOINER.sub("", re.sub(f"[{_UNSEEN}{_DIRECTIONS}]", "", line)).strip()


def shown_line(text: str) -> str:
    """A line of somebody else's, as safe as if typed here: tidied, controls gone, marks not stacked without end."""
    shown: list[str] = []
    marks = 0
    for sign in tidy_line(_NOT_IN_LINE.sub("", text)):
        marks = marks + 1 if unicodedata.category(sign) in ("Mn", "Me") else 0
        if marks <= MAX_MARKS:
            shown.append(sign)
    return "".join(shown).strip()


def is_visible(text: str) -> bool:
    """True if it holds a letter, a digit or a symbol: something to call it by."""
    return any(unicodedata.category(sign)[0] in "LNS" for sign in text)


def balance_bidi(text: str) -> str:
    """The text with every direction control closed on its own line and every closing one that closes nothing left out.

    Unicode Annex 9: PDF (202C) closes an embedding or override inside the same isolate; PDI (2069) closes the last
    isolate and whatever is open within it.
    """
    if not _BIDI.search(text):
        return text
    return "\n".join(map(_balance_line, text.split("\n")))


def _balance_line(line: str) -> str:
    kept: list[str] = []
    open_: list[str] = []  # what would close each, outermost first
    for sign in line:
        if sign in _OPENS:
            open_.append(_OPENS[sign])
        elif sign == "\u202c":
            if not open_ or open_[-1] != sign:
                continue
            open_.pop()
        elif sign == "\u2069":
            if sign not in open_:
                continue
            while (closing := open_.pop()) != sign:
                kept.append(closing)
        kept.append(sign)
    return "".join(kept) + "".join(reversed(open_))
