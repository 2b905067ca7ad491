"""A static site of public stories: pages, a timeline and an Atom feed (RFC 4287), as files that any host can serve.

No script, no request to anybody, nothing of this computer or of the space: what comes out depends on what goes in
alone. Pages are marked up for readers of the open web (h-entry, microformats2), and say so in their head that nothing
but their own style may be loaded. This file does not know where stories come from.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote, urljoin
from xml.sax.saxutils import escape, quoteattr

from markdown_it import MarkdownIt

from tadamun.core.words import N_

RTL: Final = frozenset({"ar", "fa", "he", "ur", "ckb", "ps", "arc", "dv"})
STYLE: Final = (
    ":root{color-scheme:light dark}body{max-width:40rem;margin:0 auto;padding:1.5rem;line-height:1.7;"
    "font-family:system-ui,sans-serif}h1,h2{line-height:1.25}nav,footer,time,.soft{opacity:.75}"
    "article{overflow-wrap:anywhere}nav a{margin-inline-end:1rem}summary{cursor:pointer;padding:.5rem 0}"
)
POLICY: Final = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'"
# What pages of the site say themselves, told in each story's own language by whoever calls.
WORDS: Final = {
    "all": N_("All stories"),
    "timeline": N_("Timeline"),
    "also": N_("Also in"),
    "warning": N_("Show it all the same"),
    "by": N_("By {name}"),
    "undated": N_("Without a date"),
}
# Raw HTML and pictures from elsewhere are shown as they were typed; links go to the web and to nothing else.
_markdown: Final = MarkdownIt("commonmark", {"html": False}).disable(["image", "html_block", "html_inline"])
_markdown.validateLink = lambda url: url.startswith(("https://", "http://"))  # type: ignore[method-assign]  # as its guide says


@dataclass(frozen=True, slots=True)
class Page:
    """One story as the site shows it. key: 64 hex, its public event's. at: Unix seconds. group: what translations of
    one story share. name: its author's, "" for none."""

    key: str
    title: str
    text: str
    summary: str
    language: str
    when: str
    warning: str
    topics: tuple[str, ...]
    at: int
    group: str
    name: str = ""

    @property
    def file(self) -> str:
        return f"{self.key[:16]}.html"


@dataclass(frozen=True, slots=True)
class Site:
    """title, language: of the site. base: where it will be served, ending in "/"; "" if that is not known: then there
    is no feed, for that needs whole addresses."""

    title: str
    language: str
    base: str = ""


def files(site: Site, pages: Sequence[Page], words: Mapping[str, Mapping[str, str]]) -> dict[str, bytes]:
    """All files by name. words: by language what WORDS names, said in it ("en" at least)."""
    newest = sorted(pages, key=lambda page: (-page.at, page.key))
    said = _Said(words)
    made = {
        "style.css": STYLE,
        "index.html": _index(site, newest, said),
        "timeline.html": _timeline(site, newest, said),
        **{page.file: _story(site, page, newest, said) for page in newest},
    }
    if site.base:
        made["feed.xml"] = _feed(site, newest)
    return {name: text.encode() for name, text in made.items()}


@dataclass(frozen=True, slots=True)
class _Said:
    words: Mapping[str, Mapping[str, str]]

    def __call__(self, language: str, word: str, **fill: str) -> str:
        found = self.words.get(language.partition("-")[0]) or self.words["en"]
        return html.escape(found[word].format(**fill))


def _frame(site: Site, language: str, title: str, body: str, said: _Said, more: str = "") -> str:
    feed = '<link rel="alternate" type="application/atom+xml" href="feed.xml">\n' if site.base else ""
    direction = "rtl" if language.partition("-")[0] in RTL else "ltr"
    return (
        f'<!doctype html>\n<html lang="{html.escape(language)}" dir="{direction}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{html.escape(POLICY)}">\n'
        f'<meta name="referrer" content="no-referrer">\n<title>{html.escape(title)}</title>\n'
        f'<link rel="stylesheet" href="style.css">\n{feed}{more}</head>\n<body>\n'
        f'<nav><a href="index.html">{said(language, "all")}</a><a href="timeline.html">{said(language, "timeline")}</a>'
        f"</nav>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )


def _index(site: Site, pages: Sequence[Page], said: _Said) -> str:
    listed = "".join(f'<li class="h-entry">{_link(page)}{_soft(page.summary, "p-summary")}</li>\n' for page in pages)
    body = f'<h1 class="p-name">{html.escape(site.title)}</h1>\n<ul class="h-feed">\n{listed}</ul>\n'
    return _frame(site, site.language, site.title, body, said)


def _timeline(site: Site, pages: Sequence[Page], said: _Said) -> str:
    """By what stories tell of, the earliest first; those without a date last."""
    title = said(site.language, "timeline")
    years: dict[str, list[Page]] = {}
    for page in sorted(pages, key=lambda page: (page.when or "~", page.key)):
        years.setdefault(page.when[:4] or said(site.language, "undated"), []).append(page)
    body = f"<h1>{title}</h1>\n" + "".join(
        f"<h2>{year}</h2>\n<ol>\n" + "".join(f"<li>{_time(page.when)}{_link(page)}</li>\n" for page in held) + "</ol>\n"
        for year, held in years.items()
    )
    return _frame(site, site.language, html.unescape(title), body, said)


def _story(site: Site, page: Page, pages: Sequence[Page], said: _Said) -> str:
    others = [one for one in pages if one.group == page.group and one.key != page.key]
    text = _markdown.render(page.text)
    if page.warning:
        text = (
            f'<p class="soft">{html.escape(page.warning)}</p>\n<details><summary>{said(page.language, "warning")}'
            f"</summary>\n{text}</details>\n"
        )
    also = "".join(
        f'<a rel="alternate" hreflang="{html.escape(one.language)}" lang="{html.escape(one.language)}" dir="auto"'
        f' href="{one.file}">{html.escape(one.title)}</a> '
        for one in others
    )
    by = f'<p class="p-author h-card">{said(page.language, "by", name=page.name)}</p>\n' if page.name else ""
    topics = "".join(f'<span class="p-category">{html.escape(topic)}</span> ' for topic in page.topics)
    body = (
        f'<article class="h-entry">\n<h1 class="p-name">{html.escape(page.title)}</h1>\n{by}{_time(page.when)}'
        f'{_soft(page.summary, "p-summary")}<div class="e-content">\n{text}</div>\n'
        f'<footer>{topics}<time class="dt-published" datetime="{_moment(page.at)}">{_moment(page.at)[:10]}</time>'
        + (f"<p>{said(page.language, 'also')}: {also}</p>" if also else "")
        + f'<a class="u-url" href="{page.file}">#</a></footer>\n</article>\n'
    )
    more = "".join(
        f'<link rel="alternate" hreflang="{html.escape(one.language)}" href="{one.file}">\n' for one in others
    )
    return _frame(site, page.language, page.title, body, said, more)


def _feed(site: Site, pages: Sequence[Page]) -> str:
    """RFC 4287. Ids are of the events and not of addresses, so that a site may move."""
    updated = _moment(max((page.at for page in pages), default=0))
    entries = "".join(
        f"<entry xml:lang={quoteattr(page.language)}><id>urn:nostr:{page.key}</id><title>{escape(page.title)}</title>"
        f"<updated>{_moment(page.at)}</updated><author><name>{escape(page.name or site.title)}</name></author>"
        f'<link rel="alternate" href={quoteattr(urljoin(site.base, quote(page.file)))}/>'
        f"<summary>{escape(page.warning or page.summary)}</summary></entry>\n"
        for page in pages
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" '
        f"xml:lang={quoteattr(site.language)}><id>{escape(site.base)}</id><title>{escape(site.title)}</title>"
        f'<updated>{updated}</updated><link rel="self" href={quoteattr(urljoin(site.base, "feed.xml"))}/>\n'
        f"{entries}</feed>\n"
    )


def _link(page: Page) -> str:
    return (
        f'<a class="p-name u-url" lang="{html.escape(page.language)}" dir="auto" href="{page.file}">'
        f"{html.escape(page.title)}</a>"
    )


def _soft(text: str, name: str) -> str:
    return f'<p class="soft {name}" dir="auto">{html.escape(text)}</p>\n' if text else ""


def _time(when: str) -> str:
    return f'<time datetime="{html.escape(when)}">{html.escape(when)}</time> ' if when else ""


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
