"""Where every page is, in a given community: made of the pages' own paths, so that no new page can be forgotten."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from typing import Final

from kits import deeds
from kits.community import NOUR, SAMI, SPACE, Community
from tadamun.main import ROOM_PAGES, room_pages
from tadamun.web import own
from tadamun.web.house import State
from tadamun.web.page import Page

# They answer a script, or are a picture or a file: nothing to look at.
SILENT = frozenset({"awake", "fresh", "signs", "space-signs", "strength", "talk-attached", "talk-picture"}) | {
    "aid-file", "gatherings-calendar",
}  # fmt: skip
ANYWHERE = {"language": "ar"}  # what braces hold that are there in every state of the house
PLACE = re.compile(r"\{(\w+)(?::\w+)?\}")


HOUSE: Final = "house"
PARTS: Final = (HOUSE, *(package.rpartition(".")[2] for package in ROOM_PAGES))


def pages(state: State, part: str = "") -> list[Page]:
    """All that can be looked at while the house is in that state; those of one state alone, if not open.

    part: of PARTS; "": all of them.
    """
    every = (*own.PAGES, *room_pages())
    if part == HOUSE:
        every = own.PAGES
    elif part:
        every = importlib.import_module(ROOM_PAGES[PARTS.index(part) - 1] + ".web").PAGES
    return [
        page
        for page in every
        if page.get is not None
        and page.name not in SILENT
        and state in page.when
        and (state is State.OPEN or State.OPEN not in page.when)
    ]


def path(page: Page, given: Mapping[str, str]) -> str:
    """The page's path below the pages' own, with what is given put into its braces.

    A KeyError says that a page has come whose braces hold what nobody gave: see who calls this.
    """
    return PLACE.sub(lambda found: {**ANYWHERE, **given}[found[1]], page.path).removeprefix("/")


def given(town: Community) -> dict[str, str]:
    """What stands in the braces of paths. The community does what deeds.py has, once."""
    town.things = town.things or deeds.act(town)
    node = town.nodes[NOUR]
    [space] = node.call("space.list")
    people = {one["name"]: one["member"] for one in node.call("people.list", space=SPACE)}
    return {
        "space": space["space"],
        "member": people[SAMI],
        "post": town.posts["welcome"],
        "thread": town.posts["mother"],
        "of": space["space"],
        "act": town.proposal,
        "key": node.call("invite.new", space=SPACE)["key"],
        "device": node.call("devices.list", space=SPACE)[0]["device"],
        **town.things,
    }
