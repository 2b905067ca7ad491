"""Passphrases of words: even, long enough, and known again however they are typed."""

from __future__ import annotations

import math
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tadamun.core.errors import WrongPassphrase
from tadamun.crypto.random import SystemRandom
from tadamun.crypto.secret import FOR_TESTS
from tadamun.i18n.passphrases import BITS, WORDS, as_made, fold, make, spellings
from tadamun.i18n.wordlist import spoken
from tadamun.main import vault_at
from tadamun.store.vault import Vault

RANDOM = SystemRandom()


class Counted:
    """Gives 0, 1, 2, … below the bound, and remembers the bounds."""

    def __init__(self) -> None:
        self.bounds: list[int] = []

    def bytes(self, count: int) -> bytes:
        return bytes(count)

    def below(self, bound: int) -> int:
        self.bounds.append(bound)
        return len(self.bounds) - 1


@pytest.mark.parametrize("language", ["ar", "en", "fr"])
def test_words_are_drawn_evenly_from_the_whole_list(language: str) -> None:
    random = Counted()
    made = make(random, language)
    assert made.split(" ") == list(spoken(language)[:WORDS])
    assert random.bounds == [512] * WORDS
    assert math.log2(512) * WORDS == BITS >= 64


@pytest.mark.parametrize("language", ["ar", "en"])
def test_no_two_words_are_the_same_when_folded(language: str) -> None:
    assert len({fold(word) for word in spoken(language)}) == 512


def sloppy(word: str) -> list[str]:
    """Ways in which people type an Arabic word."""
    bare = word.translate(str.maketrans("أإآؤئىة", "ااا" + "وييه"))
    return [
        bare,
        word.replace("ة", "ه"),
        word.replace("ي", "ى"),
        word.replace("ي", "ی").replace("ك", "ک"),
        "\u064e".join(word),
        "ـ".join(word),
        unicodedata.normalize("NFD", word),
        f"\u200f{word}\u200e",
    ]


def test_every_arabic_word_is_known_as_people_type_it() -> None:
    for word in spoken("ar"):
        assert {as_made(typed) for typed in sloppy(word)} == {word}


@pytest.mark.parametrize(
    ("typed", "made"),
    [
        ("Acorn  ACTOR\talbum ", "acorn actor album"),
        ("acorn-actor, album.", "acorn actor album"),
        ("ａｃｏｒｎ actor", "acorn actor"),
        ("احجيه،أحمر", "أحجية أحمر"),
        ("acorn أحمر", None),  # one list at a time
        ("acorn actor xyzzy", None),
        ("", None),
        (" - ", None),
        ("acorn " * 10_000, None),
    ],
)
def test_what_is_made_of_listed_words(typed: str, made: str | None) -> None:
    assert as_made(typed) == made


@given(st.text())
def test_what_was_typed_is_always_tried_first_and_alone_if_it_is_no_words(typed: str) -> None:
    tried = spellings(typed)
    assert tried[0] == typed
    assert len(tried) == len(set(tried)) == (1 if as_made(typed) in (None, *tried[:1]) else len(tried))


def test_vaults_open_with_either_spelling(tmp_path: Path) -> None:
    made = make(RANDOM, "ar")
    Vault.create(tmp_path / "made", made, RANDOM, FOR_TESTS).close()
    for typed in (made, " " + made.replace("ة", "ه").replace("أ", "ا").replace(" ", "  ")):
        vault, opened_by = vault_at(tmp_path / "made", typed)
        vault.close()
        assert opened_by == made
    # One that somebody made up of listed words in a spelling of their own goes on opening with exactly that.
    Vault.create(tmp_path / "own", "Acorn Actor", RANDOM, FOR_TESTS).close()
    vault_at(tmp_path / "own", "Acorn Actor")[0].close()


def test_another_passphrase_opens_nothing(tmp_path: Path) -> None:
    made = make(RANDOM, "en")
    Vault.create(tmp_path / "vault", made, RANDOM, FOR_TESTS).close()
    for typed in ("acorn actor", "Acorn Actor", made + " acorn", "xyzzy"):
        with pytest.raises(WrongPassphrase):
            vault_at(tmp_path / "vault", typed)
    vault_at(tmp_path / "vault", made)[0].close()  # nothing is locked or changed by it
