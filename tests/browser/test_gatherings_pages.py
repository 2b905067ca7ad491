"""Gatherings in browsers: three people, one in English, two in Arabic, one of them without script."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, expect

from kits.browser import Opens
from kits.person import Person, shown
from kits.processes import Node, Troupe, until
from tadamun.rooms.gatherings import times

DAY = 86_400
PLACE = "خلف المنارة القديمة"
CARD = "Insulin, twice a day"


@pytest.fixture(scope="module")
def trio(stage: Troupe) -> list[Node]:
    """Nour, Sami and Rima; the pages of the last two are in Arabic."""
    nour, sami, rima = stage.founded([stage.keeper().address], "Nour", "سامي", "Rima", pages=True)
    for node in (sami, rima):
        node.call("node.prefer", language="ar")
    for node in (nour, sami, rima):
        until(lambda node=node: len(node.call("people.list")) == 3, "three members")
    return [nour, sami, rima]


def at(person: Person, path: str) -> Page:
    """That page of the only space."""
    [space] = person.node.call("space.list")
    person.page.goto(f"{person.enter()}/{space['space']}/{path}")
    return person.page


def wall(at: float) -> str:
    return times.on_the_wall(int(at), "Asia/Beirut")


def test_called_answered_and_changed(opens: Opens, trio: list[Node]) -> None:
    nour, sami = (
        Person(node, opens(name, language=language, script=script))
        for node, name, language, script in ((trio[0], "Nour", "en", True), (trio[1], "Sami", "ar", False))
    )
    page = at(nour, "gatherings/new")
    page.locator('[name="title"]').fill("Picnic by the sea")
    page.locator('[name="start"]').fill(wall(time.time() + 9 * DAY))
    page.locator('[name="zone"]').fill("Asia/Beirut")
    page.locator('[name="topic"][value="meet-up"]').check()
    page.locator('[name="place"]').fill("Corniche")
    page.locator("form.form button").last.click()
    shown(page, "Picnic by the sea")
    shown(page, "Beirut time")
    made = page.url.rsplit("/", 1)[-1]
    until(lambda: trio[1].call("gathering.list")["gatherings"], "he hears of it")
    # In Arabic and without script: he says in confidence that he comes.
    his = at(sami, f"gatherings/{made}")
    expect(his.locator("html")).to_have_attribute("dir", "rtl")
    shown(his, "بتوقيت بيروت")
    his.locator('[name="status"][value="accepted"]').check()
    his.locator('[name="seen_by"][value="organisers"]').check()
    his.locator('button[name="do"][value="look"]').click()
    expect(his.locator("#audience")).to_contain_text("Nour")
    expect(his.locator("#audience")).to_have_class(re.compile("private"))
    his.locator('form:has([name="status"]) button:not([name])').click()
    shown(his, "ستحضر. يعرف المنظّمون ذلك وتُحسب معهم.")
    until(lambda: trio[0].call("gathering.people", gathering=made)["going"], "the answer")
    page.goto(f"{page.url}/people")
    shown(page, "سامي")
    shown(page, "in confidence")
    # Changed on one page, it changes on the other's while it is open.
    hers = Person(trio[2], opens("Rima", language="ar"))
    open_ = at(hers, f"gatherings/{made}")
    page.goto(page.url.replace("/people", "/change"))
    page.locator('[name="title"]').fill("Picnic, inside")
    page.locator("form.form button").last.click()
    shown(page, "Picnic, inside")
    expect(open_.locator("#gathering")).to_be_visible()
    expect(open_.locator("#gathering dl")).to_contain_text("مرّة واحدة منذ الدعوة")


def test_a_meeting_point_is_sealed_and_opens(opens: Opens, trio: list[Node]) -> None:
    nour, rima = Person(trio[0], opens("Nour")), Person(trio[2], opens("Rima", language="ar"))
    made = trio[0].call(
        "gathering.make", title="March", start=wall(time.time() + DAY), zone="Asia/Beirut", topics=["march"]
    )["id"]
    until(lambda: any(one["id"] == made for one in trio[2].call("gathering.list")["gatherings"]), "she hears of it")
    hers = at(rima, f"gatherings/{made}/meeting-point")
    shown(hers, "لا نقطة لقاء مختومة.")
    page = at(nour, f"gatherings/{made}/meeting-point")
    page.locator('[name="place"]').fill(PLACE)
    for name in ("سامي", "Rima"):
        page.get_by_label(name).check()
    page.locator('[name="opens"]').fill(wall(time.time()))
    page.locator('form:has([name="place"]) button').click()
    shown(page, "Shares are kept by")
    # Their devices open it, and it comes to stand on a page that was open.
    expect(hers.locator("#point")).to_contain_text(PLACE, timeout=60_000)
    shown(hers, "نقطة اللقاء مفتوحة")


def test_somebody_goes_out_and_says_under_force_that_she_is_back(opens: Opens, trio: list[Node]) -> None:
    nour, sami = Person(trio[0], opens("Nour")), Person(trio[1], opens("Sami", language="ar"))
    until(lambda: len(trio[0].call("gathering.watches")["ready"]) == 2, "their devices have told where to send it")
    page = at(nour, "gatherings/coming-back")
    form = page.locator('form:has([name="back_by"])')
    form.locator('[name="back_by"]').fill(wall(time.time() + 3_600))
    form.locator('[name="zone"]').fill("Asia/Beirut")
    form.get_by_label("سامي").check()
    form.locator('[name="legal"]').select_option(label="Rima")
    form.locator('[name="card"]').fill(CARD)
    form.locator('[name="passphrase_code"]').fill("4711")
    form.locator('[name="passphrase_forced"]').fill("4711")
    # Both codes alike: refused, what was written stays, the codes do not.
    with nour.window.trouble("status of 422"):
        form.locator("button").click()
        shown(page, "The two codes are the same.")
    expect(form.locator('[name="card"]')).to_have_value(CARD)
    expect(form.locator('[name="passphrase_code"]')).to_have_value("")
    form.get_by_label("سامي").check()
    form.locator('[name="passphrase_code"]').fill("4711")
    form.locator('[name="passphrase_forced"]').fill("1147")
    form.locator("button").click()
    shown(page, "They wait for you. Come back well.")
    until(lambda: trio[1].call("gathering.watches")["others"], "he waits")
    his = at(sami, "gatherings/coming-back")
    shown(his, "موعد عودة")
    back = page.locator('form:has([value="back"])')
    back.locator('[name="passphrase_code"]').fill("1147")
    back.locator("button").click()
    shown(page, "Good that you are back.")
    shown(page, "You said that you are back.")
    expect(his.locator("#waiting")).to_contain_text("تحت الإكراه", timeout=60_000)
    expect(his.locator("#waiting")).to_contain_text(CARD, timeout=60_000)
    assert CARD not in page.locator("#waiting").inner_text()
