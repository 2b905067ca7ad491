"""The discreet look: neither the title of a window nor the head of a page says what this is."""

from __future__ import annotations

import pytest

from kits.browser import Opens
from kits.everywhere import PLACE, pages
from kits.person import Person
from kits.processes import Node
from tadamun.web.house import State

NAMES = ("Tadamun", "تضامن", "Circle", "Nour", "سامي")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_whoever_looks_over_a_shoulder_learns_nothing(opens: Opens, pair: list[Node], language: str) -> None:
    pair[0].call("node.prefer", language=language, discreet=True)
    nour = Person(pair[0], opens("Nour", language=language))
    base = nour.enter()
    nour.talk()
    told = [(nour.page.title(), nour.page.get_by_role("banner").inner_text())]
    for page in pages(State.OPEN):
        if not PLACE.search(page.path):
            nour.page.goto(base + page.path)
            told.append((nour.page.title(), nour.page.get_by_role("banner").inner_text()))
    nour.page.goto(f"{base}/")
    nour.lock()
    told.append((nour.page.title(), nour.page.locator("body").inner_text()))
    nour.unlock()
    nour.page.wait_for_url(f"{base}/")
    pair[0].call("node.prefer", discreet=False)
    assert not [words for words in told for name in NAMES if name in words[0] + words[1]]
