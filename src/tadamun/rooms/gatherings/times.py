"""Clocks on walls and moments: IANA time zones, right across daylight saving, and the days on which something recurs.

The tables of the zones are those of the package `tzdata`, pinned with everything else, not the system's: all nodes of
one version read a zone alike, and old systems too. Nothing here decides which events count.
"""

from __future__ import annotations

import os
import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib import resources
from typing import Final, Literal
from zoneinfo import ZoneInfo

import msgspec

from tadamun.core.errors import UsageError
from tadamun.rooms.gatherings.nip52 import FIRST, HOUR, LAST, Plan, over, zone_allowed

Every = Literal["", "day", "week", "fortnight", "month", "year"]
MOST_TIMES: Final = 60  # gatherings made at once
_STEP: Final = {"day": timedelta(days=1), "week": timedelta(days=7), "fortnight": timedelta(days=14)}
_CLOCK: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{1,2}):([0-9]{2})")
_INDIAN: Final = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """The names of all zones, sorted."""
    return tuple(sorted(resources.files("tzdata").joinpath("zones").read_text("utf-8").split()))


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """The zone of that name. Raises UsageError."""
    if not zone_allowed(name) or name not in zones():
        raise UsageError("{zone} is no time zone. Choose one from the list, such as Asia/Beirut.", zone=name)
    with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as table:
        return ZoneInfo.from_file(table, key=name)


def zone_or_utc(name: str) -> ZoneInfo:
    """For showing what somebody else wrote: a zone that is not known here is shown as UTC."""
    return zone_of(name if name in zones() else "UTC")


def zone_here() -> str:
    """This computer's zone, by its name; "UTC" where it cannot be told."""
    told = os.environ.get("TZ", "").lstrip(":") or os.path.realpath("/etc/localtime").partition("/zoneinfo/")[2]
    return told if told in zones() else "UTC"


def moment(typed: str, zone: str) -> int:
    """Unix seconds of "2026-12-05T18:00" on the walls of that zone. Where the clock is put back, an hour comes twice:
    the first one is meant. Raises UsageError, also for an hour that is skipped."""
    found = _CLOCK.fullmatch(typed.strip().translate(_INDIAN))
    try:
        if found is None or not FIRST <= found[1] < LAST:
            raise ValueError
        local = datetime.combine(date.fromisoformat(found[1]), time(int(found[2]), int(found[3])))
    except ValueError:
        raise UsageError("That is no date and time. Write it like 2026-12-05 18:00.") from None
    there = zone_of(zone)
    at = int(local.replace(tzinfo=there).timestamp())
    if datetime.fromtimestamp(at, there).replace(tzinfo=None) != local:
        raise UsageError(
            "At that hour the clocks are put forward there, so it does not exist. Choose one an hour later."
        )
    return at


def day_of(typed: str) -> str:
    """A date as it is kept, "2026-12-05". Raises UsageError."""
    try:
        day = date.fromisoformat(typed.strip().translate(_INDIAN)).isoformat()
        if not FIRST <= day < LAST:
            raise ValueError
        return day
    except ValueError:
        raise UsageError("That is no date. Write it as year-month-day, like 2026-12-05.") from None


def next_day(day: str, days: int = 1) -> str:
    """The date so many days later."""
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def on_the_wall(at: int, zone: str) -> str:
    """That moment as a form takes it, "2026-12-05T18:00"."""
    return datetime.fromtimestamp(at, zone_or_utc(zone)).strftime("%Y-%m-%dT%H:%M")


def days_of(plan: Plan) -> tuple[date, date]:
    """(first, last) day of a gathering, as they are called where it takes place."""
    if not plan.zone:
        first = date.fromisoformat(plan.day)
        return first, date.fromisoformat(plan.day_end) - timedelta(days=1) if plan.day_end else first
    zone = zone_or_utc(plan.zone)
    first = datetime.fromtimestamp(plan.start, zone).date()
    return first, datetime.fromtimestamp(max(plan.start, plan.end - 1), zone).date()


def recurring(plan: Plan, every: Every, times: int) -> list[Plan]:
    """The plan and those that follow it, each by itself: at the same time on the walls of its zone, whatever daylight
    saving does in between (an hour that is skipped becomes the one after it, as RFC 5545 3.3.5 has it). The 31st of a
    month falls away where a month has none (RFC 5545 3.3.10). Raises UsageError."""
    if not every:
        return [plan]
    if not 2 <= times <= MOST_TIMES:
        raise UsageError("Say how often it takes place: from 2 to {most} times.", most=MOST_TIMES)
    first, last = days_of(plan)
    days = _days(first, every, times)
    return [_moved(plan, day - first, last) for day in days]


def _days(first: date, every: Every, times: int) -> list[date]:
    if every in _STEP:
        return [first + _STEP[every] * count for count in range(times)]
    found: list[date] = []
    months = 0
    while len(found) < times:
        year, month = divmod(first.month - 1 + months, 12)
        months += 12 if every == "year" else 1
        try:
            found.append(date(first.year + year, month + 1, first.day))
        except ValueError:  # there is no such day
            continue
    return found


def _moved(plan: Plan, by: timedelta, last: date) -> Plan:
    """The same so many days later on the wall."""
    kept = plan.until - over(plan)
    if plan.zone:
        zone = zone_of(plan.zone)
        start = _later(plan.start, by, zone)
        # As long as on the first day: people count hours from when they meet.
        made = msgspec.structs.replace(plan, start=start, end=plan.end and start + plan.end - plan.start)
    else:
        day = (date.fromisoformat(plan.day) + by).isoformat()
        end = plan.day_end and (last + by + timedelta(days=1)).isoformat()
        made = msgspec.structs.replace(plan, day=day, day_end=end)
    return msgspec.structs.replace(made, until=full_hour(over(made) + kept))


def full_hour(at: int) -> int:
    """That moment, or the next full hour after it."""
    return -(-at // HOUR) * HOUR


def _later(at: int, by: timedelta, zone: ZoneInfo) -> int:
    local = datetime.fromtimestamp(at, zone)
    return int((local.replace(fold=0) + by).astimezone(UTC).timestamp())


def month_around(month: str) -> tuple[int, int]:
    """(from, to) in Unix seconds within which every day of the month "2026-12" begins or ends somewhere on earth.
    Raises UsageError."""
    first = date.fromisoformat(day_of(f"{month}-01"))
    after = (first + timedelta(days=32)).replace(day=1)
    edge = 14 * 3600
    return (
        int(datetime.combine(first, time(), UTC).timestamp()) - edge,
        int(datetime.combine(after, time(), UTC).timestamp()) + edge,
    )


def later_month(month: str, by: int) -> str:
    """The month so many months later, "2027-01"."""
    year, index = divmod(int(month[:4]) * 12 + int(month[5:7]) - 1 + by, 12)
    return f"{year:04}-{index + 1:02}"


def month_of(at: int, zone: str) -> str:
    """The month that moment lies in, there."""
    return datetime.fromtimestamp(at, zone_or_utc(zone)).strftime("%Y-%m")
