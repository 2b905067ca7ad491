"""Pictures in posts, as calls: taken in and made harmless, sent in parts with the post, put together again."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec

from tadamun.core.b64 import from_b64, to_b64
from tadamun.core.body import spell
from tadamun.core.errors import UsageError
from tadamun.core.imeta import MAX_ALT, MOST, Image
from tadamun.core.imeta import PART as PART_BYTES
from tadamun.core.ports import Audience, Saying, Workbench
from tadamun.core.room import Call
from tadamun.core.text import allowed_line, tidy_line
from tadamun.rooms.talk.bodies import PART, Part
from tadamun.rooms.talk.given import InSpace, OnePost, reader_of
from tadamun.rooms.talk.reading import Reader

KEPT: Final = 30 * 86_400  # seconds that a picture waits here for its post
MOST_WAITING: Final = 200
LOCAL: Final = (
    """CREATE TABLE IF NOT EXISTS talk_attached (
        space BLOB, hash BLOB, type TEXT, size INTEGER, width INTEGER, height INTEGER, alt TEXT, data BLOB, at INTEGER,
        PRIMARY KEY (space, hash)) WITHOUT ROWID""",
)
_turn = asyncio.Lock()  # one picture is decoded at a time: a large one takes a hundred megabytes


class Attach(InSpace, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One of path (a file of this computer) and data (base64). alt: what it shows, for who cannot see it."""

    path: str = ""
    data: str = ""
    alt: str = ""


class Waiting(InSpace, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """ids: of pictures as `talk.attach` gave them. data: with their bytes."""

    ids: Annotated[tuple[str, ...], msgspec.Meta(max_length=MOST_WAITING)]
    data: bool = False


class Describe(InSpace, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """id: of a picture that waits. alt: as for `talk.attach`."""

    id: str
    alt: str


class Show(OnePost, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """number: which picture of the post, from 1."""

    number: Annotated[int, msgspec.Meta(ge=1, le=MOST)] = 1


async def attach(bench: Workbench, asked: Attach) -> dict[str, Any]:
    """Make a picture ready for a post: {id, type, size, width, height, alt}. Nothing of the file but the pixels is
    kept, and that on this node alone until it is posted (`talk.post` with attachments=[id])."""
    space = bench.space(asked.space)
    alt = _alt(asked.alt)
    if bool(asked.path) == bool(asked.data):
        raise UsageError("Choose one picture.")
    async with _turn:
        image, data = await asyncio.to_thread(_cleaned, asked, alt)
    raw, now = bytes.fromhex(space), bench.clock.now()
    bench.tables.execute("DELETE FROM talk_attached WHERE at < ?", (now - KEPT,))
    (waiting,) = bench.tables.execute("SELECT count(*) FROM talk_attached")[0]
    if waiting >= MOST_WAITING:
        raise UsageError("Too many pictures wait to be posted. Post or forget some of them first.")
    bench.tables.execute(
        "INSERT OR REPLACE INTO talk_attached VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (raw, bytes.fromhex(image.hash), image.type, image.size, image.width, image.height, alt, data, now),
    )
    return {"id": image.hash} | _told(image)


async def attached(bench: Workbench, asked: Waiting) -> dict[str, Any]:
    """{pictures: [{id, type, size, width, height, alt, data}]}: those of them that still wait, in that order. data: in
    base64, "" if it was not asked for."""
    space = bench.space(asked.space)
    return {
        "pictures": [
            {"id": image.hash} | _told(image) | {"data": base64.b64encode(data).decode() if asked.data else ""}
            for one in asked.ids
            for image, data in _kept(bench, space, one)
        ]
    }


async def describe(bench: Workbench, asked: Describe) -> dict[str, Any]:
    """Say what a picture that waits shows. Gives {id, alt}."""
    space, alt = bench.space(asked.space), _alt(asked.alt)
    bench.tables.execute(
        "UPDATE talk_attached SET alt = ? WHERE space = ? AND lower(hex(hash)) = ?",
        (alt, bytes.fromhex(space), asked.id),
    )
    return {"id": asked.id, "alt": alt}


async def show(bench: Workbench, asked: Show) -> dict[str, Any]:
    """{post, number, type, size, width, height, alt, parts, here, ready, broken, data}: data in base64 once all parts
    are here, "" before. broken: what came is not the picture that was named, and is not given out."""
    space, reader = reader_of(bench, asked)
    row = reader.post(asked.post)
    images = reader.images([row.id]).get(row.id, [])
    if not asked.number <= len(images):
        raise UsageError("There is no such picture. It may have been retracted, or have expired.")
    image, here = images[asked.number - 1]
    told = {"post": row.id.hex(), "number": asked.number, "parts": image.parts, "here": here} | _told(image)
    data = _together(bench, reader, space, row.id, image) if here == image.parts else b""
    fine = bool(data) and await asyncio.to_thread(_sound, data, image)
    return told | {
        "ready": fine,
        "broken": bool(data) and not fine,
        "data": base64.b64encode(data).decode() if fine else "",
    }


def waiting(bench: Workbench, space: str, wanted: Sequence[str]) -> list[tuple[Image, bytes]]:
    """Pictures that were made ready, by id, in that order. Raises UsageError."""
    if len(wanted) > MOST or len(set(wanted)) != len(wanted):
        raise UsageError("A post holds at most {most} pictures, each once.", most=MOST)
    found = []
    for one in wanted:
        kept = _kept(bench, space, one)
        if not kept:
            raise UsageError("A picture is not there any more. Nothing was sent: choose it again.")
        found += kept
    return found


def parts_of(post: str, pictures: Sequence[tuple[Image, bytes]], audience: Audience) -> list[Saying]:
    """What brings them, said after the post with that id."""
    return [
        Saying(
            PART,
            spell(
                Part(
                    of=post,
                    image=image.hash,
                    part=n,
                    data=to_b64(data[n * PART_BYTES : n * PART_BYTES + PART_BYTES]),
                )
            ),
            (),
            audience,
        )
        for image, data in pictures
        for n in range(image.parts)
    ]


def posted(bench: Workbench, space: str, pictures: Sequence[tuple[Image, bytes]]) -> None:
    """They are in the log now and need not be kept twice."""
    for image, _ in pictures:
        bench.tables.execute(
            "DELETE FROM talk_attached WHERE space = ? AND hash = ?", (bytes.fromhex(space), bytes.fromhex(image.hash))
        )


def _kept(bench: Workbench, space: str, one: str) -> list[tuple[Image, bytes]]:
    """The picture of that id, if it waits."""
    rows = bench.tables.execute(
        "SELECT lower(hex(hash)), type, size, width, height, alt, data FROM talk_attached"
        " WHERE space = ? AND lower(hex(hash)) = ?",
        (bytes.fromhex(space), one),
    )
    return [(Image(*row[:6]), bytes(row[6])) for row in rows]


def _alt(typed: str) -> str:
    """Raises UsageError."""
    alt = tidy_line(typed)
    if not allowed_line(alt, MAX_ALT):
        raise UsageError("Describe a picture in at most {most} characters on one line.", most=MAX_ALT)
    return alt


def _sound(data: bytes, image: Image) -> bool:
    from tadamun.pictures import harmless  # Pillow takes a tenth of a start to load, and most starts need none

    return harmless.sound(data, image)


def _cleaned(asked: Attach, alt: str) -> tuple[Image, bytes]:
    from tadamun.pictures import harmless

    if asked.path:
        try:
            with Path(asked.path).open("rb") as file:
                data = file.read(harmless.MAX_FILE + 1)
        except (OSError, ValueError) as error:
            raise UsageError("The file {file} cannot be read. Choose another.", file=asked.path) from error
    else:
        try:
            data = base64.b64decode(asked.data, validate=True)
        except (binascii.Error, ValueError) as error:
            raise UsageError("That picture did not arrive whole. Choose it again.") from error
    return harmless.clean(data, alt)


def _together(bench: Workbench, reader: Reader, space: str, post: bytes, image: Image) -> bytes:
    """The bytes of all parts; b"" if one is gone meanwhile. Of two for one place the one with the lower id counts."""
    pieces = []
    for n, event in enumerate(reader.parts(post, image)):
        content = bench.content(space, event)
        if not content:
            return b""
        pieces.append(from_b64(msgspec.json.decode(content, type=Part).data, image.length(n)))
    return b"".join(pieces)


def _told(image: Image) -> dict[str, Any]:
    return {
        "type": image.type, "size": image.size, "width": image.width, "height": image.height, "alt": image.alt,
    }  # fmt: skip


CALLS: Final = {
    "talk.attach": Call(Attach, attach),
    "talk.attached": Call(Waiting, attached),
    "talk.describe": Call(Describe, describe),
    "talk.image": Call(Show, show),
}
