"""Locked: nothing readable is left in any window, and what was being written is not lost."""

from __future__ import annotations

from playwright.sync_api import expect

from kits.browser import Opens
from kits.person import LOCKED, Person, shown
from kits.processes import PASSPHRASE, Node, until

SECRETS = ("Circle", "Nour", "سامي", "something between us")


def at_talk(opens: Opens, node: Node, **looks: object) -> Person:
    nour = Person(node, opens("Nour", **looks))
    nour.talk()
    return nour


def unreadable(content: str) -> None:
    assert not [secret for secret in SECRETS if secret in content]


def test_a_locked_page_holds_nothing_and_back_shows_nothing(opens: Opens, pair: list[Node]) -> None:
    nour = at_talk(opens, pair[0])
    nour.say("something between us")
    shown(nour.page, "something between us")
    other = nour.window.tab()
    nour.talk(other)
    shown(other, "something between us")
    nour.lock()
    expect(other).to_have_url(LOCKED)
    for page in (nour.page, other):
        unreadable(page.content())
        unreadable(page.title())
    nour.page.go_back()
    expect(nour.page).to_have_url(LOCKED)
    unreadable(nour.page.content())
    nour.unlock()
    expect(nour.page).not_to_have_url(LOCKED)
    nour.talk()
    shown(nour.page, "something between us")


def test_a_wrong_passphrase_is_told_so_and_the_right_one_opens(opens: Opens, pair: list[Node]) -> None:
    nour = at_talk(opens, pair[0], language="ar")
    nour.lock()
    with nour.window.trouble(r"status of (401|403|422|503)"):
        nour.unlock(passphrase="not this one")
        expect(nour.page.locator('[role="alert"]').first).to_be_visible()
        unreadable(nour.page.content())

        def opened() -> bool:
            with nour.page.expect_navigation():
                nour.unlock(passphrase=PASSPHRASE)
            return not LOCKED.search(nour.page.url)

        # After a wrong one there is a pause: until it is over, nothing is tried.
        until(opened, "the right one opens")


def test_esc_three_times_empties_the_screen_and_locks(opens: Opens, pair: list[Node]) -> None:
    nour = at_talk(opens, pair[0])
    nour.say("something between us")
    shown(nour.page, "something between us")
    nour.page.locator('[name="text"]').first.press("Escape")
    nour.page.keyboard.press("Escape")
    shown(nour.page, "something between us")
    nour.window.bears_beginning_anew()
    before = nour.program()
    nour.page.keyboard.press("Escape")
    expect(nour.page).to_have_url(LOCKED)
    nour.begun_anew(before)
    unreadable(nour.page.content())
    nour.unlock()
    expect(nour.page).not_to_have_url(LOCKED)


def test_what_was_sent_to_a_locked_node_comes_back(opens: Opens, pair: list[Node]) -> None:
    nour = at_talk(opens, pair[0], script=False)
    elsewhere = at_talk(opens, pair[0])
    nour.page.locator('[name="text"]').first.fill("written with great care")
    elsewhere.lock()
    with nour.window.trouble(r"status of 503"):
        nour.page.locator('form:has([name="text"]) button[type="submit"]').last.click()
        expect(nour.page).to_have_url(LOCKED)
        nour.unlock()
    expect(nour.page.locator('[name="text"]').first).to_have_value("written with great care")
    assert "written with great care" not in pair[0].texts()
    nour.page.locator('#main form:has([name="text"]) button[type="submit"]').last.click()
    shown(nour.page, "written with great care")
    assert pair[0].texts().count("written with great care") == 1


def test_the_browser_is_given_nothing_to_keep(opens: Opens, pair: list[Node]) -> None:
    nour = at_talk(opens, pair[0])
    nour.say("nothing to keep")
    shown(nour.page, "nothing to keep")
    kept = nour.page.evaluate(
        """async () => ({
            local: {...localStorage}, session: {...sessionStorage}, caches: await caches.keys(),
            databases: await indexedDB.databases(), workers: (await navigator.serviceWorker.getRegistrations()).length,
            cookies: document.cookie,
        })"""
    )
    assert kept == {"local": {}, "session": {}, "caches": [], "databases": [], "workers": 0, "cookies": ""}
    [cookie] = nour.window.context.cookies()
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"
    assert cookie["path"] == "/" + nour.base().split("/")[3]
