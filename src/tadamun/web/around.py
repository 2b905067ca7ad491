"""What stands around every page: the spaces and the rooms to go to, each with how much is new in it, and the sign in
the head of whom one is in touch with. Told by one quick call; a page that stays open fetches it anew by itself.

A page with `nav` shows how much is new in the room of its own name. This file does not know what a room holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response

from tadamun.core.errors import LocalError
from tadamun.i18n.words import say
from tadamun.web.page import Page, Visit

if TYPE_CHECKING:
    from tadamun.web.site import Site


async def around(site: Site, visit: Visit) -> dict[str, Any]:
    """{spaces, space, rooms, alerts, standing, signs}, as docs/guides/pages.md has them."""
    here = visit.path.get("space", "")
    spaces = await _spaces(site)
    space = next((one for one in spaces if one["space"] == here), None)
    unread: Mapping[str, int] = space["unread"] if space is not None else {}
    return {
        "spaces": [
            {
                **one,
                "key": one["space"],
                "href": site.space_href(one["space"]),
                "here": one["space"] == here,
                "unread": sum(one["unread"].values()),
            }
            for one in spaces
        ],
        "space": space,
        "rooms": [
            {
                "key": page.name,
                "label": say(page.nav),
                "href": site.url(page.name, space=here),
                "icon": page.icon,
                "here": visit.page.path == page.path or visit.page.path.startswith(f"{page.path}/"),
                "unread": unread.get(page.name, 0),
            }
            for page in (site.pages if here else ())
            if page.nav
        ],
        "alerts": [_alert(site, one, told) for one in spaces for told in one["alerts"]],
        "standing": _standing([space] if space is not None else spaces),
        "signs": site.url("space-signs", space=here) if space is not None else site.url("signs"),
    }


def _alert(site: Site, space: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """{words, href, urgent, at, space, space_name}: something to see to, as it is shown."""
    here = {"space": space["space"], **told["path"]}
    return {
        "words": say(told["message"], **told["arguments"]),
        "href": site.url(told["page"], **here) if told["page"] else site.space_href(space["space"]),
        "urgent": told["urgent"],
        "at": told["at"],
        "space": space["space"],
        "space_name": space["name"],
    }


async def signs(visit: Visit) -> Response:
    """The signs alone, for a page that is open."""
    return await visit.render("signs.html")


async def _spaces(site: Site) -> list[dict[str, Any]]:
    """None where they cannot be told: the node that did what this page tells of may have ended by it."""
    with suppress(LocalError):
        found: list[dict[str, Any]] = await site.house.call("space.signs", {})
        return found
    return []


def _standing(spaces: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """{connected: in how many spaces, one: whom one is in touch with, of a single space}; None: there is none to be
    connected in."""
    belonging = [one["connected"] for one in spaces if one["status"] == "member"]
    if not belonging:
        return None
    return {
        "connected": sum(bool(one["members"] or one["meeting_points"]) for one in belonging),
        "one": belonging[0] if len(belonging) == 1 else None,
    }


PAGES: Final = (Page("/signs", "signs", signs), Page("/{space}/signs", "space-signs", signs))
