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
ROLES: Final = {
    "organiser": N_("Organising"),
    "marshal": N_("Marshals"),
    "medic": N_("First aid"),
    "legal": N_("Legal help"),
    "media": N_("Press and media"),
}
LEVELS: Final = {
    "waiting": N_("{name} means to be back by {when}."),
    "late": N_("{name} is not back. They meant to be back by {when}. Try to reach them now."),
    "legal": N_("{name} is not back. They meant to be back by {when}. Their legal contact is told."),
    "open": N_("{name} is not back. They meant to be back by {when}. Their card is open to those who wait."),
    "forced": N_("{name} said that they are back, but by the code that means: I am forced to say so."),
    "back": N_("{name} is back."),
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
    lines = [_span(one, zone, say("{zone} time", zone=place_of(zone.key)))]
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


def role_name(role: str) -> str:
    return _(ROLES[role])


def moment(at: int, zone: str) -> str:
    """A day and time, on the clocks of that zone, and whose they are."""
    there = times.zone_or_utc(zone)
    return say("{time}, {whose}", time=formats.date(at, there), whose=say("{zone} time", zone=place_of(there.key)))


def point(told: Mapping[str, Any]) -> list[str]:
    """How a meeting point stands, in sentences. told: as `gathering.point` gives it."""
    if not told["sealed"]:
        return [_("There is no sealed meeting point.")]
    if told["cancelled"]:
        return [_("It is cancelled, so the meeting point stays sealed.")]
    lines = []
    if told["opened"]:
        lines.append(_("The meeting point is open: enough marshals gave their shares out."))
    else:
        lines.append(
            say(
                "It is sealed. From {when} on the marshals' devices give their shares out; it opens when {need} of"
                " {count} are there.",
                when=moment(told["opens"], told["zone"]),
                need=told["need"],
                count=told["count"],
            )
        )
        lines.append(say_count("So far {count} is there.", "So far {count} are there.", len(told["given_out"])))
        if told["sealed_by_me"]:
            lines.append(_("You sealed it. Until it opens only this device of yours holds the place."))
    if told["mine"]:
        lines.append(
            _("You keep a share, and hold it back.")
            if told["holding"]
            else _("You keep a share. Your device gives it out by itself, if it is on, unlocked and connected.")
        )
    if told["keepers"]:
        names = formats.listed([one["name"] for one in told["keepers"]])
        lines.append(say("Shares are kept by {names}. Only you see who they are.", names=names))
    return lines


def watch(one: Mapping[str, Any], mine: bool) -> list[str]:
    """How it stands with somebody who is waited for. one: as `gathering.watches` gives it."""
    when = formats.date(one["back_by"])
    waiting = formats.listed([person["name"] for person in (*one["buddies"], one["legal"])])
    if mine:
        if one["ended"]:
            return [_("You said that you are back.")]
        return [say("{names} wait for you. Be back by {when}, and type your code.", names=waiting, when=when)]
    lines = [say(LEVELS[one["level"]], name=one["name"], when=when)]
    if one["alarm"]:
        lines.append(say("Those who wait: {names}.", names=waiting))
        if one["level"] == "forced":
            lines.append(_("Do not write to them that you know: whoever forces them may read it."))
    return lines
