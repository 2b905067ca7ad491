"""The stylesheets know no left or right, and no page needs more than they, the parts and the signs hold."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from house.reading import HOUSE
from kits.gallery import SAMPLES, context, page, post
from kits.stylesheet import declarations, sheets
from tadamun.web.render import STATIC

SHEETS = sheets()
TEMPLATES = sorted(
    [
        *(HOUSE / "src/tadamun/web/templates").rglob("*.html"),
        *(HOUSE / "src/tadamun/rooms").rglob("templates/**/*.html"),
    ]
)
SHEET = HOUSE / "src/tadamun/web/templates/parts/sheet.html"
PHYSICAL = re.compile(
    r"(?:\A|-)(?:left|right|top|bottom)(?:-|\Z)|\A(?:min-|max-)?(?:width|height)\Z|\A(?:float|clear)\Z"
)


def physical(sheet: str) -> list[str]:
    """Declarations that know a side of the screen instead of the reading direction."""
    return [
        f"{name}: {value}"
        for name, value in declarations(sheet)
        if PHYSICAL.search(name) or re.search(r"\b(?:left|right)\b", value)
    ]


@pytest.mark.parametrize("name", SHEETS)
def test_no_sheet_knows_left_or_right(name: str) -> None:
    assert not physical(SHEETS[name])


@pytest.mark.parametrize(
    "line",
    ["margin-left: 1rem", "left: 0", "text-align: right", "width: 1px", "min-height: 2rem", "float: inline-start"],
)
def test_the_rule_finds_what_it_forbids(line: str) -> None:
    assert physical(f"p {{ {line}; }}") == [line]


TITLE = re.compile(r"\{% block title %\}(.*?)\{% endblock %\}", re.S)
_LITERAL = re.compile(r"_\(\"[^\"{]*\"\)")


def names_nobody(title: str) -> bool:
    """Whether a title is made of the program's own words: nothing is looked up but by the condition between two."""
    said, _, rest = title.strip().removeprefix("{{").removesuffix("}}").strip().partition(" if ")
    return all(_LITERAL.fullmatch(part.strip()) for part in (said, *rest.split(" else ")[1:]))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_title_names_anybody(path: Path) -> None:
    """Browsers keep titles in their history, on the disk, after the node was locked: what people wrote stays out."""
    for title in TITLE.findall(path.read_text()):
        assert names_nobody(title), title


@pytest.mark.parametrize(
    "title", ["{{ one.name }}", '{{ say("{a}", a=x) }}', '{{ x or _("A") }}', '{{ _("A") if x else y }}']
)
def test_the_rule_about_titles_finds_what_it_forbids(title: str) -> None:
    assert not names_nobody(title)
    assert names_nobody('{{ _("A thread") if x.me else _("B") }}')


def test_sheets_are_light() -> None:
    assert sum(path.stat().st_size for path in STATIC.glob("*.css")) <= 48 * 1024
    assert all(text.count("\n") <= 400 for text in SHEETS.values())


def test_sheets_ask_nobody_else_for_anything() -> None:
    for text in SHEETS.values():
        assert "@import" not in text
        for address in re.findall(r"url\(\"?([^)\"]+)", text):
            assert (STATIC / address).is_file(), address


def test_every_sign_that_is_used_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="i-([\w-]+)"', SHEET.read_text(encoding="utf-8")))
    used = set()
    for path in [*TEMPLATES, *(HOUSE / "src/tadamun/rooms").rglob("web.py")]:
        text = path.read_text(encoding="utf-8")
        used |= set(re.findall(r"""\bicon(?:=|\()\s*["']([\w-]+)["']""", text))
        used |= set(re.findall(r'href="#i-([\w-]+)"', text))
    assert used >= {"lock", "send"}
    assert not used - drawn


def test_both_languages_have_letters() -> None:
    faces = re.findall(r"@font-face \{(.*?)\}", SHEETS["tadamun.css"], re.DOTALL)
    assert len(faces) == 4
    assert {"0600" in face for face in faces} == {True, False}
    for licence in ("OFL-arabic.txt", "OFL-latin.txt"):
        assert "SIL Open Font License" in (STATIC / "fonts" / licence).read_text(encoding="utf-8")


class Seen(HTMLParser):
    """What would break a strict policy, or a page: inline styles and scripts, ids twice, labels of nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.inline: list[str] = []
        self.ids: list[str] = []
        self.named: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(tag)
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        self.ids += [one for one in [given.get("id")] if one]
        for name in ("for", "aria-describedby", "aria-labelledby", "popovertarget"):
            self.named += (given.get(name) or "").split()


@pytest.mark.parametrize("language", SAMPLES)
def test_every_part_stands_under_a_strict_policy(language: str) -> None:
    seen = Seen()
    seen.feed(page(language))
    assert not seen.inline
    assert not set(seen.named) - set(seen.ids)
    # Fields of several forms may be called alike in the gallery; what is there once on every page is there once.
    assert [seen.ids.count(one) for one in ("main", "side", "heard", "errors")] == [1, 1, 1, 1]


HOSTILE = "\"><script>x</script><b style='x' onclick=x>\u202e\u2066'"


def test_no_part_lets_words_of_others_become_markup() -> None:
    posts = [
        post(1, "en", HOSTILE, name=HOSTILE, title=HOSTILE, topics=[HOSTILE], warning=warning, reactions={HOSTILE: 1})
        for warning in ("", HOSTILE)
    ]
    posts += [post(2, "en", "", retracted="moderator", reason=HOSTILE)] * 4
    spaces = [{**one, "name": HOSTILE} for one in context("en")["spaces"]]
    rendered = page("en", posts=posts, spaces=spaces, space=spaces[0])
    seen = Seen()
    seen.feed(rendered)
    assert not seen.inline
    assert rendered.count("&lt;script&gt;") > 20
    assert "<script>" not in rendered
    # What a button sends is not shown, and goes back as it came.
    assert not set("\u202e\u2066") & set(re.sub(r' value="[^"]*"', "", rendered))


def test_plain_looks_show_neither_name_nor_mark() -> None:
    for language, name, plain in (("en", "Tadamun", "Notes"), ("ar", "تضامن", "ملاحظات")):
        shown, hidden = page(language), page(language, discreet=True)
        assert name in shown
        assert 'class="mark"' in shown
        assert name not in hidden
        assert 'class="mark"' not in hidden
        assert f"<title>{plain}</title>" in hidden


def test_templates_have_no_inline_styles() -> None:
    assert TEMPLATES
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|hx-on|<script(?![^>]*\bsrc=)", text), path.name
