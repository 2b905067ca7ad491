"""What is told of a removal beforehand is what the rules then do."""

from __future__ import annotations

import pytest

from kits.sim import Town
from tadamun.core.errors import NotAllowed

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("who", ["amal", "badr", "celine"])
@pytest.mark.parametrize("whom", ["Amal", "Badr", "Celine"])
async def test_who_decides_is_what_then_happens(three: Town, who: str, whom: str) -> None:
    if who.title() == whom:
        assert (await three.call(who, "members.removal", member=whom))["who"] == "self"
        return
    told = await three.call(who, "members.removal", member=whom)
    assert (told["status"], told["devices"], told["new_secret"]) == ("member", 1, False)
    try:
        done = await three.call(who, "members.remove", member=whom)
    except NotAllowed:
        assert told["who"] == "nobody"
        return
    assert told["who"] == ("alone" if done["done"] else "together")
    after = await three.call(who, "members.removal", member=whom)
    if done["done"]:
        assert (after["status"], after["new_secret"], after["devices"]) == ("gone", True, 1)
        assert "who" not in {one["id"] for one in after["sentences"]}
    else:
        assert (after["status"], after["proposal"]) == ("proposed", done["proposal"])


async def test_what_is_promised_of_reading_holds(three: Town) -> None:
    told = await three.call("amal", "members.removal", member="Celine")
    sentences = {one["id"]: one for one in told["sentences"]}
    assert {"who", "secret", "late", "keeps", "said", "private", "back"} == set(sentences)
    assert sentences["keeps"]["arguments"] == {"name": "Celine"}
    for one in sentences.values():
        assert "{" not in one["message"].format(**one["arguments"])
    await three.call("amal", "members.remove", member="Celine")
    await three.settle()
    await three.call("badr", "talk.post", text="after")
    await three.settle()
    texts = [post["text"] for post in (await three.call("celine", "talk.read"))["posts"]]
    assert texts == ["before"]
    assert "after" in [post["text"] for post in (await three.call("amal", "talk.read"))["posts"]]


async def test_their_invitations_are_told_of_and_admit_nobody_then(three: Town) -> None:
    link = (await three.call("badr", "invite.new"))["link"]
    await three.settle()
    told = await three.call("amal", "members.removal", member="Badr")
    assert (told["invites"], "links" in {one["id"] for one in told["sentences"]}) == (1, True)
    await three.call("amal", "members.remove", member="Badr")
    await three.settle()
    assert (await three.call("amal", "members.removal", member="Badr"))["invites"] == 0
    await three.build("dina")
    await three.join("dina", link, "Dina")
    await three.settle()
    assert len(await three.call("amal", "people.list")) == 2


async def test_undoing_is_told_of(three: Town) -> None:
    told = await three.call("amal", "members.removal", member="Badr", undo=True)
    assert "undone" in {one["id"] for one in told["sentences"]}


async def test_whoever_is_gone_has_a_card_even_without_a_name(three: Town) -> None:
    home = three.homes["amal"]
    celine = three.homes["celine"].place.me
    with home.up.vault.write() as tx:
        tx.execute("DELETE FROM people_profiles WHERE member = ?", (celine,))
    assert not home.up.bench.belonged(home.place.space, celine)
    await three.call("amal", "members.remove", member=celine)
    assert home.up.bench.belonged(home.place.space, celine)
    assert not home.up.bench.belonged(home.place.space, "f" * 64)
    card = await three.call("amal", "people.card", member=celine)
    assert (card["member"], card["former"], card["name"]) == (celine, True, f"#{celine[:8]}")
