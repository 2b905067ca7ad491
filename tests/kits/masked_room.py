"""A room for tests, in which questions are asked under one-time keys: kind 3798 a question, 3799 more about one.

Its state is what was said about a question, its table one row for each: (space, question, id, author, text, ring).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec

from tadamun.core.body import read, spell
from tadamun.core.event import Event, Tags
from tadamun.core.genuine import Said
from tadamun.core.ports import Mask, Saying, Tables
from tadamun.core.room import Room, Scope, Standing, Verdict
from tadamun.main import parts
from tadamun.node.node import Parts

QUESTION, MORE = 3798, 3799
SCOPE = "ask.question"


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    v: int = 1
    text: str


class More(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    v: int = 1
    of: str
    text: str


DECODERS = {QUESTION: msgspec.json.Decoder(Question), MORE: msgspec.json.Decoder(More)}
State = tuple[Said[Any], ...]


def decode(event: Event, rest: Tags) -> Any:
    return read(DECODERS[event.kind], event.content, rest)


def authorise(state: State, said: Said[Any], standing: Standing) -> Verdict:
    if said.kind == QUESTION:
        return Verdict.ALLOW if standing.may_write else Verdict.DENY
    opening = next((one for one in state if one.id == said.body.of), None)
    if opening is None:
        return Verdict.UNKNOWN
    return Verdict.ALLOW if said.member == opening.member or said.mask is None else Verdict.DENY


def project(tables: Tables, space: str, topic: str, state: State | None) -> None:
    tables.execute("DELETE FROM ask_said WHERE space = ? AND topic = ?", (space, topic))
    tables.many(
        "INSERT INTO ask_said VALUES (?, ?, ?, ?, ?, ?)",
        [
            (space, topic, said.id, said.member, said.body.text, 0 if said.mask is None else said.mask.ring)
            for said in state or ()
        ],
    )


ROOM = Room(
    name="ask",
    kinds=frozenset({QUESTION, MORE}),
    decode=decode,
    topic=lambda said: said.id if said.kind == QUESTION else said.body.of,
    empty=lambda topic: (),
    reduce=lambda state, said: tuple(sorted((*state, said), key=lambda one: one.id)),
    authorise=authorise,
    tables=("CREATE TABLE ask_said (space TEXT, topic TEXT, id TEXT, author TEXT, text TEXT, ring INTEGER)",),
    project=project,
    forget=lambda tables, space: None,
    masked=frozenset({QUESTION, MORE}),
    scopes={SCOPE: Scope(kinds=frozenset({QUESTION}), slots=3, least=3)},
)


def masked_parts() -> Parts:
    """All rooms, and this one."""
    found = parts()
    return replace(found, rooms=(*found.rooms, ROOM))


def question(text: str, delay: int = 0, until: int = 0) -> Saying:
    return Saying(QUESTION, spell(Question(text=text)), mask=Mask(scope=SCOPE, delay=delay, until=until))


def more(of: str, text: str, delay: int = 0) -> Saying:
    return Saying(MORE, spell(More(of=of, text=text)), mask=Mask(under=of, delay=delay))


def reply(of: str, text: str) -> Saying:
    """By a member in their own name."""
    return Saying(MORE, spell(More(of=of, text=text)))
