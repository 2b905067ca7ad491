"""Faults of our own that somebody's words bring out, and words that only a later version knows: no others are lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from witness import counters, goes_on, shown

from kits.sim import PARTS, Town
from tadamun.core.errors import Reason
from tadamun.core.room import Room, Verdict
from tadamun.node import views

pytestmark = pytest.mark.anyio
HOUR = 3_600


# Faults of our own that somebody's words bring out.


def poisoned(where: str) -> Any:
    """The rooms, with a talk room that trips over the word."""
    people, talk, *others = PARTS.rooms

    def trips(said: Any) -> None:
        if "poison" in repr(said):
            raise ZeroDivisionError("an honest mistake")

    def decode(event: Any, rest: Any) -> Any:
        if where == "decode":
            trips(event.content)
        return talk.decode(event, rest)

    def reduce(state: Any, said: Any) -> Any:
        if where == "reduce":
            trips(said.body)
        return talk.reduce(state, said)

    def authorise(state: Any, said: Any, standing: Any) -> Verdict:
        if where == "authorise":
            trips(said.body)
        return talk.authorise(state, said, standing)

    def project(tables: Any, space: str, topic: str, state: Any) -> None:
        talk.project(tables, space, topic, state)
        if where == "project":
            trips(state)

    def fresh(tables: Any, space: str, saids: Sequence[Any]) -> None:
        assert talk.fresh is not None
        talk.fresh(tables, space, saids)
        if where == "project":
            trips(saids)

    room: Room = replace(talk, decode=decode, reduce=reduce, authorise=authorise, project=project, fresh=fresh)
    return replace(PARTS, rooms=(people, room, *others))


@pytest.mark.parametrize("where", ["decode", "authorise", "reduce", "project"])
async def test_a_room_that_trips_over_an_event_loses_only_that_one(three: Town, where: str) -> None:
    await three.on(await three.off("badr"), parts=poisoned(where))
    await three.settle()
    three.medium.split(["amal", "celine"], ["badr"])
    post = (await three.call("amal", "talk.post", text="a fine day"))["id"]
    await three.call("celine", "talk.post", text="poison alone")
    await three.settle()
    await three.call(
        "celine",
        "talk.edit",
        post=(await three.call("celine", "talk.read", search="poison"))["posts"][0]["id"],
        text="poison again",
    )
    await three.call("celine", "talk.post", text="an answer", reply_to=post)
    await three.call("celine", "talk.react", post=post)
    await three.call("amal", "members.level", member=three.homes["celine"].me, level=20)
    await three.settle()
    three.medium.heal()
    await three.settle()
    badr = three.homes["badr"]
    assert {"a fine day", "an answer"} <= set(shown(badr))
    assert not any("poison" in text for text in shown(badr))
    assert (await counters(three, "badr"))[Reason.MALFORMED] >= 1
    assert badr.place.log.heads == three.homes["amal"].place.log.heads
    await three.call("badr", "talk.post", text="still here")
    await three.settle()
    assert (await three.call("badr", "node.rebuild"))["same"]
    # The mistake is mended: everything is there.
    await three.restart("badr")
    await three.settle()
    if where != "decode":
        views.rebuild(badr.up)
        assert any("poison" in text for text in shown(badr))


async def test_an_unknown_kind_is_kept_and_applied_after_an_upgrade(three: Town) -> None:
    """Badr's program does not know talk yet; then it does."""
    people, *_ = PARTS.rooms
    await three.on(await three.off("badr"), parts=replace(PARTS, rooms=(people,)))
    await three.settle()
    await three.call("celine", "talk.post", text="for those who know")
    await three.settle()
    badr = three.homes["badr"]
    assert (await counters(three, "badr"))[Reason.UNKNOWN_KIND] >= 1
    # Passed on: somebody who has only Badr to ask gets it.
    three.medium.split(["badr", "late"])
    await three.build("late")
    three.medium.heal()
    three.medium.split(["badr", "late"], ["amal", "celine"])
    await three.join("late", (await three.call("badr", "invite.new"))["link"], "Late")
    await three.settle()
    assert "for those who know" in shown(three.homes["late"])
    three.medium.heal()
    await three.restart("badr")
    await three.settle()
    assert "for those who know" in shown(badr)
    await goes_on(three)
