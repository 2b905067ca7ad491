"""What several of gatherings' pages share: the tabs, gatherings in words, whoever is no member (yet)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tadamun.core.errors import UsageError
from tadamun.i18n.words import say
from tadamun.rooms.gatherings import words
from tadamun.web.page import Answer, Handler, Visit
from tadamun.web.words import plain_person

MOST_CHOICES: Final = 60  # members in a list to choose from


def within(page: Handler) -> Handler:
    """The page, for members of the space it is in; a humane one for whoever is one no more, or not yet."""

    async def shown(visit: Visit) -> Answer:
        spaces = await visit.call("space.list")
        here = next((one for one in spaces if one["space"] == visit.path["space"]), None)
        if here is None:
            raise UsageError("There is no such space on this node. Choose one from the list of your spaces.")
        if here["status"] == "member":
            return await page(visit)
        answer = await visit.render("gatherings/outside.html", joining=here["status"] == "joining")
        # A part of a page that was open until now asks: the whole page is to go.
        answer.headers["HX-Redirect"] = visit.here
        return answer

    return shown


def tabs(visit: Visit, here: str) -> list[dict[str, Any]]:
    """The views of gatherings."""
    space = visit.path["space"]
    views = (
        ("upcoming", say("Coming up"), visit.url("gatherings", space=space)),
        ("past", say("Past"), visit.url("gatherings", space=space, when="past")),
        ("month", say("By month"), visit.url("gatherings-month", space=space)),
        ("care", say("Coming back"), visit.url("gatherings-care", space=space)),
    )
    return [{"label": label, "href": href, "here": name == here} for name, label, href in views]


async def ready(visit: Visit, found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Gatherings with the words that templates show."""
    moons = (await visit.call("gathering.prefer"))["hijri"]
    for one in found:
        one["when"] = words.when(one, moons)
        one["numbers"] = words.numbers(one)
        one["mine"] = words.mine(one)
        one["state"] = words.state(one)
        one["labels"] = [words.topic_name(topic) for topic in one["topics"]]
    return list(found)


async def one(visit: Visit) -> dict[str, Any]:
    """The gathering that the page is about."""
    found = await visit.call("gathering.show", space=visit.path["space"], gathering=visit.path["gathering"])
    [shown] = await ready(visit, [found])
    return shown


async def others(visit: Visit) -> list[dict[str, Any]]:
    """Members of this space, by name, without oneself."""
    found: list[dict[str, Any]] = await visit.call("people.list", space=visit.path["space"])
    return [person for person in found if not person["me"]]


def ticks(people: Sequence[Mapping[str, Any]], chosen: Sequence[str]) -> list[tuple[str, str, bool]]:
    """Boxes to tick, of members: (id, name, whether it is ticked). None where there are so many that the list would
    weigh more than the page: names are typed then."""
    if len(people) > MOST_CHOICES:
        return []
    return [(person["member"], plain_person(person["name"]), person["member"] in chosen) for person in people]


def named(visit: Visit, field: str) -> list[str]:
    """Members that a form names: ticked, or typed with commas between."""
    typed = visit.form.text(f"{field}_typed").replace("،", ",").split(",")
    return [*visit.form.many(field), *(one.strip() for one in typed if one.strip())]
