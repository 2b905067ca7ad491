"""The pages of safety by plain forms: what is for oneself, and what moderators and members do together."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from test_people_together import SHARED, View, view

from kits.sim import Town
from kits.visitor import Pages

pytestmark = pytest.mark.anyio


@pytest.fixture
def scratch() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="tadamun-", dir=SHARED if SHARED.is_dir() else None))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
async def town(scratch: Path) -> AsyncIterator[Town]:
    """Amal (founder), Badr (member), Celine (member)."""
    town = Town(scratch)
    await town.build("amal")
    await town.call("amal", "space.new", name="Circle", called="Amal")
    for name in ("badr", "celine"):
        await town.build(name)
        await town.join(name, (await town.call("amal", "invite.new", level=10))["link"], name.title())
        await town.settle()
    yield town
    await town.close()


@pytest.fixture
async def views(town: Town) -> AsyncIterator[dict[str, View]]:
    async with AsyncExitStack() as stack:
        yield {who: await stack.enter_async_context(view(town, who)) for who in ("amal", "badr", "celine")}


async def test_folded_posts_say_why_and_can_be_unfolded(town: Town, views: dict[str, View]) -> None:
    await town.call("badr", "talk.post", text="rude words", title="Rude title")
    await town.call("badr", "talk.post", text="psst", to="Celine")
    await town.settle()
    badr = (await town.call("badr", "talk.conversations"))["conversations"][0]
    celine = views["celine"]
    member = (await town.call("celine", "people.show", member="Badr"))["member"]
    assert badr["name"] == "Celine"
    assert "Mute or block" in (await celine.get("member", member=member)).words
    await celine.post("safety-room", {"member": member, "how": "block"})
    for view_ in ("", "posts"):
        shown = await celine.get("talk", view=view_)
        assert "Folded: you block whoever wrote it." in shown.words
    assert '<details class="warned"><summary>' in shown.text, "it can be unfolded"
    assert "Rude title" not in (await celine.get("talk")).words
    assert "psst" not in (await celine.get("talk-messages")).words
    assert "You block Badr" in (await celine.get("talk-message", member=member)).words
    await celine.post("safety-room", {"member": member, "how": "none"})
    assert "psst" in (await celine.get("talk-message", member=member)).words
    assert "Folded" not in (await celine.get("talk")).words


async def test_filtering_words_in_both_languages(pages: Pages) -> None:
    space = await pages.space()
    at = pages.url("safety-room", space=space)
    shown = await pages.get(at)
    assert "You filter no words." in shown.words
    assert "You keep nobody away." in shown.words
    shown = await pages.post(at, {"do": "filter", "word": "العنكبوت"})
    assert "العنكبوت" in shown.words
    await pages.call("node.prefer", language="ar")
    shown = await pages.get(at)
    assert "كلمات تحجبها" in shown.words
    assert (await pages.post(at, {"unfilter": "عقرب"})).status == 422
    shown = await pages.post(at, {"unfilter": "العنكبوت"})
    assert "لا كلمات محجوبة لديك." in shown.words


async def test_what_is_wrong_is_said_beside_what_was_typed(pages: Pages) -> None:
    space = await pages.space()
    at = pages.url("safety-room", space=space)
    shown = await pages.post(at, {"do": "filter", "word": "x"})
    assert "One letter would fold nearly everything." in shown.words
    assert 'value="x"' in shown.text
    shown = await pages.post(at, {"member": "Nobody", "how": "mute"})
    assert "Nobody here goes by that name." in shown.words
