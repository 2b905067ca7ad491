"""From what somebody typed of when and how long to a plan: by the clock in a time zone, or by the day."""

from __future__ import annotations

import msgspec

from tadamun.core.errors import UsageError
from tadamun.core.ports import Workbench
from tadamun.rooms.gatherings import actions, times
from tadamun.rooms.gatherings.given import InSpace
from tadamun.rooms.gatherings.nip52 import Plan, over
from tadamun.rooms.gatherings.reading import keep_wish, wish
from tadamun.rooms.gatherings.times import Every

ZONE = "zone"  # the wish that keeps the zone last planned in
KEPT = 7  # days


class Make(InSpace, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """start, end: "2026-12-05T18:00" on the walls of `zone` ("": the one last used here, else this computer's); or day,
    last_day: "2026-12-05". keep_days: for how many days after the end it is kept who comes. every, times: it recurs."""

    title: str
    text: str = ""
    start: str = ""
    end: str = ""
    zone: str = ""
    day: str = ""
    last_day: str = ""
    place: str = ""
    topics: tuple[str, ...] = ()
    capacity: int = 0
    keep_days: int = KEPT
    every: Every = ""
    times: int = 1


class Change(InSpace, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is left out stays as it was. An end of "" takes it away. From one by the clock to one by the day, and back,
    leads no way: call another."""

    gathering: str
    title: str | None = None
    text: str | None = None
    start: str | None = None
    end: str | None = None
    zone: str | None = None
    day: str | None = None
    last_day: str | None = None
    place: str | None = None
    topics: tuple[str, ...] | None = None
    capacity: int | None = None
    keep_days: int | None = None


def zone_for(bench: Workbench, typed: str) -> str:
    """The name of the zone meant. Raises UsageError."""
    name = typed.strip() or wish(bench.tables, ZONE) or times.zone_here()
    times.zone_of(name)
    return name


def plan_of(bench: Workbench, asked: Make) -> Plan:
    """Raises UsageError."""
    if bool(asked.start) is bool(asked.day):
        raise UsageError("Say when: either the day and hour it begins, or the day alone.")
    if (asked.day and (asked.end or asked.zone)) or (asked.start and asked.last_day):
        raise UsageError("A whole day has no hours, and an hour no last day. Say it either way.")
    zone = zone_for(bench, asked.zone) if asked.start else ""
    plan = Plan(
        title=asked.title,
        text=asked.text,
        start=times.moment(asked.start, zone) if asked.start else 0,
        end=times.moment(asked.end, zone) if asked.end else 0,
        zone=zone,
        day=times.day_of(asked.day) if asked.day else "",
        day_end=times.next_day(times.day_of(asked.last_day)) if asked.last_day else "",
        place=asked.place,
        topics=actions.topics_of(asked.topics),
        capacity=asked.capacity,
        until=0,
    )
    if zone:
        keep_wish(bench.tables, ZONE, zone)
    return _kept(plan, asked.keep_days)


def changed(bench: Workbench, plan: Plan, asked: Change) -> Plan:
    """The plan as it is to be. Raises UsageError."""
    by_clock = bool(plan.zone)
    if any(
        one is not None for one in ((asked.day, asked.last_day) if by_clock else (asked.start, asked.end, asked.zone))
    ):
        raise UsageError("A whole day has no hours, and an hour no last day. To have it otherwise, call another one.")
    new = {
        name: value for name in ("title", "text", "place", "capacity") if (value := getattr(asked, name)) is not None
    }
    if asked.topics is not None:
        new["topics"] = actions.topics_of(asked.topics)
    if by_clock:
        zone = zone_for(bench, asked.zone) if asked.zone is not None else plan.zone
        # In another zone the same is meant on the walls there, unless it is said anew.
        start = asked.start if asked.start is not None else times.on_the_wall(plan.start, plan.zone)
        end = asked.end if asked.end is not None else (plan.end and times.on_the_wall(plan.end, plan.zone))
        same = zone == plan.zone
        new["zone"] = zone
        new["start"] = plan.start if same and asked.start is None else times.moment(start, zone)
        new["end"] = (plan.end if same and asked.end is None else times.moment(end, zone)) if end else 0
    else:
        new["day"] = times.day_of(asked.day) if asked.day is not None else plan.day
        if asked.last_day is not None:
            new["day_end"] = times.next_day(times.day_of(asked.last_day)) if asked.last_day else ""
    kept = max(0, plan.until - over(plan)) // 86_400
    return _kept(msgspec.structs.replace(plan, **new), kept if asked.keep_days is None else asked.keep_days)


def _kept(plan: Plan, days: int) -> Plan:
    """With the time at which it is destroyed who came; of a plan that nobody could keep the checks speak (actions)."""
    return msgspec.structs.replace(plan, until=actions.kept_until(plan, days))
