"""The first run, from two languages side by side to a space, by plain forms."""

from __future__ import annotations

import re

import pytest

from kits.visitor import PASSPHRASE, Pages
from tadamun.i18n.passphrases import fold

pytestmark = pytest.mark.anyio

WEAK = "aaaaaaaaaa"


def begin(fresh: Pages, language: str = "en") -> str:
    return fresh.url("begin", language=language)


async def test_the_first_thing_asked_is_the_language_in_both(fresh: Pages) -> None:
    shown = await fresh.get(fresh.url("home"), accept_language="ar")
    assert shown.path == fresh.url("welcome")
    assert "المتابعة بالعربية" in shown.words
    assert "Continue in English" in shown.words
    assert f'href="{begin(fresh, "ar")}"' in shown.text


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("en", "ltr")])
async def test_from_a_language_to_a_space(fresh: Pages, language: str, direction: str) -> None:
    shown = await fresh.get(begin(fresh, language), accept_language="en" if language == "ar" else "ar")
    assert f'dir="{direction}"' in shown.text
    shown = await fresh.post(shown.path, {"passphrase": PASSPHRASE, "passphrase_again": PASSPHRASE})
    assert shown.path == fresh.url("reach_first")
    assert f'dir="{direction}"' in shown.text
    shown = await fresh.post(shown.path, {"how": "alone"})
    assert shown.path == fresh.url("home")
    assert fresh.url("join") in shown.text
    shown = await fresh.post(fresh.url("found"), {"name": "Circle", "called": "Nour", "pronouns": "she/her"})
    [space] = await fresh.call("space.list")
    assert shown.path == fresh.url("talk", space=space["space"])
    assert (await fresh.call("node.preferences"))["language"] == language


async def test_until_it_is_said_how_nobody_can_come(fresh: Pages) -> None:
    await fresh.post(begin(fresh), {"passphrase": PASSPHRASE, "passphrase_again": PASSPHRASE})
    assert (await fresh.call("node.reach"))["how"] == "alone"


async def test_a_language_there_is_not_leads_to_those_there_are(fresh: Pages) -> None:
    assert (await fresh.get(begin(fresh, "xx"))).path == fresh.url("welcome")
    assert (await fresh.get(fresh.url("words", language="en-x"))).path == fresh.url("welcome")


async def test_one_that_is_guessed_within_hours_is_taken_only_by_who_insists(fresh: Pages) -> None:
    shown = await fresh.post(begin(fresh), {"passphrase": WEAK, "passphrase_again": WEAK})
    assert shown.status == 422
    assert "within hours" in shown.words
    assert WEAK not in shown.text
    assert fresh.house.state == "fresh"
    shown = await fresh.post(begin(fresh), {"passphrase": WEAK, "passphrase_again": WEAK, "anyway": "1"})
    assert shown.path == fresh.url("reach_first")


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_one_of_words_is_shown_once_and_typed_again(fresh: Pages, language: str) -> None:
    page = fresh.url("words", language=language)
    shown = await fresh.get(page)
    found = re.search(r'<p class="passphrase"[^>]*>([^<]+)</p>', shown.text)
    assert found is not None
    made = found[1]
    assert len(made.split()) == 8
    assert made not in (await fresh.get(page)).text, "each time other ones"
    wrong = await fresh.post(page, {"passphrase": made, "passphrase_again": "something else"})
    assert wrong.status == 422
    assert made in wrong.text, "those written down stay valid"
    # As people type: without hamzas and vowel signs, in capitals, with more space.
    typed = "  ".join(fold(word).upper() for word in made.split())
    assert (await fresh.post(page, {"passphrase": made, "passphrase_again": typed})).path == fresh.url("reach_first")
    await fresh.house.lock()
    assert (await fresh.post(fresh.url("unlock"), {"passphrase": typed})).status in (200, 503)
    await fresh.house.lock()
    fresh.time.at += 60
    assert (await fresh.post(fresh.url("unlock"), {"passphrase": made})).path == fresh.url("home")


async def test_how_it_would_hold_is_said_while_it_is_typed(fresh: Pages) -> None:
    shown = await fresh.get(begin(fresh, "ar"))
    standing = re.search(r'name="standing-token" content="([^"]+)"', shown.text)
    assert standing is not None
    asked = fresh.url("strength", language="ar")
    for typed, words in ((WEAK, "في ساعات"), ("horse battery staple forty lamp river seven onion", "لن يخمّن")):
        told = await fresh.browser.ask(
            "POST", asked, f"passphrase={typed}".encode(), origin="null", x_form_token=standing[1],
            content_type="application/x-www-form-urlencoded",
        )  # fmt: skip
        assert told.status == 200
        assert typed not in told.text
        assert words in told.words or "strength" in told.text
    refused = await fresh.browser.ask(
        "POST", asked, b"passphrase=x", origin="null", content_type="application/x-www-form-urlencoded"
    )
    assert refused.status == 409, "another page cannot have it judged"


async def test_without_script_what_is_typed_can_be_seen(fresh: Pages) -> None:
    hidden = await fresh.get(begin(fresh))
    assert hidden.text.count('type="password"') == 2
    link = re.search(r'class="reveal" href="([^"]+)"', hidden.text)
    assert link is not None
    assert 'type="password"' not in (await fresh.get(link[1])).text


@pytest.mark.parametrize("how", ["near", "address", "keeper"])
async def test_the_choice_is_kept(fresh: Pages, how: str) -> None:
    await fresh.post(begin(fresh), {"passphrase": PASSPHRASE, "passphrase_again": PASSPHRASE})
    fields = {"how": how, "port": "٧٤٤٨", "address": "name.example.org:7448", "keeper": "keeper.example.org"}
    assert (await fresh.post(fresh.url("reach_first"), fields)).path == fresh.url("home")
    told = await fresh.call("node.reach")
    assert told["how"] == how
    assert told["port"] == (7447 if how == "keeper" else 7448)
    assert told["address"] == ("ws://name.example.org:7448" if how == "address" else "")
    assert told["keeper"] == ("ws://keeper.example.org" if how == "keeper" else "")


async def test_an_address_that_leads_nowhere_is_asked_for_again(fresh: Pages) -> None:
    await fresh.post(begin(fresh), {"passphrase": PASSPHRASE, "passphrase_again": PASSPHRASE})
    told = await fresh.post(fresh.url("reach_first"), {"how": "address", "address": "http://nonsense/", "port": "7447"})
    assert told.status == 422
    assert 'value="http://nonsense/"' in told.text
    assert (await fresh.call("node.reach"))["how"] == "alone"


async def test_it_is_over_once_there_is_a_vault(pages: Pages) -> None:
    assert (await pages.get(pages.url("welcome"))).path == pages.url("home")
    assert (await pages.get(begin(pages))).path == pages.url("home")
