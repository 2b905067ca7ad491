"""How strong a passphrase is said to be: from below, in any script, and never by its length alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tadamun.core.ports import Random
from tadamun.crypto.random import SystemRandom
from tadamun.i18n import passphrases
from tadamun.i18n.strength import DIFFERENT, ENOUGH, GENERATED, MORE_WORDS, SENTENCES, judge

RANDOM: Random = SystemRandom()


@pytest.mark.parametrize(
    ("passphrase", "level"),
    [
        ("", 0),
        ("        ", 0),
        ("password", 0),
        ("P4ssw0rd!", 0),
        ("habibi1990", 0),
        ("123456789012345678901234567890", 0),
        ("١٢٣٤٥٦٧٨٩٠١٢", 0),
        ("0096170123456", 0),
        ("a" * 300, 0),
        ("خ" * 300, 0),
        ("ab" * 100, 0),
        ("a b c d e f g h i j k l m n", 0),
        ("qwertyuiopasdfghjkl", 0),
        ("كلمة السر", 0),
        ("habibi habibi habibi habibi habibi habibi habibi habibi", 0),
        ("correct horse battery staple", 1),
        ("بسم الله الرحمن الرحيم", 0),
        ("أحب أمي وأختي في بيروت القديمة", 1),
        ("tG7!pQ2@xM9#", 2),
        ("ivy dust almond station tent", 2),
        ("lantern quarry mosquito velvet harbour teapot gravel", 3),
        ("زيتونة قارب مصباح طابعة نعامة رصيف دفتران", 3),
    ],
)
def test_levels(passphrase: str, level: int) -> None:
    assert judge(passphrase).level == level


@pytest.mark.parametrize("language", ["ar", "en"])
def test_what_is_generated_is_strong_in_both_languages(language: str) -> None:
    for _ in range(20):
        made = passphrases.make(RANDOM, language)
        # A word that comes twice by chance lowers the estimate, not what it holds.
        assert judge(made).level == 3


def test_each_level_says_what_would_make_it_better() -> None:
    assert [judge(text).advice for text in ("password", "lantern quarry mosquito velvet harbour")] == [
        GENERATED,
        MORE_WORDS,
    ]
    assert judge("lantern lantern lantern lantern").advice == DIFFERENT
    strong = judge("lantern quarry mosquito velvet harbour teapot gravel")
    assert (strong.advice, strong.sentence) == (ENOUGH, SENTENCES[3])


@given(st.text(max_size=400), st.text(max_size=40))
def test_any_text_is_judged_and_more_of_it_is_hardly_weaker(text: str, more: str) -> None:
    one = judge(text)
    assert one.bits >= 0
    assert one.level in range(4)
    # Joined to a word, a letter can make it an ordinary one; apart from it, it only adds.
    assert judge(text[:200] + " xylophone").bits >= judge(text[:200]).bits or passphrases.as_made(text[:200])
