"""Pictures in posts, and those who send others than they named, others', too many, or half of them."""

from __future__ import annotations

import base64
import hashlib
import io
from typing import Any

import msgspec
import pytest
from PIL import Image as Pillow
from rooms_town import NOON, SPACE, Bench, Town, member

from tadamun.core import imeta
from tadamun.core.b64 import to_b64
from tadamun.core.body import spell
from tadamun.core.errors import NotAllowed, RemoteError, UsageError
from tadamun.core.event import Event
from tadamun.core.ports import Audience, Saying
from tadamun.rooms.talk import bodies, images
from tadamun.rooms.talk.bodies import PART, Part
from tadamun.rooms.talk.room import ROOM

pytestmark = pytest.mark.anyio

NOUR, SAM, MOD = member(0xA1), member(0xB2), member(0xC3)


def photo(side: int = 900, kind: str = "JPEG") -> str:
    out = io.BytesIO()
    Pillow.effect_noise((side, side), 90).convert("RGB").save(out, kind)
    return base64.b64encode(out.getvalue()).decode()


@pytest.fixture
async def town() -> Town:
    town = Town({NOUR: 100, SAM: 10, MOD: 20})
    for who, called in ((NOUR, "Nour"), (SAM, "Sam"), (MOD, "Maya")):
        await town.nodes[who].call("people.profile", name=called)
    town.pass_on()
    return town


async def posted(town: Town, **fields: Any) -> tuple[Bench, str, dict[str, Any]]:
    """Nour's post with a picture of several parts."""
    nour = town.nodes[NOUR]
    ready = await nour.call("talk.attach", data=photo(), alt="A cat on a roof")
    said = await nour.call("talk.post", text="look", attachments=[ready["id"]], **fields)
    return nour, said["id"], ready


def part(post: str, image: str, n: int, data: bytes) -> Saying:
    return Saying(PART, spell(Part(of=post, image=image, part=n, data=to_b64(data))), (), Audience())


@pytest.mark.parametrize("fields", [{}, {"to": "Sam"}, {"expires": 3600}])
async def test_a_picture_is_there_for_those_who_read_the_post(town: Town, fields: dict[str, Any]) -> None:
    nour, post, ready = await posted(town, **fields)
    town.pass_on()
    sam = town.nodes[SAM]
    (shown,) = (await sam.call("talk.read", private="to" in fields))["posts"][0]["images"]
    assert (shown["alt"], shown["here"], shown["id"]) == ("A cat on a roof", shown["parts"], ready["id"])
    assert shown["parts"] > 3
    got = await sam.call("talk.image", post=post)
    assert (got["ready"], got["broken"], got["type"]) == (True, False, "image/jpeg")
    assert hashlib.sha256(base64.b64decode(got["data"])).hexdigest() == ready["id"]
    assert nour.tables.execute("SELECT count(*) FROM talk_attached") == [(0,)]
    if "to" in fields:
        with pytest.raises(UsageError):
            await town.nodes[MOD].call("talk.image", post=post)


async def test_it_is_found_by_what_it_shows_and_by_nothing_else_of_it(town: Town) -> None:
    nour, post, ready = await posted(town)
    assert nour.matches(SPACE, "cat on a roof", 9) == [post]
    assert nour.matches(SPACE, ready["id"][:12], 9) == []


async def test_missing_parts_are_told_of(town: Town) -> None:
    _, post, _ = await posted(town)
    sam = town.nodes[SAM]
    parts = [entry for entry in town.log if entry[0].kind == PART]
    sam.receive([entry for entry in town.log if entry[0].kind != PART])
    got = await sam.call("talk.image", post=post)
    assert (got["ready"], got["broken"], got["here"], got["data"]) == (False, False, 0, "")
    for n, entry in enumerate(reversed(parts), 1):
        sam.receive([entry])
        assert (await sam.call("talk.image", post=post))["here"] == n
    assert (await sam.call("talk.image", post=post))["ready"]


async def test_parts_before_the_post_wait_for_it(town: Town) -> None:
    _, post, _ = await posted(town)
    sam = town.nodes[SAM]
    sam.receive([entry for entry in town.log if entry[0].kind == PART])
    assert sam.tables.execute("SELECT count(*) FROM talk_parts") == [(0,)]
    town.pass_on()
    assert (await sam.call("talk.image", post=post))["ready"]


async def test_a_retracted_picture_is_named_no_more_and_its_parts_are_waste(town: Town) -> None:
    _, post, _ = await posted(town)
    town.pass_on()
    maya, sam = town.nodes[MOD], town.nodes[SAM]
    await maya.call("talk.retract", post=post)
    town.pass_on()
    parts = {entry[0].id for entry in town.log if entry[0].kind == PART}
    for node in (maya, sam):
        with pytest.raises(UsageError):
            await node.call("talk.image", post=post)
        assert (await node.call("talk.read"))["posts"][0]["images"] == []
        assert set(ROOM.waste(node.tables, SPACE, 99)) == parts
        assert node.matches(SPACE, "roof", 9) == []


async def test_parts_of_others_and_such_as_were_not_named_are_refused(town: Town) -> None:
    nour, post, ready = await posted(town)
    town.pass_on()
    sam = town.nodes[SAM]
    whole = imeta.PART
    bad = [
        (sam, part(post, ready["id"], 0, b"\0" * whole)),  # of somebody else's post
        (nour, part(post, "0" * 64, 0, b"\0" * whole)),  # of a picture it does not name
        (nour, part(post, ready["id"], 0, b"\0" * (whole - 1))),  # too short
        (nour, part(post, ready["id"], 9, b"\0" * 5)),  # beyond the end
    ]
    for who, saying in bad:
        with pytest.raises(NotAllowed):
            who.utter(saying)
        who.utter(saying, force=True)
    town.pass_on()
    for node in town.nodes.values():
        got = await node.call("talk.image", post=post)
        assert (got["ready"], got["here"]) == (True, got["parts"])


async def test_a_part_twice_or_in_two_versions_is_the_same_for_all_and_never_given_out_if_wrong(town: Town) -> None:
    nour, post, ready = await posted(town)
    true = next(entry[0].id for entry in town.log if entry[0].kind == PART and '"part":0,' in entry[0].content)
    others = [nour.utter(part(post, ready["id"], 0, bytes([n]) * imeta.PART)) for n in range(12)]
    n = 12
    while min(others) > true:  # the lowest counts: until it is a wrong one
        others.append(nour.utter(part(post, ready["id"], 0, bytes([n]) * imeta.PART)))
        n += 1
    town.pass_on()
    dumps = []
    for order in (town.log, town.log[::-1]):
        sam = Bench(town, SAM)
        sam.receive(order)
        dumps.append(sam.tables.execute("SELECT id, hash, part, event, spent FROM talk_parts ORDER BY 1, 2, 3, 4"))
        got = await sam.call("talk.image", post=post)
        assert (got["here"], got["ready"], got["broken"], got["data"]) == (got["parts"], False, True, "")
    assert dumps[0] == dumps[1]
    assert len([row for row in dumps[0] if row[2] == 0]) == 8


async def test_an_edit_keeps_the_picture(town: Town) -> None:
    nour, post, _ = await posted(town)
    await nour.call("talk.edit", post=post, text="look here")
    assert len((await nour.call("talk.read"))["posts"][0]["images"]) == 1
    assert nour.matches(SPACE, "roof", 9) == [post]


async def test_what_cannot_be_attached_is_refused_and_nothing_is_said(town: Town) -> None:
    nour = town.nodes[NOUR]
    before = len(town.log)
    for wrong in ({}, {"data": "%%%"}, {"data": base64.b64encode(b"no picture").decode()}, {"path": "/nowhere/x.jpg"},
                  {"path": "/etc/hostname", "data": photo(9)}, {"data": photo(9), "alt": "x" * 1_001},
                  {"path": "x\0y"}, {"data": photo(9), "alt": "\u202eevil\x07"}):  # fmt: skip
        with pytest.raises(UsageError):
            await nour.call("talk.attach", **wrong)
    one = (await nour.call("talk.attach", data=photo(9)))["id"]
    for some in ([one, one], ["0" * 64], [one[:8]], [one, *[f"{n:064x}" for n in range(4)]]):
        with pytest.raises(UsageError):
            await nour.call("talk.post", text="x", attachments=some)
    assert len(town.log) == before
    nour.clock.at += images.KEPT + 1
    await nour.call("talk.attach", data=photo(8))
    with pytest.raises(UsageError):
        await nour.call("talk.post", text="x", attachments=[one])


GOOD = ("imeta", "x " + "a" * 64, "m image/jpeg", "size 5000", "dim 10x10", "alt a cat")


def decoded(*tags: tuple[str, ...], kind: int = 11) -> Any:
    return bodies.decode(Event("0" * 64, NOUR, NOON, kind, tags, "text", "0" * 128), tags)


def test_the_tag_has_one_spelling() -> None:
    (image,) = decoded(GOOD).images
    assert image == imeta.Image("a" * 64, "image/jpeg", 5000, 10, 10, "a cat")
    assert imeta.tag_of(image) == GOOD
    assert decoded(GOOD[:-1]).images[0].alt == ""


@pytest.mark.parametrize(
    "tags",
    [
        ((*GOOD[:-1], "alt "),), (GOOD[:1] + GOOD[:0:-1],), (GOOD, GOOD), ((*GOOD, "url https://x.example"),),
        ((*GOOD[:2], "m image/svg+xml", *GOOD[3:]),), ((*GOOD[:3], "size 05000", *GOOD[4:]),),
        ((*GOOD[:3], "size 262145", *GOOD[4:]),), ((*GOOD[:4], "dim 4097x1"),), ((*GOOD[:4], "dim 0x1"),),
        (GOOD[:4],), (("imeta",),), ((*GOOD, "alt b"),), ((*GOOD[:5], "alt a\ncat"),), ((*GOOD[:5], "alt"),),
        (GOOD, ("content-warning", "x")),
        tuple(("imeta", f"x {n:064x}", *GOOD[2:]) for n in range(5)),
    ],
)  # fmt: skip
def test_other_tags_are_refused(tags: tuple[tuple[str, ...], ...]) -> None:
    with pytest.raises(RemoteError):
        decoded(*tags)


@pytest.mark.parametrize(
    "change", [{"part": -1}, {"part": 99}, {"data": ""}, {"data": "a=="}, {"data": "A" * 40_000}, {"v": 2}, {"x": 1},
               {"of": "zz"}, {"data": "AB"}],
)  # fmt: skip
def test_other_parts_are_refused(change: dict[str, Any]) -> None:
    body = {"v": 1, "of": "0" * 64, "image": "1" * 64, "part": 0, "data": "AAAA"} | change
    content = msgspec.json.encode(body).decode()
    with pytest.raises(RemoteError):
        bodies.decode(Event("0" * 64, NOUR, NOON, PART, (), content, "0" * 128), ())
