"""Days on which something breaks while a page is open."""

from __future__ import annotations

import pytest

from kits.visitor import PASSPHRASE, Pages
from tadamun.core.errors import VaultError

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
    fields = {"passphrase": PASSPHRASE, "passphrase_again": PASSPHRASE, "language": "ar"}
    assert (await pages.post(begin.path, fields)).path == pages.url("home")
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
