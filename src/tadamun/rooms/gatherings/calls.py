"""What a person can do and ask about gatherings: behind the page, the command line and Python alike."""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

from tadamun.core.errors import NotAllowed, UsageError
from tadamun.core.ports import Among, Audience, Workbench
from tadamun.core.room import Call
from tadamun.rooms.gatherings import (
    actions,
    calls_ical,
    calls_point,
    calls_roles,
    calls_watch,
    planning,
    reaching,
    times,
)
from tadamun.rooms.gatherings.given import InSpace, Limit, OneGathering, host_only, organised, reader_of, some, standing
from tadamun.rooms.gatherings.nip52 import Answer, Status
from tadamun.rooms.gatherings.planning import Change, Make
from tadamun.rooms.gatherings.reading import Coming, Row, Wanted, keep_wish, wish
from tadamun.rooms.gatherings.showing import shown

MODERATOR: Final = 20  # the level from which one may moderate (docs/protocol/1-events.md, 1.7)
YEAR: Final = 366 * 86_400  # seconds: nothing expires later (docs/protocol/3-seal.md, 3.7)
HIJRI: Final = "hijri"


class Cancel(OneGathering, frozen=True, forbid_unknown_fields=True):
    """series: this one and all that follow it in its series."""

    reason: str = ""
    series: bool = False


class Listed(InSpace, frozen=True, forbid_unknown_fields=True):
    """month: "2026-12", all that touches it. search: words to be found; the answer is limited, not paged. past: `next`
    of the page before. series: what `show` calls so."""

    when: Literal["upcoming", "past", "all"] = "upcoming"
    month: str = ""
    topic: str = ""
    series: str = ""
    search: str = ""
    limit: Limit = 50
    past: str = ""


class People(OneGathering, frozen=True, forbid_unknown_fields=True):
    """limit: of each group."""

    limit: Limit = 500


class Come(OneGathering, frozen=True, forbid_unknown_fields=True):
    """status: whether one comes. seen_by: who reads that, with the name. also: beside the organiser, members who are to
    read it too."""

    status: Status = "accepted"
    seen_by: Literal["everyone", "organisers"] = "everyone"
    also: tuple[str, ...] = ()
    note: str = ""


class Door(OneGathering, frozen=True, forbid_unknown_fields=True):
    """What is left out stays as it was. organisers: besides who called it. sure: members whose place is certain."""

    organisers: tuple[str, ...] | None = None
    sure: tuple[str, ...] | None = None


class Prefer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """hijri: show days of the Hijri calendar beside the others."""

    hijri: bool | None = None


async def make(bench: Workbench, asked: Make) -> dict[str, Any]:
    """Call a gathering, or several of a series. Gives {id, ids, series}."""
    space = bench.space(asked.space)
    plan = actions.tidy(planning.plan_of(bench, asked))
    if plan.zone and plan.start <= bench.clock.now():
        raise UsageError("That time has passed already. Nothing was made. Choose one that is still to come.")
    plans = times.recurring(plan, asked.every, asked.times)
    series = bench.random.bytes(16).hex() if len(plans) > 1 else ""
    sayings = [actions.opening(one, bench.random.bytes(16).hex(), series) for one in plans]
    ids = [await bench.say(space, saying) for saying in sayings]
    return {"id": ids[0], "ids": ids, "series": series}


async def change(bench: Workbench, asked: Change) -> dict[str, Any]:
    """Plan it otherwise. Gives {gathering, version}."""
    space, reader = reader_of(bench, asked)
    row = organised(reader, asked.gathering, bench.me(space))
    standing(reader, row.id, bench.clock.now())
    plan = actions.tidy(planning.changed(bench, row.plan, asked))
    await bench.say(space, actions.change(row.id, row.version + 1, plan))
    return {"gathering": row.id, "version": row.version + 1}


async def cancel(bench: Workbench, asked: Cancel) -> dict[str, Any]:
    """It does not take place, for good: by who organises it, or by a moderator. Gives {cancelled: ids}."""
    space, reader = reader_of(bench, asked)
    me, now = bench.me(space), bench.clock.now()
    row = standing(reader, asked.gathering, now)
    rows = [row]
    if asked.series and row.series:
        later = reader.listed(Wanted(series=row.series, ends_after=now), times.MOST_TIMES)
        rows += [one for one in later if one.begins > row.begins and not one.cancelled]
    moderates = bench.members(space).get(me, 0) >= MODERATOR
    if not moderates and any(me not in one.organisers for one in rows):
        raise NotAllowed("Only those who organise a gathering, and moderators, can cancel it.")
    for one in rows:
        await bench.say(space, actions.cancel(one.id, asked.reason, me not in one.organisers))
    return {"cancelled": [one.id for one in rows]}


async def listed(bench: Workbench, asked: Listed) -> dict[str, Any]:
    """{gatherings, next}: as `shown`, upcoming the next first, past the last first. next: "" at the end."""
    space, reader = reader_of(bench, asked)
    now = bench.clock.now()
    topic = actions.topics_of((asked.topic,))[0] if asked.topic else ""
    if asked.search:
        found = reader.by_ids(bench.matches(space, asked.search, asked.limit, Among(topic=topic)))
        return {"gatherings": [shown(bench, space, reader, row) for row in found], "next": ""}
    past = asked.when == "past"
    rows = reader.listed(
        Wanted(
            ends_after=now if asked.when == "upcoming" else 0,
            ends_by=now if past else 0,
            begins=times.month_around(asked.month) if asked.month else (0, 0),
            topic=topic,
            series=asked.series,
            backwards=past,
            past=asked.past,
        ),
        asked.limit,
    )
    further = rows[-1].cursor if len(rows) == asked.limit else ""
    if asked.month:
        rows = [row for row in rows if _touches(row, asked.month)]
    return {"gatherings": [shown(bench, space, reader, row) for row in rows], "next": further}


async def show(bench: Workbench, asked: OneGathering) -> dict[str, Any]:
    """One gathering, as `shown`, with {may_cancel, others: of its series that are still to come}."""
    space, reader = reader_of(bench, asked)
    row = reader.one(asked.gathering)
    others = 0
    if row.series:
        wanted = Wanted(series=row.series, ends_after=bench.clock.now())
        others = sum(one.id != row.id and not one.cancelled for one in reader.listed(wanted, times.MOST_TIMES))
    me = bench.me(space)
    may_cancel = me in row.organisers or bench.members(space).get(me, 0) >= MODERATOR
    return shown(bench, space, reader, row) | {"may_cancel": may_cancel, "others": others}


async def people(bench: Workbench, asked: People) -> dict[str, Any]:
    """{going, waiting, maybe, cannot: [{member, name, private, turn, sure, note}], more, hidden}: whom this person may
    know of. more: {group: how many are left out}. hidden: how many others told the host that they come."""
    space, reader = reader_of(bench, asked)
    row = reader.one(asked.gathering)
    groups: dict[str, list[Coming]] = {"going": [], "waiting": [], "maybe": [], "cannot": []}
    count = reader.count(row, row.host == bench.me(space))
    known = in_line = 0
    for one in reader.answers(row.id):
        in_line += bool(one.turn)
        waits = bool(one.turn) and 0 <= count.places < in_line
        group = {"tentative": "maybe", "declined": "cannot"}.get(one.status, "waiting" if waits else "going")
        known += one.private and one.status == "accepted"
        groups[group].append(one)
    found: dict[str, Any] = {
        group: [
            {
                "member": one.member, "name": bench.facts.names.name(space, one.member), "private": one.private,
                "turn": turn if one.turn else 0, "sure": one.sure, "note": one.note,
            }
            for turn, one in enumerate(answers[: asked.limit], 1)
        ]
        for group, answers in groups.items()
    }  # fmt: skip
    more = {group: max(0, len(answers) - asked.limit) for group, answers in groups.items()}
    hidden = 0 if row.host == bench.me(space) else max(0, row.going - known)
    return found | {"more": more, "hidden": hidden}


async def come(bench: Workbench, asked: Come) -> dict[str, Any]:
    """Say whether one comes: to everyone, or to the organisers alone, who give out the number. Gives {id, answer}."""
    space, reader = reader_of(bench, asked)
    me, now = bench.me(space), bench.clock.now()
    row = standing(reader, asked.gathering, now)
    if row.plan.until > now + YEAR:
        raise UsageError("It is too early: people can answer from about a year before. Nothing was sent.")
    held = reader.answer_of(row.id, me)
    version = held.version if held is not None else 0
    body = Answer(row.id, row.kind, row.host, row.key, asked.status, version + 1, asked.note)
    if asked.seen_by == "everyone":
        event = await bench.say(space, actions.answer(body, Audience(expires_at=row.plan.until)))
        return {"id": event, "answer": (await show(bench, _at(space, row)))["answer"]}
    if row.host == me:
        raise UsageError(
            "You called this gathering, so everyone knows that you have to do with it. Answer in the open."
        )
    also = {bench.facts.names.who(space, one) for one in asked.also}
    audience = some({row.host, *also}, me, row.plan.until)
    if held is not None and not held.private and held.status != "declined":
        # What stands in the open is taken back there first.
        away = msgspec.structs.replace(body, status="declined", note="")
        await bench.say(space, actions.answer(away, Audience(expires_at=row.plan.until)))
        body = msgspec.structs.replace(body, version=version + 2)
    event = await bench.say(space, actions.answer(body, audience))
    return {"id": event, "answer": (await show(bench, _at(space, row)))["answer"]}


async def door(bench: Workbench, asked: Door) -> dict[str, Any]:
    """Name who else organises it, and whose place is certain: by who called it. Gives {gathering, version}."""
    space, reader = reader_of(bench, asked)
    me = bench.me(space)
    row = reader.one(asked.gathering)
    host_only(row, me)
    sure = [one.member for one in reader.answers(row.id) if one.sure]
    organisers = [one for one in row.organisers if one != me]
    if asked.organisers is not None:
        organisers = [bench.facts.names.who(space, one) for one in asked.organisers]
    if asked.sure is not None:
        sure = [bench.facts.names.who(space, one) for one in asked.sure]
    saying = actions.door(row.id, row.door + 1, [one for one in organisers if one != me], sure, row.going, row.maybe)
    await bench.say(space, saying)
    return {"gathering": row.id, "version": row.door + 1}


async def prefer(bench: Workbench, asked: Prefer) -> dict[str, Any]:
    """{hijri, zone}: what this person wants to see, on this node alone; with something given, it is kept first."""
    if asked.hijri is not None:
        keep_wish(bench.tables, HIJRI, "1" if asked.hijri else "")
    return {"hijri": bool(wish(bench.tables, HIJRI)), "zone": planning.zone_for(bench, "")}


CALLS: Final = {
    **reaching.CALLS,
    **calls_roles.CALLS,
    **calls_point.CALLS,
    **calls_watch.CALLS,
    **calls_ical.CALLS,
    "gathering.make": Call(Make, make),
    "gathering.change": Call(Change, change),
    "gathering.cancel": Call(Cancel, cancel),
    "gathering.list": Call(Listed, listed),
    "gathering.show": Call(OneGathering, show),
    "gathering.people": Call(People, people),
    "gathering.come": Call(Come, come),
    "gathering.door": Call(Door, door),
    "gathering.prefer": Call(Prefer, prefer),
}


def _at(space: str, row: Row) -> OneGathering:
    return OneGathering(space=space, gathering=row.id)


def _touches(row: Row, month: str) -> bool:
    """Whether a day of it lies in the month, where it takes place."""
    first, last = times.days_of(row.plan)
    return first.isoformat()[:7] <= month <= last.isoformat()[:7]
