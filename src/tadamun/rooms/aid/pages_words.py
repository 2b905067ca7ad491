"""What several of aid's pages share: the tabs, choices in words, who will read what is written. This file does not know
which pages there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from tadamun.core.errors import UsageError
from tadamun.i18n import formats
from tadamun.i18n.words import _, say
from tadamun.rooms.aid import words
from tadamun.web.page import Answer, Form, Visit

# Offered as boxes to tick; any other is typed.
LANGUAGES: Final = ("ar", "en", "fr", "ku", "fa", "tr", "hy", "he", "de", "es", "ru")
DAY: Final = 86_400  # seconds


async def frame(visit: Visit, here: str) -> dict[str, Any]:
    """What every page of aid has: its tabs."""
    space = visit.path["space"]
    tabs = (
        ("requests", say("Requests"), visit.url("aid", space=space)),
        ("offers", say("Offers"), visit.url("aid", space=space, direction="offer")),
        ("fits", say("What fits"), visit.url("aid-fits", space=space)),
        ("mentors", say("Mentors"), visit.url("aid-mentors", space=space)),
        ("directory", say("Directory"), visit.url("aid-directory", space=space)),
        ("ledger", say("Ledger"), visit.url("aid-ledger", space=space)),
        ("mine", say("Yours"), visit.url("aid", space=space, view="mine")),
    )
    return {"tabs": [{"label": label, "href": href, "here": name == here} for name, label, href in tabs]}


def choices(named: Mapping[str, str], anything: str = "") -> list[tuple[str, str]]:
    """Options of a list, with one for any of them if it has words."""
    first = [("", anything)] if anything else []
    return [*first, *((value, _(label)) for value, label in named.items())]


def languages(visit: Visit, held: Sequence[str] = (), name: str = "language") -> dict[str, Any]:
    """What a template shows of languages to choose from: {offered: [(tag, name, chosen)], others}."""
    typed = chosen_languages(visit.form, name)
    chosen = typed if visit.request.method == "POST" else list(held)
    return {
        "offered": [(tag, formats.tongue(tag), tag in chosen) for tag in LANGUAGES],
        "others": " ".join(tag for tag in chosen if tag not in LANGUAGES),
    }


def chosen_languages(form: Form, name: str = "language") -> list[str]:
    return [*form.many(name), *split(form.text(f"other_{name}"))]


def split(typed: str) -> list[str]:
    """Words with spaces or commas between."""
    return typed.replace("،", " ").replace(",", " ").split()


def ready(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Items with the words that templates show."""
    for one in items:
        one["kind"] = _(words.CATEGORIES[one["category"]])
        one["state_name"] = _(words.STATES[one["state"]])
        one["soon"] = _(words.URGENCIES[one["urgency"]]) if one["urgency"] != "any" else ""
        one["speaks"] = formats.listed([formats.tongue(tag) for tag in one["languages"]])
        one["demands"] = [_(words.DEMANDS[condition]) for condition in one["conditions"]]
        one["why"] = [
            say(
                reason["message"],
                which=formats.tongue(reason["which"]) if reason["id"] == "language" else reason["which"],
            )
            for reason in one.get("reasons", ())
        ]
    return items


def end_of(typed: str) -> int:
    """The end of that day on this computer, in Unix seconds; 0 for none. Raises UsageError."""
    if not typed:
        return 0
    try:
        day = datetime.combine(date.fromisoformat(typed) + timedelta(days=1), time())
        return int(day.astimezone().timestamp())
    except (ValueError, OverflowError) as error:
        raise UsageError("This is no date. Write it as year-month-day, for example 2025-11-21.") from error


def day_of(moment: int) -> str:
    """The last day before that moment, as a field of a form holds it."""
    return datetime.fromtimestamp(formats.on_calendar(moment) - 1).astimezone().date().isoformat() if moment else ""


def number(typed: str) -> int:
    """What an address holds where a number belongs; 0 if it is none."""
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= 5 else 0


async def outside(visit: Visit) -> Answer | None:
    """The page that says that one cannot be here (yet), or None for a member. Raises UsageError."""
    spaces = await visit.call("space.list")
    one = next((one for one in spaces if one["space"] == visit.path["space"]), None)
    if one is None:
        raise UsageError("There is no such space on this node. Choose one from the list of your spaces.")
    if one["status"] == "member":
        return None
    return await visit.render("aid/outside.html", joining=one["status"] == "joining")
