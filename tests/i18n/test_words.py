"""Sentences: plural forms, arguments that cannot scramble them, and languages from tags and environments."""

from __future__ import annotations

import gettext
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tadamun.i18n import tongue
from tadamun.i18n.bidi import FIRST_STRONG_ISOLATE as FSI
from tadamun.i18n.bidi import POP_ISOLATE as PDI
from tadamun.i18n.bidi import clean, columns, has_rtl, isolate
from tadamun.i18n.tongue import ENGLISH, Language
from tadamun.i18n.words import LOCALES, _, fill, ngettext, say, say_count

ARABIC = Language("ar")


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    tongue.choose(ENGLISH)


@pytest.mark.parametrize(
    ("count", "form"),
    [
        (0, "لا أعضاء"),
        (1, "عضو واحد"),
        (2, "عضوان"),
        (3, "{count} أعضاء"),
        (10, "{count} أعضاء"),
        (11, "{count} عضوًا"),
        (99, "{count} عضوًا"),
        (100, "{count} عضو"),
        (101, "{count} عضو"),
        (102, "{count} عضو"),
        (103, "{count} أعضاء"),
    ],
)
def test_arabic_counts_in_six_forms(count: int, form: str) -> None:
    tongue.choose(ARABIC)
    assert ngettext("{count} member", "{count} members", count) == form
    assert say_count("{count} member", "{count} members", count) == form.format(count=count)


def test_the_plural_rule_is_the_pinned_one() -> None:
    """Babel's own table has 100-102 and 11-99 the other way round (and gettext reads whatever the file says)."""
    catalogue = gettext.translation("tadamun", LOCALES, ["ar"])
    rule = "nplurals=6; plural=n==0?0:n==1?1:n==2?2:n%100>=3&&n%100<=10?3:n%100>=11?4:5;"
    assert catalogue.info()["plural-forms"] == rule


def test_english_is_the_source_and_counts_in_two_forms() -> None:
    assert [say_count("{count} member", "{count} members", n) for n in (0, 1, 2)] == [
        "0 members",
        "1 member",
        "2 members",
    ]
    assert _("Nothing was done.") == "Nothing was done."


def test_no_message_is_no_header() -> None:
    """gettext answers the empty msgid with the catalogue's header."""
    tongue.choose(ARABIC)
    assert _("") == ""


def test_arguments_stand_in_isolation_where_directions_may_mix() -> None:
    told = "Welcome. You are in {space} now."
    assert say(told, space="Beirut") == "Welcome. You are in Beirut now."
    assert say(told, space="بيروت") == f"Welcome. You are in {FSI}بيروت{PDI} now."
    tongue.choose(ARABIC)
    assert say(told, space="Beirut") == f"أهلًا وسهلًا. أنت الآن في {FSI}Beirut{PDI}."


def test_numbers_are_in_the_digits_of_the_language() -> None:
    asked = "level {level}"
    assert say(asked, level=1234) == "level 1,234"
    tongue.choose(Language("ar", digits="arab"))
    assert say(asked, level=1234) == "مستوى ١٬٢٣٤"
    tongue.choose(Language("ar", "MA"))
    assert say(asked, level=7) == "مستوى 7"


@pytest.mark.parametrize("hostile", ["{space}", "{0}", "{", "}", "{x!r:>9999999999}", "%s", "\x1b[2J", "\u202e"])
def test_an_argument_is_never_read_as_a_form(hostile: str) -> None:
    assert "{space}" not in say("in {space}", space="x")
    assert say("in {space}", space=hostile) == "in " + clean(hostile)


def test_a_reason_within_a_sentence_is_put_in_words_too() -> None:
    tongue.choose(ARABIC)
    assert say("line {line}: {why}", line=3, why="it has no text") == "السطر 3: لا نصّ فيه"


def test_a_missing_argument_stays_visible() -> None:
    assert fill("in {space}", {}) == "in {space}"


@given(st.text())
def test_cleaned_text_holds_no_controls_and_no_directions(text: str) -> None:
    cleaned = clean(text)
    assert not [c for c in cleaned if (ord(c) < 32 and c not in "\n\t") or 0x7F <= ord(c) <= 0x9F]
    assert not set(cleaned) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029")
    assert clean(cleaned) == cleaned
    cleaned.encode()  # no lone surrogates
    assert "\n" not in clean(text, lines=False)


@given(st.text(alphabet="ab\u0627\u2066\u2067\u2068\u2069\u202e "))
def test_what_is_isolated_ends_with_its_own_marks(text: str) -> None:
    inside = isolate(text)
    assert (inside[0], inside[-1]) == (FSI, PDI)
    assert inside.count(FSI) == inside.count(PDI) == 1


def test_letters_keep_what_their_shapes_need() -> None:
    joined = "می\u200cخواهم \U0001f469\u200d\u2764\ufe0f\u200d\U0001f469"
    assert clean(joined) == joined


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("مَرْحَبًا", 5), (f"{FSI}نور{PDI}", 3), ("日本", 4), ("", 0)])
def test_columns_that_a_terminal_uses(text: str, width: int) -> None:
    assert columns(text) == width


def test_directions_of_texts() -> None:
    assert has_rtl("Nour نور")
    assert not has_rtl("Nour 12 é")


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("ar", ARABIC),
        ("AR", ARABIC),
        ("ar-MA", Language("ar", "MA")),
        ("ar_LB.UTF-8", Language("ar", "LB")),
        ("ar-u-nu-latn", Language("ar", digits="latn")),
        ("ar-eg-u-nu-arab", Language("ar", "EG", "arab")),
        ("en_GB@euro", Language("en", "GB")),
        (" ar\n", ARABIC),
        ("fr", None),
        ("C", None),
        ("C.UTF-8", None),
        ("", None),
        ("ar-u-nu-klingon", None),
        ("ar-u-nu-deva", None),
        ("../ar", None),
        ("ar\x00", None),
        ("a" * 10_000, None),
    ],
)
def test_tags(tag: str, language: Language | None) -> None:
    assert tongue.parse(tag) == language
    if language is not None:
        assert tongue.parse(language.tag) == language


@pytest.mark.parametrize(
    ("environ", "saved", "code"),
    [
        ({}, "", "en"),
        ({"LANG": "ar_LB.UTF-8"}, "", "ar"),
        ({"LANG": "ar_LB.UTF-8"}, "en", "en"),
        ({"LANG": "fr_FR.UTF-8"}, "ar", "ar"),
        ({"LANGUAGE": "fr:ar:en", "LANG": "en_US.UTF-8"}, "", "ar"),
        ({"LC_ALL": "ar", "LANG": "en_US.UTF-8"}, "", "ar"),
        ({"LC_MESSAGES": "ar", "LANG": "en_US.UTF-8"}, "", "ar"),
        ({"LANG": "de_DE.UTF-8"}, "", "en"),
        ({"LANG": "de_DE.UTF-8"}, "garbage", "en"),
    ],
)
def test_the_language_of_an_environment(environ: dict[str, str], saved: str, code: str) -> None:
    assert tongue.from_environment(environ, saved).code == code
