"""After an update a large vault takes a while: the pages say so at once, go on by themselves, and can be locked."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable

import pytest

from kits.visitor import PASSPHRASE, Pages
from tadamun.core.errors import VaultError, WrongPassphrase
from tadamun.node import views
from tadamun.store import meta
from tadamun.web import house
from tadamun.web.house import State

pytestmark = pytest.mark.anyio


class Gate:
    """Holds the filling of tables after each page of events until it is opened. fails: instead of going on."""

    def __init__(self) -> None:
        self.open, self.fails, self.ended = threading.Event(), False, 0

    def further(self, report: Callable[[int, int], None], before: int, of: int, done: int) -> None:
        try:
            report(before + done, of)
            while not self.open.wait(0.02):
                report(before + done, of)
            if self.fails:
                raise VaultError("The disk is full. Nothing was lost: free some space and do it again.")
        finally:
            self.ended += 1


@pytest.fixture
async def gate(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Gate]:
    """A locked house, whose vault has three posts and tables that an update made anew."""
    space = await pages.space("Beirut Circle")
    for n in range(3):
        await pages.call("talk.post", space=space, text=f"said {n}")
    with pages.node.vault.write() as tx:
        meta.remove(tx, views.VERSION)
    await pages.house.lock()
    made = Gate()
    monkeypatch.setattr(house, "LONG", 1)
    monkeypatch.setattr(views, "_further", made.further)
    yield made
    made.open.set()


async def unlocked(pages: Pages) -> None:
    """The passphrase typed into the page for it; where that led is `pages.browser.page`."""
    await pages.post(pages.url("unlock"), {"passphrase": PASSPHRASE})


async def test_it_says_at_once_what_is_going_on_and_goes_on_to_where_one_was_going(pages: Pages, gate: Gate) -> None:
    wanted = pages.url("settings")
    assert (await pages.get(wanted)).path == pages.url("unlock")
    await unlocked(pages)
    shown = pages.browser.page
    assert shown is not None
    assert (shown.path, shown.status) == (pages.url("preparing"), 200)
    assert "Everything is there." in shown.words
    assert 'max="' in shown.text
    assert '<noscript><meta http-equiv="refresh"' in shown.text
    assert "Beirut" not in shown.text
    assert pages.house.state is State.PREPARING
    with pytest.raises(VaultError, match="getting ready"):
        await pages.call("space.list")
    await pages.house.unlock("whatever")  # it is being opened
    assert (await pages.get(pages.url("talk", space="f" * 64))).path == pages.url("preparing")
    assert (await pages.get(wanted)).path == pages.url("preparing")
    gate.open.set()
    await pages.until(lambda house: house.state is State.OPEN)
    # What the page asks for by itself comes first, and takes nothing away from the person.
    assert (await pages.get(pages.url("preparing"), x_live="1")).status == 204
    assert (await pages.get(pages.url("preparing"))).path == wanted
    [space] = await pages.call("space.list")
    assert len((await pages.call("talk.read", space=space["space"]))["posts"]) == 3
    assert not meta.text(pages.node.vault.read, "views-empty")


async def test_what_was_sent_meanwhile_is_given_back(pages: Pages, gate: Gate) -> None:
    shown = await pages.get(pages.url("unlock"))
    await unlocked(pages)
    await pages.post(pages.url("found"), {"name": "half a thought"}, token=shown.token(pages.url("unlock")))
    gate.open.set()
    await pages.until(lambda house: house.state is State.OPEN)
    assert "half a thought" in (await pages.get(pages.url("preparing"))).text


async def test_it_can_be_locked_before_it_is_ready_and_nothing_has_changed(pages: Pages, gate: Gate) -> None:
    emptied = asyncio.Event()
    pages.house.emptied = emptied.set
    await unlocked(pages)
    assert pages.house.state is State.PREPARING
    await pages.post(pages.url("lock"), {})
    assert pages.house.state is State.LOCKED
    assert emptied.is_set()  # the passphrase was here: the program begins anew, as after every lock
    assert gate.ended == 1
    assert pages.house.trouble is None
    gate.open.set()
    await unlocked(pages)
    await pages.until(lambda house: house.state is State.OPEN)
    [space] = await pages.call("space.list")
    assert len((await pages.call("talk.read", space=space["space"]))["posts"]) == 3


async def test_a_wrong_passphrase_is_told_as_ever(pages: Pages, gate: Gate) -> None:
    with pytest.raises(WrongPassphrase):
        await pages.house.unlock("something else")
    assert pages.house.state is State.LOCKED


async def test_what_fails_meanwhile_is_told_where_one_unlocks(pages: Pages, gate: Gate) -> None:
    gate.fails = True
    await unlocked(pages)
    gate.open.set()
    await pages.until(lambda house: house.trouble is not None)
    assert pages.house.state is State.LOCKED
    assert "The disk is full." in (await pages.get(pages.url("preparing"))).words


async def test_few_events_are_not_worth_a_page(pages: Pages, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house, "LONG", 1_000)
    seen: list[State] = []
    pages.house.watchers.add(lambda: seen.append(pages.house.state))
    gate.open.set()
    await unlocked(pages)
    assert seen == [State.OPEN]
