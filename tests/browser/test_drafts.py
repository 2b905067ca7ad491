"""What is being written is never lost."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from kits.browser import Opens
from kits.person import Person
from kits.processes import Node


def test_what_was_being_typed_when_it_locked_comes_back(opens: Opens, pair: list[Node]) -> None:
    nour = Person(pair[0], opens("Nour"))
    nour.talk()
    field = nour.page.locator('[name="text"]').first
    with nour.page.expect_response(lambda answer: "draft" in answer.url and answer.request.method == "POST"):
        field.press_sequentially("half a thought")
    nour.lock()
    assert "half a thought" not in nour.page.content()
    nour.unlock()
    nour.talk()
    expect(nour.page.locator('[name="text"]').first).to_have_value(re.compile("half a thought"))
