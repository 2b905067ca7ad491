"""The static site: valid pages and feed, no script, nothing from elsewhere, whatever is in a story."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from tadamun.rooms.stories.site import WORDS, Page, Site, files

SAID = {"en": dict(WORDS), "ar": {**WORDS, "timeline": "خط زمني"}}
ATOM = "{http://www.w3.org/2005/Atom}"
ONE = Page("a" * 64, "The first march", "We *were* there.\n\n[more](https://example.org)", "Twelve of us", "en",
           "2006-05-17", "", ("march",), 1_760_000_400, "0", "Noor")  # fmt: skip
ARABIC = Page("b" * 64, "المسيرة الأولى", "كنا **هناك**.", "", "ar", "2006", "شرطة", (), 1_760_000_000, "0")
HOSTILE = "<script>alert(1)</script><img src=x onerror=y>\"'&]]>![p](http://x/p.png)[j](javascript:alert(1))<style>*{}"


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read(page: bytes) -> Tags:
    tags = Tags()
    tags.feed(page.decode())
    return tags


def test_translations_lead_to_each_other_and_stand_in_their_own_direction() -> None:
    made = files(Site("Our years", "en"), [ONE, ARABIC], SAID)
    english, arabic = read(made[ONE.file]), read(made[ARABIC.file])
    assert ("html", {"lang": "ar", "dir": "rtl"}) in arabic.seen
    assert "خط زمني" in arabic.words
    assert {"rel": "alternate", "hreflang": "ar", "href": ARABIC.file} in [attrs for _, attrs in english.seen]
    assert "شرطة" in arabic.words
    assert "details" in [tag for tag, _ in arabic.seen], "what is warned of is folded"
    assert "details" not in [tag for tag, _ in english.seen]
    assert "feed.xml" not in made, "a feed needs whole addresses"


def test_the_timeline_goes_by_what_stories_tell_of() -> None:
    late = Page("c" * 64, "Undated", "x", "", "en", "", "", (), 5, "1")
    shown = read(files(Site("Our years", "en"), [ONE, late, ARABIC], SAID)["timeline.html"]).words
    order = [shown.index(title) for title in (ARABIC.title, ONE.title, late.title)]
    assert order == sorted(order)


def test_the_feed_is_atom_with_whole_addresses() -> None:
    made = files(Site("Our <years>", "en", "https://stories.example/a/"), [ONE, ARABIC], SAID)
    feed = ElementTree.fromstring(made["feed.xml"])
    assert feed.tag == f"{ATOM}feed"
    assert {child.tag.removeprefix(ATOM) for child in feed} >= {"id", "title", "updated", "link", "entry"}
    for entry in feed.findall(f"{ATOM}entry"):
        assert {"id", "title", "updated", "author", "link", "summary"} <= {one.tag.removeprefix(ATOM) for one in entry}
        link = entry.find(f"{ATOM}link")
        assert link is not None
        assert str(link.get("href")).startswith("https://stories.example/a/")
    assert [entry.findtext(f"{ATOM}title") for entry in feed.findall(f"{ATOM}entry")] == [ONE.title, ARABIC.title]


@given(st.one_of(st.just(HOSTILE), st.text(max_size=200)), st.one_of(st.just(HOSTILE), st.text(max_size=60)))
def test_nothing_in_a_story_becomes_a_script_or_is_fetched(text: str, line: str) -> None:
    page = Page("d" * 64, line, text, line, "en", "1969", line, (line,), 0, "0", line)
    made = files(Site(line, "en", "https://x/"), [page, ARABIC], SAID)
    for name, raw in made.items():
        if not name.endswith(".html"):
            continue
        for tag, attrs in read(raw).seen:
            assert tag not in ("script", "style", "img", "iframe", "object", "embed", "form", "base", "svg", "math")
            assert not [one for one in attrs if one.startswith("on") or one in ("src", "style", "srcset")]
            href = attrs.get("href")
            if href is not None and tag == "link":
                assert re.fullmatch(r"[a-z0-9]+\.(css|html|xml)", href)
            elif href is not None:
                assert href.startswith(("https://", "http://")) or re.fullmatch(r"[a-z0-9]+\.html", href)


def test_the_same_stories_make_the_same_bytes() -> None:
    one = files(Site("Our years", "en", "https://x/"), [ONE, ARABIC], SAID)
    assert one == files(Site("Our years", "en", "https://x/"), [ARABIC, ONE], SAID)
