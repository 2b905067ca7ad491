"""Gatherings in words, for pages and commands alike: when, where the clock is meant, how many come."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from tadamun.core.words import N_
from tadamun.i18n import formats
from tadamun.i18n.words import _, say, say_count
from tadamun.rooms.gatherings import hijri, times

TOPICS: Final = {
    "meet-up": N_("Meet-up"),
    "protest": N_("Protest"),
    "march": N_("March"),
    "rally": N_("Rally"),
    "vigil": N_("Vigil"),
    "workshop": N_("Workshop"),
    "party": N_("Celebration"),
    "online": N_("Online"),
}
EVERY: Final = {
    "": N_("Once"),
    "day": N_("Every day"),
    "week": N_("Every week"),
    "fortnight": N_("Every two weeks"),
    "month": N_("Every month, on the same day of the month"),
    "year": N_("Every year"),
}
STATUSES: Final = {
    "accepted": N_("I am coming"),
    "tentative": N_("I may come"),
    "declined": N_("I am not coming"),
}


def topic_name(topic: str) -> str:
    """A label as people read it."""
    return _(TOPICS[topic]) if topic in TOPICS else topic


def when(one: Mapping[str, Any], moons: bool = False) -> list[str]:
    """When a gathering is, a line each: the day, the hours with their zone; with `moons` the Hijri day too; and the
    hours on this computer's clock where that shows others. one: as `gathering.show` gives it."""
    first, last = date.fromisoformat(one["first_day"]), date.fromisoformat(one["last_day"])
    days = formats.full_day(first)
    if last != first:
        days = say("From {first} to {last}", first=days, last=formats.full_day(last))
    lines = [days, *_hours(one)]
    if moons and (there := hijri.of(first)):
        beyond = hijri.of(last) if last != first else ""
        lines.append(say("From {first} to {last}", first=there, last=beyond) if beyond else there)
    return lines


def _hours(one: Mapping[str, Any]) -> list[str]:
    if not one["zone"]:
        return []
    zone = times.zone_or_utc(one["zone"])
    lines = [_span(one, zone, say("{zone} time", zone=place_of(one["zone"])))]
    here = datetime.fromtimestamp(one["start"]).astimezone()
    if here.utcoffset() != here.astimezone(zone).utcoffset():
        lines.append(_span(one, here.tzinfo, _("on this computer's clock")))
    return lines


def _span(one: Mapping[str, Any], zone: Any, whose: str) -> str:
    start = formats.clock(one["start"], zone)
    if not one["end"]:
        return say("{time}, {whose}", time=start, whose=whose)
    return say("{start} to {end}, {whose}", start=start, end=formats.clock(one["end"], zone), whose=whose)


def place_of(zone: str) -> str:
    """The place a zone is named after, as the catalogue's language calls it: `Beirut`."""
    from babel.dates import get_timezone_location

    try:
        return get_timezone_location(zone, locale=formats.locale(), return_city=True) or zone
    except LookupError:
        return zone


def numbers(one: Mapping[str, Any]) -> str:
    """How many come: `12 people are coming; 3 may come`."""
    parts = [say_count("{count} person is coming", "{count} people are coming", one["going"] - one["waiting"])]
    if one["maybe"]:
        parts.append(say_count("{count} may come", "{count} may come", one["maybe"]))
    if one["waiting"]:
        parts.append(say_count("{count} waits for a place", "{count} wait for a place", one["waiting"]))
    if one["free"] >= 0:
        parts.append(say_count("{count} place is free", "{count} places are free", one["free"]))
    return formats.listed(parts)


def mine(one: Mapping[str, Any]) -> str:
    """What one answered oneself; "" for nothing."""
    answer = one["answer"]
    if answer is None:
        return ""
    if answer["status"] != "accepted":
        return _(STATUSES[answer["status"]])
    if answer["private"]:
        return _("You are coming. The organisers know it, and count you in.")
    if answer["place"] == "waiting":
        return say("You wait for a place, as number {turn}.", turn=answer["turn"])
    return _("You are coming.")


def state(one: Mapping[str, Any]) -> str:
    """What is to be known first: that it is cancelled, goes on, or is over; "" if it is to come."""
    if one["cancelled"]:
        return _("Cancelled")
    if one["over"]:
        return _("Over")
    return _("Going on now") if one["begun"] else ""
