"""From a computer on which nothing was done to a conversation: two people, two languages, nothing but pages."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from kits.browser import Opens
from kits.person import Computer, Person, shown
from kits.processes import PASSPHRASE, Troupe, until


def arrives(opens: Opens, stage: Troupe, name: str, language: str, script: bool) -> Person:
    """`tadamun up` on a new computer, its link opened in a browser, and a language chosen."""
    computer = Computer(stage.folder / f"{name}-{script}")
    stage.children.append(computer)
    computer.start()
    one = Person(computer, opens(name, language=language, script=script))
    one.page.goto(computer.told["pages"])
    one.page.locator(f'a[href$="/welcome/{language}"]').click()
    expect(one.page.locator("html")).to_have_attribute("lang", language)
    return one


def press(one: Person, field: str) -> None:
    """The button of the form that has this field."""
    one.page.locator(f'#main form:has([name="{field}"]) button[type="submit"]').last.click()


def settle(one: Person, keeper: str) -> None:
    """How others may reach one."""
    expect(one.page).to_have_url(re.compile("/first/reach"))
    one.page.locator('[name="how"][value="keeper"]').check()
    one.page.locator('[name="keeper"]').fill(keeper)
    press(one, "how")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_two_people_begin(opens: Opens, stage: Troupe, script: bool) -> None:
    keeper = stage.keeper().address

    nour = arrives(opens, stage, "Nour", "en", script)
    for field in ("passphrase", "passphrase_again"):
        nour.page.locator(f'[name="{field}"]').fill(PASSPHRASE)
    press(nour, "passphrase")
    settle(nour, keeper)
    nour.page.locator('a[href$="/spaces/new"]').first.click()
    for field, text in {"name": "Beirut Circle", "called": "Nour", "pronouns": "she/her"}.items():
        nour.page.locator(f'[name="{field}"]').fill(text)
    press(nour, "called")
    nour.page.locator('[name="text"]').first.wait_for()
    link = nour.node.call("invite.new", uses=1)["link"]

    sami = arrives(opens, stage, "Sami", "ar", script)
    sami.page.locator('a[href$="/welcome/ar/words"]').first.click()
    made = sami.page.locator('#main [name="passphrase"]').input_value()
    assert len(made.split()) >= 5
    sami.page.locator('[name="passphrase_again"]').fill(made)
    press(sami, "passphrase_again")
    settle(sami, keeper)
    sami.page.locator('a[href$="/join"]').first.click()
    for field, text in {"link": link, "called": "سامي", "pronouns": "هو"}.items():
        sami.page.locator(f'[name="{field}"]').fill(text)
    press(sami, "link")
    sami.page.locator('[name="text"]').first.wait_for()

    nour.say("Welcome, Sami! أهلًا.")
    shown(nour.page, "Welcome, Sami! أهلًا.")
    said(sami, "Welcome, Sami! أهلًا.")
    sami.talk()
    shown(sami.page, "Welcome, Sami! أهلًا.")
    sami.say("شكرًا يا نور.")
    shown(sami.page, "شكرًا يا نور.")
    said(nour, "شكرًا يا نور.")
    nour.talk()
    shown(nour.page, "شكرًا يا نور.")

    # What opens it, opens it again: the words that were made, too.
    sami.lock()
    sami.unlock(passphrase=made)
    expect(sami.page).not_to_have_url(re.compile("/unlock"))


def said(one: Person, text: str) -> None:
    """The node has it; what shows it is another test's."""

    def has() -> bool:
        return any(post["text"] == text for post in one.node.call("talk.read")["posts"])

    until(has, text)
