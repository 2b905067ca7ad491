"""The pages of gatherings: which there are. What they show is in pages_*.py."""

from __future__ import annotations

from typing import Final

from tadamun.core.words import N_
from tadamun.rooms.gatherings import pages_lists, pages_one, pages_write
from tadamun.rooms.gatherings.pages_words import within
from tadamun.web.page import Handler, Page


def _page(path: str, name: str, get: Handler | None = None, post: Handler | None = None, nav: str = "") -> Page:
    """A page below a space's gatherings, for its members."""
    return Page(
        f"/{{space}}/gatherings{path}",
        name,
        within(get) if get is not None else None,
        within(post) if post is not None else None,
        nav=nav,
        icon="gatherings" if nav else "",
    )


PAGES: Final = (
    _page("", "gatherings", pages_lists.show, nav=N_("Gatherings")),
    _page("/month", "gatherings-month", pages_lists.month, pages_lists.prefer),
    _page("/new", "gathering-new", pages_write.new, pages_write.make),
    _page("/{gathering}", "gathering", pages_one.show, pages_one.come),
    _page("/{gathering}/people", "gathering-people", pages_one.people, pages_one.door),
    _page("/{gathering}/change", "gathering-change", pages_write.change, pages_write.changed),
    _page("/{gathering}/cancel", "gathering-cancel", pages_one.cancelling, pages_one.cancel),
)
