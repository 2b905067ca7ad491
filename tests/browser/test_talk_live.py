"""Reading and writing while others write: nothing moves, nothing typed is lost, the line of readers follows."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from kits.browser import Opens
from kits.person import Person, shown
from kits.processes import Node, until


def test_what_one_reads_stays_where_it_is(opens: Opens, pair: list[Node]) -> None:
    for n in range(25):
        pair[0].call("talk.post", text=f"line {n}\n\nand more of it")
    nour = Person(pair[0], opens("Nour", size=(390, 700)))
    nour.talk()
    reading = nour.page.get_by_text("line 8", exact=False).first
    reading.scroll_into_view_if_needed()
    nour.page.evaluate("() => scrollBy(0, 120)")
    before = reading.bounding_box()
    pair[1].call("talk.post", text="from far away")
    told = nour.page.locator("#arrived")
    expect(told).to_be_visible()
    after = reading.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["y"] - after["y"]) < 2
    told.click()
    shown(nour.page, "from far away")
    expect(told).to_be_hidden()


def test_the_line_of_readers_follows_the_choice(opens: Opens, pair: list[Node]) -> None:
    nour = Person(pair[0], opens("Nour"))
    nour.talk()
    line = nour.page.locator("#audience")
    expect(line).to_contain_text("All 2 members")
    nour.page.locator('[name="text"]').first.fill("still here")
    nour.page.locator('[name="to"]').select_option(index=1)
    expect(line).to_contain_text("nobody else; until you retract it")
    nour.page.locator("details.fold summary").first.click()
    nour.page.locator('[name="expires"]').select_option("86400")
    expect(line).to_contain_text(re.compile("nobody else; until .*20"))
    expect(nour.page.locator('[name="text"]').first).to_have_value("still here")
    nour.page.locator('form:has([name="text"]) button[type="submit"]').last.click()
    shown(nour.page, "still here")
    sami = pair[1]
    until(lambda: "still here" in str(sami.call("talk.read", private=True, author="Nour")), "it came")


def test_what_was_seen_counts_as_read(opens: Opens, pair: list[Node]) -> None:
    said = pair[1].call("talk.post", text="to be seen")
    until(lambda: "to be seen" in pair[0].texts(), "it came")
    nour = Person(pair[0], opens("Nour"))
    nour.talk()
    nour.page.locator(f'a[href*="{said["id"]}"]').first.click()
    shown(nour.page, "to be seen")
    until(lambda: not pair[0].call("talk.one", post=said["id"])["post"]["unread"], "it is read")


def test_a_picture_is_pasted_and_more_is_opened(opens: Opens, pair: list[Node]) -> None:
    nour = Person(pair[0], opens("Nour"))
    nour.talk()
    nour.page.locator('[name="text"]').first.fill("with a picture")
    nour.page.evaluate(
        """async () => {
            const canvas = Object.assign(document.createElement("canvas"), {width: 40, height: 30});
            canvas.getContext("2d").fillRect(0, 0, 20, 30);
            const blob = await new Promise((tell) => canvas.toBlob(tell));
            const held = new DataTransfer();
            held.items.add(new File([blob], "x.png", {type: "image/png"}));
            document.querySelector('[name="text"]')
                .dispatchEvent(new ClipboardEvent("paste", {clipboardData: held, bubbles: true, cancelable: true}));
        }"""
    )
    alt = nour.page.locator('.attached input[name^="alt-"]')
    alt.fill("half black")
    nour.page.locator('form:has([name="text"]) button[type="submit"]').last.click()
    nour.page.get_by_role("link", name="with a picture").click()
    expect(nour.page.locator('img[alt="half black"]')).to_be_visible()
    nour.page.locator("a[data-more]").first.click()
    nour.page.locator(".post-more .signs button").first.click()
    expect(nour.page.locator('.reaction[aria-pressed="true"]')).to_be_visible()
