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
    assert "Folded: you block whoever wrote it." in (await celine.get("talk")).words
    shown = await celine.get("talk", view="posts")
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


async def test_from_a_report_to_an_appeal(town: Town, views: dict[str, View]) -> None:
    """Celine reports what Badr wrote; Amal and Dana moderate: he is heard, decided about, appeals, and Dana judges."""
    await town.build("dana")
    await town.join("dana", (await town.call("amal", "invite.new", level=50))["link"], "Dana")
    await town.settle()
    post = (await town.call("badr", "talk.post", text="rude words"))["id"]
    await town.settle()
    amal, badr, celine = (views[who] for who in ("amal", "badr", "celine"))
    assert "Report" in (await celine.get("talk-thread", thread=post, at=post)).words
    form = await celine.get("safety-report", post=post)
    assert "rude words" in form.words
    assert "Amal" in form.words
    await celine.post("safety-report", {"why": "It is aimed at me"}, post=post)
    [case] = [one["case"] for one in (await town.call("celine", "safety.cases"))["cases"]]
    assert "A report waits for a moderator." in (await amal.get("talk")).words
    for tag in ("ar", "en"):
        await town.call("amal", "node.prefer", language=tag)
        for page in ("safety-cases", "safety-case"):
            assert (await amal.get(page, case=case) if page == "safety-case" else await amal.get(page)).status == 200
    shown = await amal.post("safety-case", {"do": "warned", "words": "no"}, case=case)
    assert "is to be heard first" in shown.words
    assert "Nothing was reported that concerns you." in (await badr.get("safety-cases")).words
    shown = await amal.post("safety-case", {"do": "ask", "words": "How was that meant?", "days": "2"}, case=case)
    assert "They are asked." in shown.words
    shown = await badr.get("safety-case", case=case)
    assert "How was that meant?" in shown.words
    assert "Celine" not in shown.words, "not who reported"
    assert "It is aimed at me" not in shown.words
    await badr.post("safety-case", {"do": "answer", "words": "As a joke."}, case=case)
    shown = await amal.get("safety-case", case=case)
    assert "As a joke." in shown.words
    assert "it cannot be brought back" in shown.words, "what taking it down cannot do is said"
    shown = await amal.post("safety-case", {"do": "hidden", "words": "It hurts people."}, case=case)
    assert "the post is taken down" in shown.words
    assert "It hurts people." in (await celine.get("safety-case", case=case)).words
    assert "rude words" not in (await celine.get("talk")).words
    assert "Moderators decided about something you wrote." in (await badr.get("talk")).words
    shown = await badr.post("safety-case", {"do": "panel", "words": "Unfair"}, case=case)
    assert "too few others" in shown.words, "a panel of one is none"
    await badr.post("safety-case", {"do": "stewards", "words": "Unfair"}, case=case)
    assert (await town.call("dana", "safety.case", case=case))["may"] == ["judge"]
    await town.call("dana", "safety.judge", case=case, vote="uphold", words="It did hurt.")
    await town.settle()
    shown = await badr.get("safety-case", case=case)
    assert "the decision holds" in shown.words
    await amal.post("safety-case", {"do": "close", "words": ""}, case=case)
    assert (await town.call("celine", "safety.case", case=case))["stage"] == "closed"
    assert (await celine.get("safety-case", case=case)).status == 200
    assert "no such case" in (await celine.get("safety-case", case="f" * 32)).words


async def test_a_report_of_ones_own_is_not_offered(pages: Pages) -> None:
    space = await pages.space()
    made = await pages.call("talk.post", space=space, text="mine")
    shown = await pages.get(pages.url("safety-report", space=space, post=made["id"]))
    assert "You wrote that yourself." in shown.words
    assert 'name="why"' not in shown.text
