"""A gathering and the answers to it in the kinds of NIP-52, and their one spelling (docs/protocol/kinds.md).

Deviations: inside a space a gathering is named by the id of the event that opens it, and changed by events of kind 3760
(NIP-52 replaces the event itself by `created_at`, which decides nothing here); members are named by member id in `p`
and `a`; `capacity`, `series`, `until` and `version` are our own tags; a recurring gathering is several events (NIP-52
leaves recurrence out on purpose), which `series` joins. This file knows no time zones but their names: two nodes with
different tables of them must not disagree on which events count.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final, Literal, get_args

import msgspec

from tadamun.core.errors import Reason, RemoteError
from tadamun.core.event import Event, Tags, is_hex32
from tadamun.core.limits import MAX_INTEGER
from tadamun.core.text import allowed_line, allowed_text

DAYS: Final = 31922
TIMES: Final = 31923
ANSWER: Final = 31925

MAX_TITLE = 200  # characters
MAX_TEXT = 16 * 1024  # bytes
MAX_PLACE = 300  # characters
MAX_NOTE = 280  # characters
MAX_TOPICS = 8
MAX_TOPIC = 40  # characters
MAX_CAPACITY = 1_000_000
DAY: Final = 86_400  # seconds
HOUR: Final = 3_600
LONGEST_TIMES: Final = 31 * DAY
LONGEST_DAYS: Final = 366  # days
FIRST: Final = "1970-01-02"
LAST: Final = "2999"  # years from this one on are refused: calendars end somewhere
LAST_MOMENT: Final = 32_500_000_000  # Unix seconds, in 2999

Status = Literal["accepted", "declined", "tentative"]
STATUSES: Final[tuple[str, ...]] = get_args(Status)

_NUMBER: Final = re.compile("0|[1-9][0-9]{0,18}")
_DATE: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ZONE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}")
_KEY: Final = re.compile("[0-9a-f]{32}")
_CAPITAL_OR_SPACE: Final = re.compile(r"[A-Z#,\x20\xa0\u3000]")


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is to happen. Either by the clock: start, end (Unix seconds; end 0: open) and zone (IANA); or by the day:
    day, day_end ("2026-12-05", the end not included; "": that day alone), and zone "".

    place: in rough words, for the whole space. capacity: 0 for no limit. until: Unix seconds, a full hour, at which
    who comes, and a sealed place, are destroyed.
    """

    title: str
    text: str
    start: int
    end: int
    zone: str
    day: str
    day_end: str
    place: str
    topics: tuple[str, ...]
    capacity: int
    until: int


class Opening(msgspec.Struct, frozen=True):
    """Kinds 31922 and 31923. key: 32 hexadecimal signs, `d`. series: the same for those made together, or ""."""

    key: str
    plan: Plan
    series: str = ""


class Answer(msgspec.Struct, frozen=True):
    """Kind 31925: whether the author comes. of: the gathering; kind, host, key: of its opening. version counts up."""

    of: str
    of_kind: int
    host: str
    key: str
    status: Status
    version: int
    note: str = ""


def tags_of(body: Opening | Answer) -> Tags:
    """The body tags, in the one order."""
    match body:
        case Answer():
            where = f"{body.of_kind}:{body.host}:{body.key}"
            return (
                ("a", where), ("e", body.of), ("d", body.of), ("status", body.status), ("p", body.host),
                ("version", str(body.version)),
            )  # fmt: skip
        case Opening():
            plan = body.plan
            return (
                ("d", body.key),
                ("title", plan.title),
                *_when(plan),
                *((("location", plan.place),) if plan.place else ()),
                *(("t", topic) for topic in plan.topics),
                *((("capacity", str(plan.capacity)),) if plan.capacity else ()),
                *((("series", body.series),) if body.series else ()),
                ("until", str(plan.until)),
            )


def _when(plan: Plan) -> Tags:
    if not plan.zone:
        return (("start", plan.day), *((("end", plan.day_end),) if plan.day_end else ()))
    # `D`: the days by which relays find it (NIP-52), in UTC.
    days = range(plan.start // DAY, max(plan.start, plan.end - 1) // DAY + 1)
    end = (("end", str(plan.end)),) if plan.end else ()
    return (("start", str(plan.start)), *end, *(("D", str(one)) for one in days), ("start_tzid", plan.zone))


def decode(event: Event, rest: Tags) -> Opening | Answer:
    """The body of an event of these kinds. Raises RemoteError (MALFORMED, NOT_CANONICAL)."""
    values: dict[str, str] = {}
    for tag in rest:
        if len(tag) != 2:
            raise RemoteError(Reason.NOT_CANONICAL)
        values.setdefault(tag[0], tag[1])
    body = _answer(event, values) if event.kind == ANSWER else _opening(event, values, rest)
    if tags_of(body) != rest:
        raise RemoteError(Reason.NOT_CANONICAL)
    return body


def _opening(event: Event, values: dict[str, str], rest: Tags) -> Opening:
    by_clock = event.kind == TIMES
    plan = Plan(
        title=values.get("title", ""),
        text=event.content,
        start=_number(values, "start") if by_clock else 0,
        end=_number(values, "end", 0) if by_clock else 0,
        zone=values.get("start_tzid", "") if by_clock else "",
        day="" if by_clock else values.get("start", ""),
        day_end="" if by_clock else values.get("end", ""),
        place=values.get("location", ""),
        topics=tuple(tag[1] for tag in rest if tag[0] == "t"),
        capacity=_number(values, "capacity", 0),
        until=_number(values, "until"),
    )
    key, series = values.get("d", ""), values.get("series", "")
    if not plan_allowed(plan) or by_clock is not bool(plan.zone) or not _KEY.fullmatch(key):
        raise RemoteError(Reason.MALFORMED)
    if series and not _KEY.fullmatch(series):
        raise RemoteError(Reason.MALFORMED)
    return Opening(key, plan, series)


def _answer(event: Event, values: dict[str, str]) -> Answer:
    kind, _, where = values.get("a", "").partition(":")
    host, _, key = where.partition(":")
    status = values.get("status", "")
    version = _number(values, "version")
    well = kind in (str(DAYS), str(TIMES)) and is_hex32(host) and _KEY.fullmatch(key) and version >= 1
    if not (well and is_hex32(values.get("e", "")) and status in STATUSES and allowed_line(event.content, MAX_NOTE)):
        raise RemoteError(Reason.MALFORMED)
    # The status is one of the literals by the line above.
    return Answer(values["e"], int(kind), host, key, status, version, event.content)  # type: ignore[arg-type]  # ditto


def plan_allowed(plan: Plan) -> bool:
    """True if a gathering may be planned so; rests on fixed code points and arithmetic alone."""
    return (
        allowed_line(plan.title, MAX_TITLE, least=1)
        and allowed_text(plan.text, MAX_TEXT, least=0)
        and allowed_line(plan.place, MAX_PLACE)
        and len(plan.topics) <= MAX_TOPICS
        and list(plan.topics) == sorted(set(plan.topics))
        and all(map(topic_allowed, plan.topics))
        and 0 <= plan.capacity <= MAX_CAPACITY
        and (_by_clock(plan) if plan.zone else _by_day(plan))
        and plan.until % HOUR == 0
        and over(plan) <= plan.until <= over(plan) + 400 * DAY
    )


def topic_allowed(topic: str) -> bool:
    """True if a gathering may carry that label: one word without ASCII capitals, spaces, commas and `#`."""
    return allowed_line(topic, MAX_TOPIC, least=1) and _CAPITAL_OR_SPACE.search(topic) is None


def zone_allowed(zone: str) -> bool:
    """True for what is shaped as the name of an IANA time zone."""
    return len(zone) <= 64 and _ZONE.fullmatch(zone) is not None


def begins(plan: Plan) -> int:
    """Unix seconds at which it begins; of a day: at which that day begins in UTC."""
    return plan.start if plan.zone else _midnight(plan.day)


def over(plan: Plan) -> int:
    """Unix seconds at which it is over for everybody: a day is over 12 hours later in the last zone than in UTC, and
    what has no end is taken for three hours long."""
    if plan.zone:
        return plan.end or plan.start + 3 * HOUR
    return (_midnight(plan.day_end) if plan.day_end else _midnight(plan.day) + DAY) + 12 * HOUR


def _by_clock(plan: Plan) -> bool:
    return (
        zone_allowed(plan.zone)
        and not (plan.day or plan.day_end)
        and 0 < plan.start < LAST_MOMENT
        and (plan.end == 0 or plan.start < plan.end <= plan.start + LONGEST_TIMES)
    )


def _by_day(plan: Plan) -> bool:
    if plan.start or plan.end or not _date_allowed(plan.day):
        return False
    if not plan.day_end:
        return True
    return _date_allowed(plan.day_end) and 0 < _midnight(plan.day_end) - _midnight(plan.day) <= LONGEST_DAYS * DAY


_EPOCH: Final = date(1970, 1, 1).toordinal()


def _date_allowed(text: str) -> bool:
    if _DATE.fullmatch(text) is None or not FIRST <= text < LAST:
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _midnight(day: str) -> int:
    return (date.fromisoformat(day).toordinal() - _EPOCH) * DAY


def _number(values: dict[str, str], name: str, default: int | None = None) -> int:
    text = values.get(name)
    if text is None and default is not None:
        return default
    if text is None or _NUMBER.fullmatch(text) is None or (number := int(text)) > MAX_INTEGER:
        raise RemoteError(Reason.MALFORMED)
    return number
