"""A part of a page that fetches itself anew takes nothing away from whoever is in it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from kits.browser import PHONE, Opens
from kits.person import Person
from kits.processes import Node

ANEW = "() => { const old = document.querySelector('#standing'); return new Promise((tell) => { \
    const look = () => old.isConnected ? setTimeout(look, 50) : tell(true); \
    document.body.dispatchEvent(new CustomEvent('live:changed', {detail: ''})); look(); }); }"


def at_status(opens: Opens, node: Node) -> Page:
    nour = Person(node, opens("Nour"))
    nour.enter()
    nour.go("status")
    return nour.page


def test_what_was_unfolded_stays_so(opens: Opens, pair: list[Node]) -> None:
    page = at_status(opens, pair[0])
    page.locator("#standing summary").click()
    page.evaluate(ANEW)
    expect(page.locator("#standing details")).to_have_attribute("open", "")
    expect(page.locator("#standing summary")).to_be_focused()


def test_whoever_stands_on_a_link_goes_on_standing_there(opens: Opens, pair: list[Node]) -> None:
    page = at_status(opens, pair[0])
    page.locator('#standing a[href$="/settings/reach"]').focus()
    page.evaluate(ANEW)
    expect(page.locator('#standing a[href$="/settings/reach"]')).to_be_focused()


def test_what_is_said_at_once_is_said_once(opens: Opens, pair: list[Node]) -> None:
    page = at_status(opens, pair[0])
    page.evaluate("() => { document.querySelector('#alerts').dataset.same = ''; }")
    with page.expect_response(lambda answer: answer.url.endswith("/signs")):
        page.evaluate("() => document.body.dispatchEvent(new CustomEvent('live:changed', {detail: ''}))")
    expect(page.locator("#status #sign")).to_be_visible()
    expect(page.locator("#alerts[data-same]")).to_have_count(1)


def test_what_is_new_finds_its_place_on_every_page(opens: Opens, pair: list[Node]) -> None:
    page = at_status(opens, pair[0])
    page.goto(page.url.removesuffix("status"))
    with page.expect_response(lambda answer: answer.url.endswith("/signs")):
        page.evaluate("() => document.body.dispatchEvent(new CustomEvent('live:changed', {detail: ''}))")
    # What comes without a place is a complaint of the browser's, which the window tells at the end.
    expect(page.locator("#alerts")).to_have_count(1)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_link_is_copied_by_a_button(opens: Opens, pair: list[Node], language: str) -> None:
    pair[0].call("node.prefer", language=language)
    window = opens("Nour", language=language, size=PHONE)
    window.context.grant_permissions(["clipboard-read", "clipboard-write"])
    nour = Person(pair[0], window)
    nour.enter()
    made = pair[0].call("invite.new", uses=1)
    [space] = pair[0].call("space.list")
    nour.go(f"{space['space']}/people/invitations/{made['key']}")
    nour.page.locator("[data-copy]").click()
    expect(nour.page.locator(".copied [role=status]")).not_to_be_empty()
    assert nour.page.evaluate("() => navigator.clipboard.readText()") == made["link"]
    pair[0].call("node.prefer", language="en")
