"""Two people talk, each in front of their own node: what one writes, the other sees, at once and only once."""

from __future__ import annotations

import time
from statistics import median

from playwright.sync_api import Page, expect

from kits.browser import Opens
from kits.person import Person, shown
from kits.processes import Node

AT_ONCE: float = 1.0  # seconds from pressing "send" to standing in the other's browser

WATCH = """(text) => {
    window.seen = new Promise((tell) => {
        const look = () => { if (document.querySelector("#main").textContent.includes(text)) tell(Date.now()); };
        new MutationObserver(look).observe(document.body, {childList: true, subtree: true, characterData: true});
    });
}"""


def both(opens: Opens, pair: list[Node]) -> tuple[Person, Person]:
    nour, sami = (
        Person(node, opens(name, language=language))
        for node, name, language in zip(pair, ("Nour", "Sami"), ("en", "ar"), strict=True)
    )
    for one in (nour, sami):
        one.talk()
    return nour, sami


def test_what_one_writes_stands_in_the_others_browser_within_a_second(opens: Opens, pair: list[Node]) -> None:
    nour, sami = both(opens, pair)
    times = []
    for number in range(5):
        text = f"Number {number}, live"
        sami.page.evaluate(WATCH, text)
        begun = time.time()
        nour.say(text)
        seen = sami.page.evaluate("() => window.seen") / 1000
        times.append(seen - begun)
    assert median(times) <= AT_ONCE, times


def test_they_answer_each_other_in_both_languages(opens: Opens, pair: list[Node]) -> None:
    nour, sami = both(opens, pair)
    nour.say("Good morning. صباح الخير.")
    shown(sami.page, "Good morning. صباح الخير.")
    sami.say("صباح النور يا نور!")
    shown(nour.page, "صباح النور يا نور!")
    expect(sami.page.locator("html")).to_have_attribute("dir", "rtl")
    expect(nour.page.locator("html")).to_have_attribute("dir", "ltr")


def test_two_tabs_show_the_same_and_keep_what_is_being_typed(opens: Opens, pair: list[Node]) -> None:
    nour = Person(pair[0], opens("Nour"))
    nour.talk()
    other = nour.window.tab()
    nour.talk(other)
    field = other.locator('[name="text"]').first
    field.fill("half a sentence")
    nour.say("from the first tab")
    shown(other, "from the first tab")
    expect(field).to_have_value("half a sentence")


def test_sending_twice_is_saying_once(opens: Opens, pair: list[Node]) -> None:
    nour = Person(pair[0], opens("Nour"))
    nour.talk()
    form = nour.page.locator('form:has([name="text"])').first
    form.locator('[name="text"]').fill("said once")
    # What the browser would send when the same form is sent again, by a double click or "send again?" on reloading.
    twice = form.evaluate(
        """async (form) => {
            const answers = await Promise.all([1, 2].map(() =>
                fetch(form.action, {method: "POST", body: new URLSearchParams(new FormData(form))})));
            return answers.map((answer) => [answer.status, answer.url]);
        }"""
    )
    assert twice[0] == twice[1]
    assert twice[0][0] == 200
    nour.page.reload()
    assert pair[0].texts().count("said once") == 1


def test_back_after_sending_does_not_say_it_again(opens: Opens, pair: list[Node]) -> None:
    nour = Person(pair[0], opens("Nour"))
    nour.talk()
    nour.say("back and forth")
    shown(nour.page, "back and forth")
    nour.page.go_back()
    nour.page.go_forward()
    shown(nour.page, "back and forth")
    nour.page.reload()
    assert pair[0].texts().count("back and forth") == 1


def test_signs_that_turn_the_line_around_turn_nothing_else(opens: Opens, pair: list[Node]) -> None:
    nour, sami = both(opens, pair)
    hostile = "abc \u202edef\u2066 ghi \u202b"
    pair[1].call("talk.post", text=f"{hostile} the end")
    nour.say("after it")
    shown(nour.page, "the end")
    for page in (nour.page, sami.page):
        shown(page, "after it")
        stray = page.evaluate(
            """() => {
                const found = [];
                const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
                while (walk.nextNode()) {
                    const signs = walk.currentNode.data.match(/[\\u202a-\\u202e\\u2066-\\u2069]/g) ?? [];
                    const depth = signs.reduce((d, s) => d + (s === "\\u202c" || s === "\\u2069" ? -1 : 1), 0);
                    if (depth) found.push(walk.currentNode.data);
                }
                return found;
            }"""
        )
        assert not stray
        assert "\u202e" not in page.locator("#main").inner_text()
    # Letters of what stands after it, in English, still run from left to right.
    assert _runs_right(nour.page, "after it")


def _runs_right(page: Page, text: str) -> bool:
    places = page.evaluate(
        """(text) => {
            const walk = document.createTreeWalker(document.querySelector("#main"), NodeFilter.SHOW_TEXT);
            while (walk.nextNode()) {
                const at = walk.currentNode.data.indexOf(text);
                if (at < 0) continue;
                return [...text].map((_, n) => {
                    const range = new Range();
                    range.setStart(walk.currentNode, at + n);
                    range.setEnd(walk.currentNode, at + n + 1);
                    return range.getBoundingClientRect().left;
                });
            }
        }""",
        text,
    )
    return places == sorted(places)
