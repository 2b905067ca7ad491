"""The static site of what one made public, as a call: files that any host can serve."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from tadamun.core.errors import UsageError
from tadamun.core.event import Event
from tadamun.core.ports import Workbench
from tadamun.core.room import Call
from tadamun.core.text import allowed_line, is_visible, tidy_line
from tadamun.i18n.tongue import SPOKEN, choose, current, parse
from tadamun.i18n.words import say
from tadamun.rooms.stories import site
from tadamun.rooms.stories.bodies import MAX_TITLE
from tadamun.rooms.stories.given import InSpace, reader_of
from tadamun.rooms.stories.reading import Row

_BASE: Final = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+/([A-Za-z0-9._~%/-]*/)?")


class Make(InSpace, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """title: of the site. base: the address it will have, ending in "/"; "": not known yet. language: of its first
    page; "": the person's."""

    title: str
    base: str = ""
    language: str = ""


async def make(bench: Workbench, asked: Make) -> dict[str, Any]:
    """{files: {name: text}, stories}: a site of all that this person made public and did not take back."""
    space, reader = reader_of(bench, asked)
    title = tidy_line(asked.title)
    if not is_visible(title) or not allowed_line(title, MAX_TITLE):
        raise UsageError("Give the site a title, of at most {most} characters.", most=MAX_TITLE)
    if asked.base and _BASE.fullmatch(asked.base) is None:
        raise UsageError("The address of a site begins with https:// and ends with a slash.")
    out = bench.tables.execute(
        "SELECT story, name, event FROM stories_out WHERE space = ? AND withdrawn = 0 ORDER BY story", (space,)
    )
    if not out:
        raise UsageError("You have made no story public yet, so there is nothing to make a site of.")
    told = {row.id: row for row in (reader.story(story) for story, _, _ in out)}
    groups: dict[str, str] = {}
    pages = [_page(told[story], name, msgspec.json.decode(event, type=Event), groups) for story, name, event in out]
    made = site.files(site.Site(title, asked.language or current().code, asked.base), pages, _words())
    return {"files": {name: raw.decode() for name, raw in made.items()}, "stories": len(pages)}


def _page(row: Row, name: str, event: Event, groups: dict[str, str]) -> site.Page:
    """As it went out, and not as it was changed since. groups: a number for each original, which outside tells
    nothing."""
    said = {tag[0]: tag[1] for tag in event.tags}
    return site.Page(
        key=event.id,
        title=said["title"],
        text=event.content,
        summary=said.get("summary", ""),
        language=row.language,
        when=row.when,
        warning=said.get("content-warning", ""),
        topics=tuple(tag[1] for tag in event.tags if tag[0] == "t"),
        at=event.created_at,
        group=groups.setdefault(row.original, str(len(groups))),
        name=name,
    )


def _words() -> Mapping[str, Mapping[str, str]]:
    """What the site's pages say, in each language we speak: a story is shown in its own."""
    mine = current()
    told: dict[str, dict[str, str]] = {}
    try:
        for code in SPOKEN:
            language = parse(code)
            assert language is not None, "what is spoken can be parsed"
            choose(language)
            told[code] = {name: say(words, name="{name}") for name, words in site.WORDS.items()}
    finally:
        choose(mine)
    return told


CALLS: Final = {"stories.site": Call(Make, make)}
