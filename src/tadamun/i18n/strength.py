"""How long a passphrase would hold somebody who has the seized disk, in one of four plain sentences.

An estimate from below, the same for every language: each word a person chose counts as one of five hundred that an
attacker tries first, however long or rare it is, and so does a word with digits and signs in place of letters. No
dictionary is asked (they are English, and take an Arabic word for a random one): only words drawn by chance make a
passphrase long enough here, which is the advice anyway. What it cannot see is a famous line; the advice says so.

The attacker. Argon2id as crypto/secret.py sets it (64 MiB, twelve passes) moves about 2 GiB of memory for one guess, so
a graphics card of 1 TB/s makes some 500 guesses a second. Reckoned with: a thousand of them, half of all tries.
This file does not know where a passphrase is asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from tadamun.core.words import N_
from tadamun.i18n.passphrases import as_made, fold

GUESSES: Final = 2**19  # a second, by a thousand graphics cards
_LOOKED_AT: Final = 300  # characters; what follows can only add
_DRAWN: Final = 9.0  # bits of a word of our lists, where all are such words
_CHOSEN: Final = 9.0  # bits of a word a person chose: one of five hundred
_LITTLE: Final = 4.0  # bits of a word of up to three letters that stands alone: of, my, في, من
_LETTER: Final = 4.5  # bits of one letter among others
_TAIL: Final = 1.5  # bits of each letter of a run longer than words are: several words without spaces
_DIGIT, _SIGN = 3.0, 4.0
_NUMBER: Final = 25.0  # bits of any number: a telephone's, at most
_APART: Final = re.compile(r"(?<=\b\w)\s(?=\w\b)")  # a b c is abc
_RUN: Final = re.compile(r"([^\W\d_]+)|(\d+)|([^\w\s]|_)|\s+")
# From so many bits on: half the tries take 9 hours, a year and a bit, two thousand years.
_STEPS: Final = (35.0, 45.0, 56.0)

SENTENCES: Final = (
    N_("Somebody with your computer in hand would guess this within hours."),
    N_("Somebody with your computer in hand and much money would guess this within days or months."),
    N_("Somebody with your computer in hand and a state's means would need years to guess this."),
    N_("Nobody will guess this, even with your computer in hand and a state's means."),
)
MORE_WORDS: Final = N_(
    "Better: more words that have nothing to do with each other, seven at least; no line that others know."
)
DIFFERENT: Final = N_("Better: words that do not repeat.")
GENERATED: Final = N_("Safest: let this page make one of eight words, and write it down where only you find it.")
ENOUGH: Final = N_("Keep it where only you find it, and use it for nothing else.")


@dataclass(frozen=True, slots=True)
class Strength:
    """level: 0 (hours) to 3 (never). sentence, advice: msgids. bits: the estimate, from below."""

    level: int
    sentence: str
    advice: str
    bits: float


def judge(passphrase: str) -> Strength:
    """How it would hold. An empty one holds nothing."""
    text = passphrase[:_LOOKED_AT]
    made = as_made(text)
    bits, repeated = _drawn(made.split()) if made else _chosen(text)
    level = sum(bits >= step for step in _STEPS)
    if level == len(_STEPS):
        advice = ENOUGH
    elif repeated:
        advice = DIFFERENT
    else:
        advice = MORE_WORDS if level else GENERATED
    return Strength(level, SENTENCES[level], advice, bits)


def _drawn(words: list[str]) -> tuple[float, bool]:
    """Bits of words of our lists; a repeated one counts little, since a person would repeat and chance hardly does."""
    different = len(set(words))
    return different * _DRAWN + (len(words) - different), different < len(words)


def _chosen(text: str) -> tuple[float, bool]:
    """Bits of a text by its runs of letters, digits and signs, and whether one of them comes again."""
    bits, seen, repeated = 0.0, set[str](), False
    text = _APART.sub("", text)
    for found in _RUN.finditer(text):
        run = fold(found[0]).strip()
        if not run:
            continue
        if run in seen:
            bits, repeated = bits + 1, repeated or len(run) > 1
            continue
        seen.add(run)
        letters, digits, _sign = found.groups()
        # A sign that comes again within a run adds little: aaaa, 1111, abcabc.
        length = min(len(run), 2 * len(set(run)))
        if letters and len(run) <= 3 and _stands_alone(text, found):
            bits += min(_LITTLE, length * _LETTER)
        elif letters:
            bits += max(min(length * _LETTER, _CHOSEN), length * _TAIL)
        else:
            bits += _row(run, length) if digits else _SIGN
    return bits, repeated


def _stands_alone(text: str, found: re.Match[str]) -> bool:
    """True if there is nothing but space, or an end, on both sides."""
    return not (text[: found.start()][-1:].strip() or text[found.end() :][:1].strip())


def _row(digits: str, length: int) -> float:
    """Bits of digits: little where each is one more or less than the last (7890), or the same."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(digits)}
    return _DIGIT if len(steps) == 1 and steps <= {0, 1, 9} else min(length * _DIGIT, _NUMBER)
