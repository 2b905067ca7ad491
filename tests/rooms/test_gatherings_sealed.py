"""Briefings, and meeting points that nobody knows before their time: who can read what, and what harm can be tried."""

from __future__ import annotations

from typing import Any

import pytest
from rooms_town import NOON, Bench, Town, member

from tadamun.core.errors import NotAllowed, UsageError
from tadamun.core.ports import Audience
from tadamun.crypto import shares
from tadamun.crypto.random import SystemRandom
from tadamun.rooms.gatherings import actions_sealed as sealed
from tadamun.rooms.gatherings.errands import errands

pytestmark = pytest.mark.anyio

NOUR, SAMI, RIMA, EVE, ADEL = member(0xA1), member(0xB2), member(0xC3), member(0xE5), member(0xD4)
PLACE = "Behind the old lighthouse, kerosene-marker"
BEGINS = 1_762_012_800  # 2025-11-01 18:00 in Beirut
OPENS = BEGINS - 7_200


@pytest.fixture
async def town() -> Town:
    town = Town({NOUR: 10, SAMI: 10, RIMA: 10, EVE: 10, ADEL: 10})
    for node in town.nodes.values():
        node.random = SystemRandom()  # type: ignore[assignment]  # sealing is not to be the same twice
    return town


async def called(town: Town, **more: Any) -> str:
    asked = {"title": "March", "start": "2025-11-01 18:00", "end": "2025-11-01 21:00", "zone": "Asia/Beirut", **more}
    made = await town.nodes[NOUR].call("gathering.make", **asked)
    town.pass_on()
    return str(made["id"])


async def sealed_point(town: Town, need: int = 2, marshals: tuple[str, ...] = (SAMI, RIMA, EVE)) -> str:
    made = await called(town)
    await town.nodes[NOUR].call("gathering.seal", gathering=made, place=PLACE, marshals=list(marshals), need=need)
    town.pass_on()
    return made


async def at(town: Town, now: int, *who: str) -> None:
    """Everybody's clock is there, those members' nodes run their errands, and what they said goes around."""
    for node in town.nodes.values():
        node.clock.at = now
    for one in who:
        await errands(town.nodes[one], now)
    town.pass_on()


async def place(node: Bench, gathering: str) -> str:
    return str((await node.call("gathering.point", gathering=gathering))["place"])


async def test_a_briefing_is_read_by_those_who_have_the_role_and_the_organisers(town: Town) -> None:
    made = await called(town)
    await town.nodes[NOUR].call(
        "gathering.brief", gathering=made, role="medic", members=[SAMI, RIMA], text="Meet at the van. kerosene"
    )
    town.pass_on()
    for who in (NOUR, SAMI, RIMA):
        [one] = await town.nodes[who].call("gathering.briefings", gathering=made)
        assert (one["text"], one["mine"]) == ("Meet at the van. kerosene", who != NOUR)
        assert [person["member"] for person in one["members"]] == [SAMI, RIMA]
    for who in (EVE, ADEL):
        assert await town.nodes[who].call("gathering.briefings", gathering=made) == []
        assert "kerosene" not in repr(town.nodes[who].tables.dump(local=True))
        assert SAMI not in repr(town.nodes[who].tables.dump(local=True))
    assert not any("kerosene" in text.text for node in town.nodes.values() for text in node.texts.values())


async def test_a_later_briefing_replaces_it_for_those_who_still_have_the_role(town: Town) -> None:
    made = await called(town)
    nour = town.nodes[NOUR]
    await nour.call("gathering.brief", gathering=made, role="legal", members=[SAMI], text="first")
    await nour.call("gathering.brief", gathering=made, role="legal", members=[RIMA, EVE], text="second")
    await nour.call("gathering.brief", gathering=made, role="media", members=[RIMA], text="other")
    town.pass_on()
    texts = {
        who: [one["text"] for one in await town.nodes[who].call("gathering.briefings", gathering=made)]
        for who in (NOUR, SAMI, RIMA, EVE)
    }
    assert texts == {NOUR: ["second", "other"], SAMI: ["first"], RIMA: ["second", "other"], EVE: ["second"]}


async def test_only_organisers_brief(town: Town) -> None:
    made = await called(town)
    with pytest.raises(NotAllowed):
        await town.nodes[EVE].call("gathering.brief", gathering=made, role="medic", members=[SAMI], text="trap")
    saying = sealed.briefing(made, 9, "medic", [SAMI], "trap", Audience(SAMI, NOON + 10**7))
    town.nodes[EVE].utter(saying, force=True)
    town.pass_on()
    assert await town.nodes[SAMI].call("gathering.briefings", gathering=made) == []
    for members, text in (([], "x"), ([NOUR], "x"), ([SAMI], " "), ([SAMI], "x" * 20_000)):
        with pytest.raises(UsageError):
            await town.nodes[NOUR].call("gathering.brief", gathering=made, role="medic", members=members, text=text)


async def test_before_its_time_only_who_sealed_it_knows_the_place(town: Town) -> None:
    made = await sealed_point(town)
    await at(town, OPENS - 1, *town.nodes)
    assert await place(town.nodes[NOUR], made) == PLACE
    for who in (SAMI, RIMA, EVE, ADEL):
        told = await town.nodes[who].call("gathering.point", gathering=made)
        assert (told["place"], told["opened"], told["need"], told["count"]) == ("", False, 2, 3)
        assert (told["mine"], told["given_out"], told["keepers"]) == (who != ADEL, [], [])
        assert "kerosene" not in repr(town.nodes[who].tables.dump(local=True))
    assert not any("kerosene" in event.content for event, channel, *_ in town.log if channel is None)
    told = await town.nodes[NOUR].call("gathering.point", gathering=made)
    assert [one["member"] for one in told["keepers"]] == [SAMI, RIMA, EVE]


async def test_at_its_time_the_marshals_open_it_to_all(town: Town) -> None:
    made = await sealed_point(town)
    await at(town, OPENS, SAMI)
    assert await place(town.nodes[ADEL], made) == ""
    await at(town, OPENS + 5, RIMA)
    for node in town.nodes.values():
        told = await node.call("gathering.point", gathering=made)
        assert (told["place"], told["opened"]) == (PLACE, True)
    # Nobody keeps it: it is put together each time.
    assert "kerosene" not in repr(town.nodes[ADEL].tables.dump(local=True))
    assert not any("kerosene" in text.text for text in town.nodes[ADEL].texts.values())


async def test_a_clock_set_forward_opens_nothing(town: Town) -> None:
    made = await sealed_point(town)
    for who in (ADEL, SAMI):
        town.nodes[who].clock.at = OPENS + 60
        await errands(town.nodes[who], OPENS + 60)
    town.pass_on()
    for who in (SAMI, RIMA, EVE, ADEL):
        assert await place(town.nodes[who], made) == ""
        assert "kerosene" not in repr(town.nodes[who].tables.dump(local=True))


async def test_what_is_cancelled_never_opens(town: Town) -> None:
    made = await sealed_point(town)
    await at(town, OPENS, SAMI)
    await town.nodes[NOUR].call("gathering.cancel", gathering=made, reason="police")
    town.pass_on()
    await at(town, OPENS + 10, *town.nodes)
    assert len((await town.nodes[ADEL].call("gathering.point", gathering=made))["given_out"]) == 1
    # Somebody who comes only now finds one share, and nobody gives out another.
    town.levels[member(0x77)] = 10
    late = town.nodes[member(0x77)] = Bench(town, member(0x77))
    town.pass_on()
    await at(town, OPENS + 4_000, *town.nodes)
    assert await place(late, made) == ""


async def test_a_cancellation_after_enough_shares_shuts_it_on_honest_nodes(town: Town) -> None:
    made = await sealed_point(town)
    await at(town, OPENS, SAMI, RIMA)
    assert await place(town.nodes[ADEL], made) == PLACE
    await town.nodes[NOUR].call("gathering.cancel", gathering=made)
    town.pass_on()
    assert await place(town.nodes[ADEL], made) == ""


async def test_a_node_that_was_off_listens_before_it_gives_its_share_out(town: Town) -> None:
    made = await sealed_point(town)
    late = OPENS + 3_000
    rima = town.nodes[RIMA]
    rima.clock.at = late
    assert await errands(rima, late) == late + 120
    assert not rima.tables.execute("SELECT * FROM gatherings_released")
    # It was off again, for an hour: the wait begins anew.
    assert await errands(rima, late + 3_600) == late + 3_720
    await town.nodes[NOUR].call("gathering.cancel", gathering=made)
    town.pass_on()
    await errands(rima, late + 3_720)
    assert not rima.tables.execute("SELECT * FROM gatherings_released")
    # Without a cancellation it gives it out after having listened.
    other = await sealed_point(town)
    rima.clock.at = late
    again = await errands(rima, late)
    rima.clock.at = again
    await errands(rima, again)
    town.pass_on()
    assert [row[4] for row in town.nodes[ADEL].tables.execute("SELECT * FROM gatherings_released")] == [RIMA]
    assert (await town.nodes[ADEL].call("gathering.point", gathering=other))["given_out"][0]["member"] == RIMA


async def test_after_the_gathering_no_share_is_given_out(town: Town) -> None:
    await sealed_point(town)
    await at(town, BEGINS + 11_000, *town.nodes)
    await at(town, BEGINS + 11_200, *town.nodes)
    assert not town.nodes[ADEL].tables.execute("SELECT * FROM gatherings_released")


async def test_a_marshal_may_keep_a_share_back(town: Town) -> None:
    made = await sealed_point(town, need=3)
    await town.nodes[EVE].call("gathering.hold", gathering=made)
    await at(town, OPENS, *town.nodes)
    assert await place(town.nodes[ADEL], made) == ""
    await town.nodes[EVE].call("gathering.hold", gathering=made, hold=False)
    await at(town, OPENS + 60, EVE)
    assert await place(town.nodes[ADEL], made) == PLACE


async def test_whoever_seals_it_may_keep_a_share_too(town: Town) -> None:
    made = await sealed_point(town, marshals=(NOUR, SAMI))
    await at(town, OPENS, NOUR, SAMI)
    assert await place(town.nodes[ADEL], made) == PLACE


async def test_another_meeting_point_makes_the_shares_of_the_first_worthless(town: Town) -> None:
    made = await sealed_point(town)
    await town.nodes[NOUR].call(
        "gathering.seal", gathering=made, place="The harbour", marshals=[RIMA, ADEL], need=2, opens="2025-11-01 17:00"
    )
    town.pass_on()
    await at(town, OPENS, *town.nodes)
    assert not town.nodes[ADEL].tables.execute("SELECT * FROM gatherings_released")
    await at(town, BEGINS - 3_600, *town.nodes)
    assert await place(town.nodes[EVE], made) == "The harbour"


async def test_false_shares_and_points_of_others_change_nothing(town: Town) -> None:
    made = await sealed_point(town)
    eve = town.nodes[EVE]
    box, given = shares.seal("A trap", b"", 2, 2, SystemRandom())
    until = Audience(expires_at=NOON + 10**7)
    eve.utter(sealed.point(made, 2**60, 2, [shares.mark(one) for one in given], OPENS, "AA"), force=True)
    for one in given:
        eve.utter(sealed.release(made, one, until), force=True)
    eve.utter(sealed.share(made, given[0], Audience(RIMA, NOON + 10**7)), force=True)
    town.pass_on()
    await at(town, OPENS, SAMI, RIMA)
    assert await place(town.nodes[ADEL], made) == PLACE
    assert box


async def test_what_is_sealed_wrongly_opens_nothing_and_breaks_nothing(town: Town) -> None:
    """An organiser's own program may be at fault: the page still stands."""
    made = await called(town)
    nour = town.nodes[NOUR]
    _, given = shares.seal("x", b"", 2, 2, SystemRandom())
    nour.utter(sealed.point(made, 1, 2, [shares.mark(one) for one in given], OPENS, "A" * 80))
    for one in given:
        nour.utter(sealed.release(made, one, Audience(expires_at=NOON + 10**7)))
    town.pass_on()
    told = await town.nodes[ADEL].call("gathering.point", gathering=made)
    assert (told["opened"], told["place"], len(told["given_out"])) == (False, "", 1)


async def test_at_its_end_the_place_is_destroyed(town: Town) -> None:
    made = await sealed_point(town)
    until = (await town.nodes[NOUR].call("gathering.show", gathering=made))["until"]
    nour = town.nodes[NOUR]
    nour.clock.at = until
    await errands(nour, until)
    assert "kerosene" not in repr(nour.tables.dump(local=True))


@pytest.mark.parametrize(
    "wrong",
    [
        {"need": 1}, {"need": 4}, {"marshals": [SAMI]}, {"place": ""}, {"place": "x" * 3000},
        {"opens": "2025-11-01 22:00"}, {"opens": "later"},
    ],
)  # fmt: skip
async def test_what_cannot_be_sealed_is_refused_in_words(town: Town, wrong: dict[str, Any]) -> None:
    made = await called(town)
    asked = {"place": PLACE, "marshals": [SAMI, RIMA, EVE], "need": 2} | wrong
    with pytest.raises(UsageError) as caught:
        await town.nodes[NOUR].call("gathering.seal", gathering=made, **asked)
    assert str(caught.value).endswith(".")
    assert not (await town.nodes[ADEL].call("gathering.point", gathering=made))["sealed"]


async def test_private_things_said_in_the_open_do_not_count(town: Town) -> None:
    made = await called(town)
    nour, until = town.nodes[NOUR], NOON + 10**7
    for saying in (
        sealed.briefing(made, 1, "medic", [SAMI], "x", Audience(expires_at=until)),
        sealed.briefing(made, 1, "medic", [SAMI], "x", Audience(RIMA, until)),
        sealed.briefing(made, 1, "medic", [SAMI], "x", Audience(SAMI)),
        sealed.share(made, "word " * 19 + "word", Audience(expires_at=until)),
        sealed.share(made, "word " * 19 + "word", Audience("", until, (SAMI, RIMA))),
        sealed.release(made, "word " * 19 + "word", Audience()),
        sealed.release(made, "word " * 19 + "word", Audience(SAMI, until)),
    ):
        with pytest.raises(NotAllowed):
            nour.utter(saying)
