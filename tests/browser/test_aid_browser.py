"""Mutual aid in two browsers: one speaks English and the other Arabic; asked, claimed, done, and written down."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from kits.axe import told
from kits.browser import Opens, fits
from kits.person import Person, shown
from kits.processes import Node, until

TEXT = "Third floor is fine. قطة صغيرة معي."


def go(person: Person, path: str) -> None:
    [space] = person.node.call("space.list")
    person.page.goto(f"{person.enter()}/{space['space']}/{path}")


def press(person: Person, selector: str) -> None:
    person.page.locator(f"#main {selector}").first.click()


@pytest.mark.parametrize("script", [True, False])
def test_from_asking_to_done(opens: Opens, pair: list[Node], script: bool) -> None:
    title = f"A room for two nights {script}"
    nour = Person(pair[0], opens("Nour", script=script))
    sami = Person(pair[1], opens("سامي", language="ar", script=script))
    go(nour, "aid/new")
    form = nour.page.locator('form:has([name="title"])')
    form.locator('[name="title"]').fill(title)
    form.locator('[name="text"]').fill(TEXT)
    form.locator('[name="place"]').fill("Beirut")
    form.locator('button[type="submit"]').last.click()
    shown(nour.page, title)
    item = nour.page.url.rpartition("/")[2]
    until(lambda: any(one["id"] == item for one in sami.node.call("aid.list")["items"]), "the request")
    go(sami, "aid")
    sami.page.get_by_role("link", name=title).click()
    expect(sami.page.locator("html")).to_have_attribute("dir", "rtl")
    press(sami, 'button[value="claimed"]')
    shown(sami.page, "هناك من سيقوم به")
    until(lambda: nour.node.call("aid.show", item=item)["parts"], "the claim")
    if not script:
        nour.page.reload()
    shown(nour.page, "Who has a part in it")
    press(nour, 'form:has([name="member"]) button[value="under-way"]')
    press(nour, 'form:has([name="member"]) button[value="done"]')
    until(lambda: sami.node.call("aid.show", item=item)["state"] == "done", "its end")
    go(sami, f"aid/item/{item}")
    shown(sami.page, "تمّ")
    if script:
        for person in (nour, sami):
            assert not list(told(person.page, "an item"))


def test_what_two_gave_each_other_and_a_place_that_helps(opens: Opens, pair: list[Node]) -> None:
    nour, sami = Person(pair[0], opens("Nour")), Person(pair[1], opens("سامي", language="ar"))
    other = next(one["member"] for one in nour.node.call("people.list") if not one["me"])
    go(nour, f"aid/ledger/{other}")
    nour.page.locator('[name="hours"]').fill("2")
    nour.page.locator('[name="note"]').fill("moving boxes")
    nour.page.locator('form:has([name="hours"]) button[type="submit"]').click()
    shown(nour.page, "moving boxes")
    until(lambda: sami.node.call("aid.ledger")["members"], "the entry")
    go(sami, "aid/ledger")
    sami.page.locator("#ledger a").first.click()
    press(sami, 'button[value="confirmed"]')
    shown(sami.page, "عليك")
    until(lambda: any(one["minutes"] for one in nour.node.call("aid.ledger")["members"]), "the confirmation")
    shown(nour.page, "You are owed 2 hours")
    assert not [*told(nour.page, "between two"), *told(sami.page, "between two")]
    go(nour, "aid/directory/new")
    nour.page.locator('[name="name"]').fill("عيادة الضوء")
    nour.page.locator('[name="sort"]').select_option("clinic")
    nour.page.locator('form:has([name="sort"]) button[type="submit"]').last.click()
    shown(nour.page, "Nobody has checked it")
    assert not list(told(nour.page, "a resource"))
    until(lambda: sami.node.call("aid.resources")["resources"], "the clinic")
    go(sami, "aid/directory")
    sami.page.locator('[name="search"]').fill("doctor")
    sami.page.locator('[name="search"]').press("Enter")
    shown(sami.page, "عيادة الضوء")
    with sami.page.expect_download() as file:
        go(sami, "aid/directory/files")
        sami.page.locator('a[href$="file/csv"]').click()
    assert file.value.suggested_filename == "directory.csv"


@pytest.mark.parametrize(
    "path", ["aid", "aid/new", "aid/fits", "aid/mentors", "aid/ledger", "aid/directory", "aid/blind"]
)
def test_each_can_be_read_by_everybody(opens: Opens, pair: list[Node], path: str) -> None:
    for node, language in zip(pair, ("en", "ar"), strict=True):
        person = Person(node, opens(language, language=language))
        go(person, path)
        person.page.evaluate("() => document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
        assert not list(told(person.page, path))
        person.page.set_viewport_size({"width": 320, "height": 640})
        fits(person.page)
