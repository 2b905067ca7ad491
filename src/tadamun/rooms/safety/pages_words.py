"""What several pages of safety share: the tabs, and who may be here. This file does not know which pages there are."""

from __future__ import annotations

from typing import Any

from tadamun.core.errors import UsageError
from tadamun.i18n.words import say
from tadamun.web.page import Answer, Handler, Visit


async def frame(visit: Visit, here: str) -> dict[str, Any]:
    """What every page of safety has: its tabs."""
    space = visit.path["space"]
    tabs = (
        ("own", say("For yourself"), visit.url("safety-room", space=space)),
        ("cases", say("Reports and cases"), visit.url("safety-cases", space=space)),
    )
    return {"tabs": [{"label": label, "href": href, "here": name == here} for name, label, href in tabs]}


def within(page: Handler) -> Handler:
    """The page, for members of the space it is in; one that says so for whoever is none."""

    async def shown(visit: Visit) -> Answer:
        spaces = await visit.call("space.list")
        one = next((one for one in spaces if one["space"] == visit.path["space"]), None)
        if one is None:
            raise UsageError("There is no such space on this node. Choose one from the list of your spaces.")
        if one["status"] == "member":
            return await page(visit)
        return await visit.render("safety/outside.html", joining=one["status"] == "joining")

    return shown
