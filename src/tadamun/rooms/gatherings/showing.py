"""How a gathering is given out: plain JSON values, with members by id and by the name of today."""

from __future__ import annotations

from typing import Any

from tadamun.core.ports import Workbench
from tadamun.rooms.gatherings import times
from tadamun.rooms.gatherings.reading import Reader, Row


def shown(bench: Workbench, space: str, reader: Reader, row: Row) -> dict[str, Any]:
    """{id, title, text, place, topics, start, end, zone, day, day_end, first_day, last_day, begins, ends, until,
    capacity, going, maybe, waiting, free, series, version, cancelled, reason, over, begun, host, host_name, organisers,
    host_me, organise, answer}.

    start, end: Unix seconds, by the clock; day, day_end (the last one): dates, by the day; the others are 0 or "".
    first_day, last_day: dates as they are called there. going: those who come, by name or told to the organisers alone.
    free: places left, -1 without a limit. answer: one's own, {status, private, place, turn, note} or null; its place:
    "yes", "waiting", or "" where there is none to be had or only the organisers know.
    """
    me, now, plan = bench.me(space), bench.clock.now(), row.plan
    count = reader.count(row, row.host == me)
    first, last = times.days_of(plan)
    mine = reader.answer_of(row.id, me)
    answer = None if mine is None else {
        "status": mine.status, "private": mine.private, "note": mine.note,
        "place": "" if not mine.turn else "yes" if count.places < 0 or mine.turn <= count.places else "waiting",
        "turn": mine.turn - max(0, count.places) if 0 <= count.places < mine.turn else mine.turn,
    }  # fmt: skip
    return {
        "id": row.id,
        "title": plan.title,
        "text": plan.text,
        "place": plan.place,
        "topics": list(plan.topics),
        "start": plan.start,
        "end": plan.end,
        "zone": plan.zone,
        "day": plan.day,
        "day_end": last.isoformat() if plan.day_end else "",
        "first_day": first.isoformat(),
        "last_day": last.isoformat(),
        "begins": row.begins,
        "ends": row.ends,
        "until": plan.until,
        "capacity": plan.capacity,
        "going": count.seated + count.waiting + count.hidden,
        "maybe": count.maybe + count.hidden_maybe,
        "waiting": count.waiting,
        "free": count.places - count.seated if count.places >= 0 else -1,
        "series": row.series,
        "version": row.version,
        "cancelled": row.cancelled,
        "reason": row.reason,
        "over": row.ends <= now,
        "begun": row.begins <= now,
        "host": row.host,
        "host_name": bench.facts.names.name(space, row.host),
        "organisers": [{"member": one, "name": bench.facts.names.name(space, one)} for one in row.organisers],
        "host_me": row.host == me,
        "organise": me in row.organisers,
        "answer": answer,
    }
