"""Two minutes to the first post: the whole first run with the keyboard alone, in both languages, step by step.

Nobody's hands are measured here; what is bounded is what they have to do: pages to look at, fields to fill, and keys to
press on the way between them.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from kits.browser import Opens, tab_to
from kits.person import Computer, Person, shown
from kits.processes import PASSPHRASE, Troupe

STEPS = {"pages": 7, "fields": 5, "tabs": 50}  # at most; a page is one that was shown, redirections are none


class Hands:
    """Somebody at a keyboard. Counts what they do."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.did = dict.fromkeys(STEPS, 0)
        page.on("domcontentloaded", lambda _: self._count("pages"))

    def fill(self, field: str, text: str) -> None:
        self.reach(f'#main [name="{field}"]')
        self._count("fields")
        self.page.keyboard.type(text)

    def press(self, selector: str) -> None:
        self.reach(selector)
        self.page.keyboard.press("Enter")

    def reach(self, selector: str) -> None:
        self.page.locator(selector).first.wait_for()
        if self.page.locator(selector).first.evaluate("(one) => one === document.activeElement"):
            return
        self.did["tabs"] += tab_to(self.page, selector)

    def _count(self, what: str) -> None:
        self.did[what] += 1


@pytest.mark.parametrize("language", ["en", "ar"])
def test_from_the_link_to_the_first_post(opens: Opens, stage: Troupe, language: str) -> None:
    computer = Computer(stage.folder / f"hands-{language}")
    stage.children.append(computer)
    computer.start()
    nour = Person(computer, opens("Nour", language=language))
    hands = Hands(nour.page)
    page = nour.page
    page.goto(computer.told["pages"])  # 1: the languages
    hands.press(f'a[href$="/welcome/{language}"]')  # 2: the passphrase
    expect(page.locator("html")).to_have_attribute("lang", language)
    hands.fill("passphrase", PASSPHRASE)
    hands.fill("passphrase_again", PASSPHRASE)
    page.keyboard.press("Enter")
    # Whatever the passphrase is made into a key by takes its time on purpose.
    expect(page).to_have_url(
        re.compile("/first/reach"), timeout=30_000
    )  # 3: how others may reach one; what is chosen already will do
    hands.press('#main form:has([name="how"]) button[type="submit"]')
    hands.press('#main a[href$="/spaces/new"]')  # 4: home; 5: a space of one's own
    hands.fill("name", "حلقة بيروت" if language == "ar" else "Beirut Circle")
    hands.fill("called", "نور" if language == "ar" else "Nour")
    page.keyboard.press("Enter")
    first = "أوّل ما يُقال هنا" if language == "ar" else "The first thing said here"
    hands.fill("text", first)  # 6: the space
    hands.press('form:has([name="text"]) button[type="submit"]')
    shown(page, first)  # 7: it stands there
    done = [post["text"] for post in computer.call("talk.read", limit=5)["posts"]]
    assert done == [first]
    over = {what: count for what, count in hands.did.items() if count > STEPS[what]}
    assert not over, hands.did
