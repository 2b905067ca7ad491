"""Reading a calendar file of somebody else's (iCalendar, RFC 5545) in a process of its own with little time and memory.

    python -P -m tadamun.rooms.gatherings.ical_worker NOW ZONE <file >answer

A calendar can be a bomb: a rule by the second, a million exceptions, a zone that changes each minute. So the file is
read by a child that may use so much processor time and so much memory, is killed if it takes longer, and whose answer
is read as strictly as a stranger's. Rules are taken by the day, week, month or year only, and for a year ahead.

The answer is a `Read` as JSON.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import msgspec

MOST_BYTES: Final = 256 * 1024  # of a file
MOST_EVENTS: Final = 200  # in a file
MOST_FOUND: Final = 100  # given out
MOST_EACH: Final = 60  # times that one recurs
MOST_DATES: Final = 400  # exceptions and additions of one
AHEAD: Final = timedelta(days=366)
SECONDS: Final = 6  # of processor time
MEMORY: Final = 512 * 1024 * 1024  # bytes of address space
FREQUENCIES: Final = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
TOO_FINE: Final = ("BYSECOND", "BYMINUTE", "BYHOUR")


class Found(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One time that something takes place: by the clock (Unix seconds, zone) or by the day (the last one not included).
    uid: what those that recur have in common."""

    title: str
    text: str
    place: str
    start: int
    end: int
    zone: str
    day: str
    day_end: str
    uid: str


class Read(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """error: "", "unreadable" or "too-much". left_out: of which nothing could be made, or that are over."""

    found: tuple[Found, ...] = ()
    left_out: int = 0
    error: str = ""


def read(raw: bytes, now: int, zone: str) -> Read:
    """What a file holds from now on. zone: of times that name none."""
    from icalendar import Calendar

    if len(raw) > MOST_BYTES or raw.count(b"BEGIN:") > MOST_EVENTS * 8:
        return Read(error="too-much")
    try:
        calendars = Calendar.from_ical(raw, multiple=True)
    except (ValueError, KeyError, IndexError, AttributeError, TypeError):
        return Read(error="unreadable")
    events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    if not calendars or len(events) > MOST_EVENTS:
        return Read(error="too-much" if calendars else "unreadable")
    if not all(map(_bounded, events)):
        return Read(error="too-much")
    begin = datetime.fromtimestamp(now, UTC)
    found: list[Found] = []
    left_out = 0
    for calendar in calendars:
        for one in _times(calendar, begin):
            made = _found(one, zone)
            if made is None or len(found) >= MOST_FOUND:
                left_out += 1
            else:
                found.append(made)
    return Read(tuple(sorted(found, key=lambda one: (one.start or _seconds(one.day), one.title))), left_out)


def _bounded(event: Any) -> bool:
    """Whether a rule is by the day at least, and exceptions are so few that they can be gone through."""
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        frequencies = {str(one).upper() for one in rule.get("FREQ", [])}
        if not frequencies or frequencies - FREQUENCIES or any(name in rule for name in TOO_FINE):
            return False
        if any(abs(int(one)) > 1_000 for one in rule.get("INTERVAL", [1])):
            return False
    dates = 0
    for name in ("RDATE", "EXDATE"):
        given = event.get(name, [])
        for one in given if isinstance(given, list) else [given]:
            dates += len(getattr(one, "dts", ()))
    return dates <= MOST_DATES and "EXRULE" not in event


def _times(calendar: Any, begin: datetime) -> Iterator[Any]:
    """Each time that something takes place within a year from then, each event so often at most."""
    import recurring_ical_events

    counts: dict[str, int] = {}
    try:
        for one in recurring_ical_events.of(calendar, skip_bad_series=True).between(begin, begin + AHEAD):
            uid = str(one.get("UID", ""))
            counts[uid] = counts.get(uid, 0) + 1
            if counts[uid] <= MOST_EACH:
                yield one
    except (ValueError, KeyError, IndexError, AttributeError, TypeError, OverflowError):
        return


def _found(event: Any, zone: str) -> Found | None:
    try:
        start = event["DTSTART"].dt
        end = event["DTEND"].dt if "DTEND" in event else None
        texts = {name: str(event.get(key, "")) for name, key in (("title", "SUMMARY"), ("place", "LOCATION"))}
        text = str(event.get("DESCRIPTION", ""))
        uid = str(event.get("UID", ""))[:200]
        if not isinstance(start, datetime):
            last = end.isoformat() if isinstance(end, date) and end > start + timedelta(days=1) else ""
            return Found(**texts, text=text, start=0, end=0, zone="", day=start.isoformat(), day_end=last, uid=uid)
        named = getattr(start.tzinfo, "key", "") or zone
        at = _moment(start, zone)
        until = _moment(end, zone) if isinstance(end, datetime) else 0
        return Found(
            **texts, text=text, start=at, end=until if until > at else 0, zone=named, day="", day_end="", uid=uid
        )
    except (ValueError, KeyError, AttributeError, TypeError, OverflowError):
        return None


def _moment(local: datetime, zone: str) -> int:
    from zoneinfo import ZoneInfo

    return int((local if local.tzinfo is not None else local.replace(tzinfo=ZoneInfo(zone))).timestamp())


def _seconds(day: str) -> int:
    return int(datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC).timestamp())


def main() -> None:
    """The child."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    now, zone = int(sys.argv[1]), sys.argv[2]
    try:
        answer = read(sys.stdin.buffer.read(MOST_BYTES + 1), now, zone)
    except (MemoryError, RecursionError):
        answer = Read(error="too-much")
    sys.stdout.buffer.write(msgspec.json.encode(answer))


if __name__ == "__main__":
    main()
