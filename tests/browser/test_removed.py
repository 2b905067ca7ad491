"""Somebody is removed while their page is open."""

from __future__ import annotations

from playwright.sync_api import expect

from kits.browser import Opens
from kits.person import Person, shown
from kits.processes import Node, until


def test_a_page_open_while_somebody_is_removed(opens: Opens, pair: list[Node]) -> None:
    nour, sami = Person(pair[0], opens("Nour")), Person(pair[1], opens("Sami", language="ar"))
    for one in (nour, sami):
        one.talk()
    pair[0].call("members.remove", member="سامي")
    until(lambda: pair[1].call("space.list")[0]["status"] != "member", "Sami's node has heard of it")
    nour.say("only for those who are still here")
    shown(nour.page, "only for those who are still here")
    # He is told, on the page that was open, and it holds nothing of what came after.
    expect(sami.page.locator('[role="alert"]').first).to_be_visible()
    expect(sami.page.locator('form:has([name="text"])')).to_have_count(0)
    assert "only for those who are still here" not in sami.page.content()
