"""From the link to the first post, by plain forms; and closing again."""

from __future__ import annotations

import pytest

from kits.visitor import PASSPHRASE, Pages

pytestmark = pytest.mark.anyio


async def test_from_nothing_to_the_first_post(fresh: Pages) -> None:
    first = await fresh.get(fresh.url("home"))
    assert first.path == fresh.url("welcome")
    fields = {"passphrase": PASSPHRASE, "passphrase_again": PASSPHRASE}
    asked = await fresh.post(fresh.url("begin", language="en"), fields)
    assert (await fresh.post(asked.path, {"how": "alone"})).path == fresh.url("home")
    await fresh.post(fresh.url("found"), {"name": "Circle", "called": "Nour"})
    space = (await fresh.call("space.list"))[0]["space"]
    talk = fresh.url("talk", space=space)
    shown = await fresh.post(talk, {"text": "hello <b>everyone</b>"})
    assert shown.path == talk
    assert "Your post is on its way." in shown.words
    assert "hello <b>everyone</b>" in shown.words
    assert "Your post" not in (await fresh.get(talk)).words


@pytest.mark.parametrize(
    ("first", "second", "told"), [("abc7xyz", "abc7xyz", "too short"), (PASSPHRASE, PASSPHRASE + "!", "not the same")]
)
async def test_a_vault_is_made_only_of_a_good_passphrase_said_twice(
    fresh: Pages, first: str, second: str, told: str
) -> None:
    welcome = fresh.url("begin", language="en")
    shown = await fresh.post(welcome, {"passphrase": first, "passphrase_again": second})
    assert shown.status == 422
    assert told in shown.words
    assert first not in shown.text
    assert fresh.house.state == "fresh"


async def test_locked_nothing_is_readable_and_no_node_lives(pages: Pages) -> None:
    space = await pages.space("Beirut Circle")
    talk = pages.url("talk", space=space)
    await pages.post(talk, {"text": "the secret"})
    shown = await pages.post(pages.url("lock"), {})
    assert shown.path == pages.url("unlock")
    with pytest.raises(Exception, match="Cannot operate on a closed database"):
        pages.node.vault.read.execute("SELECT 1")
    for page in (talk, pages.url("home"), pages.url("unlock")):
        answer = await pages.get(page)
        assert answer.path == pages.url("unlock")
        assert "secret" not in answer.text
        assert "Beirut" not in answer.text
        assert answer.headers["cache-control"] == "no-store"
    assert (await pages.post(pages.url("unlock"), {"passphrase": PASSPHRASE})).path == pages.url("home")
    assert "the secret" in (await pages.get(talk)).words


async def test_unlocking_gets_slower_and_never_hints(pages: Pages) -> None:
    await pages.house.lock()
    unlock, told = pages.url("unlock"), set()
    for wait in (0.5, 1, 2, 4, 8, 16, 32, 60, 60):
        shown = await pages.post(unlock, {"passphrase": "wrong" * int(wait + 1)})
        assert shown.status == 503
        told.add(shown.words)
        pages.time.at += wait - 0.1
        early = await pages.post(unlock, {"passphrase": PASSPHRASE})
        assert "Nothing was tried" in early.words, "even the right one is not looked at in the pause"
        pages.time.at += 0.2
    assert len(told) == 1
    assert (await pages.post(unlock, {"passphrase": PASSPHRASE})).path == pages.url("home")
    await pages.house.lock()
    pages.time.at += 1
    assert "Nothing was tried" not in (await pages.post(unlock, {"passphrase": "wrong"})).words


async def test_it_locks_itself_when_nobody_was_here(pages: Pages) -> None:
    assert not await pages.house.lock_if_idle()
    pages.time.at += 14 * 60
    await pages.get(pages.url("home"), x_live="1")  # what a page fetches by itself is nobody
    pages.time.at += 61
    assert await pages.house.lock_if_idle()
    assert pages.house.state == "locked"


async def test_a_visit_and_a_preference_put_that_off(pages: Pages) -> None:
    pages.time.at += 14 * 60
    await pages.get(pages.url("awake"))
    pages.time.at += 14 * 60
    assert not await pages.house.lock_if_idle()
    await pages.call("node.prefer", lock_minutes=0)
    await pages.get(pages.url("home"))
    pages.time.at += 86_400
    assert not await pages.house.lock_if_idle()
