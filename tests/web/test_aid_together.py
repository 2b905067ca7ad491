"""The pages of aid where several people are: claiming, the ledger, mentors, and asking without a name.

Each has pages of their own over a node of a simulated town, with hours that pass as the test wants.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from test_people_together import SHARED, View, view

from kits.opened import in_rows
from kits.sim import Town
from tadamun.core.event import to_json
from tadamun.store import log

pytestmark = pytest.mark.anyio

HOUR = 3600
ROOM = {"category": "housing", "title": "A bed tonight", "urgency": "2d", "wanted": "1"}


@pytest.fixture
def scratch() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="tadamun-", dir=SHARED if SHARED.is_dir() else None))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
async def town(scratch: Path) -> AsyncIterator[Town]:
    """Amal (founder), Badr (steward), Celine (member); each with a ring key of the month."""
    town = Town(scratch)
    await town.build("amal")
    await town.call("amal", "space.new", name="Circle", called="Amal")
    for name, level in (("badr", 50), ("celine", 10)):
        await town.build(name)
        await town.join(name, (await town.call("amal", "invite.new", level=level))["link"], name.title())
        await town.settle()
    await town.pass_time(60)
    yield town
    await town.close()


@pytest.fixture
async def views(town: Town) -> AsyncIterator[dict[str, View]]:
    async with AsyncExitStack() as stack:
        yield {who: await stack.enter_async_context(view(town, who)) for who in ("amal", "badr", "celine")}


async def only(town: Town, who: str, **asked: Any) -> str:
    [item] = (await town.call(who, "aid.list", **asked))["items"]
    return str(item["id"])


def member(town: Town, who: str) -> str:
    return str(town.homes[who].place.me)


async def test_claimed_by_two_chosen_one_done(town: Town, views: dict[str, View]) -> None:
    amal, badr, celine = views.values()
    await amal.post("aid-new", ROOM)
    item = await only(town, "badr")
    await badr.post("aid-item", {"to": "claimed"}, item=item)
    shown = await celine.get("aid-item", item=item)
    assert "Somebody will do it" in shown.words
    assert "Badr will do it" in shown.words
    assert 'value="claimed"' not in shown.text
    await amal.post("aid-item", {"to": "declined", "member": member(town, "badr")}, item=item)
    shown = await celine.post("aid-item", {"to": "claimed"}, item=item)
    await amal.post("aid-item", {"to": "done", "member": member(town, "celine")}, item=item)
    shown = await amal.get("aid-item", item=item)
    assert "Celine has done it" in shown.words
    assert "Badr was thanked, and not chosen" in shown.words
    assert "A bed tonight" in (await celine.get("aid", view="mine")).words
    refused = await badr.post("aid-item", {"to": "open"}, item=item)
    assert refused.status == 403


async def test_what_two_gave_each_other(town: Town, views: dict[str, View]) -> None:
    amal, badr, celine = views.values()
    with_badr, with_amal = member(town, "badr"), member(town, "amal")
    typed = {"who": "gave", "hours": "2", "minutes": "30", "units": "", "note": "moving boxes"}
    await amal.post("aid-between", typed, member=with_badr)
    assert "Waits for you" in (await badr.get("aid-ledger")).words
    [entry] = (await town.call("badr", "aid.ledger_with", member="Amal"))["entries"]
    shown = await badr.post("aid-between", {"entry": entry["id"], "to": "confirmed"}, member=with_amal)
    assert "You owe 2 hours 30 minutes" in shown.words
    assert "You are owed 2 hours 30 minutes" in (await amal.get("aid-ledger")).words
    shown = await amal.post("aid-between", {"forgive": "minutes"}, member=with_badr)
    assert "Nothing is owed." in shown.words
    assert "You were forgiven 2 hours 30 minutes" in (await badr.get("aid-between", member=with_amal)).words
    assert "moving boxes" not in (await celine.get("aid-ledger")).text
    both = await amal.post("aid-between", typed | {"units": "3"}, member=with_badr)
    assert both.status == 422
    assert 'value="moving boxes"' in both.text, "what was typed stays"
    for language in ("ar", "en"):
        await town.call("amal", "node.prefer", language=language)
        assert (await amal.get("aid-between", member=with_badr)).status == 200


async def test_a_mentor_is_asked_and_left(town: Town, views: dict[str, View]) -> None:
    amal, badr, celine = views.values()
    mentoring = {"category": "mentoring", "urgency": "any", "wanted": "1", "tags": "coming-out"}
    await amal.post("aid-new", {**mentoring, "title": "Ask me anything", "direction": "offer"})
    await badr.post("aid-new", {**mentoring, "title": "Somebody to listen"})
    offer = await only(town, "badr", direction="offer")
    shown = await badr.get("aid-mentors")
    assert "What would go well" in shown.words
    assert "Ask Amal to be your mentor" in shown.words
    await badr.post("aid-mentors", {"item": offer, "text": "About my family"})
    shown = await amal.get("aid-mentors")
    assert "About my family" in shown.words
    [pair] = (await town.call("amal", "aid.mentor_pairs"))["pairs"]
    shown = await amal.post("aid-mentors", {"pair": pair["id"], "to": "accepted"})
    assert "You have as many as you offered to take" in shown.words
    shown = await badr.post("aid-mentors", {"pair": pair["id"], "to": "ended"})
    assert "ended" in shown.words
    assert "About my family" not in (await amal.get("aid-mentors")).text
    assert "You and others" not in (await celine.get("aid-mentors")).words


async def test_without_a_name_until_both_tell_theirs(town: Town, views: dict[str, View]) -> None:
    amal, badr, celine = views.values()
    form = await amal.get("aid-new")
    assert "You would be one of 3 members" in form.words
    shown = await amal.post("aid-new", {**ROOM, "name": "without", "within": "600", "text": "no names here"})
    assert "On its way" in shown.words
    assert (await town.call("celine", "aid.list"))["items"] == []
    await town.pass_time(HOUR)
    item = await only(town, "celine")
    shown = await celine.get("aid-item", item=item)
    assert "One of 3 members" in shown.words
    assert "Amal" not in shown.words
    # What the others have of it: not one row, of any table, in which both the request and its author stand.
    author = town.homes["amal"].place
    [(owner,)] = town.homes["badr"].up.bench.tables.execute("SELECT owner FROM aid_items WHERE id = ?", (item,))
    for who in ("badr", "celine"):
        vault = town.homes[who].up.vault.read
        assert in_rows(vault, ["no names here"])
        assert in_rows(vault, [author.me])
        assert in_rows(vault, [item, owner, "no names here"], [author.me, author.device.public, "Amal"]) == []
    shown = await celine.browser.post(
        celine.url("aid-blind-help", item=item), {"text": "I have a sofa", "within": "600"},
        token=shown.token(celine.url("aid-blind-help", item=item)),
    )  # fmt: skip
    assert "Your name is not in it" in shown.words
    await town.pass_time(HOUR)
    [mine] = (await town.call("celine", "aid.blind"))["mine"]
    shown = await amal.get("aid-blind-talk", opening=item)
    assert "I have a sofa" in shown.words
    [talk] = (await town.call("amal", "aid.blind_talk", opening=item))["talks"]
    await amal.post("aid-blind-talk", {"help": talk["help"], "text": "Yes please", "agree": "1"}, opening=item)
    await town.pass_time(HOUR)
    shown = await celine.get("aid-blind-talk", opening=mine["opening"])
    assert "Yes please" in shown.words
    assert "The other agrees already" in shown.words
    assert "Amal" not in shown.words
    await celine.post("aid-blind-talk", {"help": talk["help"], "text": "", "agree": "1"}, opening=mine["opening"])
    for _ in range(4):
        await town.pass_time(HOUR)
    shown = await celine.get("aid-blind-talk", opening=mine["opening"])
    assert "It is Amal : they have proved it." in shown.words.replace("\u2068", "").replace("\u2069", "")
    assert "proved it" in (await amal.get("aid-blind-talk", opening=item)).words
    badrs = repr(badr.town.homes["badr"].up.bench.tables.execute("SELECT * FROM aid_unmasked"))
    assert badrs == "[]"
    shown = await amal.post("aid-blind-talk", {"end": "1"}, opening=item)
    assert "its keys are destroyed" in shown.words
    assert (await town.call("amal", "aid.blind"))["mine"] == []
    await town.settle()
    assert (await town.call("badr", "aid.show", item=item))["withdrawn"] == "author"


async def test_two_requests_of_one_are_as_unlike_as_those_of_two(town: Town) -> None:
    made = {}
    for key, who in (("one", "amal"), ("again", "amal"), ("other", "badr")):
        asked = {**ROOM, "direction": "request", "wanted": 1, "blind": True, "within": 0}
        made[key] = (await town.call(who, "aid.post", **asked))["id"]
        await town.settle()
    vault = town.homes["celine"].up.vault.read
    raw = {key: to_json(log.get(vault, event).event).decode() for key, event in made.items()}  # type: ignore[union-attr] - it is there
    parts = {key: set(re.findall(r"[A-Za-z0-9_-]{6,}", text)) for key, text in raw.items()}
    assert parts["one"] & parts["again"] <= parts["other"], "what two of one person share, another's shares too"
