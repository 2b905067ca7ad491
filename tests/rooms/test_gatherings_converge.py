"""Any order, any repetition: the same gatherings, the same rows. One spelling, and junk is the peer's fault."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rooms_town import NOON, SPACE, Memory, Town, member

from tadamun.core.body import spell
from tadamun.core.errors import Reason, RemoteError, UsageError
from tadamun.core.event import Event, Tags, event_id
from tadamun.core.fold import fold
from tadamun.core.genuine import Said
from tadamun.core.ports import Audience, Saying
from tadamun.rooms.gatherings import actions, own, times
from tadamun.rooms.gatherings import actions_sealed as sealed
from tadamun.rooms.gatherings.bodies import decode
from tadamun.rooms.gatherings.gathered import mark
from tadamun.rooms.gatherings.nip52 import Answer, Plan, over, tags_of
from tadamun.rooms.gatherings.room import ROOM

WHO = [member(0xA1), member(0xB2), member(0xC3), member(0xD4)]
KEY = "0" * 32
ID = "1" * 64
PLAN = Plan(
    title="Picnic", text="", start=NOON + 86_400, end=NOON + 90_000, zone="Asia/Beirut", day="", day_end="",
    place="", topics=("meet-up",), capacity=2, until=NOON + 172_800,
)  # fmt: skip
DAY = msgspec.structs.replace(
    PLAN, start=0, end=0, zone="", day="2025-10-10", day_end="2025-10-12", until=1_761_000_400 // 3600 * 3600
)
UNTIL = Audience(expires_at=PLAN.until)
ALL = Audience(expires_at=PLAN.until, members=tuple(WHO))
SHARES = ["alpha " + "bravo " * 30 + end for end in ("golf", "hotel", "india")]
FALSE = "false " * 19 + "share"


def read(kind: int, content: str, tags: Tags = ()) -> Any:
    return decode(Event(ID, WHO[0], 0, kind, tags, content, "0" * 128), tags)


def said(author: str, saying: Saying, n: int) -> Said[Any]:
    made = event_id(author, n, saying.kind, (("n", str(n)), *saying.tags), saying.content)
    body = read(saying.kind, saying.content, saying.tags)
    circle = tuple(sorted({author, *saying.audience.others})) if saying.audience.others else ()
    return Said(
        id=made, space=SPACE, member=author, device=author, seq=n, kind=saying.kind, created_at=n, auth=(), prev=(),
        body=body, expires_at=saying.audience.expires_at, private_with="c" * 64 if circle else "", circle=circle,
    )  # fmt: skip


versions = st.integers(1, 3)
who = st.sampled_from(WHO)


@st.composite
def lives(draw: st.DrawFn) -> list[Said[Any]]:
    """A gathering, and what members (rightly or not) say about it."""
    opening = said(WHO[0], actions.opening(PLAN, KEY), 0)
    found, of = [opening], opening.id
    for n in range(1, draw(st.integers(1, 12))):
        author, version = draw(who), draw(versions)
        what = draw(st.sampled_from([
            "change", "cancel", "door", "come", "come", "come", "alone", "brief", "point", "share", "out", "out",
        ]))  # fmt: skip
        if what == "change":
            plan = msgspec.structs.replace(PLAN, title=draw(st.sampled_from("abc")), capacity=draw(st.integers(0, 3)))
            saying = actions.change(of, version, plan)
        elif what == "cancel":
            saying = actions.cancel(of, "", draw(st.booleans()))
        elif what == "door":
            names = st.lists(who, max_size=3)
            saying = actions.door(of, version, draw(names), draw(names), draw(st.integers(0, 2)))
        elif what == "brief":
            saying = sealed.briefing(of, version, draw(st.sampled_from(own.ROLES)), [author], "Words", ALL)
        elif what == "point":
            saying = sealed.point(of, version, 2, list(map(mark, SHARES)), PLAN.start, "AA")
        elif what == "share":
            other = draw(st.sampled_from([one for one in WHO if one != author]))
            saying = sealed.share(of, draw(st.sampled_from(SHARES)), Audience(other, PLAN.until))
        elif what == "out":
            saying = sealed.release(of, draw(st.sampled_from([*SHARES, FALSE])), UNTIL)
        else:
            status = draw(st.sampled_from(["accepted", "declined", "tentative"]))
            host = draw(st.sampled_from([WHO[0], WHO[0], WHO[1]]))
            to = draw(st.sampled_from([UNTIL, UNTIL, Audience()]))
            if what == "alone" and author != WHO[0]:
                to = Audience(WHO[0], PLAN.until)
            saying = actions.answer(Answer(of, opening.kind, host, KEY, status, version), to)
        found.append(said(author, saying, n))
    return found


def rows(saids: list[Said[Any]]) -> dict[str, Any]:
    town = Town({WHO[0]: 10, WHO[1]: 20, WHO[2]: 10, WHO[3]: 0}, write=10)
    topic = next(one.id for one in saids if one.kind == 31923)
    state, _ = fold(ROOM, topic, saids, lambda one: town.standing(one.member))
    tables = Memory()
    ROOM.project(tables, SPACE, topic, state)
    return {name: rows for name, rows in tables.dump().items() if name.startswith("gatherings")}


@given(lives(), st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(life: list[Said[Any]], random: Any) -> None:
    shuffled = life + random.sample(life, random.randrange(len(life)))
    random.shuffle(shuffled)
    assert rows(life) == rows(shuffled)
    # Nor do they to the reducer alone: nothing rests on the order of ids.
    first, *rest = life
    state = other = ROOM.reduce(ROOM.empty(first.id), first)
    random.shuffle(rest)
    for one in rest:
        state = ROOM.reduce(state, one)
    for one in [*reversed(rest), *rest]:
        other = ROOM.reduce(other, one)
    state, other = state.gathered, other.gathered
    assert (state.plan, state.cancelled, state.organisers, state.line(), state.point) == (
        other.plan, other.cancelled, other.organisers, other.line(), other.point,
    )  # fmt: skip
    assert (state.answers, state.briefings, state.shares, state.released) == (
        other.answers, other.briefings, other.shares, other.released,
    )  # fmt: skip


WATCH = own.Watch(
    gathering="", back_by=NOON, legal_after=0, card_after=0, buddies=(WHO[1],), legal=WHO[2], need=2,
    marks=tuple(sorted(map(mark, SHARES[:2]))), codes=("a" * 64, "b" * 64), salt="A" * 22, card="AA", boxes=("AA",),
)  # fmt: skip
WAITING = Audience(expires_at=PLAN.until, members=tuple(WHO[:3]))
AMONG = Audience(expires_at=PLAN.until, members=(WHO[1], WHO[2]))


@st.composite
def outings(draw: st.DrawFn) -> list[Said[Any]]:
    """Somebody goes out, and what is said about it, rightly or not."""
    found = [said(WHO[0], sealed.watch(WATCH, WAITING), 0)]
    for n in range(1, draw(st.integers(1, 8))):
        author, to = draw(who), draw(st.sampled_from([WAITING, WAITING, AMONG, UNTIL]))
        if draw(st.booleans()):
            saying = sealed.back(found[0].id, draw(st.sampled_from("AEIM")) * 42 + "A", to)
        else:
            saying = sealed.release(found[0].id, draw(st.sampled_from([*SHARES, FALSE])), to)
        found.append(said(author, saying, n))
    return found


@given(outings(), st.randoms(use_true_random=False))
def test_in_any_order_somebody_is_as_late(life: list[Said[Any]], random: Any) -> None:
    def rows_of(saids: list[Said[Any]]) -> dict[str, Any]:
        town = Town(dict.fromkeys(WHO, 10))
        state, _ = fold(ROOM, life[0].id, saids, lambda one: town.standing(one.member))
        tables = Memory()
        ROOM.project(tables, SPACE, life[0].id, state)
        return {name: rows for name, rows in tables.dump().items() if name.startswith("gatherings")}

    shuffled = life + random.sample(life, random.randrange(len(life)))
    random.shuffle(shuffled)
    assert rows_of(life) == rows_of(shuffled)


@given(
    st.lists(st.tuples(st.sampled_from("AEI"), st.integers(1, 3)), min_size=1, max_size=6),
    st.randoms(use_true_random=False),
)
def test_the_last_key_a_device_told_holds(told: list[tuple[str, int]], random: Any) -> None:
    keys = [said(WHO[0], sealed.key(sign * 42 + "A"), n) for sign, n in told]
    state = other = ROOM.empty(WHO[0])
    for one in keys:
        state = ROOM.reduce(state, one)
    for one in random.sample(keys, len(keys)) + keys:
        other = ROOM.reduce(other, one)
    assert state.keys == other.keys
    assert state.keys[WHO[0]].seq == max(n for _, n in told)


@given(lives())
def test_nobody_stands_in_line_twice_and_who_is_sure_stands_first(life: list[Said[Any]]) -> None:
    state = ROOM.empty(life[0].id)
    for one in life:
        state = ROOM.reduce(state, one)
    line = state.gathered.line()
    assert len(set(line)) == len(line)
    sure = state.gathered.door.body.seated if state.gathered.door is not None else ()
    assert [one in sure for one in line] == sorted((one in sure for one in line), reverse=True)


@pytest.mark.parametrize(
    "saying",
    [
        actions.opening(PLAN, KEY),
        actions.opening(PLAN, KEY, "f" * 32),
        actions.opening(DAY, KEY),
        actions.opening(msgspec.structs.replace(DAY, day_end=""), KEY),
        actions.opening(msgspec.structs.replace(PLAN, end=0, place="حديقة الصنائع", text="a\n“b”", capacity=0), KEY),
        actions.change(ID, 2**63 - 1, PLAN),
        actions.cancel(ID, "لأسباب", True),
        actions.door(ID, 1, [WHO[1], WHO[0]], [WHO[2]], 3, 4),
        actions.answer(Answer(ID, 31922, WHO[0], KEY, "tentative", 7, "late"), UNTIL),
    ],
)
def test_what_is_said_here_is_read_there(saying: Saying) -> None:
    body = read(saying.kind, saying.content, saying.tags)
    assert (spell(body) if not saying.tags else saying.content) == saying.content
    assert not saying.tags or tags_of(body) == saying.tags


def spoiled(**tags: str | None) -> Tags:
    """The tags of a gathering by the clock with some of them otherwise, or left out."""
    kept = [(name, tags.get(name, value)) for name, value in actions.opening(PLAN, KEY).tags]
    return tuple((name, value) for name, value in kept if value is not None)


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        (spoiled(start="0"), Reason.MALFORMED),
        (spoiled(start="-1"), Reason.MALFORMED),
        (spoiled(start="01"), Reason.MALFORMED),
        (spoiled(start="9" * 19), Reason.MALFORMED),
        (spoiled(start="2025-10-10"), Reason.MALFORMED),
        (spoiled(end="1"), Reason.MALFORMED),
        (spoiled(end=str(PLAN.start + 32 * 86_400)), Reason.MALFORMED),
        (spoiled(start_tzid="../../etc/passwd"), Reason.MALFORMED),
        (spoiled(start_tzid=None), Reason.MALFORMED),
        (spoiled(until=str(PLAN.until + 1)), Reason.MALFORMED),
        (spoiled(until=str(PLAN.start - PLAN.start % 3600 - 3600)), Reason.MALFORMED),
        (spoiled(until=None), Reason.MALFORMED),
        (spoiled(title=""), Reason.MALFORMED),
        (spoiled(title="a\u202eb"), Reason.MALFORMED),
        (spoiled(d="x"), Reason.MALFORMED),
        (spoiled(D="1"), Reason.NOT_CANONICAL),
        (spoiled(capacity="0"), Reason.NOT_CANONICAL),
        (spoiled(capacity="1000001"), Reason.MALFORMED),
        (spoiled(t="Two words"), Reason.MALFORMED),
        ((*spoiled(), ("until", "0")), Reason.NOT_CANONICAL),
        ((*spoiled(), ("p", WHO[0])), Reason.NOT_CANONICAL),
        ((("d", KEY, "x"), *spoiled()[1:]), Reason.NOT_CANONICAL),
        (spoiled()[::-1], Reason.NOT_CANONICAL),
    ],
)
def test_other_spellings_are_refused(tags: Tags, reason: Reason) -> None:
    with pytest.raises(RemoteError) as caught:
        read(31923, "", tags)
    assert caught.value.reason is reason


@pytest.mark.parametrize("day", ["2025-02-30", "2025-1-1", "0000-01-01", "9999-12-31", "2025-10-10T00:00", ""])
def test_days_that_are_none_are_refused(day: str) -> None:
    tags = tuple((name, day if name == "start" else value) for name, value in actions.opening(DAY, KEY).tags)
    with pytest.raises(RemoteError):
        read(31922, "", tags)


@given(
    st.sampled_from([31922, 31923, 31925, *range(3760, 3770), 1]),
    st.text(max_size=200) | st.just('{"v":1}') | st.just("[" * 100),
    st.lists(st.lists(st.text(max_size=20), min_size=1, max_size=3).map(tuple), max_size=8).map(tuple),
)
def test_decoding_never_crashes(kind: int, content: str, tags: Tags) -> None:
    with suppress(RemoteError):
        read(kind, content, tags)


@settings(deadline=None)
@given(
    st.sampled_from(["Asia/Beirut", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"]),
    st.integers(NOON, NOON + 3 * 366 * 86_400),
    st.sampled_from(["day", "week", "fortnight", "month", "year"]),
    st.integers(2, 20),
)
def test_what_recurs_is_at_the_same_hour_on_the_wall(zone: str, start: int, every: Any, count: int) -> None:
    plan = msgspec.structs.replace(
        PLAN, start=start, end=start + 5400, zone=zone, until=times.full_hour(start + 90_000)
    )
    there = ZoneInfo(zone)
    plans = times.recurring(plan, every, count)
    assert len(plans) == count
    wall = datetime.fromtimestamp(start, there)
    for one in plans:
        actions.tidy(one)
        assert (one.end - one.start, one.until % 3600, one.until >= over(one)) == (5400, 0, True)
        now = datetime.fromtimestamp(one.start, there)
        asked = now.replace(hour=wall.hour, minute=wall.minute, fold=0)
        # Where clocks skip that hour it is the one that its offset of before gives; else it is that hour.
        skipped = asked.astimezone(UTC).astimezone(there).replace(tzinfo=None) != asked.replace(tzinfo=None)
        assert skipped or (now.hour, now.minute) == (wall.hour, wall.minute)


@pytest.mark.parametrize(
    ("typed", "zone", "utc"),
    [
        ("2026-03-29 01:59", "Europe/Berlin", "2026-03-29T00:59"),
        ("2026-03-29 03:00", "Europe/Berlin", "2026-03-29T01:00"),
        ("2026-10-25 02:30", "Europe/Berlin", "2026-10-25T00:30"),  # twice that night: the first
        ("٢٠٢٦-٠٧-٠١ ١٨:٠٠", "Asia/Beirut", "2026-07-01T15:00"),
        ("2026-03-10 12:00", "Africa/Casablanca", "2026-03-10T12:00"),  # Ramadan: an hour less than else
        ("2026-04-10 12:00", "Africa/Casablanca", "2026-04-10T11:00"),
    ],
)
def test_moments_are_those_of_the_zone(typed: str, zone: str, utc: str) -> None:
    assert times.on_the_wall(times.moment(typed, zone), "UTC") == utc


@pytest.mark.parametrize(
    "typed",
    [
        "2026-03-29 02:00",
        "2026-03-29 02:30",
        "2026-03-29 25:00",
        "2026-02-30 10:00",
        "",
        "0001-01-01 00:00",
        "9999-12-31 23:59",
    ],
)
def test_hours_that_are_none_are_refused(typed: str) -> None:
    with pytest.raises(UsageError):
        times.moment(typed, "Europe/Berlin")


def test_a_month_without_the_day_is_left_out() -> None:
    plan = msgspec.structs.replace(DAY, day="2026-01-31", day_end="", until=1_780_000_000 // 3600 * 3600)
    assert [one.day for one in times.recurring(plan, "month", 4)] == [
        "2026-01-31",
        "2026-03-31",
        "2026-05-31",
        "2026-07-31",
    ]
    leap = msgspec.structs.replace(plan, day="2028-02-29", until=1_850_000_000 // 3600 * 3600)
    assert [one.day for one in times.recurring(leap, "year", 3)] == ["2028-02-29", "2032-02-29", "2036-02-29"]
