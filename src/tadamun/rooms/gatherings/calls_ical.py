"""Gatherings to and from other people's calendars."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from tadamun.core.errors import UsageError
from tadamun.core.ports import Workbench
from tadamun.core.room import Call
from tadamun.core.text import shown_line
from tadamun.rooms.gatherings import actions, ical, planning, times
from tadamun.rooms.gatherings.given import InSpace, reader_of
from tadamun.rooms.gatherings.ical_worker import Found
from tadamun.rooms.gatherings.nip52 import MAX_PLACE, MAX_TEXT, MAX_TITLE, Plan
from tadamun.rooms.gatherings.reading import Wanted

MOST: Final = 500


class Export(InSpace, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """gatherings: these; none: all that are still to come. instead: a title in place of what could betray them."""

    gatherings: tuple[str, ...] = ()
    instead: str = ""


class Import(InSpace, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """calendar: the file's text. chosen: which of those that `gathering.read_calendar` gave; null: all."""

    calendar: str
    chosen: tuple[int, ...] | None = None
    keep_days: int = planning.KEPT


class ReadCalendar(InSpace, frozen=True, forbid_unknown_fields=True, kw_only=True):
    calendar: str


async def export(bench: Workbench, asked: Export) -> dict[str, Any]:
    """{calendar: iCalendar, count}. What is written there leaves the vault: who reads the file reads it."""
    _, reader = reader_of(bench, asked)
    if asked.gatherings:
        rows = [reader.one(one) for one in asked.gatherings]
    else:
        rows = [row for row in reader.listed(Wanted(ends_after=bench.clock.now()), MOST) if not row.cancelled]
    if not rows:
        raise UsageError("There is nothing to write into a calendar.")
    return {"calendar": ical.written(rows, shown_line(asked.instead)[:MAX_TITLE]), "count": len(rows)}


async def read_calendar(bench: Workbench, asked: ReadCalendar) -> dict[str, Any]:
    """{found: [{number, title, place, start, end, zone, day, first_day, last_day}], left_out}: what a file holds of the
    next year, before anything is made of it."""
    read = await ical.read(asked.calendar, bench.clock.now(), planning.zone_for(bench, ""))
    found = []
    for number, one in enumerate(read.found):
        plan = _plan(one)
        if plan is not None:
            first, last = times.days_of(plan)
            found.append({
                "number": number, "title": plan.title, "place": plan.place, "start": plan.start, "end": plan.end,
                "zone": plan.zone, "day": plan.day, "first_day": first.isoformat(), "last_day": last.isoformat(),
            })  # fmt: skip
    return {"found": found, "left_out": read.left_out + len(read.found) - len(found)}


async def import_(bench: Workbench, asked: Import) -> dict[str, Any]:
    """Call what a file holds, each time as a gathering of its own. Gives {ids}."""
    space = bench.space(asked.space)
    now = bench.clock.now()
    read = await ical.read(asked.calendar, now, planning.zone_for(bench, ""))
    chosen = range(len(read.found)) if asked.chosen is None else asked.chosen
    some = [(one, plan) for number, one in enumerate(read.found) if number in chosen and (plan := _plan(one))]
    if not some:
        raise UsageError("Nothing was chosen, or nothing of it can be made a gathering. Nothing was made.")
    uids = [one.uid for one, _ in some if one.uid]
    series = {uid: bench.random.bytes(16).hex() for uid in sorted(set(uids)) if uids.count(uid) > 1}
    ids = []
    for one, plan in some:
        whole = msgspec.structs.replace(plan, until=actions.kept_until(plan, asked.keep_days))
        saying = actions.opening(whole, bench.random.bytes(16).hex(), series.get(one.uid, ""))
        ids.append(await bench.say(space, saying))
    return {"ids": ids}


CALLS: Final = {
    "gathering.export": Call(Export, export),
    "gathering.read_calendar": Call(ReadCalendar, read_calendar),
    "gathering.import": Call(Import, import_),
}


def _plan(found: Found) -> Plan | None:
    """A gathering like that; None if there can be none."""
    one = ical.shortened(found, MAX_TITLE, MAX_TEXT, MAX_PLACE)
    # A zone of somebody's own making is shown by UTC: the moment is right.
    zone = one.zone if one.zone in times.zones() else "UTC" if one.start else ""
    plan = Plan(
        title=shown_line(one.title) or "?", text=one.text, start=one.start, end=one.end, zone=zone, day=one.day,
        day_end=one.day_end, place=shown_line(one.place), topics=(), capacity=0, until=0,
    )  # fmt: skip
    try:
        return actions.tidy(msgspec.structs.replace(plan, until=actions.kept_until(plan, planning.KEPT)))
    except (UsageError, ValueError):
        return None
