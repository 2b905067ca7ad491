"""Days on which something breaks while a page is open."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from kits.visitor import PASSPHRASE, Pages
from tadamun.core.errors import VaultError
from tadamun.store.vault import Vault

pytestmark = pytest.mark.anyio


async def test_after_everything_was_destroyed_one_can_begin_anew(pages: Pages) -> None:
    space = await pages.space()
    await pages.post(pages.url("talk", space=space), {"text": "the secret"})
    await pages.call("node.wipe", confirm="wipe")
    told = await pages.get(pages.url("talk", space=space))
    assert "was destroyed, as you asked" in told.words
    assert "secret" not in told.text
    await pages.until(lambda house: house.trouble is not None)
    assert pages.house.state == "fresh"
    begin = await pages.get(pages.url("home"))
    assert begin.path == pages.url("welcome")
    assert "was destroyed, as you asked" in begin.words
    fields = {"passphrase": PASSPHRASE, "passphrase_again": PASSPHRASE}
    assert (await pages.post(pages.url("begin", language="ar"), fields)).path == pages.url("reach_first")
    assert (await pages.call("space.list")) == []


async def test_a_space_that_is_not_there_any_more(pages: Pages) -> None:
    space = await pages.space()
    talk = pages.url("talk", space=space)
    await pages.post(talk, {"text": "the secret"})
    token = (await pages.get(talk)).token(talk)
    gone = pages.url("talk", space="f" * 64)
    told = await pages.get(gone)
    assert told.status == 422
    assert "the secret" not in told.text
    talk = gone
    sent = await pages.post(talk, {"text": "a long letter"}, token=token)
    assert sent.status == 422
    assert 'role="alert"' in sent.text
    assert "a long letter" in sent.words, "it can be taken elsewhere"


async def test_a_node_that_died_says_why_on_the_page_that_opens_it_again(pages: Pages) -> None:
    pages.house.trouble = VaultError("The disk is full. Nothing was lost.")
    await pages.house.lock()
    shown = await pages.get(pages.url("home"))
    assert shown.path == pages.url("unlock")
    assert "The disk is full" in shown.words
    await pages.post(pages.url("unlock"), {"passphrase": PASSPHRASE})
    assert pages.house.trouble is None


async def test_the_language_chosen_is_that_of_the_locked_page(pages: Pages) -> None:
    await pages.call("node.prefer", language="ar")
    assert 'dir="rtl"' in (await pages.get(pages.url("home"))).text
    await pages.house.lock()
    shown = await pages.stranger().get(pages.url("home"), accept_language="en")
    assert 'lang="ar"' in shown.text


async def test_a_full_disk_loses_nothing_that_was_typed(pages: Pages) -> None:
    space = await pages.space()
    talk = pages.url("talk", space=space)
    await pages.get(talk)
    [[used]] = pages.node.vault.read.execute("PRAGMA page_count")
    pages.node.vault._writer.execute(f"PRAGMA max_page_count = {used}")
    letter = "a letter that is long enough to need room " * 400
    told = await pages.post(talk, {"text": letter})
    assert told.status >= 500
    assert "disk" in told.words
    assert letter.strip() in told.words, "it can be kept elsewhere"
    settings = await pages.get(pages.url("status"))
    assert settings.status == 200, "looking around goes on"
    pages.node.vault._writer.execute("PRAGMA max_page_count = 1000000")
    assert (await pages.post(talk, {"text": letter})).status == 200
    assert letter.strip() in (await pages.call("talk.read", space=space))["posts"][0]["text"]


async def test_a_vault_of_a_newer_version_is_left_alone(pages: Pages) -> None:
    await pages.house.lock()
    key = pages.home / "vault.key"
    newer = key.read_text().replace('"version":2', '"version":99')
    key.write_text(newer)
    told = await pages.post(pages.url("unlock"), {"passphrase": PASSPHRASE})
    assert told.status == 503
    assert "newer" in told.words
    assert key.read_text() == newer
    again = await pages.post(pages.url("unlock"), {"passphrase": PASSPHRASE})
    assert "Nothing was tried" not in again.words, "it was no wrong passphrase"


async def test_a_vault_that_another_program_holds(pages: Pages) -> None:
    await pages.house.lock()
    with Vault.open(pages.home, PASSPHRASE):
        told = await pages.post(pages.url("unlock"), {"passphrase": PASSPHRASE})
        assert told.status == 503
        assert 'role="alert"' in told.text
        assert "in use" in told.words or "another" in told.words.lower()
    assert (await pages.post(pages.url("unlock"), {"passphrase": PASSPHRASE})).path == pages.url("home")


async def test_a_vault_that_cannot_be_made_leaves_one_where_one_was(
    fresh: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("vault-1.db", "vault-2.db"):
        (fresh.home / name).mkdir()
    (fresh.home / "vault.key.begun").touch()
    page = fresh.url("begin", language="en")
    told = await fresh.post(page, {"passphrase": PASSPHRASE, "passphrase_again": PASSPHRASE})
    assert told.status >= 500
    assert PASSPHRASE not in told.text
    assert fresh.house.state == "fresh"


async def test_who_was_removed_reads_so_and_keeps_what_came_before(pages: Pages) -> None:
    space = await pages.space("Circle")
    pages.node.places[space].status = "out"
    shown = await pages.get(pages.url("home"))
    assert "You are no member any more" in shown.words
    assert "no member any more" in (await pages.get(pages.url("status"))).words


async def test_settings_in_two_tabs(pages: Pages) -> None:
    page = pages.url("settings_safety")
    first, second = (await pages.get(page)).token(page), (await pages.get(page)).token(page)
    await pages.post(page, {"lock_minutes": "5"}, token=first)
    await pages.post(page, {"lock_minutes": "30"}, token=second)
    await pages.post(page, {"lock_minutes": "5"}, token=first)  # the back button, and sent again
    assert (await pages.call("node.preferences"))["lock_minutes"] == 30


async def test_the_wish_to_join_survives_a_lock(pages: Pages) -> None:
    page = pages.url("join")
    token = (await pages.get(page)).token(page)
    await pages.house.lock()
    told = await pages.post(page, {"link": "tadamun:join#" + "A" * 200, "called": "Sam"}, token=token)
    assert told.path == pages.url("unlock")
    back = await pages.post(pages.url("unlock"), {"passphrase": PASSPHRASE})
    assert "tadamun:join#" in back.text
    assert "Sam" in back.text


async def test_an_old_link_says_how_to_get_another(pages: Pages) -> None:
    link = pages.made.links.new()
    pages.time.at += 601
    told = await pages.stranger().get("/" + link.split("/", 3)[3])
    assert told.status == 410
    assert "tadamun pages" in told.words


@pytest.mark.parametrize("part", ["x%3Fview%3Dposts%23y", "%D8%B3%D8%A7%D9%85%D9%8A", "%0d%0aset-cookie%3Aa=b", "%00"])
async def test_one_is_led_to_exactly_where_one_was_going(pages: Pages, part: str) -> None:
    """An address whose parts are spelled oddly comes back as it was, and never as another."""
    wanted = pages.url("talk", space=await pages.space()) + f"/thread/{part}"
    await pages.house.lock()
    await pages.get(wanted, follow=False)
    await pages.post(pages.url("unlock"), {"passphrase": PASSPHRASE}, token="", follow=False)
    led = await pages.get(pages.url("held"), follow=False)
    assert unquote(led.location) == unquote(wanted)
    assert "?" not in led.location
    assert led.location.isascii()
    assert led.location.isprintable()
