"""Addresses in texts: which become links, which stay words, and that a link goes where it says."""

from __future__ import annotations

import html
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tadamun.web.links import linked

LINK = re.compile(r'<a href="([^"]*)" target="_blank" rel="noreferrer noopener nofollow">([^<]*)</a>')


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("see https://example.org.", "https://example.org"),
        ("(https://example.org/a_(b))", "https://example.org/a_(b)"),
        ("http://example.org:8080/a?b=1&c=2#d", "http://example.org:8080/a?b=1&c=2#d"),
        ("HTTPS://Example.ORG/x", "HTTPS://Example.ORG/x"),
        ("اقرأ https://example.org/مقال، ثم", "https://example.org/مقال"),
        ("«https://example.org»", "https://example.org"),
        ("http://abcdefghij234567.onion/", "http://abcdefghij234567.onion/"),
        ("https://xn--mgbh0fb.xn--kgbechtv/", "https://xn--mgbh0fb.xn--kgbechtv/"),
        ('https://example.org/"onmouseover="x', "https://example.org/"),
    ],
)
def test_an_address_becomes_a_link_that_says_where_it_goes(text: str, address: str) -> None:
    found = LINK.search(linked(text))
    assert found is not None
    assert html.unescape(found[1]) == html.unescape(found[2]) == address


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://example.org",
        "//example.org",
        "https://",
        "https://example.org@evil.example/",
        "https://user:password@example.org/",
        "https://example.org\\@evil.example/",
        "https://еxample.org/",  # a Cyrillic е
        "https://example.org／evil.example/",  # a wide slash
        "https://example.org\u3164/x",
        "https://example.org/\u3164",
        "https://example.org/\u200b",
        "https://example.org/\u202egro",
        "http://127.0.0.1:8000/lock",
        "http://[::1]/",
        "http://192.168.1.1/reboot",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://localhost/",
        "http://router/",
        "http://printer.local/",
        "http://example.org:99999999/",
        "xhttps://example.org",
        "https://example.org/" + "a" * 3000,
    ],
)
def test_what_could_deceive_or_harm_stays_words(text: str) -> None:
    assert "<a" not in linked(text)


@given(st.text(alphabet=st.sampled_from("https://a.bc@\\\"'<>&()é\u202eا \n")))
def test_whatever_is_written_comes_out_once_and_escaped(text: str) -> None:
    made = linked("https://a.bc/" + text)
    assert html.unescape(re.sub(r"</?(?:a|bdi)\b[^<>]*>", "", made)) == "https://a.bc/" + text
    assert all(href == shown for href, shown in LINK.findall(made))


def test_mentions_are_set_apart_by_whole_names() -> None:
    made = linked("@Nour Ali and @Nour, not @Nouri: @<b>", ["Nour", "Nour Ali", "<b>", ""])
    assert made.startswith('<bdi class="mention">@Nour Ali</bdi> and <bdi class="mention">@Nour</bdi>, not @Nouri')
    assert made.endswith('<bdi class="mention">@&lt;b&gt;</bdi>')
    assert linked("@.*", [".*"]) == '<bdi class="mention">@.*</bdi>'


def test_the_worst_takes_no_time() -> None:
    begun = time.thread_time()
    for flood in ("https://" + "a." * 50_000, "https://a.bc/" + ")" * 100_000, "https://a.bc " * 5_000, "@" * 100_000):
        linked(flood, ["@"])
    assert time.thread_time() - begun < 3
