"""The care ledger: it adds up to nothing, only the two know it, and no one of them can turn it round alone."""

from __future__ import annotations

from itertools import combinations, permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rooms_town import AID, NOON, SPACE, Town, member

from tadamun.core.errors import NotAllowed, UsageError
from tadamun.core.ports import Audience, Saying
from tadamun.core.room import Verdict
from tadamun.rooms.aid import actions
from tadamun.rooms.aid.balance import Line, balance, hint

pytestmark = pytest.mark.anyio

NOUR, SAM, MOD, FAR = member(0xA1), member(0xB2), member(0xC3), member(0xE5)
WHO = [NOUR, SAM, MOD]

lines = st.builds(
    Line,
    giver=st.sampled_from(WHO),
    taker=st.sampled_from(WHO),
    amount=st.integers(1, 500),
    forgives=st.booleans(),
)


@given(st.lists(lines, max_size=30), st.randoms(use_true_random=False))
def test_it_adds_up_to_nothing_in_any_order(some: list[Line], chance: Any) -> None:
    shuffled = list(some)
    chance.shuffle(shuffled)
    for one, other in combinations(WHO, 2):
        assert balance(one, other, some) == -balance(other, one, some) == balance(one, other, shuffled)
    assert sum(balance(one, other, some) for one, other in permutations(WHO, 2)) == 0
    assert all(balance(one, one, some) == 0 for one in WHO)


@given(st.lists(lines, max_size=20), lines)
def test_forgiving_turns_nobodys_balance_round(some: list[Line], last: Line) -> None:
    before = balance(last.giver, last.taker, some)
    after = balance(last.giver, last.taker, [*some, Line(last.giver, last.taker, last.amount, forgives=True)])
    assert before * after >= 0
    assert abs(after) <= abs(before)


def test_the_hint_is_soft() -> None:
    assert [hint(amount, "minutes") for amount in (1200, 1201, -1201, 0)] == ["", "given-much", "taken-much", ""]


@pytest.fixture
async def town() -> Town:
    town = Town({NOUR: 100, SAM: 10, MOD: 20, FAR: 0}, write=10)
    for who, called in ((NOUR, "Nour"), (SAM, "Sam"), (MOD, "Maya"), (FAR, "Lina")):
        await town.nodes[who].call("people.profile", name=called)
    town.pass_on()
    return town


async def given_to_sam(town: Town, amount: int = 90, **more: Any) -> str:
    made = await town.nodes[NOUR].call("aid.give", member="Sam", amount=amount, **more)
    town.pass_on()
    return str(made["id"])


async def owed(town: Town, who: str, other: str) -> int:
    return int((await town.nodes[who].call("aid.ledger_with", member=other))["minutes"])


async def said(town: Town, who: str, entry: str, to: str) -> None:
    await town.nodes[who].call("aid.answer", entry=entry, to=to)
    town.pass_on()


async def test_it_counts_once_the_other_confirms(town: Town) -> None:
    entry = await given_to_sam(town, note="moving boxes")
    assert await owed(town, NOUR, "Sam") == 0
    [waiting] = (await town.nodes[SAM].call("aid.ledger"))["members"]
    assert (waiting["name"], waiting["waiting"]) == ("Nour", 1)
    [shown] = (await town.nodes[SAM].call("aid.ledger_with", member="Nour"))["entries"]
    assert (shown["note"], shown["gave"], shown["may"]) == ("moving boxes", False, ["confirmed", "refused"])
    await said(town, SAM, entry, "confirmed")
    assert (await owed(town, NOUR, "Sam"), await owed(town, SAM, "Nour")) == (90, -90)


async def test_what_is_confirmed_stays(town: Town) -> None:
    entry = await given_to_sam(town)
    with pytest.raises(UsageError, match="yourself"):
        await said(town, NOUR, entry, "confirmed")
    await said(town, SAM, entry, "confirmed")
    for who, to in ((SAM, "refused"), (NOUR, "withdrawn")):
        with pytest.raises(UsageError, match="stays"):
            await said(town, who, entry, to)
    # A program that says it all the same changes nothing.
    other = {SAM: NOUR, NOUR: SAM}
    for who, to in ((SAM, "refused"), (NOUR, "withdrawn")):
        town.nodes[who].utter(actions.answer(entry, 9, to, other[who]))  # type: ignore[arg-type] - of the two
    town.pass_on()
    assert (await owed(town, NOUR, "Sam"), await owed(town, SAM, "Nour")) == (90, -90)


async def test_refused_or_withdrawn_it_does_not_count(town: Town) -> None:
    refused, withdrawn = await given_to_sam(town), await given_to_sam(town, 30)
    await said(town, SAM, refused, "refused")
    await said(town, NOUR, withdrawn, "withdrawn")
    assert await owed(town, SAM, "Nour") == 0
    await said(town, SAM, refused, "confirmed")
    assert await owed(town, NOUR, "Sam") == 90, "a refusal can be thought over"


async def test_forgiving(town: Town) -> None:
    await said(town, SAM, await given_to_sam(town), "confirmed")
    with pytest.raises(UsageError, match="nothing to forgive"):
        await town.nodes[SAM].call("aid.forgive", member="Nour")
    told = await town.nodes[NOUR].call("aid.forgive", member="Sam")
    town.pass_on()
    assert told["amount"] == 90
    assert (await owed(town, NOUR, "Sam"), await owed(town, SAM, "Nour")) == (0, 0)


async def test_nobody_else_has_any_of_it(town: Town) -> None:
    entry = await given_to_sam(town, note="PLANTED-MARKER")
    await said(town, SAM, entry, "confirmed")
    for who in (MOD, FAR):
        rows = town.nodes[who].tables.dump(local=True)
        assert rows["aid_between"] == rows["aid_answers"] == []
        assert "PLANTED-MARKER" not in repr(rows)
    assert (await town.nodes[MOD].call("aid.ledger"))["members"] == []
    assert (await town.nodes[MOD].call("aid.flow")) == {"categories": []}, "what is in ledgers is in no sum"


@pytest.mark.parametrize(
    "saying",
    [
        actions.entry(NOUR, MOD, "minutes", 60, "", "", False, SAM),  # between others
        actions.entry(SAM, SAM, "minutes", 60, "", "", False, SAM),
        actions.entry(SAM, NOUR, "minutes", 60, "", "", True, SAM),  # forgives what is owed to the other
        Saying(3754, actions.entry(NOUR, SAM, "minutes", 60, "", "", False, SAM).content),  # in the open
        Saying(3754, actions.entry(NOUR, SAM, "units", 1, "", "", False, SAM).content, (), Audience(SAM, NOON + 3600)),
    ],
)
async def test_what_no_node_takes(town: Town, saying: Saying) -> None:
    with pytest.raises(NotAllowed):
        town.nodes[NOUR].utter(saying)


async def test_a_hostile_entry_about_somebody_else_reaches_no_balance(town: Town) -> None:
    nour, sam = town.nodes[NOUR], town.nodes[SAM]
    nour.utter(actions.entry(NOUR, MOD, "minutes", 60, "", "", True, SAM), force=True)
    sam.receive(town.log)
    assert (await sam.call("aid.ledger"))["members"] == []


async def test_answers_in_any_order_come_to_the_same(town: Town) -> None:
    entry = await given_to_sam(town)
    sam, nour = town.nodes[SAM], town.nodes[NOUR]
    for version, to in ((1, "refused"), (2, "confirmed"), (3, "refused")):
        sam.utter(actions.answer(entry, version, to, NOUR))  # type: ignore[arg-type] - of the list
    town.pass_on()
    saids = list(nour.topics["aid", entry].values())
    opening = [one for one in saids if one.id == entry]
    states = []
    for order in permutations([one for one in saids if one.id != entry]):
        state = AID.empty(entry)
        for one in (*opening, *order, *order):
            state = AID.reduce(state, one)
        states.append(state)
    assert all(one == states[0] for one in states)
    assert states[0].state == "confirmed"
    assert set(nour.fold_topic(AID, entry).values()) == {Verdict.ALLOW}


async def test_what_waits_for_ones_word_is_told_until_it_was_said(town: Town) -> None:
    def told(who: str) -> list[tuple[str, str]]:
        return [(one.page, str(one.arguments.get("name", ""))) for one in AID.alerts(town.nodes[who], SPACE)]

    entry = await given_to_sam(town)
    assert told(SAM) == [("aid-between", "Nour")]
    assert told(NOUR) == told(MOD) == []
    await said(town, SAM, entry, "refused")
    assert told(SAM) == []
    asked = {"direction": "request", "category": "money", "title": "T"}
    item = (await town.nodes[NOUR].call("aid.post", **asked))["id"]
    town.pass_on()
    await town.nodes[SAM].call("aid.move", item=item, to="claimed")
    town.pass_on()
    assert told(NOUR) == [("aid-item", "Sam")]
    await town.nodes[NOUR].call("aid.move", item=item, to="declined", member="Sam")
    assert told(NOUR) == []
    offer = (await town.nodes[MOD].call("aid.post", **asked | {"direction": "offer", "category": "mentoring"}))["id"]
    town.pass_on()
    await town.nodes[SAM].call("aid.mentor_ask", item=offer)
    town.pass_on()
    assert told(MOD) == [("aid-mentors", "Sam")]
