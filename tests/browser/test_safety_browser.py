"""Reporting, being heard and deciding in three browsers and two languages; and what one folds for oneself."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from kits.axe import told
from kits.browser import Opens, fits
from kits.person import Person, shown
from kits.processes import Node, Troupe, until


def go(person: Person, path: str) -> None:
    [space] = person.node.call("space.list")
    person.page.goto(f"{person.enter()}/{space['space']}/{path}")


def press(person: Person, value: str) -> None:
    person.page.locator(f'#main button[value="{value}"]').first.click()


@pytest.fixture(scope="module")
def nodes(stage: Troupe) -> list[Node]:
    """Nour, who founded the space and moderates, Sami, whose pages are in Arabic, and Rima."""
    found = stage.founded([stage.keeper().address], "Nour", "سامي", "Rima", pages=True)
    found[1].call("node.prefer", language="ar")
    return found


def test_a_case_in_both_languages(opens: Opens, nodes: list[Node]) -> None:
    nour, sami = Person(nodes[0], opens("Nour")), Person(nodes[1], opens("سامي", language="ar"))
    rima = Person(nodes[2], opens("Rima", script=False))
    post = sami.node.call("talk.post", text="كلام جارح")["id"]
    until(lambda: "كلام جارح" in rima.node.texts(), "the post")
    go(rima, f"talk/thread/{post}?at={post}")
    rima.page.get_by_role("link", name="Report", exact=True).click()
    rima.page.locator('[name="why"]').fill("It is aimed at me")
    rima.page.get_by_role("button", name="Report it").click()
    shown(rima.page, "It is aimed at me")
    case = rima.page.url.rpartition("/")[2]
    until(lambda: nour.node.call("safety.cases")["cases"], "the report")
    go(nour, "safety/cases")
    nour.page.locator("#cases a").first.click()
    nour.page.locator('[name="words"]').fill("How was that meant?")
    assert not list(told(nour.page, "a case")), "nothing in the way of anybody"
    press(nour, "ask")
    until(lambda: sami.node.call("safety.cases")["cases"], "the question")
    go(sami, f"safety/cases/{case}")
    expect(sami.page.locator("html")).to_have_attribute("dir", "rtl")
    shown(sami.page, "سؤال الإشراف")
    assert "Rima" not in sami.page.locator("#case").inner_text(), "not who reported"
    fits(sami.page)
    assert not list(told(sami.page, "a case"))
    sami.page.locator('[name="words"]').fill("أعتذر")
    press(sami, "answer")
    until(lambda: nour.node.call("safety.case", case=case)["stage"] == "heard", "the answer")
    go(nour, f"safety/cases/{case}")
    shown(nour.page, "أعتذر")
    nour.page.locator('[name="words"]').fill("It hurts people.")
    press(nour, "hidden")
    shown(nour.page, "The post was taken down.")
    until(lambda: rima.node.call("safety.case", case=case)["stage"] == "decided", "what became of it")


def test_what_one_folds_says_why_and_opens(opens: Opens, nodes: list[Node]) -> None:
    sami = Person(nodes[1], opens("سامي", language="ar"))
    nodes[0].call("talk.post", text="رأيت العناكب والعنكبوت")
    until(lambda: "رأيت العناكب والعنكبوت" in nodes[1].texts(), "the post")
    go(sami, "safety")
    sami.page.locator('[name="word"]').fill("عنكبوت")
    press(sami, "filter")
    shown(sami.page, "عنكبوت")
    assert not list(told(sami.page, "one's own peace"))
    go(sami, "talk?view=posts")
    why = sami.page.locator("summary", has_text="فيه كلمة تحجبها")
    expect(why).to_be_visible()
    expect(sami.page.get_by_text("رأيت العناكب")).to_be_hidden()
    why.click()
    expect(sami.page.get_by_text("رأيت العناكب")).to_be_visible()
