"""The page that rehearses what is about to be said: reached from the page of its audience, working without a script."""

from __future__ import annotations

import html
import re

import pytest

from kits.visitor import Pages

pytestmark = pytest.mark.anyio


async def test_it_is_reached_from_the_audience_and_says_who_reads(pages: Pages) -> None:
    space = await pages.space()
    exactly = await pages.get(pages.url("talk-audience", space=space) + "?expires=3600")
    link = re.search(r'href="([^"]*safety/rehearsal[^"]*)"', exactly.text)
    assert link is not None
    shown = await pages.get(html.unescape(link[1]))
    assert shown.status == 200
    assert "As seen by others" in shown.words
    assert "keys to what expires are never handed on" in shown.words
    assert "Whoever takes it after the end does not read it" in shown.words
    assert "Somebody who also recorded the traffic" in shown.words
    lasting = await pages.get(pages.url("safety-rehearse", space=space))
    assert "Somebody who joins in a week reads it" in lasting.words
    assert "after the end" not in lasting.words


@pytest.mark.parametrize(
    "query", ["?expires=x", "?to=ff", "?circle=%00,,", "?edit=zz", "?member=nobody", "?expires=-5"]
)
async def test_what_stands_in_an_address_by_mistake_is_answered_in_words(pages: Pages, query: str) -> None:
    space = await pages.space()
    shown = await pages.get(pages.url("safety-rehearse", space=space) + query)
    assert shown.status < 500
    assert "Traceback" not in shown.text


async def test_a_member_is_looked_at_without_standing_in_the_address(pages: Pages) -> None:
    space = await pages.space()
    page = pages.url("safety-rehearse", space=space)
    [me] = await pages.call("people.list", space=space)
    await pages.get(page)
    shown = await pages.post(pages.url("find"), {"at": page, "member": me["member"], "expires": "86400"})
    assert me["member"] not in shown.path
    for words in ("as a member reads it", "removed after it arrived reads it", "Whoever takes a device of"):
        assert words in shown.words
