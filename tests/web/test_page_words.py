"""What templates say, in both languages, with the worst that people can write."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from tadamun.i18n import formats, tongue
from tadamun.i18n.bidi import FIRST_STRONG_ISOLATE as FSI
from tadamun.i18n.bidi import POP_ISOLATE as PDI
from tadamun.i18n.tongue import ENGLISH, Language
from tadamun.web import words as page_words
from tadamun.web.words import helpers, install, left, names, person, plain_person, sentence, when, words

NOW = 1_800_000_000  # Friday 15 January 2027, 08:00 UTC
LEBANON = Language("ar", "LB")
HOSTILE = "\u202e<b onclick='x'>\u2067\n{count}%(x)s\u2069\u2069\u200b"


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    tongue.choose(ENGLISH)


@pytest.fixture
def env() -> Environment:
    made = Environment(autoescape=True, undefined=StrictUndefined)
    install(made)
    return made


class Seen(HTMLParser):
    """Tags that were opened, and whether each was closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_sentence_is_the_same_however_the_template_says_it(env: Environment) -> None:
    tongue.choose(LEBANON)
    said = "أهلًا وسهلًا. أنت الآن في <bdi>Beirut</bdi>."
    for source in (
        '{{ _("Welcome. You are in {space} now.", space=s) }}',
        '{{ _("Welcome. You are in {space} now.", space=s | person) }}',
        "{% trans space=s %}Welcome. You are in {{ space }} now.{% endtrans %}",
        "{% trans space=s | person %}\n  Welcome. You are in\n  {{ space }} now.\n{% endtrans %}",
    ):
        assert env.from_string(source).render(s="Beirut") == said
    title = '<a title="{{ say("Welcome. You are in {space} now.", space=s) }}">'
    assert env.from_string(title).render(s="Beirut") == f'<a title="أهلًا وسهلًا. أنت الآن في {FSI}Beirut{PDI}.">'


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "لا أعضاء"),
        (1, "عضو واحد"),
        (2, "عضوان"),
        (3, "٣ أعضاء"),
        (10, "١٠ أعضاء"),
        (11, "١١ عضوًا"),
        (99, "٩٩ عضوًا"),
        (100, "١٠٠ عضو"),
        (101, "١٠١ عضو"),
        (102, "١٠٢ عضو"),
        (103, "١٠٣ أعضاء"),
    ],
)
def test_counts_in_six_forms_and_in_chosen_digits(env: Environment, count: int, said: str) -> None:
    tongue.choose(LEBANON)
    for source in (
        '{{ ngettext("{count} member", "{count} members", c) }}',
        '{{ say_count("{count} member", "{count} members", c) }}',
        "{% trans count=c %}{{ count }} member{% pluralize %}{{ count }} members{% endtrans %}",
    ):
        assert env.from_string(source).render(c=count) == said


@pytest.mark.parametrize("language", [ENGLISH, LEBANON])
def test_hostile_arguments_stay_arguments(env: Environment, language: Language) -> None:
    tongue.choose(language)
    html = env.from_string(
        '{{ _("Welcome. You are in {space} now.", space=h) }}'
        '{{ _("Welcome. You are in {space} now.", space=h | person) }}'
        "{% trans space=h %}Welcome. You are in {{ space }} now.{% endtrans %}{{ h | person }}{{ h | words }}"
        "<i title='{{ say(\"Welcome. You are in {space} now.\", space=h) }}'></i>{{ names([h, h]) }}"
    ).render(h=HOSTILE)
    seen = Seen(html)
    assert seen.tags == {"bdi", "p", "i", "br"}
    assert not seen.open
    assert not set(html) & set("\u202e\u2067")
    assert html.count(FSI) == html.count(PDI)
    assert "{count}" in html
    assert "%(x)s" in html


def test_markup_goes_in_and_out_of_sentences() -> None:
    link = Markup('<a href="/x">Beirut</a>')
    assert sentence("in {space}", space=link) == 'in <a href="/x">Beirut</a>'
    assert page_words.plain("in {space}", space=link) == "in Beirut"
    assert sentence("a < b & {x}", x="<") == "a &lt; b &amp; <bdi>&lt;</bdi>"
    assert sentence("in {space}") == "in {space}"


@given(st.text())
def test_no_name_and_no_text_opens_a_tag(text: str) -> None:
    for html, allowed in ((person(text), {"bdi"}), (words(text), {"p", "br", "bdi", "a"})):
        seen = Seen(html)
        assert seen.tags <= allowed
        assert not seen.open
        assert not set(html) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def test_a_name_that_cannot_be_seen_is_named_so() -> None:
    assert person("\u200b\u3164") == "<bdi>(no name)</bdi>"
    tongue.choose(LEBANON)
    assert plain_person("") == "(بلا اسم)"
    assert len(plain_person("نور" * 4000)) < 70


def test_lists_of_people() -> None:
    assert names([]) == ""
    assert names(["A"]) == "<bdi>A</bdi>"
    assert names(["A", "B"]) == "<bdi>A</bdi> and <bdi>B</bdi>"
    assert names(["A", "B", "C"]) == "<bdi>A</bdi>, <bdi>B</bdi> and <bdi>C</bdi>"
    assert names("ABCDE") == "<bdi>A</bdi>, <bdi>B</bdi> and 3 others"
    assert names("AB", most=1) == "<bdi>A</bdi> and 1 other"
    tongue.choose(LEBANON)
    assert names("ABC") == "<bdi>A</bdi>، <bdi>B</bdi> و<bdi>C</bdi>"
    assert names("ABC", most=2) == "<bdi>A</bdi> وشخصان آخران"
    assert names("ABCDE") == "<bdi>A</bdi>، <bdi>B</bdi> و٣ أشخاص آخرين"
    assert names("x" * 13).endswith("و١١ شخصًا آخر")


def test_paragraphs_lines_and_empty_texts() -> None:
    assert words("") == words(" \n\n ") == ""
    assert words("a\nb\n\n\n\nسلام") == '<p dir="auto">a<br>\nb</p>\n<p dir="auto">سلام</p>'
    assert words("a\r\nb\u2028c").count("<br>") == 1
    assert words("a" + "\u0301" * 900 + "b") == '<p dir="auto">a' + "\u0301" * 4 + "b</p>"


@pytest.mark.parametrize(
    ("before", "language", "shown"),
    [
        (10, ENGLISH, "just now"),
        (300, ENGLISH, "5 minutes ago"),
        (300, LEBANON, "قبل ٥ دقائق"),
        (2 * 3600, LEBANON, "قبل ساعتين"),
        (30 * 86_400, ENGLISH, "December 16, 2026"),
        (30 * 86_400, LEBANON, "١٦ كانون الأول ٢٠٢٦"),
        (30 * 86_400, Language("ar", "DZ"), "16 ديسمبر 2026"),
        (30 * 86_400, Language("ar", "MA"), "16 دجنبر 2026"),
        (30 * 86_400, Language("ar", "EG", "latn"), "16 ديسمبر 2026"),
        (-3600, ENGLISH, "January 15, 2027, 9:00\u202fAM"),  # a clock ahead, or a lie: told as it is
    ],
)
def test_times(before: int, language: Language, shown: str) -> None:
    tongue.choose(language)
    html = when(NOW - before, NOW, UTC)
    assert html.striptags() == shown.replace("\u202f", " ")
    assert f'title="{formats.date(NOW - before, UTC)}"' in html


def test_the_exact_time_is_for_machines_too() -> None:
    assert 'datetime="2027-01-15T08:00:00Z"' in when(NOW, NOW, UTC)
    for moment in (-(2**62), 2**62):
        assert "<time datetime=" in when(moment, NOW, UTC)


@pytest.mark.parametrize(
    ("seconds", "english", "arabic"),
    [
        (-5, "no time left", "انتهت المدّة"),
        (0, "no time left", "انتهت المدّة"),
        (59, "less than a minute", "أقلّ من دقيقة"),
        (60, "1 minute", "دقيقة واحدة"),
        (7199, "119 minutes", "١١٩ دقيقة"),
        (7200, "2 hours", "ساعتان"),
        (47 * 3600, "47 hours", "٤٧ ساعة"),
        (3 * 86_400 - 1, "2 days", "يومان"),
        (100 * 86_400, "100 days", "١٠٠ يوم"),
    ],
)
def test_time_left_is_rounded_down(seconds: int, english: str, arabic: str) -> None:
    assert left(NOW + seconds, NOW, UTC).striptags() == english
    tongue.choose(LEBANON)
    assert left(NOW + seconds, NOW, UTC).striptags() == arabic


def test_a_page_sees_one_clock(env: Environment) -> None:
    page = env.from_string("{{ when(t) }}|{{ left(t + 120) }}|{{ date(t) }}|{{ n(1234) }}|{{ 1500000 | size }}")
    shown = Markup(page.render(t=NOW, **helpers(NOW, UTC))).striptags()
    assert shown == "just now|2 minutes|January 15, 2027, 8:00 AM|1,234|1.5 MB"


def test_calendars_to_choose_from() -> None:
    assert formats.calendars(Language("ar", digits="latn"), 2027) == (
        ("EG", "15 أغسطس 2027"),
        ("LB", "15 آب 2027"),
        ("DZ", "15 أوت 2027"),
        ("MA", "15 غشت 2027"),
        ("MR", "15 أغشت 2027"),
    )
    assert formats.calendars(LEBANON, 2027)[1] == ("LB", "١٥ آب ٢٠٢٧")  # digits left open: those of each region
    assert formats.calendars(ENGLISH, 2027) == (("US", "August 15, 2027"), ("GB", "15 August 2027"))
