"""Pictures between real nodes: sealed, kept, expired, retracted, and none of it half done."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pillow

from kits.sim import Home, Town
from tadamun.core.errors import LocalError, NotAllowed, UsageError
from tadamun.core.event import parse
from tadamun.core.limits import MAX_INNER, MAX_SEALED
from tadamun.rooms.talk import images
from tadamun.rooms.talk.bodies import PART

pytestmark = pytest.mark.anyio
HOUR = 3_600


def photo(folder: Path, side: int = 900) -> str:
    path = folder / "photo.jpg"
    Pillow.effect_noise((side, side), 90).convert("RGB").save(path, "JPEG")
    return str(path)


async def post(town: Town, who: str, folder: Path, count: int = 1, **fields: Any) -> str:
    ids = [
        (await town.call(who, "talk.attach", path=photo(folder, 900 + n), alt=f"peculiar {n}"))["id"]
        for n in range(count)
    ]
    said = await town.call(who, "talk.post", text="look", attachments=ids, **fields)
    return str(said["id"])


def parts(home: Home) -> int:
    assert home.vault is not None
    return int(home.vault.read.execute("SELECT count(*) FROM log WHERE kind = ?", (PART,))[0][0])


async def test_everybody_gets_them_and_a_rebuild_gives_the_same(three: Town, scratch: Path) -> None:
    said = await post(three, "amal", scratch, count=4)
    await three.settle()
    for name, home in three.homes.items():
        for number in range(1, 5):
            got = await three.call(name, "talk.image", post=said, number=number)
            assert got["ready"], (name, number)
            assert Pillow.open(io.BytesIO(base64.b64decode(got["data"]))).size == (got["width"], got["height"])
        assert (await three.call(name, "node.rebuild"))["same"]
        assert parts(home) > 16
    for raw in three.homes["amal"].wire.traffic.values():
        assert len(raw) <= MAX_SEALED
    vault = three.homes["badr"].vault
    assert vault is not None
    assert max(len(raw) for (raw,) in vault.read.execute("SELECT raw FROM log")) <= MAX_INNER
    assert all(parse(bytes(raw)) for (raw,) in vault.read.execute("SELECT raw FROM log WHERE kind = ?", (PART,)))


async def test_between_two_nobody_else_gets_them(three: Town, scratch: Path) -> None:
    said = await post(three, "amal", scratch, to="Badr")
    await three.settle()
    assert (await three.call("badr", "talk.image", post=said))["ready"]
    assert parts(three.homes["celine"]) == 0


async def test_they_expire_with_the_post(three: Town, scratch: Path) -> None:
    said = await post(three, "amal", scratch, expires=HOUR)
    await three.settle()
    assert (await three.call("celine", "talk.image", post=said))["ready"]
    await three.pass_time(3 * HOUR)
    for name, home in three.homes.items():
        assert parts(home) == 0
        assert home.vault is not None
        for table in ("talk_images", "talk_parts", "talk_attached"):
            assert home.vault.read.execute(f"SELECT count(*) FROM {table}") == [(0,)]
        with pytest.raises(UsageError):
            await three.call(name, "talk.image", post=said)
        assert (await three.call(name, "talk.read", search="peculiar"))["posts"] == []


async def test_retracted_they_are_destroyed_also_when_they_come_again(three: Town, scratch: Path) -> None:
    said = await post(three, "celine", scratch)
    await three.settle()
    await three.call("badr", "talk.retract", post=said)
    await three.settle()
    await three.pass_time(30)
    for home in three.homes.values():
        assert parts(home) == 0
    await three.build("dina")
    await three.join("dina", (await three.call("amal", "invite.new"))["link"], "Dina")
    await three.settle()
    await three.pass_time(30)
    assert parts(three.homes["dina"]) == 0
    (shown,) = [one for one in (await three.call("dina", "talk.read"))["posts"] if one["id"] == said]
    assert (shown["images"], shown["retracted"]) == ([], "moderator")
    assert (await three.call("amal", "node.rebuild"))["same"]


async def test_a_post_is_said_with_its_pictures_or_not_at_all(
    three: Town, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = three.homes["celine"]
    before = home.place.next_in_chain("")

    def killed(*_: Any) -> list[Any]:
        raise LocalError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(images, "parts_of", killed)
        with pytest.raises(LocalError):
            await post(three, "celine", scratch)
    assert home.place.next_in_chain("") == before
    assert (await three.call("celine", "talk.read", search="look"))["posts"] == []
    home = await three.restart("celine")
    assert home.vault is not None
    (ready,) = home.vault.read.execute("SELECT lower(hex(hash)) FROM talk_attached")
    said = await three.call("celine", "talk.post", text="again", attachments=list(ready))
    await three.settle()
    assert (await three.call("amal", "talk.image", post=said["id"]))["ready"]


async def test_who_was_removed_sends_none(three: Town, scratch: Path) -> None:
    await three.call("amal", "members.remove", member="Celine")
    await three.settle()
    with pytest.raises(NotAllowed):
        await post(three, "celine", scratch)
    assert parts(three.homes["amal"]) == 0


async def test_what_waits_to_be_posted_goes_with_the_space(three: Town, scratch: Path) -> None:
    home = three.homes["celine"]
    await three.call("celine", "talk.attach", path=photo(scratch), alt="peculiar")
    space = home.place.space
    await three.call("celine", "space.forget", space=space, confirm=space)
    assert home.vault is not None
    assert home.vault.read.execute("SELECT count(*) FROM talk_attached") == [(0,)]
