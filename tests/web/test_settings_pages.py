"""Settings: each form changes what it asks for and nothing else, and takes effect."""

from __future__ import annotations

import re

import pytest

from kits.visitor import PASSPHRASE, Pages

pytestmark = pytest.mark.anyio

LOOKS = {"language": "en", "digits": "", "region": "", "theme": "auto", "text_size": "100"}
NEW = "seven other words nobody knows lamp river onion"


async def test_words_and_looks(pages: Pages) -> None:
    page = pages.url("settings")
    shown = await pages.post(page, {**LOOKS, "theme": "dark", "text_size": "150", "discreet": "1", "digits": "arab"})
    assert "Saved." in shown.words
    assert 'data-theme="dark"' in shown.text
    assert 'data-size="150"' in shown.text
    assert "<title>Notes</title>" in shown.text
    assert "Tadamun" not in shown.words, "neither in the title nor at the top"
    found = await pages.call("node.preferences")
    assert (found["theme"], found["text_size"], found["discreet"], found["digits"]) == ("dark", 150, True, "arab")
    assert not (await pages.post(page, LOOKS)).text.count("data-discreet")


async def test_another_language_is_spoken_at_once_and_brings_its_own_calendars(pages: Pages) -> None:
    page = pages.url("settings")
    assert "August 15" in (await pages.get(page)).text
    await pages.post(page, {**LOOKS, "region": "GB"})
    assert (await pages.call("node.preferences"))["tag"] == "en-GB"
    shown = await pages.post(page, {**LOOKS, "language": "ar", "region": "GB"})
    assert 'dir="rtl"' in shown.text
    assert (await pages.call("node.preferences"))["tag"] == "ar"
    for month in ("أغسطس", "آب", "أوت", "غشت"):
        assert month in shown.text
    await pages.post(page, {**LOOKS, "language": "ar", "region": "LB", "digits": "latn"})
    assert (await pages.call("node.preferences"))["tag"] == "ar-LB-u-nu-latn"


@pytest.mark.parametrize("bad", [{"theme": "neon"}, {"text_size": "5000"}, {"region": "nowhere"}, {"language": "xx"}])
async def test_what_cannot_be_chosen_changes_nothing(pages: Pages, bad: dict[str, str]) -> None:
    before = await pages.call("node.preferences")
    shown = await pages.post(pages.url("settings"), {**LOOKS, **bad})
    assert shown.status == 422
    assert await pages.call("node.preferences") == before


async def test_when_it_locks_itself_and_what_it_tells(pages: Pages) -> None:
    page = pages.url("settings_safety")
    await pages.post(page, {"lock_minutes": "5", "notify": "1"})
    found = await pages.call("node.preferences")
    assert (found["lock_minutes"], found["notify"]) == (5, True)
    shown = await pages.get(pages.url("home"))
    assert "quiet.js" in shown.text
    pages.time.at += 5 * 60 + 1
    assert await pages.house.lock_if_idle()
    await pages.post(pages.url("unlock"), {"passphrase": PASSPHRASE})
    await pages.post(page, {"lock_minutes": "15"})
    assert "quiet.js" not in (await pages.get(pages.url("home"))).text


async def test_another_passphrase(pages: Pages) -> None:
    page = pages.url("passphrase")
    fields = {"passphrase_old": PASSPHRASE, "passphrase": NEW, "passphrase_again": NEW}
    shown = await pages.post(page, fields)
    assert "The passphrase is changed" in shown.words
    await pages.house.lock()
    assert (await pages.post(pages.url("unlock"), {"passphrase": PASSPHRASE})).status == 503
    pages.time.at += 60
    assert (await pages.post(pages.url("unlock"), {"passphrase": NEW})).path == pages.url("home")


async def test_a_wrong_old_passphrase_slows_the_next_attempt(pages: Pages) -> None:
    page = pages.url("passphrase")
    wrong = {"passphrase_old": "not this", "passphrase": NEW, "passphrase_again": NEW}
    shown = await pages.post(page, wrong)
    assert shown.status == 503
    assert "not this" not in shown.text
    early = await pages.post(page, {**wrong, "passphrase_old": PASSPHRASE})
    assert "Nothing was tried" in early.words
    await pages.house.lock()
    pages.time.at += 60
    await pages.post(pages.url("unlock"), {"passphrase": PASSPHRASE})
    assert pages.house.state == "open", "the old one is still the one"


@pytest.mark.parametrize(("new", "again"), [("short", "short"), (NEW, NEW + "x"), ("aaaaaaaaaa", "aaaaaaaaaa")])
async def test_a_new_passphrase_is_judged_before_anything_is_done(pages: Pages, new: str, again: str) -> None:
    fields = {"passphrase_old": PASSPHRASE, "passphrase": new, "passphrase_again": again}
    assert (await pages.post(pages.url("passphrase"), fields)).status == 422
    await pages.house.lock()
    await pages.post(pages.url("unlock"), {"passphrase": PASSPHRASE})
    assert pages.house.state == "open"


async def test_where_the_node_goes(pages: Pages) -> None:
    shown = await pages.post(pages.url("peer_add"), {"peer": "keeper.example.org:7447"})
    assert shown.path == pages.url("settings_reach")
    assert "ws://keeper.example.org:7447" in shown.words
    shown = await pages.post(pages.url("peer_add"), {"peer": "http://<script>"})
    assert shown.status == 422
    assert "<script>" not in shown.text.partition("<main")[2]
    assert "http://&lt;script&gt;" in shown.text
    shown = await pages.get(pages.url("settings_reach"))
    shown = await pages.post(pages.url("peer_remove"), {"peer": "ws://keeper.example.org:7447"})
    assert "does not go to" in shown.words
    assert await pages.call("peers.list") == []


async def test_how_one_is_reached_can_be_changed_later(pages: Pages) -> None:
    page = pages.url("settings_reach")
    shown = await pages.post(page, {"how": "address", "address": "ws://nour.example.org:7447", "port": "7447"})
    assert "Saved." in shown.words
    found = re.search(r'value="address" checked', shown.text)
    assert found is not None
    assert (await pages.post(page, {"how": "teleport"})).status == 422


async def test_locked_and_refusing_pages_are_discreet_too(pages: Pages) -> None:
    await pages.post(pages.url("settings"), {**LOOKS, "discreet": "1"})
    refused = await pages.get(pages.url("home") + "no/such/page")
    await pages.house.lock()
    for shown in (refused, await pages.get(pages.url("home"))):
        assert "<title>Notes</title>" in shown.text
        assert "Tadamun" not in shown.words
    assert (pages.home / "pages.json").stat().st_mode & 0o077 == 0
    await pages.post(pages.url("unlock"), {"passphrase": PASSPHRASE})
    await pages.post(pages.url("settings"), LOOKS)
    await pages.house.lock()
    assert "Tadamun" in (await pages.get(pages.url("home"))).words


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("name", ["settings", "settings_reach", "settings_safety", "keeping", "wipe", "status", "check",
                                  "join", "found"])  # fmt: skip
async def test_every_page_is_there_in_both_languages(pages: Pages, language: str, name: str) -> None:
    await pages.space()
    await pages.call("node.prefer", language=language)
    shown = await pages.get(pages.url(name))
    assert shown.status == 200
    assert f'lang="{language}"' in shown.text
    assert shown.text.count("<h1") == 1
