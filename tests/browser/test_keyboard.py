"""With the keyboard alone: to the content, to the composer, to sending, to locking; the focus can always be seen."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from kits.browser import Opens, tab_to
from kits.person import LOCKED, Person, shown
from kits.processes import PASSPHRASE, Node


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_post_is_written_and_the_node_locked_and_unlocked(opens: Opens, pair: list[Node], language: str) -> None:
    pair[0].call("node.prefer", language=language)
    nour = Person(pair[0], opens("Nour", language=language))
    nour.talk()
    page, keys = nour.page, nour.page.keyboard
    keys.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    keys.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    tab_to(page, '[name="text"]')
    keys.type(f"typed, {language}")
    tab_to(page, 'form:has([name="text"]) button[type="submit"]')
    keys.press("Enter")
    shown(page, f"typed, {language}")
    tab_to(page, 'form[action$="/lock"] button')
    keys.press("Enter")
    expect(page).to_have_url(LOCKED)
    if not page.locator('[name="passphrase"]').evaluate("(field) => field === document.activeElement"):
        tab_to(page, '[name="passphrase"]')
    keys.type(PASSPHRASE)
    keys.press("Enter")
    expect(page).not_to_have_url(LOCKED)
