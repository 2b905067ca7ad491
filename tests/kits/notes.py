"""The smallest room: notes, to the space or in private. For what rooms are given in the core."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

import msgspec

from kits.sim import PARTS
from tadamun.core import body
from tadamun.core.event import Event
from tadamun.core.genuine import Said
from tadamun.core.ports import Audience, Saying, Tables, Workbench
from tadamun.core.room import Call, Room, Standing, Verdict
from tadamun.node.node import Parts

NOTE, OPEN_ONLY = 3797, 3798


class Note(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    v: Literal[1]
    text: Annotated[str, msgspec.Meta(max_length=200)]


_decoder = msgspec.json.Decoder(Note)


def decode(event: Event, rest: tuple[tuple[str, ...], ...]) -> Note:
    return body.read(_decoder, event.content, rest)


def reduce(state: Said[Note] | None, said: Said[Note]) -> Said[Note]:
    return said


def authorise(state: Said[Note] | None, said: Said[Note], standing: Standing) -> Verdict:
    return Verdict.ALLOW if standing.may_write else Verdict.DENY


def project(tables: Tables, space: str, topic: str, said: Said[Note] | None) -> None:
    tables.execute("DELETE FROM notes_all WHERE id = ?", (topic,))
    if said is not None:
        row = (topic, said.space, said.member, said.body.text, " ".join(said.circle), said.private_with)
        tables.execute("INSERT INTO notes_all VALUES (?, ?, ?, ?, ?, ?)", row)


def forget(tables: Tables, space: str) -> None:
    tables.execute("DELETE FROM notes_all WHERE space = ?", (space,))


class Written(msgspec.Struct):
    text: str
    to: tuple[str, ...] = ()
    expires: int = 0
    kind: int = NOTE


def saying(text: str, to: Sequence[str] = (), expires_at: int = 0, kind: int = NOTE) -> Saying:
    return Saying(kind, body.spell(Note(1, text)), audience=Audience("", expires_at, tuple(to)))


async def write(bench: Workbench, asked: Written) -> str:
    until = bench.clock.now() + asked.expires if asked.expires else 0
    return await bench.say(bench.space(""), saying(asked.text, asked.to, until, asked.kind))


class Nothing(msgspec.Struct):
    pass


async def every(bench: Workbench, asked: Nothing) -> list[dict[str, Any]]:
    """[{text, by, circle}], by text."""
    rows = bench.tables.execute("SELECT text, member, circle FROM notes_all ORDER BY text")
    return [{"text": text, "by": by, "circle": circle.split()} for text, by, circle in rows]


ROOM = Room(
    name="notes",
    kinds=frozenset({NOTE, OPEN_ONLY}),
    private=frozenset({NOTE}),
    decode=decode,
    topic=lambda said: said.id,
    empty=lambda topic: None,
    reduce=reduce,
    authorise=authorise,
    tables=(
        "CREATE TABLE notes_all (id TEXT PRIMARY KEY, space TEXT, member TEXT, text TEXT, circle TEXT, priv TEXT)",
    ),
    project=project,
    forget=forget,
    calls={"notes.write": Call(Written, write), "notes.all": Call(Nothing, every)},
)


def with_notes(**more: Any) -> Parts:
    """The rooms of every node, and this one. more: fields of it that are to be otherwise."""
    return replace(PARTS, rooms=(*PARTS.rooms, replace(ROOM, **more)))
