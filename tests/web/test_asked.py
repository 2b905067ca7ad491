"""What was looked for stands in no address, is each browser's own, and is forgotten when the node is locked."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from urllib.parse import unquote_plus, urlsplit

import pytest

from kits.visitor import PASSPHRASE, Answer, Browser, Pages
from tadamun.web.asked import FORGOTTEN, LONGEST, MOST

pytestmark = pytest.mark.anyio


async def look(browser: Browser, page: str, find: str, fields: Mapping[str, str]) -> Answer:
    """Fill in the form on that page that looks for something; where it leads is not followed."""
    shown = await browser.get(page)
    assert f'name="at" value="{page}"' in shown.text
    return await browser.post(find, {"at": page, **fields}, token=shown.token(find), follow=False)


async def test_words_do_not_stand_in_the_address_and_are_found(pages: Pages) -> None:
    space = await pages.space()
    await pages.call("talk.post", space=space, text="أُحبّ القهوة في الصباح", topics=["tea"])
    await pages.call("talk.post", space=space, text="nothing of the kind")
    search, find = pages.url("talk-search", space=space), pages.url("find")
    for fields in (
        {"words": "احب القهوه", "topic": "", "where": ""},
        {"words": "", "topic": "tea", "from": "2026-12-01", "until": "2027-01-31"},
    ):
        led = await look(pages.browser, search, find, fields)
        assert (led.status, led.location.startswith(f"{search}?found=")) == (303, True)
        assert re.fullmatch(r"found=\d{1,12}", urlsplit(led.location).query)
        for _ in range(2):  # looked at again it is the same
            shown = await pages.get(led.location)
            assert "القهوة" in shown.words
            assert "nothing of the kind" not in shown.words
        assert all(f'value="{html.escape(text)}"' in shown.text for text in fields.values())


async def test_paging_goes_on_by_number(pages: Pages) -> None:
    space = await pages.space()
    for n in range(35):
        await pages.call("talk.post", space=space, text=f"n{n}", topics=["secret-topic"])
    search = pages.url("talk-search", space=space)
    led = await look(pages.browser, search, pages.url("find"), {"topic": "secret-topic"})
    shown = await pages.get(led.location)
    [older] = re.findall(r'href="([^"]*before=[^"]*)"', shown.text)
    assert led.location.partition("?")[2] in html.unescape(older)
    # Topics that are shown as chips lead to their lists; the search itself carries none along.
    assert "topic=" not in older
    assert "n0" in (await pages.get(html.unescape(older))).words


async def test_another_browser_and_a_strange_number_find_nothing(pages: Pages) -> None:
    space = await pages.space()
    search = pages.url("talk-search", space=space)
    led = await look(pages.browser, search, pages.url("find"), {"words": "planted"})
    other = await pages.another()
    for browser, address in (
        (other, led.location),
        (pages.browser, f"{search}?found=12"),
        (other, f"{search}?found=x"),
    ):
        shown = await browser.get(address)
        assert shown.status == 200
        assert FORGOTTEN in shown.words
        assert "planted" not in shown.text
    assert "planted" in (await pages.get(led.location)).text


async def test_locking_forgets_it(pages: Pages) -> None:
    space = await pages.space()
    led = await look(pages.browser, pages.url("talk-search", space=space), pages.url("find"), {"words": "planted"})
    await pages.house.lock()
    assert not vars(pages.made.site.asked)["_by_session"]
    await pages.house.unlock(PASSPHRASE)
    shown = await pages.get(led.location)
    assert FORGOTTEN in shown.words
    assert "planted" not in shown.text


@pytest.mark.parametrize(
    "at",
    ["", "/", "https://example.org/", "//example.org/", "javascript:alert(1)", "{}x", "{}/\n/x", "{}/\\x", "{}/../"],
)
async def test_it_leads_to_our_own_pages_alone(pages: Pages, at: str) -> None:
    await pages.space()
    token = (await pages.get(pages.url("found"))).token(pages.url("found"))
    at = at.format(pages.address.path)
    led = await pages.post(pages.url("find"), {"at": at, "words": "x"}, token=token, follow=False)
    if at.endswith("/../"):  # below our own, on the same host: it can lead to nothing but a page that says no
        assert led.location.startswith(f"{pages.address.path}/")
    else:
        assert led.status == 422
        assert not led.location


async def test_it_is_bounded(pages: Pages) -> None:
    asked = pages.made.site.asked
    numbers = [asked.put("one", {"words": "x" * 100_000}) for _ in range(MOST + 5)]
    assert len(set(numbers)) == MOST + 5
    assert asked.get("one", numbers[0]) is None
    assert len((asked.get("one", numbers[-1]) or {})["words"]) == LONGEST
    for n in range(50):
        asked.put(f"browser {n}", {"words": "x"})
    assert asked.get("one", numbers[-1]) is None


async def test_what_the_address_says_itself_comes_first(pages: Pages) -> None:
    space = await pages.space()
    search = pages.url("talk-search", space=space)
    led = await look(pages.browser, search, pages.url("find"), {"words": "kept"})
    shown = await pages.get(f"{led.location}&words=given")
    assert 'value="given"' in shown.text


async def test_the_old_name_is_looked_for_without_standing_in_the_address(pages: Pages) -> None:
    space = await pages.space(called="Formerly")
    await pages.call("talk.post", space=space, text="said by Formerly, of old")
    await pages.call("people.profile", space=space, name="Nour")
    rename = pages.url("rename", space=space)
    shown = await pages.post(rename, {"name": "Nur", "do": "show"})
    if 'name="words" value="Formerly"' not in shown.text:  # then it is the present name that is looked for
        await pages.call("talk.post", space=space, text="said by Nour, lately")
        shown = await pages.post(rename, {"name": "Nur", "do": "show"})
    [old] = re.findall(r'name="words" value="([^"]*)"', shown.text)
    assert old in ("Formerly", "Nour")
    assert f"words={old}" not in unquote_plus(shown.text)
    find, search = pages.url("find"), pages.url("talk-search", space=space)
    led = await pages.post(find, {"at": search, "words": old}, token=shown.token(find), follow=False)
    assert old in (await pages.get(led.location)).words
