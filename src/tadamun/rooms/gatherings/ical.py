"""Calendar files: writing gatherings into one, and having one of somebody else's read by a child (ical_worker.py)."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import msgspec

from tadamun.core.errors import UsageError
from tadamun.rooms.gatherings import times
from tadamun.rooms.gatherings.ical_worker import MOST_BYTES, SECONDS, Found, Read
from tadamun.rooms.gatherings.reading import Row

PATIENCE: Final = SECONDS + 6  # seconds until a child that takes longer is killed
MOST_ANSWER: Final = 2 * 1024 * 1024  # bytes

_read: Final = msgspec.json.Decoder(Read)


def written(rows: Sequence[Row], instead: str) -> str:
    """The gatherings as iCalendar (RFC 5545). instead: a title in place of what could betray them; "": as they are.
    A sealed meeting point is never in it."""
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//calendar//EN" if instead else "-//Tadamun//EN")
    calendar.add("version", "2.0")
    for row in rows:
        plan, event = row.plan, Event()
        event.add("uid", row.id[:32])
        event.add("dtstamp", datetime.fromtimestamp(row.created_at, UTC))
        event.add("sequence", min(row.version, 2**31 - 1))
        event.add("summary", instead or plan.title)
        _when(event, row)
        if not instead:
            for name, text in (("location", plan.place), ("description", plan.text)):
                if text:
                    event.add(name, text)
            event.add("status", "CANCELLED" if row.cancelled else "CONFIRMED")
        calendar.add_component(event)
    calendar.add_missing_timezones()
    return str(calendar.to_ical(), "utf-8")


def _when(event: Any, row: Row) -> None:
    plan = row.plan
    if plan.zone:
        zone = times.zone_or_utc(plan.zone)
        event.add("dtstart", datetime.fromtimestamp(plan.start, zone))
        event.add("dtend", datetime.fromtimestamp(row.ends, zone))
        return
    first = date.fromisoformat(plan.day)
    event.add("dtstart", first)
    event.add("dtend", date.fromisoformat(plan.day_end) if plan.day_end else first + timedelta(days=1))


async def read(text: str, now: int, zone: str) -> Read:
    """What a file of somebody else's holds from now on. Raises UsageError if that is nothing, or too much."""
    raw = text.encode(errors="replace")
    if len(raw) > MOST_BYTES:
        raise UsageError("That file has more than {most} bytes. Nothing was read.", most=MOST_BYTES)
    answer = await asyncio.to_thread(_asked, raw, now, zone)
    if answer is None or answer.error == "too-much":
        raise UsageError(
            "That calendar asks for too much: too many events, or rules by the hour, minute or second. Nothing was"
            " read."
        )
    if answer.error or not (answer.found or answer.left_out):
        raise UsageError("No calendar could be read from that, or all in it is over. Choose a file that ends in .ics.")
    return answer


def _asked(raw: bytes, now: int, zone: str) -> Read | None:
    """The child's answer; None if it took too long or too much, or answered nonsense."""
    command = (sys.executable, "-P", "-m", "tadamun.rooms.gatherings.ical_worker", str(now), zone)
    try:
        done = subprocess.run(  # noqa: S603 - nothing of the command comes from outside
            command, input=raw, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=PATIENCE, check=True, env={}
        )
        return _read.decode(done.stdout) if len(done.stdout) <= MOST_ANSWER else None
    except (subprocess.SubprocessError, OSError, ValueError):
        return None


def shortened(found: Found, most_title: int, most_text: int, most_place: int) -> Found:
    """As a gathering can hold it: one line where there is one, cut where it is longer."""
    return msgspec.structs.replace(
        found,
        title=" ".join(found.title.split())[:most_title],
        place=" ".join(found.place.split())[:most_place],
        text=found.text.encode()[:most_text].decode(errors="ignore"),
    )
