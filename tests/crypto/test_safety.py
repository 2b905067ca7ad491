"""Safety numbers are the same from both sides, and their words can be read out without mishearing."""

from __future__ import annotations

import itertools
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seeded import SPACE

from tadamun.core.errors import RemoteError
from tadamun.crypto.safety import SafetyNumber, safety_number
from tadamun.i18n.wordlist import spoken

IDS = st.binary(min_size=32, max_size=32).map(bytes.hex)
LANGUAGES = ("en", "ar")

# Stems not to be read out to a frightened person, nor in front of others: insults, what outs the speaker, arms and war,
# parties, faiths and nations, drugs. A word of a list must not contain one.
UNWANTED = {
    "en": """
        gay lesb queer trans homo dyke fag sex nude naked porn kiss breast cock dick puss ass tit bum butt slut whore
        hell damn devil god jesus islam muslim christ jew hindu buddh church mosque priest imam bible koran cross
        war gun bomb rifle bullet army soldier kill dead death blood knife sword police prison jail spy flag king
        queen prince party vote nazi israel palest syria iran arab turk kurd america drug weed crack wine beer pig dog
        monkey crescent
        """,
    "ar": """
        شاذ لوط سحاق خنيث مثلي جنس عار عري قحب شرموط زاني كلب خنزير حمار قرد غبي لعن كفر كافر إله شيطان جهنم
        مسجد كنيس صليب قرآن إنجيل مسلم مسيح يهود شيع سني حرب قتل موت دم سلاح بندقي قنبل رصاص جيش جندي شرط سجن
        جاسوس علم ملك أمير حزب ثور نازي فلسطين سوري إيران عرب كرد أمريك مخدر حشيش خمر نبيذ سكران قبر نعش بطيخ
        كوفي منشار
        """,
}
# Words of the lists that contain one of these by chance and mean something harmless.
HARMLESS = {
    "en": {"album", "butter", "button", "compass", "glass", "jewel", "passage", "peacock", "pigeon"},
    "ar": {"تعريشة", "دمية", "عربة", "معلم"},
}


def folded(word: str) -> str:
    """As search folds Arabic: marks and tatweel away, the forms of alef, yeh, waw and teh marbuta as one each."""
    bare = re.sub("[\u0640\u064b-\u065f\u0670]", "", unicodedata.normalize("NFKC", word))
    return bare.translate(str.maketrans("أإآٱىئؤة", "ااااييوه", "ء"))


def one_letter_apart(one: str, other: str) -> bool:
    """By one letter put in, left out, exchanged, or two neighbours swapped."""
    if one == other or abs(len(one) - len(other)) > 1:
        return one == other
    if len(one) == len(other):
        places = [i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
        if len(places) == 2 and places[1] == places[0] + 1:
            return one[places[0]] == other[places[1]] and one[places[1]] == other[places[0]]
        return len(places) == 1
    short, long = sorted((one, other), key=len)
    return any(long[:i] + long[i + 1 :] == short for i in range(len(long)))


@given(one=IDS, other=IDS)
def test_same_from_both_sides(one: str, other: str) -> None:
    assert safety_number(SPACE, one, other) == safety_number(SPACE, other, one)


@given(one=IDS, other=IDS, third=IDS)
def test_another_person_or_space_gives_another_number(one: str, other: str, third: str) -> None:
    if third != other:
        assert safety_number(SPACE, one, other).groups() != safety_number(SPACE, one, third).groups()
        assert safety_number(SPACE, one, other).words(spoken("en")) != safety_number(SPACE, one, third).words(
            spoken("en")
        )
    assert safety_number("00" * 32, one, other) != safety_number(SPACE, one, other)


def test_shape() -> None:
    number = safety_number(SPACE, "aa" * 32, "bb" * 32)
    assert len(number.groups()) == 12
    assert all(len(group) == 5 and group.isdecimal() for group in number.groups())
    for language in LANGUAGES:
        assert len(number.words(spoken(language))) == 20
    assert number.words(spoken("en")) != number.words(spoken("ar"))


def test_digits_and_words_are_cut_as_written() -> None:
    number = SafetyNumber(bytes(range(64)))
    assert number.groups()[:2] == (f"{0x0001020304 % 100000:05d}", f"{0x0506070809 % 100000:05d}")
    numbered = [str(n) for n in range(512)]
    bits = "".join(f"{byte:08b}" for byte in range(64))
    assert number.words(numbered) == tuple(str(int(bits[i : i + 9], 2)) for i in range(0, 180, 9))


def test_every_bit_of_the_words_counts() -> None:
    numbered = [str(n) for n in range(512)]
    base = bytes(64)
    for bit in range(180):
        changed = (1 << (511 - bit)).to_bytes(64, "big")
        assert SafetyNumber(changed).words(numbered) != SafetyNumber(base).words(numbered)


def test_list_of_another_size() -> None:
    with pytest.raises(ValueError, match="512"):
        safety_number(SPACE, "aa" * 32, "bb" * 32).words(["x"])


@pytest.mark.parametrize("wrong", ["", "aa" * 31, "AA" * 32])
def test_what_is_no_id(wrong: str) -> None:
    with pytest.raises(RemoteError):
        safety_number(SPACE, wrong, "aa" * 32)


@pytest.mark.parametrize("language", LANGUAGES)
def test_list(language: str) -> None:
    words = spoken(language)
    assert len(words) == len(set(words)) == 512
    assert list(words) == sorted(words)
    assert all(unicodedata.is_normalized("NFC", word) and 3 <= len(word) <= 9 for word in words)
    letters = re.compile("[a-z]+" if language == "en" else "[\u0621-\u063a\u0641-\u064a]+")
    assert [word for word in words if not letters.fullmatch(word)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_words_are_near_each_other(language: str) -> None:
    pairs = itertools.combinations(spoken(language), 2)
    assert [pair for pair in pairs if one_letter_apart(folded(pair[0]), folded(pair[1]))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_can_be_said_aloud_anywhere(language: str) -> None:
    found = {word for word in spoken(language) for stem in UNWANTED[language].split() if stem in word}
    assert found == HARMLESS[language]


def test_unknown_language_reads_english() -> None:
    assert spoken("fr") == spoken("en")
