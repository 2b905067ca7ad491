"""The pages of gatherings: which there are. What they show is in pages_*.py."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from tadamun.core.words import N_
from tadamun.rooms.gatherings import pages_care, pages_ical, pages_lists, pages_one, pages_roles, pages_write
from tadamun.rooms.gatherings.pages_words import within
from tadamun.web.guard import MOST_BODY
from tadamun.web.page import TEXT, Answer, Handler, Page, Visit


async def calendar(visit: Visit) -> Answer:
    """The calendar file."""
    wanted = visit.query.get("gathering", "")
    made = await visit.call(
        "gathering.export", space=visit.path["space"], gatherings=[wanted] if wanted else [],
        instead=visit.query.get("as", "").strip(),
    )  # fmt: skip
    named = {"Content-Disposition": 'attachment; filename="calendar.ics"'}
    return Response(made["calendar"], media_type="text/calendar", headers=named)


def _page(
    path: str, name: str, get: Handler | None = None, post: Handler | None = None, nav: str = "", most: int = TEXT
) -> Page:
    """A page below a space's gatherings, for its members."""
    return Page(
        f"/{{space}}/gatherings{path}",
        name,
        within(get) if get is not None else None,
        within(post) if post is not None else None,
        most=most,
        nav=nav,
        icon="gatherings" if nav else "",
    )


PAGES: Final = (
    _page("", "gatherings", pages_lists.show, nav=N_("Gatherings")),
    _page("/month", "gatherings-month", pages_lists.month, pages_lists.prefer),
    _page("/coming-back", "gatherings-care", pages_care.show, pages_care.act),
    _page("/export", "gatherings-export", pages_ical.exporting),
    _page("/calendar.ics", "gatherings-calendar", calendar),
    _page("/import", "gatherings-import", pages_ical.importing, pages_ical.take, most=MOST_BODY),
    _page("/new", "gathering-new", pages_write.new, pages_write.make),
    _page("/{gathering}", "gathering", pages_one.show, pages_one.come),
    _page("/{gathering}/people", "gathering-people", pages_one.people, pages_one.door),
    _page("/{gathering}/roles", "gathering-roles", pages_roles.roles, pages_roles.brief),
    _page("/{gathering}/meeting-point", "gathering-point", pages_roles.point, pages_roles.seal),
    _page("/{gathering}/change", "gathering-change", pages_write.change, pages_write.changed),
    _page("/{gathering}/cancel", "gathering-cancel", pages_one.cancelling, pages_one.cancel),
)
