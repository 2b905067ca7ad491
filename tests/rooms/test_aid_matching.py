"""What fits: conditions are hard, the order is the same everywhere, and pairs of mentors are stable."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rooms_town import Town, member

from tadamun.core.errors import NotAllowed, UsageError
from tadamun.rooms.aid import actions, stable
from tadamun.rooms.aid.fields import CONDITIONS, URGENCIES
from tadamun.rooms.aid.matching import KNOWN, Side, accepts, fit, suggest

pytestmark = pytest.mark.anyio

NOUR, SAM, MOD, FAR = member(0xA1), member(0xB2), member(0xC3), member(0xE5)

sides = st.builds(
    Side,
    key=st.text("abcdef", min_size=1, max_size=3),
    member=st.sampled_from([NOUR, SAM, MOD]),
    categories=st.frozensets(st.sampled_from(["housing", "money"]), max_size=2),
    tags=st.frozensets(st.sampled_from(["x", "y", "z", "w"]), max_size=4),
    languages=st.lists(st.sampled_from(["ar", "ar-LB", "en", "fr"]), max_size=2, unique=True).map(tuple),
    place=st.sampled_from(["", "beirut", "tripoli"]),
    urgency=st.sampled_from(list(URGENCIES)),
    conditions=st.frozensets(st.sampled_from(CONDITIONS), max_size=2),
    newcomer=st.booleans(),
    taken=st.integers(0, 2),
)


def test_every_condition_can_be_judged() -> None:
    assert set(CONDITIONS) == KNOWN


@given(sides, sides)
def test_no_condition_of_either_is_ever_overruled(one: Side, other: Side) -> None:
    found, back = fit(one, other), fit(other, one)
    assert (found is None) == (back is None), "what is hard is hard both ways"
    if found is None:
        return
    assert accepts(one, other)
    assert accepts(other, one)
    assert one.member != other.member
    assert one.categories & other.categories
    for side, else_ in ((one, other), (other, one)):
        if "elsewhere" in side.conditions:
            assert side.place != else_.place
            assert else_.place, "who does not say where they are is not shown to who must not meet neighbours"
        if "near" in side.conditions:
            assert side.place == else_.place != ""
        if "settled" in side.conditions:
            assert not else_.newcomer


@given(sides, st.lists(sides, max_size=12, unique_by=lambda side: side.key), st.randoms(use_true_random=False))
def test_the_list_depends_on_no_order(mine: Side, others: list[Side], chance: Any) -> None:
    shuffled = list(others)
    chance.shuffle(shuffled)
    assert suggest([mine], others, 5) == suggest([mine], shuffled, 5)
    assert len(suggest([mine], others, 3)) <= 3


def test_reasons_are_told_and_many_tags_push_nobody_up() -> None:
    mine = Side("me", NOUR, frozenset({"housing"}), frozenset("abcdefgh"), ("ar", "en"), "beirut")
    plain = Side("p", SAM, frozenset({"housing"}), frozenset("abc"), ("ar-LB",), "beirut", "2d")
    loud = replace(plain, key="l", tags=frozenset("abcdefgh"))
    found = suggest([mine], [plain, loud], 5)
    assert [one.score for one in found] == [found[0].score] * 2
    assert found[0].reasons == (
        ("soon", "2d"), ("place", ""), ("tag", "a"), ("tag", "b"), ("tag", "c"), ("language", "ar"), ("nobody", ""),
    )  # fmt: skip


def unhappy(
    wishes: dict[str, list[str]], ranks: dict[str, dict[str, int]], rooms: dict[str, int], made: dict[str, str]
) -> list[tuple[str, str]]:
    """Pairs that would both rather have each other: there must be none."""
    found = []
    for mentee, mentor in product(wishes, rooms):
        if mentor not in wishes[mentee] or mentee not in ranks.get(mentor, {}) or made.get(mentee) == mentor:
            continue
        now = made.get(mentee)
        wants = now is None or wishes[mentee].index(mentor) < wishes[mentee].index(now)
        taken = [one for one, of in made.items() if of == mentor]
        mine = (ranks[mentor][mentee], mentee)
        takes = len(taken) < rooms[mentor] or any(mine < (ranks[mentor][one], one) for one in taken)
        if wants and takes:
            found.append((mentee, mentor))
    return found


@given(st.data())
@settings(max_examples=150)
def test_pairs_are_stable_and_within_room(data: st.DataObject) -> None:
    mentees, mentors = list("abcdef"), list("XYZ")
    wishes = {one: data.draw(st.lists(st.sampled_from(mentors), unique=True, max_size=3)) for one in mentees}
    ranks = {
        one: data.draw(st.dictionaries(st.sampled_from(mentees), st.integers(0, 3), max_size=6)) for one in mentors
    }
    rooms = {one: data.draw(st.integers(0, 3)) for one in mentors}
    made = stable.pairs(wishes, ranks, rooms)
    assert unhappy(wishes, ranks, rooms, made) == []
    for mentor, room in rooms.items():
        assert list(made.values()).count(mentor) <= room
    assert all(mentor in wishes[mentee] and mentee in ranks[mentor] for mentee, mentor in made.items())
    assert stable.pairs(dict(reversed(wishes.items())), ranks, rooms) == made


@pytest.fixture
async def town() -> Town:
    town = Town({NOUR: 100, SAM: 10, MOD: 20, FAR: 10}, write=10)
    for who, called in ((NOUR, "Nour"), (SAM, "Sam"), (MOD, "Maya"), (FAR, "Lina")):
        await town.nodes[who].call("people.profile", name=called)
    town.pass_on()
    return town


async def posted(town: Town, who: str, direction: str, category: str = "mentoring", **more: Any) -> str:
    made = await town.nodes[who].call("aid.post", direction=direction, category=category, title="T", **more)
    town.pass_on()
    return str(made["id"])


async def test_suggestions_for_what_one_could_give_and_for_a_request(town: Town) -> None:
    near = await posted(town, NOUR, "request", "housing", place="Beirut", urgency="2d")
    await posted(town, SAM, "request", "housing", place="Tripoli")
    await posted(town, MOD, "request", "housing", place="Beirut", conditions=["elsewhere"])
    lina = town.nodes[FAR]
    assert (await lina.call("aid.suggest"))["items"] == []
    await lina.call("aid.means", categories=["housing"], place="بيروت")
    await lina.call("aid.means", place="beirut", languages=["ar"])
    said = len(town.log)
    found = (await lina.call("aid.suggest"))["items"]
    assert found[0]["id"] == near
    assert len(found) == 2, "who asked for somebody from elsewhere is not shown"
    assert [reason["id"] for reason in found[0]["reasons"]] == ["soon", "place", "nobody"]
    assert len(town.log) == said, "nobody is told"
    offer = await posted(town, FAR, "offer", "housing", place="Beirut")
    assert [one["id"] for one in (await town.nodes[NOUR].call("aid.suggest", item=near))["items"]] == [offer]


async def test_what_one_could_give_keeps_who_is_not_meant_from_claiming(town: Town) -> None:
    item = await posted(town, MOD, "request", "housing", place="Beirut", conditions=["elsewhere"])
    lina = town.nodes[FAR]
    await lina.call("aid.means", place="Beirut")
    with pytest.raises(UsageError, match="condition"):
        await lina.call("aid.move", item=item, to="claimed")
    await lina.call("aid.means", place="Tripoli")
    await lina.call("aid.move", item=item, to="claimed")


async def test_a_mentor_is_found_agreed_and_left_without_a_word(town: Town) -> None:
    offer = await posted(town, MOD, "offer", wanted=1, tags=["coming-out"], languages=["ar"])
    sought = await posted(town, SAM, "request", tags=["coming-out"], languages=["ar"])
    await posted(town, FAR, "request", tags=["legal"], languages=["ar"])
    [one] = (await town.nodes[SAM].call("aid.mentor_suggest"))["items"]
    assert (one["id"], one["for"]) == (offer, sought), "of two who want her, the one she fits better"
    assert [reason["id"] for reason in one["reasons"]] == ["tag", "language", "nobody"]
    [other] = (await town.nodes[MOD].call("aid.mentor_suggest"))["items"]
    assert other["id"] == sought
    assert (await town.nodes[FAR].call("aid.mentor_suggest"))["items"] == []
    with pytest.raises(UsageError, match="between the two"):
        await town.nodes[SAM].call("aid.move", item=offer, to="claimed")
    pair = (await town.nodes[SAM].call("aid.mentor_ask", item=offer, text="PLANTED"))["id"]
    town.pass_on()
    [asked] = (await town.nodes[MOD].call("aid.mentor_pairs"))["pairs"]
    assert (asked["text"], asked["mentor"], asked["may"]) == ("PLANTED", True, ["accepted", "declined"])
    assert (await town.nodes[MOD].call("aid.mentor_answer", pair=pair, to="accepted"))["full"]
    town.pass_on()
    with pytest.raises(UsageError, match="already"):
        await town.nodes[SAM].call("aid.mentor_ask", item=offer)
    await town.nodes[SAM].call("aid.mentor_answer", pair=pair, to="ended")
    town.pass_on()
    [ended] = (await town.nodes[MOD].call("aid.mentor_pairs"))["pairs"]
    assert (ended["state"], ended["text"], ended["may"]) == ("ended", "", [])
    for who in (NOUR, FAR):
        rows = town.nodes[who].tables.dump(local=True)
        assert rows["aid_between"] == []
        assert "PLANTED" not in repr(rows)
    town.nodes[MOD].utter(actions.answer(pair, 9, "accepted", SAM))
    town.pass_on()
    assert (await town.nodes[SAM].call("aid.mentor_pairs"))["pairs"][0]["state"] == "ended", "an end is an end"


async def test_only_the_two_answer(town: Town) -> None:
    offer = await posted(town, MOD, "offer")
    pair = (await town.nodes[SAM].call("aid.mentor_ask", item=offer))["id"]
    town.pass_on()
    with pytest.raises(UsageError, match="cannot be said"):
        await town.nodes[SAM].call("aid.mentor_answer", pair=pair, to="accepted")
    with pytest.raises(NotAllowed):
        town.nodes[SAM].utter(actions.answer(pair, 1, "accepted", MOD))
    with pytest.raises(NotAllowed):
        town.nodes[NOUR].utter(actions.pair(offer, FAR, MOD, "", SAM))
