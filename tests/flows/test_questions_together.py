"""A question without a name among eight real nodes: all read it, and no vault says who asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from kits.sim import Town
from tadamun.rooms.talk.bodies import QUESTION
from tadamun.store import masks

pytestmark = pytest.mark.anyio
NAMES = ["amal", "badr", "celine", "dina", "elias", "farah", "ghada", "hadi"]


async def test_eight_members_and_a_question(tmp_path: Path) -> None:
    town = Town(tmp_path)
    await town.build("amal")
    await town.call("amal", "space.new", name="Circle", called="Amal")
    await town.settle()
    link = (await town.call("amal", "invite.new", level=10, uses=8))["link"]
    for name in NAMES[1:]:
        await town.build(name)
        await town.join(name, link, name.title())
    await town.settle()
    told = await town.call("dina", "talk.questions")
    assert (told["ring"], told["left"]) == (0, 0)  # nobody has a key before the node has looked at the clock
    await town.pass_time(20)
    told = await town.call("dina", "talk.questions")
    assert (told["ring"], told["least"], told["left"], told["ready"]) == (8, 8, 4, True)
    asked = (await town.call("dina", "talk.ask", text="how did you tell them?", within=3600))["id"]
    await town.settle(horizon=1)
    assert not (await town.call("amal", "talk.threads"))["threads"]  # it is on its way
    for _ in range(4):
        await town.pass_time(900)
    for name in NAMES:
        (thread,) = (await town.call(name, "talk.threads"))["threads"]
        assert (thread["text"], thread["ring"], thread["mine"]) == ("how did you tell them?", 8, name == "dina")
    answer = (await town.call("hadi", "talk.post", text="slowly", reply_to=asked))["id"]
    await town.settle()
    await town.call("dina", "talk.post", text="thank you", reply_to=answer)
    await town.pass_time(700)
    posts = (await town.call("amal", "talk.read", thread=asked))["posts"]
    assert [(post["text"], post["ring"]) for post in posts] == [
        ("how did you tell them?", 8), ("slowly", 0), ("thank you", 8),
    ]  # fmt: skip
    assert posts[0]["author"] == posts[2]["author"] not in {home.me for home in town.homes.values()}
    space = town.homes["dina"].place.space
    assert town.homes["dina"].up.bench.masks(space, QUESTION) == {asked}
    await town.call("dina", "talk.let_go", post=asked)
    kept = {name: masks.every(home.up.vault.read, home.place.ref) for name, home in town.homes.items()}
    assert not any(kept.values())
    own = {name: (await town.call(name, "talk.one", post=asked))["post"]["mine"] for name in NAMES}
    assert own == dict.fromkeys(NAMES, False)
    await town.close()
