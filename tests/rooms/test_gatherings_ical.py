"""Calendar files: what goes out says no more than it should; what comes in cannot hang, exhaust or fool the node."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rooms_town import NOON, Town, member

from tadamun.core.errors import UsageError
from tadamun.rooms.gatherings import ical, ical_worker, times

pytestmark = pytest.mark.anyio

NOUR = member(0xA1)
HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n"


def calendar(*events: str) -> str:
    bodies = (
        f"BEGIN:VEVENT\r\nUID:{n}@x\r\nDTSTAMP:20250101T000000Z\r\n{one}\r\nEND:VEVENT\r\n"
        for n, one in enumerate(events)
    )
    return HEAD + "".join(bodies) + "END:VCALENDAR\r\n"


WEEKLY = (
    "SUMMARY:Tea\r\nDTSTART;TZID=Europe/Berlin:20251020T190000\r\nDTEND;TZID=Europe/Berlin:20251020T210000\r\n"
    "RRULE:FREQ=WEEKLY;COUNT=3"
)
WHOLE = "SUMMARY:Pride\\, in the sun\r\nDTSTART;VALUE=DATE:20260516\r\nDTEND;VALUE=DATE:20260518\r\nLOCATION:Old town"


@pytest.fixture
def town() -> Town:
    return Town({NOUR: 10})


async def test_what_is_read_is_shown_before_anything_is_made_of_it(town: Town) -> None:
    node = town.nodes[NOUR]
    read = await node.call("gathering.read_calendar", calendar=calendar(WEEKLY, WHOLE))
    assert [(one["title"], one["first_day"], one["zone"]) for one in read["found"]] == [
        ("Tea", "2025-10-20", "Europe/Berlin"), ("Tea", "2025-10-27", "Europe/Berlin"),
        ("Tea", "2025-11-03", "Europe/Berlin"), ("Pride, in the sun", "2026-05-16", ""),
    ]  # fmt: skip
    # At the same hour on the wall before and after the clocks go back.
    assert {times.on_the_wall(one["start"], one["zone"])[11:] for one in read["found"][:3]} == {"19:00"}
    assert read["found"][3]["last_day"] == "2026-05-17"
    assert not (await node.call("gathering.list"))["gatherings"]
    made = await node.call("gathering.import", calendar=calendar(WEEKLY, WHOLE), chosen=[0, 2, 3])
    listed = (await node.call("gathering.list"))["gatherings"]
    assert [one["id"] for one in listed] == made["ids"]
    assert listed[0]["series"] == listed[1]["series"] != ""
    assert (listed[2]["place"], listed[2]["series"]) == ("Old town", "")


async def test_what_goes_out_comes_in_the_same(town: Town) -> None:
    node = town.nodes[NOUR]
    await node.call(
        "gathering.make", title="Tea; with, \\cake", text="Bring\nthings", start="2025-10-25 19:00",
        end="2025-10-26 03:00", zone="Europe/Berlin", place="Near the sea",
    )  # fmt: skip
    await node.call("gathering.make", title="Two days", day="2026-05-16", last_day="2026-05-17")
    out = (await node.call("gathering.export"))["calendar"]
    assert "BEGIN:VTIMEZONE" in out
    other = Town({NOUR: 10}).nodes[NOUR]
    await other.call("gathering.import", calendar=out)
    kept = ("title", "text", "place", "start", "end", "zone", "day", "day_end")
    assert [[one[name] for name in kept] for one in (await other.call("gathering.list"))["gatherings"]] == [
        [one[name] for name in kept] for one in (await node.call("gathering.list"))["gatherings"]
    ]


async def test_a_discreet_file_says_when_and_nothing_else(town: Town) -> None:
    node = town.nodes[NOUR]
    made = await node.call(
        "gathering.make", title="Pride march", text="kerosene", start="2025-10-25 19:00", zone="Asia/Beirut",
        place="kerosene square", topics=["protest"],
    )  # fmt: skip
    out = (await node.call("gathering.export", gatherings=[made["id"]], instead="Appointment"))["calendar"]
    assert "SUMMARY:Appointment" in out
    for word in ("Pride", "kerosene", "protest", "Tadamun", "tadamun", "Circle"):
        assert word not in out


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY", "FREQ=MINUTELY;COUNT=5", "FREQ=HOURLY", "FREQ=DAILY;BYSECOND=0,1,2,3",
        "FREQ=YEARLY;BYHOUR=1,2", "FREQ=DAILY;BYMINUTE=0,1", "FREQ=DAILY;INTERVAL=100000", "COUNT=3",
    ],
)  # fmt: skip
async def test_rules_by_less_than_a_day_are_refused_at_once(town: Town, rule: str) -> None:
    begun = time.monotonic()
    with pytest.raises(UsageError):
        await town.nodes[NOUR].call(
            "gathering.read_calendar", calendar=calendar(f"SUMMARY:x\r\nDTSTART:20251020T190000Z\r\nRRULE:{rule}")
        )
    assert time.monotonic() - begun < 5


async def test_what_goes_on_for_ever_is_bounded(town: Town) -> None:
    node = town.nodes[NOUR]
    read = await node.call(
        "gathering.read_calendar",
        calendar=calendar(*(f"SUMMARY:d{n}\r\nDTSTART:19700105T190000Z\r\nRRULE:FREQ=DAILY" for n in range(5))),
    )
    assert len(read["found"]) == ical_worker.MOST_FOUND
    assert read["left_out"] == 5 * ical_worker.MOST_EACH - ical_worker.MOST_FOUND


@pytest.mark.parametrize(
    "file",
    [
        "", "hello", "BEGIN:VCALENDAR", "BEGIN:VCALENDAR\r\nEND:VCALENDAR", calendar("SUMMARY:x"), "\0" * 100,
        calendar("SUMMARY:x\r\nDTSTART:20200101T000000Z"), calendar("SUMMARY:x\r\nDTSTART:99999999T999999Z"),
        "x" * 300_000, calendar(*["SUMMARY:x\r\nDTSTART:20251020T190000Z"] * 201),
        HEAD * 2_000,
        calendar("SUMMARY:x\r\nDTSTART:20251020T190000Z\r\nEXDATE:" + ",".join(["20251021T190000Z"] * 500)),
    ],
    ids=range(12),
)  # fmt: skip
async def test_files_that_are_none_or_too_much_are_refused_in_words(town: Town, file: str) -> None:
    with pytest.raises(UsageError) as caught:
        await town.nodes[NOUR].call("gathering.read_calendar", calendar=file)
    assert str(caught.value).endswith(".")


async def test_a_child_that_takes_too_long_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever gets past the checks: the node goes on."""
    monkeypatch.setattr(ical, "PATIENCE", 0.05)
    begun = time.monotonic()
    with pytest.raises(UsageError):
        await ical.read(calendar(WEEKLY), NOON, "UTC")
    assert time.monotonic() - begun < 3


async def test_zones_of_somebodys_own_making_keep_the_moment(town: Town) -> None:
    made_up = (
        "BEGIN:VTIMEZONE\r\nTZID:My/Zone\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0300\r\n"
        "TZOFFSETTO:+0300\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    )
    file = calendar("SUMMARY:x\r\nDTSTART;TZID=My/Zone:20251020T190000").replace(
        "BEGIN:VEVENT", made_up + "BEGIN:VEVENT"
    )
    read = await town.nodes[NOUR].call("gathering.read_calendar", calendar=file)
    [one] = read["found"]
    assert one["zone"] == (await town.nodes[NOUR].call("gathering.prefer"))["zone"]
    assert datetime.fromtimestamp(one["start"], UTC).hour == 16


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.sampled_from([
            "SUMMARY:x", "DTSTART:20251020T190000Z", "DTSTART;VALUE=DATE:20251020", "DTEND:20251019T190000Z", "UID:1",
            "RRULE:FREQ=YEARLY;BYDAY=MO", "RRULE:FREQ=MONTHLY;BYMONTHDAY=31", "RRULE:FREQ=DAILY;COUNT=0", "RRULE:",
            "RRULE:FREQ=WEEKLY;UNTIL=20200101T000000Z", "RDATE:20251022T190000Z", "EXDATE:20251020T190000Z", ";", ":",
            "DTSTART:x", "DTSTART;TZID=Nowhere/None:20251020T190000", "RECURRENCE-ID:20251020T190000Z", "LOCATION:\0",
            "BEGIN:VALARM", "END:VALARM", "SUMMARY:\u202ereversed", "DESCRIPTION:" + "x" * 2000, "X-A;B=C:D",
            "END:VEVENT", "DURATION:PT1H",
        ]),
        max_size=8,
    )
)  # fmt: skip
def test_reading_never_crashes(lines: list[str]) -> None:
    read = ical_worker.read(calendar("\r\n".join(lines)).encode(), NOON, "UTC")
    assert read.error in ("", "unreadable", "too-much")
