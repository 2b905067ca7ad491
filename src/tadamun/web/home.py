"""Home: every space at a glance, whom one is connected with, and making or joining a space."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from starlette.responses import RedirectResponse, Response

from tadamun.core.errors import Unreachable, UsageError
from tadamun.core.words import N_
from tadamun.web import codes, first_run
from tadamun.web.page import Page, Visit

PATIENT: Final = 12.0  # seconds to wait for somebody to let one in; after that it goes on by itself
MOST_PICTURE: Final = codes.MOST + 64 * 1024  # bytes of a form with one


async def home(visit: Visit) -> Response:
    found = await visit.call("space.overview")
    if not found:
        return await visit.render("home_empty.html", steps=first_run.steps())
    return await visit.render("home.html", cards=[_card(visit, one) for one in found])


async def found(visit: Visit) -> Response:
    return await visit.render("found.html")


async def make(visit: Visit) -> Response:
    """A space of one's own."""
    made = await visit.call(
        "space.new",
        name=visit.form.line("name"),
        called=visit.form.line("called"),
        pronouns=visit.form.line("pronouns"),
    )
    visit.notice(N_("{space} is founded. You can write the first post, and invite others."), space=made["name"])
    return RedirectResponse(visit.site.space_href(made["space"]), 303)


async def join(visit: Visit) -> Response:
    return await visit.render("join.html", link=visit.form.line("link"))


async def ask(visit: Visit) -> Response:
    """Join by a link that was pasted, or by the picture of its code."""
    link = "".join(visit.form.text("link").split())  # mail programs break long lines
    picture = visit.form.file("picture")
    if not link and picture is not None:
        link = await asyncio.to_thread(codes.read, await picture.read())
    if not link:
        raise UsageError("There is no link to join by. Nothing was sent. Paste the whole link you were given.")
    try:
        joined = await visit.call(
            "join",
            link=link,
            called=visit.form.line("called"),
            pronouns=visit.form.line("pronouns"),
            timeout=PATIENT,
        )
    except Unreachable:
        return visit.see("home", WAITING)
    visit.notice(N_("Welcome. You are in {space} now."), space=joined["name"])
    return RedirectResponse(visit.site.space_href(joined["space"]), 303)


async def fresh(visit: Visit) -> Response:
    """How much is new, as a bare number: what a page in the background asks for."""
    count = sum(_unread(one) for one in await visit.call("space.overview"))
    return Response(str(count), media_type="text/plain")


def _card(visit: Visit, one: dict[str, Any]) -> dict[str, Any]:
    """What home shows of a space."""
    newest = [room["newest"] for room in one["rooms"].values() if room.get("newest")]
    return {
        **one,
        "key": one["space"],
        "href": visit.site.space_href(one["space"]),
        "unread": _unread(one),
        "newest": newest[0] if newest else None,
    }


def _unread(one: dict[str, Any]) -> int:
    return sum(int(room.get("unread", 0)) + int(room.get("unread_private", 0)) for room in one["rooms"].values())


WAITING: Final = N_(
    "Nobody who can let you in has answered yet. Your request is kept: it goes on by itself while your node is open, "
    "and you are in as soon as one of them is there."
)

PAGES: Final = (
    Page("/", "home", home),
    Page("/spaces/new", "found", found, make),
    Page("/join", "join", join, ask, most=MOST_PICTURE),
    Page("/fresh", "fresh", fresh),
)
