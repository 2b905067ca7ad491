"""Calling a gathering, changing it, answering: as people do it, and as somebody does who means harm."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import msgspec
import pytest
from rooms_town import NOON, Bench, Town, member

from tadamun.core.body import spell
from tadamun.core.errors import NotAllowed, UsageError
from tadamun.core.ports import Audience, Saying
from tadamun.rooms.gatherings import actions, own
from tadamun.rooms.gatherings.errands import errands
from tadamun.rooms.gatherings.nip52 import Answer

pytestmark = pytest.mark.anyio

NOUR, SAMI, RIMA, EVE, NEW = member(0xA1), member(0xB2), member(0xC3), member(0xE5), member(0xD4)
DAY = 86_400


@pytest.fixture
def town() -> Town:
    return Town({NOUR: 10, SAMI: 10, RIMA: 20, EVE: 10, NEW: 0}, write=10)


async def called(node: Bench, **more: Any) -> str:
    asked = {
        "title": "Picnic", "text": "Bring something.", "start": "2025-11-01T18:00", "end": "2025-11-01T21:00",
        "zone": "Asia/Beirut", "place": "Sanayeh garden", "topics": ["Meet-up"], **more,
    }  # fmt: skip
    made = await node.call("gathering.make", **asked)
    node.town.pass_on()
    return str(made["id"])


async def test_a_gathering_is_shown_to_everyone_as_it_was_called(town: Town) -> None:
    made = await called(town.nodes[NOUR], capacity=20)
    for node in town.nodes.values():
        [one] = (await node.call("gathering.list"))["gatherings"]
        assert one["id"] == made
        assert (one["title"], one["place"], one["topics"]) == ("Picnic", "Sanayeh garden", ["meet-up"])
        # Beirut is two hours ahead of UTC in November.
        assert (one["start"], one["end"]) == (1_762_012_800, 1_762_023_600)
        assert (one["first_day"], one["zone"], one["capacity"], one["free"]) == ("2025-11-01", "Asia/Beirut", 20, 20)
        assert one["organise"] is one["host_me"] is (node.own == NOUR)
        assert (await node.call("gathering.list", search="sanayeh"))["gatherings"][0]["id"] == made


async def test_a_whole_day_has_no_hours(town: Town) -> None:
    made = await town.nodes[NOUR].call("gathering.make", title="Pride", day="2026-05-16", last_day="2026-05-17")
    one = await town.nodes[NOUR].call("gathering.show", gathering=made["id"][:6])
    assert (one["day"], one["day_end"], one["start"], one["zone"]) == ("2026-05-16", "2026-05-17", 0, "")
    assert (one["first_day"], one["last_day"]) == ("2026-05-16", "2026-05-17")


async def test_only_organisers_change_it_and_the_whole_space_sees_it(town: Town) -> None:
    made = await called(town.nodes[NOUR])
    with pytest.raises(NotAllowed):
        await town.nodes[SAMI].call("gathering.change", gathering=made, title="Mine")
    await town.nodes[NOUR].call("gathering.door", gathering=made, organisers=[SAMI])
    town.pass_on()
    await town.nodes[SAMI].call("gathering.change", gathering=made, title="Picnic, inside", start="2025-11-01T19:00")
    town.pass_on()
    for node in town.nodes.values():
        one = await node.call("gathering.show", gathering=made)
        assert (one["title"], one["start"], one["version"]) == ("Picnic, inside", 1_762_016_400, 1)
        assert node.matches("", "inside", 9) == [made]


async def test_what_a_dismissed_organiser_changed_counts_no_more(town: Town) -> None:
    made = await called(town.nodes[NOUR])
    await town.nodes[NOUR].call("gathering.door", gathering=made, organisers=[EVE])
    town.pass_on()
    await town.nodes[EVE].call("gathering.change", gathering=made, place="A trap")
    await town.nodes[EVE].call("gathering.cancel", gathering=made, reason="go home")
    town.pass_on()
    assert (await town.nodes[SAMI].call("gathering.show", gathering=made))["cancelled"] == "organiser"
    await town.nodes[NOUR].call("gathering.door", gathering=made, organisers=[])
    town.pass_on()
    for node in town.nodes.values():
        one = await node.call("gathering.show", gathering=made)
        assert (one["place"], one["cancelled"]) == ("Sanayeh garden", "")


async def test_a_hostile_member_changes_cancels_and_seats_nothing(town: Town) -> None:
    made = await called(town.nodes[NOUR], capacity=1)
    eve = town.nodes[EVE]
    plan = msgspec.structs.replace((await _row(eve, made)).plan, title="Cancelled, go home")
    for saying in (
        actions.change(made, 2**62, plan),
        actions.cancel(made, "", False),
        actions.cancel(made, "", True),
        actions.door(made, 2**62, [EVE], [EVE], 99, 99),
    ):
        eve.utter(saying, force=True)
    town.pass_on()
    for node in town.nodes.values():
        one = await node.call("gathering.show", gathering=made)
        assert (one["title"], one["cancelled"], one["organise"], one["going"]) == (
            "Picnic", "", node.own == NOUR, 0,
        )  # fmt: skip


async def test_a_moderator_cancels_what_others_called(town: Town) -> None:
    made = await called(town.nodes[NOUR])
    with pytest.raises(NotAllowed):
        await town.nodes[SAMI].call("gathering.cancel", gathering=made)
    await town.nodes[RIMA].call("gathering.cancel", gathering=made, reason="police")
    town.pass_on()
    one = await town.nodes[NOUR].call("gathering.show", gathering=made)
    assert (one["cancelled"], one["reason"]) == ("moderator", "police")
    for name, more in (("come", {}), ("change", {"title": "again"}), ("cancel", {})):
        with pytest.raises(UsageError, match="cancelled"):
            await town.nodes[NOUR].call(f"gathering.{name}", gathering=made, **more)


async def test_a_series_is_made_of_gatherings_of_their_own_and_ends_together(town: Town) -> None:
    made = await town.nodes[NOUR].call(
        "gathering.make", title="Tea", start="2025-10-19T19:00", zone="Europe/Berlin", every="week", times=4
    )
    town.pass_on()
    found = (await town.nodes[SAMI].call("gathering.list", series=made["series"]))["gatherings"]
    assert [one["id"] for one in found] == made["ids"]
    # The clocks go back on 26 October: the hour on the wall stays, the moments lie an hour further apart.
    assert [b["start"] - a["start"] for a, b in pairwise(found)] == [
        7 * DAY + 3600,
        7 * DAY,
        7 * DAY,
    ]
    done = await town.nodes[NOUR].call("gathering.cancel", gathering=made["ids"][2], series=True)
    assert done["cancelled"] == made["ids"][2:]
    town.pass_on()
    found = (await town.nodes[SAMI].call("gathering.list"))["gatherings"]
    assert [one["cancelled"] for one in found] == ["", "", "organiser", "organiser"]


async def test_lists_of_what_comes_what_was_and_of_a_month(town: Town) -> None:
    node = town.nodes[NOUR]
    ids = [await called(node, start=f"2025-{month}-01T00:30", end="", title=f"In {month}") for month in (11, 12)]
    assert [one["id"] for one in (await node.call("gathering.list"))["gatherings"]] == ids
    # Half past midnight on 1 December in Beirut is still November in UTC.
    december = (await node.call("gathering.list", when="all", month="2025-12"))["gatherings"]
    assert [one["id"] for one in december] == ids[1:]
    page = await node.call("gathering.list", limit=1)
    assert [one["id"] for one in (await node.call("gathering.list", limit=1, past=page["next"]))["gatherings"]] == ids[
        1:
    ]
    node.clock.at = NOON + 40 * DAY
    assert [one["id"] for one in (await node.call("gathering.list", when="past"))["gatherings"]] == ids[:1]
    assert [one["id"] for one in (await node.call("gathering.list"))["gatherings"]] == ids[1:]
    for wrong in ("2025-13", "x", "2025-1"):
        with pytest.raises(UsageError):
            await node.call("gathering.list", month=wrong)


async def test_places_go_by_lot_and_what_was_made_sure_of_stays(town: Town) -> None:
    made = await called(town.nodes[NOUR], capacity=2)
    for who in (NOUR, SAMI, RIMA, EVE):
        await town.nodes[who].call("gathering.come", gathering=made)
    town.pass_on()
    people = [await node.call("gathering.people", gathering=made) for node in town.nodes.values()]
    assert all(one == people[0] for one in people)
    assert (len(people[0]["going"]), len(people[0]["waiting"])) == (2, 2)
    last = people[0]["waiting"][-1]["member"]
    assert (await town.nodes[last].call("gathering.show", gathering=made))["answer"] == {
        "status": "accepted", "private": False, "place": "waiting", "turn": 2, "note": "",
    }  # fmt: skip
    await town.nodes[NOUR].call("gathering.door", gathering=made, sure=[last])
    town.pass_on()
    now = await town.nodes[SAMI].call("gathering.people", gathering=made)
    assert now["going"][0]["member"] == last
    # Somebody gives a place up: the next in turn has it.
    other, turn = now["going"][1]["member"], now["waiting"][0]["member"]
    await town.nodes[other].call("gathering.come", gathering=made, status="declined")
    town.pass_on()
    assert (await town.nodes[turn].call("gathering.show", gathering=made))["answer"]["place"] == "yes"


async def test_the_place_of_somebody_who_was_removed_is_anothers(town: Town) -> None:
    made = await called(town.nodes[NOUR], capacity=2)
    for who in (NOUR, SAMI, RIMA, EVE):
        await town.nodes[who].call("gathering.come", gathering=made)
    town.pass_on()
    before = await town.nodes[NOUR].call("gathering.people", gathering=made)
    out, stays = (one["member"] for one in before["going"])
    turn = [one["member"] for one in before["waiting"]]
    level = town.levels.pop(out)
    node = town.nodes[stays]
    after = await node.call("gathering.people", gathering=made)
    assert [one["member"] for one in after["going"]] == [stays, turn[0]]
    assert [one["member"] for one in after["waiting"]] == turn[1:]
    one = await town.nodes[turn[1]].call("gathering.show", gathering=made)
    assert (one["going"], one["waiting"], one["free"], one["answer"]["turn"]) == (3, 1, 0, 1)
    assert (await town.nodes[turn[0]].call("gathering.show", gathering=made))["answer"]["place"] == "yes"
    town.levels[out] = level


async def test_answers_that_name_another_gathering_or_never_expire_do_not_count(town: Town) -> None:
    made, other = await called(town.nodes[NOUR]), await called(town.nodes[SAMI])
    row, eve = await _row(town.nodes[EVE], made), town.nodes[EVE]
    until = Audience(expires_at=row.plan.until)
    right = Answer(made, row.kind, row.host, row.key, "accepted", 1)
    for body, to in (
        (right, Audience()),
        (msgspec.structs.replace(right, host=EVE), until),
        (msgspec.structs.replace(right, of=other), until),
        (msgspec.structs.replace(right, of_kind=31922), until),
    ):
        with pytest.raises(NotAllowed):
            eve.utter(actions.answer(body, to))
    eve.utter(actions.answer(right, until))
    assert (await eve.call("gathering.show", gathering=made))["going"] == 1


async def test_what_cannot_be_is_refused_in_words(town: Town) -> None:
    node = town.nodes[NOUR]
    for wrong in (
        {"title": " "},
        {"title": "x" * 201},
        {"start": ""},
        {"start": "tomorrow"},
        {"zone": "Mars/Olympus"},
        {"zone": "../../etc/passwd"},
        {"end": "2025-11-01T17:00"},
        {"end": "2026-11-01T17:00"},
        {"start": "2026-03-29T02:30", "zone": "Europe/Berlin", "end": ""},
        {"start": "2020-01-01T10:00", "end": ""},
        {"day": "2026-01-01"},
        {"capacity": -1},
        {"topics": ["a", "b", "c", "d", "e", "f", "g", "h", "i"]},
        {"every": "week", "times": 1},
        {"every": "day", "times": 61},
        {"keep_days": 1000},
        {"text": "x" * 20_000},
    ):
        with pytest.raises(UsageError) as caught:
            await called(node, **wrong)
        assert str(caught.value).endswith("."), wrong
    assert not (await node.call("gathering.list", when="all"))["gatherings"]


async def test_who_told_the_host_alone_is_counted_by_the_host_at_a_full_hour(town: Town) -> None:
    made = await called(town.nodes[NOUR], capacity=2)
    await town.nodes[SAMI].call("gathering.come", gathering=made, seen_by="organisers", note="kerosene")
    await town.nodes[RIMA].call("gathering.come", gathering=made, seen_by="organisers", also=[EVE], status="tentative")
    town.pass_on()
    nour, eve = town.nodes[NOUR], town.nodes[EVE]
    assert [one["name"] for one in (await nour.call("gathering.people", gathering=made))["going"]] == ["#b2b2b2b2"]
    assert [one["member"] for one in (await eve.call("gathering.people", gathering=made))["maybe"]] == [RIMA]
    for who in (EVE, NEW):
        assert "kerosene" not in repr(town.nodes[who].tables.dump(local=True))
        assert (await town.nodes[who].call("gathering.show", gathering=made))["going"] == 0
    due = await errands(nour, nour.clock.now() + 1)
    assert due == NOON + 3_600
    nour.clock.at = due
    await errands(nour, due)
    town.pass_on()
    for who in (EVE, NEW):
        one = await town.nodes[who].call("gathering.show", gathering=made)
        assert (one["going"], one["maybe"], one["free"]) == (1, 1, 1)
        assert (await town.nodes[who].call("gathering.people", gathering=made))["hidden"] == 1
    count = len(town.log)
    assert await errands(nour, due + 60) == 0
    assert len(town.log) == count


async def test_from_the_open_into_confidence_the_open_answer_is_taken_back(town: Town) -> None:
    made = await called(town.nodes[NOUR])
    await town.nodes[SAMI].call("gathering.come", gathering=made, note="kerosene")
    town.pass_on()
    assert (await town.nodes[EVE].call("gathering.show", gathering=made))["going"] == 1
    await town.nodes[SAMI].call("gathering.come", gathering=made, seen_by="organisers")
    town.pass_on()
    assert (await town.nodes[EVE].call("gathering.show", gathering=made))["going"] == 0
    assert "kerosene" not in repr(town.nodes[EVE].tables.dump(local=True))
    assert (await town.nodes[NOUR].call("gathering.show", gathering=made))["going"] == 1
    with pytest.raises(UsageError):
        await town.nodes[NOUR].call("gathering.come", gathering=made, seen_by="organisers")


async def test_hijri_days_are_wanted_or_not_on_this_node(town: Town) -> None:
    node = town.nodes[NOUR]
    assert (await node.call("gathering.prefer"))["hijri"] is False
    assert (await node.call("gathering.prefer", hijri=True))["hijri"] is True
    assert (await node.call("gathering.prefer"))["hijri"] is True


async def test_nothing_of_a_space_is_left_that_is_forgotten(town: Town) -> None:
    made = await called(town.nodes[NOUR])
    node = town.nodes[NOUR]
    await node.call("gathering.come", gathering=made)
    bodies_of = node.tables.dump(local=True)
    assert any(bodies_of[name] for name in bodies_of if name.startswith("gatherings"))
    from tadamun.rooms.gatherings.room import ROOM

    ROOM.forget(node.tables, "5" * 64)
    left = {name: rows for name, rows in node.tables.dump(local=True).items() if name.startswith("gatherings") and rows}
    assert set(left) <= {"gatherings_wishes"}


def test_no_body_is_spelled_in_two_ways() -> None:
    cancel = own.Cancel(of="a" * 64, moderates=False, reason="")
    assert Saying(own.CANCEL, spell(cancel)) == actions.cancel("a" * 64, "", False)


async def _row(node: Bench, wanted: str) -> Any:
    from tadamun.rooms.gatherings.reading import Reader

    return Reader(node.tables, "5" * 64, node.members("")).one(wanted)
