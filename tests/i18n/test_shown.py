"""Names as hostile as people can make them, and names that only look unusual."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tadamun.i18n.shown import LONGEST, MARKS, bounded, line, name, signs

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
RAINBOW = "\U0001f3f3\ufe0f\u200d\U0001f308"
TRANS = "\U0001f3f3\ufe0f\u200d\u26a7\ufe0f"
TONED = "\U0001f469\U0001f3fd\u200d\u2764\ufe0f\u200d\U0001f469\U0001f3ff"
SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
LEBANON = "\U0001f1f1\U0001f1e7"


@pytest.mark.parametrize(
    "kept",
    [
        "Nour",
        "نور",
        "مُحَمَّد",
        "می\u200cخواهم",  # Persian: the non-joiner is spelling
        "क्\u200dष",  # Hindi: the joiner is spelling
        "Tiếng Việt",
        unicodedata.normalize("NFD", "Tiếng Việt"),
        "שָׁלוֹם",
        "Zoë O’Neill-Łuk",
        "日本 さん",
        FAMILY,
        f"Sam {RAINBOW}",
        TRANS,
        TONED,
        SCOTLAND,
        LEBANON,
        "1\ufe0f\u20e3",
        "^_^",
        "★",
    ],
)
def test_what_people_are_called_stays(kept: str) -> None:
    assert name(kept) == kept


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\u202egnp.exe", "gnp.exe"),
        ("\u2067\u2067\u2068a", "a"),
        ("a\u2069\u202c\u202c", "a"),
        ("No\u200bur", "Nour"),
        ("\ufeffNour\u2060", "Nour"),
        ("No\u00adur", "Nour"),
        ("N\u200do\u200cur", "Nour"),  # Latin does not join
        ("Nour\u200d", "Nour"),
        ("\u200dNour", "Nour"),
        ("Nour\u200f\u200e\u061c", "Nour"),
        ("No\u034fur", "Nour"),
        ("Nour\U000e0041\U000e0042", "Nour"),  # tags without a flag
        ("a\nb\r\nc\td\u2028e\u2029f\x0bg", "a b c d e f g"),
        ("a\x00\x1b[31m\x7fb", "a [31m b"),
        ("\u3164", ""),
        ("\u2800 \u115f\u1160\uffa0", ""),
        ("\u0301\u0301", ""),
        ("", ""),
        (" \n\t ", ""),
        ("\ud800a", "a"),
        ("\ue000\U0010ffffa", "a"),
        ("نـ\u200fور", "نـور"),
        (f"{LEBANON}\U0001f1f1", f"{LEBANON}\U0001f1f1"),
    ],
)
def test_what_hides_or_turns_goes(hostile: str, shown: str) -> None:
    assert name(hostile) == shown


def test_towers_of_marks_are_lowered() -> None:
    tower = "a" + "\u0301" * 5000 + "b"
    assert name(tower[:1000] + "b") == "a" + "\u0301" * MARKS + "b"
    assert bounded(tower) == "a" + "\u0301" * MARKS + "b"
    assert bounded("مُحَمَّد " * 9) == "مُحَمَّد " * 9


def test_a_long_name_is_cut_between_signs() -> None:
    assert name("x" * 10_000) == "x" * LONGEST + "…"
    assert name("x" * LONGEST) == "x" * LONGEST
    assert name(FAMILY * 100) == FAMILY * LONGEST + "…" or name(FAMILY * 100).startswith(FAMILY * 60)
    assert name("abc def", 4) == "abc…"


def test_an_endless_emoji_is_bounded() -> None:
    endless = "\U0001f469" + "\u200d\U0001f469" * 4000
    assert len(name(endless)) < 40 * LONGEST
    assert all(len(sign) <= 60 for sign in signs(name(endless)))


@given(st.text(alphabet=st.characters() | st.sampled_from("\u200d\u200c\ufe0f\u0301\u202e\u2067👩🏽🇱❤ا ")))
def test_nothing_unseen_is_left_and_a_second_look_changes_nothing(text: str) -> None:
    shown = name(text)
    assert not set(shown) & set("\u200b\u2060\ufeff\u00ad\u200e\u200f\u061c\u202e\u2066\u2067\u2068\u2069\n\t")
    assert name(shown, LONGEST + 1) == shown
    assert sum(1 for _ in signs(shown)) <= LONGEST + 1
    shown.encode()


def test_the_worst_takes_no_time() -> None:
    begun = time.perf_counter()
    for flood in ("\u0301" * 10**6, "\u200d" * 10**6, "👩\u200d" * 10**5, "\u202e" * 10**6, "a " * 10**6):
        name(flood)
    assert time.perf_counter() - begun < 2


@pytest.mark.parametrize(
    ("text", "longest", "shown"),
    [
        ("short", 10, "short"),
        ("a\nb\u202e c", 10, "a b c"),
        ("one two three four", 12, "one two…"),
        ("one two three", 13, "one two three"),
        ("x" * 50, 10, "x" * 10 + "…"),
        (FAMILY + FAMILY, 10, FAMILY + "…"),
        ("", 10, ""),
    ],
)
def test_lines_are_cut_behind_a_word(text: str, longest: int, shown: str) -> None:
    assert line(text, longest) == shown


@given(st.text(), st.integers(1, 30))
def test_a_line_is_one_and_no_longer_than_asked(text: str, longest: int) -> None:
    shown = line(text, longest)
    assert "\n" not in shown
    assert len(shown) <= longest + 1
