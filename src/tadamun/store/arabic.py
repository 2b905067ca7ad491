"""Words as full text compares them: one normalisation and one light stemming for what is kept and what is asked.

Arabic: letters that people write in several ways become one; then the article, pronouns and regular plural endings
go, with guards on what must remain. After Larkey, Ballesteros and Connell, "Light Stemming for Arabic Information
Retrieval" (light10). Deviations: a lone "و" needs four letters after it, not three, and the other one-letter clitics
(ب ل ف ك) are tried when asking (`spellings`), because cutting them off would turn other words into each other; pronouns
that light10 leaves are cut; broken plurals come from a table. English: plurals, -ing, -ed, -'s.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from tadamun.store.irregular import IRREGULAR, STOP, UNCHANGED

MOST_PIECES: Final = 30_000  # of a text between spaces whose forms are kept
LONGEST: Final = 60  # letters of a word; what is longer is no word, and is found by its parts

_ONE_LETTER: Final = {
    "ى": "ي", "ة": "ه", "ٱ": "ا", "ک": "ك", "ی": "ي", "ې": "ي", "ے": "ي", "ہ": "ه", "ھ": "ه", "ە": "ه", "ۀ": "ه",
    "ـ": None, "’": "'", "ʼ": "'",
}  # fmt: skip
_PREFIXES: Final = ("وبال", "وكال", "فبال", "وال", "بال", "كال", "فال", "ولل", "لل", "ال")
_PRONOUNS: Final = ("كما", "هما", "ها", "هم", "هن", "كم", "كن", "نا", "ني", "ه", "ي", "ك")
_PLURALS: Final = ("ات", "ان", "ون", "ين", "يه")
_CLITICS: Final = ("و", "ب", "ل", "وب", "ول")  # before a noun of at least three letters
_RARE_CLITICS: Final = ("ف", "ك", "وك", "فل", "فب")  # before four: with three they make other words

_SCRIPT: Final = "ء-يٮ-ۓۺ-ۿ"  # the letters, without digits and signs
_WORD: Final = re.compile(rf"[{_SCRIPT}]+|[^\W_{_SCRIPT}]+(?:'s\b)?")
_ARABIC: Final = re.compile(f"[{_SCRIPT}]")
_VOWEL: Final = re.compile("[aeiouy]")
_DOUBLED: Final = re.compile(r"([bdgmnprt])\1$")


class _Letters(dict[int, str | None]):
    """What becomes of a character: filled in as characters are met, for there are a million."""

    def __missing__(self, code: int) -> str | None:
        letter = chr(code)
        if letter in _ONE_LETTER:
            plain = _ONE_LETTER[letter]
        elif unicodedata.category(letter) in ("Mn", "Cf", "Cc", "Me", "Cs"):  # vowel signs, accents, joiners
            plain = " " if letter.isspace() else None
        elif (digit := unicodedata.decimal(letter, None)) is not None:
            plain = str(digit)
        else:
            plain = letter
        self[code] = plain
        return plain


_LETTERS: Final = _Letters()


def normal(text: str) -> str:
    """One spelling: case, accents and vowel signs, tatweel, forms of alef, hamza, yeh, heh, Persian letters, digits."""
    if text.isascii():
        return text.lower()
    # Decomposed, so that hamza and accents are marks of their own (NFKC would put them back).
    return unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)


def words(plain: str) -> list[str]:
    """The words of a normalised text; letters of two scripts without a space between them are two words."""
    return [word[:LONGEST] for word in _WORD.findall(plain)]


class _Pieces(dict[str, str]):
    """What becomes of a piece of text between spaces. Words are few and come often, so that they are kept."""

    def __init__(self, become: Callable[[str], str]) -> None:
        super().__init__()
        self._become = become

    def __missing__(self, piece: str) -> str:
        if len(self) >= MOST_PIECES:
            self.clear()
        found = self[piece] = self._become(piece)
        return found


def _stems(piece: str) -> str:
    return " ".join(map(stem, words(_PLAIN[piece])))


@lru_cache(maxsize=30_000)
def stem(word: str) -> str:
    """What a normalised word has in common with its other forms."""
    if word[-1] == "ء" and len(word) >= 5:  # often left out where it ends a long word
        word = word[:-1]
    found = IRREGULAR.get(word)
    if found is not None:
        return found
    if word in UNCHANGED or len(word) < 3:
        return word
    return _arabic(word) if _ARABIC.match(word) else _english(word)


_PLAIN: Final = _Pieces(normal)
_STEMS: Final = _Pieces(_stems)


def both(text: str) -> tuple[str, str]:
    """A text normalised, with single spaces, and its words' stems."""
    pieces = text.split()
    return " ".join(map(_PLAIN.__getitem__, pieces)), " ".join(map(_STEMS.__getitem__, pieces))


def is_stop(word: str) -> bool:
    """Whether a normalised word says too little to search by."""
    return word in STOP


def spellings(word: str) -> list[str]:
    """Stems under which a normalised word may be kept, its own first: with and without one-letter clitics."""
    found = [stem(word)]
    if not _ARABIC.match(word):
        return found
    if len(word) >= 5 and word[0] in "بلفكو" and not word.startswith(_PREFIXES):
        found.append(stem(word[1:]))
    for bare in (word, found[0]):
        if len(bare) >= 3 and not bare.startswith("ال"):
            clitics = _CLITICS + _RARE_CLITICS if len(bare) >= 4 else _CLITICS
            found += [stem(clitic + bare) for clitic in clitics]
    return list(dict.fromkeys(found))


def _arabic(word: str) -> str:
    bare = word
    if bare[0] == "و" and len(bare) >= 5 and not bare.startswith(_PREFIXES):
        bare = bare[1:]
    for prefix in _PREFIXES:
        if bare.startswith(prefix) and len(bare) - len(prefix) >= (3 if prefix == "لل" else 2):
            bare = bare[len(prefix) :]
            break
    known = _known(bare)
    if known is not None:
        return known
    for pronoun in _PRONOUNS:
        if bare.endswith(pronoun) and len(bare) - len(pronoun) >= 3:
            bare = _without_t(bare[: -len(pronoun)])
            break
    known = _known(bare)
    if known is not None:
        return known
    for plural in _PLURALS:
        if bare.endswith(plural) and len(bare) - len(plural) >= 3:
            bare = _without_t(bare[: -len(plural)])
            break
    if bare[-1] == "ا" and len(bare) >= 5:
        bare = bare[:-1]  # the accusative's alef
    return IRREGULAR.get(bare, bare)


def _without_t(bare: str) -> str:
    """The feminine ending, which an ending after it opens to "ت"."""
    opened = bare.endswith("ت") and len(bare) >= 4 and not bare.endswith("ات") and bare not in UNCHANGED
    return bare[:-1] if opened else bare


def _known(word: str) -> str | None:
    return word if word in UNCHANGED else IRREGULAR.get(word)


def _english(word: str) -> str:
    if word.endswith("'s"):
        word = word[:-2]
        if word in IRREGULAR:
            return IRREGULAR[word]
    if len(word) > 3 and word[-1] == "s" and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
        if word in IRREGULAR:
            return IRREGULAR[word]
        if word.endswith("ie") and len(word) > 4:
            word = word[:-2] + "y"
    for ending in ("ing", "ed"):
        bare = word[: -len(ending)]
        if word.endswith(ending) and len(bare) >= 3 and _VOWEL.search(bare) and not word.endswith("eed"):
            word = bare
            if _DOUBLED.search(word) and len(word) >= 4:
                word = word[:-1]
            break
    if word in IRREGULAR:
        return IRREGULAR[word]
    if word.endswith("our") and len(word) >= 6:
        word = word[:-3] + "or"
    if word.endswith("e") and len(word) >= 4 and not word.endswith("ee"):
        word = word[:-1]
    if len(word) >= 3 and word[-1] == "y" and word[-2] not in "aeiou":
        word = word[:-1] + "i"
    return word
