"""What stands around a page goes on while the page stands still; and what was looked for stays out of the address."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from kits.browser import Opens
from kits.person import Person, shown
from kits.processes import Node, until


def test_what_is_new_is_told_beside_another_page(opens: Opens, pair: list[Node]) -> None:
    nour = Person(pair[0], opens("Nour"))
    pair[0].call("talk.mark_read")
    nour.talk()
    nour.go("settings")
    number = nour.page.locator('[id^="fresh-space-"]')
    expect(number).to_be_hidden()
    expect(nour.page.locator("#sign")).to_be_visible()
    nour.page.locator("main select").first.focus()
    pair[1].call("talk.post", text="something new")
    expect(number).to_contain_text("1")
    assert nour.page.evaluate("document.activeElement.matches('select')")
    pair[0].call("talk.mark_read")
    pair[1].call("talk.post", text="and more")
    until(lambda: "and more" in pair[0].texts(), "it came")
    expect(number).to_contain_text("1")


@pytest.mark.parametrize("script", [True, False])
def test_words_that_were_looked_for_stand_in_no_address(opens: Opens, pair: list[Node], script: bool) -> None:
    pair[0].call("talk.post", text="planted among the words")
    nour = Person(pair[0], opens("Nour", script=script))
    nour.talk()
    nour.page.locator('a[href$="/talk/search"]').first.click()
    nour.page.locator('[name="words"]').fill("planted")
    nour.page.locator('form:has([name="words"]) button[type="submit"]').click()
    shown(nour.page, "planted among the words")
    assert "found=" in nour.page.url
    assert "planted" not in nour.page.url
    nour.page.go_back()
    assert nour.page.url.endswith("/talk/search")
    nour.page.go_forward()
    expect(nour.page.locator('[name="words"]')).to_have_value("planted")
    if script:
        assert "planted" not in str(
            nour.page.evaluate("[JSON.stringify(sessionStorage), JSON.stringify(localStorage)]")
        )
