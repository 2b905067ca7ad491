"""Passphrases of words in the person's own language: made here, and known again however they are typed.

Eight words from the 512 of i18n/wordlist.py (our own lists, under this project's licence), each drawn evenly: 72 bits.
Nobody can guess that with the seized disk in hand, whatever Argon2id costs; fewer words would lean on its cost alone.
Order counts, and a word may come twice.

Typed variants. A vault opens with what was typed at `init`, to the letter (NFKC, crypto/secret.py); that stays so. But
where what was typed is nothing but words of a list, in another spelling (ا for أ, ه for ة, ى for ي, vowel signs, a
keyboard's Persian letters, capitals, other spaces), `spellings` gives the list's own spelling to be tried after it.
An attacker gains nothing: what is tried second is one of the passphrases that they would try anyway.
This file does not know vaults, and takes its randomness as an argument.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

from tadamun.core.ports import Random
from tadamun.i18n.tongue import SPOKEN
from tadamun.i18n.wordlist import spoken

WORDS: Final = 8
BITS: Final = 72  # 8 words of 9 bits
_LONGEST: Final = 1000  # characters of what is looked at: no passphrase of ours comes near

_BETWEEN: Final = re.compile(r"[\s\-_.,،؛;·|/]+")
# Those with a hamza or madda above or below fall apart under NFKD and lose it there.
_LETTERS: Final = str.maketrans(dict(zip("ٱىیېےةۃەھہکڪگ", "اييييهههههككك", strict=True)) | {"ء": None, "ـ": None})


def make(random: Random, language: str) -> str:
    """A new passphrase in the language (`ar`, else English), its words parted by single spaces."""
    words = spoken(language)
    return " ".join(words[random.below(len(words))] for _ in range(WORDS))


def spellings(typed: str) -> tuple[str, ...]:
    """What to try on a vault, in this order: what was typed, then the spelling it was made in, if that differs."""
    made = as_made(typed)
    return (typed,) if made is None or _same(made, typed) else (typed, made)


def as_made(typed: str) -> str | None:
    """The spelling that `make` would give, or None if it is anything but words of one list."""
    if len(typed) > _LONGEST:
        return None
    parts = [part for part in _BETWEEN.split(typed) if part]
    for language in SPOKEN:
        known = _by_fold(language)
        words = [known.get(fold(part)) for part in parts]
        if parts and None not in words:
            return " ".join(word for word in words if word is not None)
    return None


def fold(word: str) -> str:
    """A word without what people leave out, add or confuse when they type it."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", word).casefold())
    return "".join(sign for sign in apart if unicodedata.category(sign) not in ("Mn", "Cf")).translate(_LETTERS)


@cache
def _by_fold(language: str) -> dict[str, str]:
    return {fold(word): word for word in spoken(language)}


def _same(one: str, other: str) -> bool:
    """True where Argon2id would be given the same."""
    return unicodedata.normalize("NFKC", one) == unicodedata.normalize("NFKC", other)
