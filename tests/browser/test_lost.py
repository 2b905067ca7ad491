"""The node is killed while a page is open: the page says so, and goes on by itself when the node is back."""

from __future__ import annotations

from playwright.sync_api import expect

from kits.browser import Opens
from kits.person import Person, shown
from kits.processes import Node

GONE = r"net::ERR_(CONNECTION_REFUSED|INCOMPLETE_CHUNKED_ENCODING|CONNECTION_RESET|EMPTY_RESPONSE)"


def test_a_page_survives_its_node(opens: Opens, pair: list[Node]) -> None:
    nour, sami = Person(pair[0], opens("Nour")), Person(pair[1], opens("Sami", language="ar"))
    for one in (nour, sami):
        one.talk()
    field = nour.page.locator('[name="text"]').first
    field.fill("not sent yet")
    told = nour.page.locator(".lost")
    expect(told).to_be_hidden()
    with nour.window.trouble(GONE):
        pair[0].kill()
        expect(told).to_be_visible()
        sami.say("while you were away")
        pair[0].start()
        expect(told).to_be_hidden()
        shown(nour.page, "while you were away")
    expect(field).to_have_value("not sent yet")
    # Still let in, without a new link.
    nour.page.reload()
    shown(nour.page, "while you were away")
