"""Back by ten: who is told when somebody is not, what the two codes do, and what nobody can see or fake."""

from __future__ import annotations

from typing import Any

import pytest
from rooms_town import NOON, SPACE, Bench, Town, member

from tadamun.core.errors import NotAllowed, UsageError
from tadamun.core.ports import Audience
from tadamun.crypto import codes
from tadamun.crypto.random import SystemRandom
from tadamun.crypto.secret import FOR_TESTS
from tadamun.rooms.gatherings import actions_sealed as sealed
from tadamun.rooms.gatherings import times
from tadamun.rooms.gatherings.errands import errands
from tadamun.rooms.gatherings.room import ROOM

pytestmark = pytest.mark.anyio

NOUR, SAMI, RIMA, EVE, ADEL = member(0xA1), member(0xB2), member(0xC3), member(0xE5), member(0xD4)
CARD = "Nour Haddad, lawyer knows, insulin, kerosene-marker"
BACK_BY = NOON + 6 * 3_600
LEGAL_AT, CARD_AT = BACK_BY + 1_800, BACK_BY + 3_600


@pytest.fixture
async def town(monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setattr(codes, "COST", FOR_TESTS)
    monkeypatch.setattr(codes.token, "__defaults__", (FOR_TESTS,))
    town = Town({NOUR: 10, SAMI: 10, RIMA: 10, EVE: 10, ADEL: 10})
    for node in town.nodes.values():
        node.random = SystemRandom()  # type: ignore[assignment]  # sealing is not to be the same twice
        assert await errands(node, NOON) == 0
    assert not town.log  # where nobody gathers nobody tells a key
    await town.nodes[ADEL].call("gathering.make", title="Tea", day="2026-01-01")
    await tell(town)
    return town


async def tell(town: Town) -> None:
    town.pass_on()
    for node in town.nodes.values():
        await errands(node, NOON)
    town.pass_on()


async def out(town: Town, **more: Any) -> str:
    asked = {
        "back_by": times.on_the_wall(BACK_BY, "UTC"), "zone": "UTC", "buddies": [SAMI], "legal": RIMA, "card": CARD,
        "code": "4711", "forced": "1147", **more,
    }  # fmt: skip
    made = await town.nodes[NOUR].call("gathering.out", **asked)
    town.pass_on()
    return str(made["id"])


async def at(town: Town, now: int, *who: str) -> None:
    for node in town.nodes.values():
        node.clock.at = now
    for one in who:
        await errands(town.nodes[one], now)
    town.pass_on()


async def sees(town: Town, who: str) -> dict[str, Any]:
    [one] = (await town.nodes[who].call("gathering.watches"))["others"]
    return dict(one)


def levels(one: dict[str, Any]) -> tuple[str, bool, bool]:
    return one["level"], one["alarm"], bool(one["card"])


async def test_who_does_not_come_back_is_missed_by_others_nodes_alone(town: Town) -> None:
    await out(town)
    del town.nodes[NOUR]  # seized, or off
    waiting = (SAMI, RIMA)
    await at(town, BACK_BY - 1, *waiting)
    assert [levels(await sees(town, who)) for who in waiting] == [("waiting", False, False)] * 2
    await at(town, BACK_BY, *waiting)
    assert [levels(await sees(town, who)) for who in waiting] == [("late", True, False), ("late", False, False)]
    await at(town, LEGAL_AT, *waiting)
    assert [levels(await sees(town, who)) for who in waiting] == [("legal", True, False)] * 2
    await at(town, CARD_AT, *waiting)
    for who in waiting:
        one = await sees(town, who)
        assert (one["level"], one["alarm"], one["card"]) == ("open", True, CARD)
        assert ROOM.unread(town.nodes[who], SPACE) == ROOM.glance(town.nodes[who], SPACE)["alarms"] == 1
    for who in (EVE, ADEL):
        assert ROOM.unread(town.nodes[who], SPACE) == 0
        assert (await town.nodes[who].call("gathering.watches")) == {
            "ready": sorted({NOUR, SAMI, RIMA, EVE, ADEL} - {who}), "mine": [], "others": [],
        }  # fmt: skip
        assert NOUR not in repr([row[:2] for row in town.nodes[who].tables.dump(local=True)["gatherings_watches"]])


async def test_before_that_nobody_who_waits_can_read_the_card(town: Town) -> None:
    await out(town)
    await at(town, CARD_AT - 1, *town.nodes)
    for node in town.nodes.values():
        assert "kerosene" not in repr(node.tables.dump(local=True))
    # One of them with a clock set forward finds one share too few.
    sami = town.nodes[SAMI]
    sami.clock.at = CARD_AT + 1
    await errands(sami, CARD_AT + 1)
    assert levels(await sees(town, SAMI)) == ("open", True, False)


async def test_the_code_ends_it_in_the_open(town: Town) -> None:
    made = await out(town)
    for wrong in ("0000", "471", "47111"):
        with pytest.raises((NotAllowed, UsageError)):
            await town.nodes[NOUR].call("gathering.back", code=wrong)
    assert await town.nodes[NOUR].call("gathering.back", code="٤٧١١") == {"watch": made}
    town.pass_on()
    await at(town, CARD_AT + 10, *town.nodes)
    for who in (SAMI, RIMA):
        assert levels(await sees(town, who)) == ("back", False, False)
    [mine] = (await town.nodes[NOUR].call("gathering.watches"))["mine"]
    assert (mine["ended"], mine["level"], mine["alarm"], mine["card"]) == (True, "back", False, "")
    assert not town.nodes[SAMI].tables.execute("SELECT * FROM gatherings_released")


async def test_the_other_code_looks_the_same_and_raises_the_alarm(town: Town) -> None:
    made = await out(town)
    nour = town.nodes[NOUR]
    assert await nour.call("gathering.back", code="1147") == {"watch": made}
    town.pass_on()
    forced = await nour.call("gathering.watches")
    await at(town, NOON + 60, SAMI, RIMA)
    for who in (SAMI, RIMA):
        one = await sees(town, who)
        assert (one["level"], one["alarm"], one["card"]) == ("forced", True, CARD)
    # Her own device shows what it shows after the other code, and hears nothing of what the others do.
    assert forced["mine"][0]["ended"] is True
    assert (forced["mine"][0]["level"], forced["mine"][0]["card"]) == ("back", "")
    assert not nour.tables.execute("SELECT * FROM gatherings_released")
    assert await nour.call("gathering.watches") == forced
    # The other code afterwards takes nothing back.
    await nour.call("gathering.back", watch=made[:6], code="4711")
    town.pass_on()
    assert (await sees(town, SAMI))["level"] == "forced"


async def test_after_either_code_the_others_send_as_much(town: Town) -> None:
    """Whoever holds her device, or watches the wire, cannot tell by what comes a moment later."""
    sent: list[list[tuple[int, int, str]]] = []
    for code in ("1147", "4711"):
        made = await out(town)
        await town.nodes[NOUR].call("gathering.back", watch=made, code=code)
        town.pass_on()
        before = len(town.log)
        await at(town, NOON + 60, SAMI, RIMA)
        await at(town, NOON + 70, SAMI, RIMA)
        found = [(event.kind, len(channel or ()), event.pubkey)
                 for event, channel, *_ in town.log[before:]]  # fmt: skip
        sent.append(sorted(found))
    assert len(sent[0]) == 2
    assert sent[0] == sent[1]


async def test_ones_own_device_cannot_tell_the_codes_apart(town: Town) -> None:
    """What tells them apart is in boxes for others' devices: nothing here says which of the two is which."""
    await out(town)
    [row] = town.nodes[NOUR].tables.execute("SELECT body FROM gatherings_watches")
    assert "4711" not in row[0]
    assert "1147" not in row[0]
    from tadamun.rooms.gatherings import watches

    [own] = watches.standing(town.nodes[NOUR], SPACE, NOON)
    assert (own.silent, own.share) == (-1, "")
    others = [watches.standing(town.nodes[who], SPACE, NOON)[0] for who in (SAMI, RIMA)]
    assert {one.silent for one in others} <= {0, 1}
    assert len({one.silent for one in others}) == 1
    assert len({one.share for one in others}) == 2


async def test_nobody_else_says_that_one_is_back_or_late(town: Town) -> None:
    made = await out(town)
    [row] = town.nodes[SAMI].tables.execute("SELECT body FROM gatherings_watches")
    assert row
    circle = Audience("", NOON + 30 * 86_400, (NOUR, SAMI, RIMA))
    for who, saying in (
        (SAMI, sealed.back(made, "A" * 43, circle)),
        (RIMA, sealed.back(made, "A" * 43, circle)),
        (NOUR, sealed.back(made, "A" * 43, Audience("", NOON + 30 * 86_400, (NOUR, SAMI, RIMA, EVE)))),
        (NOUR, sealed.back(made, "A" * 43, Audience())),
        (NOUR, sealed.release(made, "word " * 19 + "word", circle)),
        (SAMI, sealed.release(made, "word " * 19 + "word", circle)),
        (SAMI, sealed.release(made, "word " * 19 + "word", Audience())),
        (SAMI, sealed.release(made, "word " * 19 + "word", Audience("", NOON + 30 * 86_400, (RIMA, EVE)))),
    ):
        with pytest.raises(NotAllowed):
            town.nodes[who].utter(saying)
    # A token that is none, by herself, ends nothing.
    town.nodes[NOUR].utter(sealed.back(made, "A" * 43, circle))
    town.pass_on()
    await at(town, BACK_BY, SAMI)
    assert (await sees(town, SAMI))["level"] == "late"


async def test_a_node_that_was_off_listens_before_it_opens_a_card(town: Town) -> None:
    await out(town)
    sami = town.nodes[SAMI]
    sami.clock.at = CARD_AT + 5_000
    assert await errands(sami, CARD_AT + 5_000) == CARD_AT + 5_120
    await town.nodes[NOUR].call("gathering.back", code="4711")
    town.pass_on()
    await errands(sami, CARD_AT + 5_120)
    assert not sami.tables.execute("SELECT * FROM gatherings_released")


async def test_three_who_wait_need_two(town: Town) -> None:
    await out(town, buddies=[SAMI, EVE], legal_after=0, card_after=0)
    await at(town, BACK_BY, SAMI)
    assert (await sees(town, SAMI))["card"] == ""
    assert (await sees(town, EVE))["card"] == CARD
    assert (await sees(town, RIMA))["card"] == CARD
    await at(town, BACK_BY, RIMA)
    assert (await sees(town, SAMI))["card"] == CARD


async def test_whose_device_told_no_key_yet_cannot_be_named(town: Town) -> None:
    new = member(0x77)
    town.levels[new] = 10
    town.nodes[new] = Bench(town, new)
    with pytest.raises(UsageError, match="has not told yet"):
        await out(town, buddies=[new])


@pytest.mark.parametrize(
    "wrong",
    [
        {"back_by": "2020-01-01 10:00"}, {"back_by": "2031-01-01 10:00"}, {"buddies": []}, {"buddies": [NOUR]},
        {"legal": NOUR}, {"legal": SAMI}, {"code": "1147"}, {"code": "11"}, {"card": ""}, {"gathering": "ffff"},
        {"code": "١١٤٧"},
    ],
)  # fmt: skip
async def test_what_cannot_be_is_refused_in_words(town: Town, wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as caught:
        await out(town, **wrong)
    assert str(caught.value).endswith(".")
    assert not (await town.nodes[NOUR].call("gathering.watches"))["mine"]


async def test_a_key_is_told_once(town: Town) -> None:
    count = len(town.log)
    for node in town.nodes.values():
        await errands(node, NOON + 5)
    assert len(town.log) == count
