"""A space taken off a node leaves nothing there, can be joined anew, and changes nothing for the others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kits.sim import Home, Town
from tadamun.core.errors import LocalError, UsageError
from tadamun.node import forgetting

pytestmark = pytest.mark.anyio


def rows(home: Home) -> list[tuple[str, tuple[Any, ...]]]:
    assert home.vault is not None
    sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    tables = [name for (name,) in home.vault.read.execute(sql)]  # of full text: the tables it keeps its index in
    return [(name, row) for name in tables for row in home.vault.read.execute(f"SELECT * FROM {name}")]


def traces(home: Home, *wanted: str) -> list[str]:
    """Tables in which one of these ids or texts stands, in whatever spelling."""
    found = []
    for name, row in rows(home):
        for cell in row:
            text = cell.hex() if isinstance(cell, bytes) else str(cell)
            raw = cell if isinstance(cell, bytes) else str(cell).encode()
            if any(one in text or one.encode() in raw for one in wanted):
                found.append(name)
    return found


async def forget(town: Town, who: str, space: str) -> dict[str, Any]:
    done: dict[str, Any] = await town.call(who, "space.forget", space=space, confirm=space)
    return done


async def busy(town: Town) -> tuple[Home, list[str]]:
    """Celine's node with something of every sort, and what must not be found there afterwards."""
    home = town.homes["celine"]
    for fields in ({"text": "peculiar word"}, {"text": "peculiar word", "to": "Badr"},
                   {"text": "peculiar word", "expires": 7200},
                   {"text": "@Badr peculiar word", "topics": ["peculiar"]}):  # fmt: skip
        post = (await town.call("celine", "talk.post", **fields))["id"]
        await town.call("celine", "talk.react", post=post)
    await town.call("celine", "talk.draft", place="new", text="peculiar word")
    await town.call("celine", "talk.mark_read")
    await town.call("celine", "people.verify", member="Badr")
    await town.call("celine", "devices.add")
    await town.settle()
    place = home.place
    ids = [place.space, *place.log.state.devices, *place.boxes, *(box.keys.mailbox.public for box in place.mailboxes())]
    return home, [*ids, "peculiar", "Circle", "Celine", "before"]


async def test_nothing_of_it_is_left_here(three: Town) -> None:
    home, wanted = await busy(three)
    assert len(set(traces(home, *wanted))) > 12, "the search finds something"
    assert home.wire.held()
    told = await forget(three, "celine", home.place.space)
    assert {one["id"] for one in told["sentences"]} == {"stays", "listed"}
    assert traces(home, *wanted) == []
    assert home.wire.held() == []
    assert await three.call("celine", "space.list") == []
    assert not home.up.known
    await three.restart("celine")
    assert traces(three.homes["celine"], *wanted) == []


async def test_the_others_notice_nothing_and_one_can_come_back(three: Town) -> None:
    home, _ = await busy(three)
    before = await three.call("amal", "talk.read")
    await forget(three, "celine", home.place.space)
    await three.settle()
    assert await three.call("amal", "talk.read") == before
    assert len(await three.call("amal", "people.list")) == 3
    link = (await three.call("amal", "invite.new"))["link"]
    await three.join("celine", link, "Celine")
    await three.settle()
    assert "before" in [post["text"] for post in (await three.call("celine", "talk.read"))["posts"]]


async def test_a_forged_link_that_was_used_first_can_be_undone(town: Town) -> None:
    for name in ("amal", "eve", "celine"):
        await town.build(name)
    await town.call("amal", "space.new", name="Circle", called="Amal")
    await town.call("eve", "space.new", name="Circle", called="Amal")
    forged = (await town.call("eve", "invite.new"))["link"]
    good = (await town.call("amal", "invite.new"))["link"]
    await town.off("eve")
    await town.join("celine", forged, "Celine")
    (space,) = await town.call("celine", "space.list")
    assert space["status"] == "joining"
    told = await forget(town, "celine", space["space"])
    assert {one["id"] for one in told["sentences"]} == {"stays"}
    assert traces(town.homes["celine"], space["space"], "Celine") == []
    await town.join("celine", good, "Celine")
    await town.settle()
    assert [one["status"] for one in await town.call("celine", "space.list")] == ["member"]


async def test_another_space_stays_as_it_was(three: Town) -> None:
    home = three.homes["celine"]
    gone = home.place.space
    await three.call("celine", "space.new", name="Second", called="Celine")
    await three.call("celine", "talk.post", space="Second", text="stays")
    await forget(three, "celine", gone)
    assert [post["text"] for post in (await three.call("celine", "talk.read"))["posts"]] == ["stays"]
    assert (await three.call("celine", "talk.read", search="stays"))["posts"]
    assert (await three.call("celine", "node.rebuild"))["same"]
    await three.restart("celine")
    await three.call("celine", "talk.post", text="goes on")


async def test_a_kill_before_the_sealed_copies_went_is_made_good(three: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    home, wanted = await busy(three)

    async def killed(node: Any) -> None:
        raise UsageError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(forgetting, "finish", killed)
        with pytest.raises(UsageError):
            await forget(three, "celine", home.place.space)
    assert home.wire.held()
    assert set(traces(home, *wanted)) == {"meta"}, "the marks, by mailbox"
    home = await three.restart("celine")
    assert await three.call("celine", "space.list") == []
    await three.pass_time(30)
    assert home.wire.held() == []
    assert traces(home, *wanted) == []


async def test_when_it_cannot_be_done_nothing_was(three: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    home, wanted = await busy(three)
    before = rows(home)

    def full(*_: Any) -> None:
        raise LocalError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(forgetting.refs, "tidy", full)
        with pytest.raises(LocalError):
            await forget(three, "celine", home.place.space)
    assert rows(home) == before
    assert "before" in [post["text"] for post in (await three.call("celine", "talk.read"))["posts"]]
    assert traces(home, *wanted)


@pytest.mark.parametrize("confirm", ["", "yes", "Circle", "5" * 64])
async def test_without_confirming_nothing_happens(three: Town, confirm: str) -> None:
    before = rows(three.homes["celine"])
    with pytest.raises(UsageError):
        await three.call("celine", "space.forget", space="Circle", confirm=confirm)
    with pytest.raises(UsageError):
        await three.call("celine", "node.wipe", confirm=confirm)
    assert rows(three.homes["celine"]) == before


async def test_errands_of_a_forgotten_space_do_nothing(three: Town) -> None:
    home = three.homes["celine"]
    place = home.place
    await forget(three, "celine", place.space)
    with pytest.raises(UsageError):
        home.up.desk.rotate(place)
    assert [name for name, _ in rows(home) if name in ("epochs", "log", "outbox")] == []


async def test_what_is_stored_is_weighed_by_space_and_sort(three: Town) -> None:
    home, _ = await busy(three)
    told = await three.call("celine", "node.stored")
    (space,) = told["spaces"]
    assert told["folder"] == str(home.folder)
    assert min(told["vault_bytes"], told["wire_bytes"], space["sealed_bytes"]) > 0
    by = {(one["room"], one["kind"]): one for one in space["sorts"]}
    assert by["talk", 14]["count"] == 1
    assert by["talk", 11]["count"] == 4
    assert by["people", 0]["count"] == 3
    assert all(one["bytes"] > one["count"] * 200 for one in by.values())


async def test_a_wiped_node_has_nothing_and_does_nothing(three: Town, scratch: Path) -> None:
    home, _ = await busy(three)
    (home.folder / "pages.json").write_text("{}")
    (home.folder / "language").write_text("ar")
    told = await three.call("celine", "node.wipe", confirm="wipe")
    assert {one["id"] for one in told["sentences"]} == {"stays", "disk"}
    assert {path.name for path in home.folder.iterdir()} == {"vault.lock"}
    for name in ("space.list", "talk.read", "node.status"):
        with pytest.raises(LocalError):
            await three.call("celine", name)
    assert home.up.wiped.is_set()
    await three.off("celine")
    assert {path.name for path in home.folder.iterdir()} == {"vault.lock"}
    assert len(await three.call("amal", "people.list")) == 3
