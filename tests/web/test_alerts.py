"""What somebody has to see to: urgent matters above every page, all of them at home and beside their space."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kits.visitor import NOW, Pages
from tadamun.core.room import Alert

pytestmark = pytest.mark.anyio

LATE = Alert("back:1", "{name} is not back.", {"name": "Nour <b>"}, "people", urgent=True, at=NOW - 60)
ASKED = Alert("case:2", "A case waits.", page="talk-thread", path={"thread": "ab" * 32})


def tell(pages: Pages, space: str, *alerts: Alert) -> None:
    """The talk room tells of these in that space."""
    rooms = [
        replace(room, alerts=lambda bench, where: alerts if where == space else ()) if room.name == "talk" else room
        for room in pages.node.parts.rooms
    ]
    pages.node.parts = replace(pages.node.parts, rooms=rooms)


async def test_nothing_to_see_to_is_not_spoken_of(pages: Pages) -> None:
    space = await pages.space("Circle")
    for path in (pages.url("home"), pages.url("talk", space=space)):
        assert "To see to" not in (await pages.get(path)).words


async def test_urgent_ones_stand_above_every_page_and_the_others_where_one_looks(pages: Pages) -> None:
    one, two = await pages.space("Circle"), await pages.space("Garden")
    tell(pages, one, ASKED, LATE)
    for path in (pages.url("talk", space=one), pages.url("talk", space=two), pages.url("settings")):
        shown = await pages.get(path)
        assert "Nour <b> is not back." in shown.words
        assert "<b>" not in shown.text
        assert f'href="{pages.url("people", space=one)}"' in shown.text
        assert ("A case waits." in shown.words) is (path == pages.url("talk", space=one))
    home = await pages.get(pages.url("home"))
    assert home.words.index("is not back.") < home.words.index("A case waits.")
    assert home.words.count("is not back.") == 1
    assert f'href="{pages.url("talk-thread", space=one, thread="ab" * 32)}"' in home.text
    # A page that stays open is told with the signs, also that it is over.
    assert "is not back." in (await pages.get(pages.url("signs"))).words
    tell(pages, one)
    shown = await pages.get(pages.url("signs"))
    assert '<div id="alerts" hx-swap-oob="true"></div>' in shown.text


async def test_with_looks_that_tell_nothing_it_says_no_more_than_that(pages: Pages) -> None:
    space = await pages.space("Circle")
    tell(pages, space, LATE)
    await pages.call("node.prefer", discreet=True)
    shown = await pages.get(pages.url("settings"))
    assert "There is something to see to now." in shown.words
    assert "is not back" not in shown.words
    assert "is not back." in (await pages.get(pages.url("home"))).words
