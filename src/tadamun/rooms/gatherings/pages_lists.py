"""Gatherings to come and past, and a month as a plain list of its days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from tadamun.core.errors import UsageError
from tadamun.i18n import formats
from tadamun.i18n.words import say
from tadamun.rooms.gatherings import hijri, times, words
from tadamun.rooms.gatherings import pages_words as shared
from tadamun.web.page import Answer, Visit

LIMIT: Final = 30  # of one page: it is to be light


async def show(visit: Visit) -> Answer:
    """The next first; of those that are over the last first. By kind, and by words."""
    space, query = visit.path["space"], visit.query
    view = "past" if query.get("when") == "past" else "upcoming"
    topic, search = query.get("topic", ""), query.get("search", "").strip()
    found = await visit.call(
        "gathering.list", space=space, when=view, topic=topic, search=search, limit=LIMIT, past=query.get("past", "")
    )
    reach = await visit.call("gathering.audience", space=space)
    return await visit.render(
        "gatherings/list.html",
        tabs=shared.tabs(visit, view),
        view=view,
        gatherings=await shared.ready(visit, found["gatherings"]),
        next=found["next"],
        topic=topic,
        topics=[(one, say(name)) for one, name in words.TOPICS.items()],
        topic_name=words.topic_name(topic),
        wanted=search,
        may_write=reach["may_write"],
    )


async def month(visit: Visit) -> Answer:
    """A month: its days that hold something, as headings with a list under each, so that it reads well aloud."""
    space = visit.path["space"]
    wishes = await visit.call("gathering.prefer")
    wanted = visit.query.get("month", "")
    shown = wanted or times.month_of(visit.site.clock.now(), wishes["zone"])
    try:
        found = await visit.call("gathering.list", space=space, when="all", month=shown, limit=500)
    except UsageError:
        return visit.see("gatherings-month", space=space)
    gatherings = await shared.ready(visit, found["gatherings"])
    first = date.fromisoformat(f"{shown}-01")
    return await visit.render(
        "gatherings/month.html",
        tabs=shared.tabs(visit, "month"),
        month=shown,
        title=formats.month(first),
        days=_days(first, gatherings, wishes["hijri"]),
        before=times.later_month(shown, -1),
        after=times.later_month(shown, 1),
        moons=wishes["hijri"],
    )


async def prefer(visit: Visit) -> Answer:
    """Hijri days beside the others, or not."""
    await visit.call("gathering.prefer", hijri=visit.form.flag("hijri"))
    return visit.see("gatherings-month", space=visit.path["space"], month=visit.form.line("month"))


def _days(first: date, gatherings: list[dict[str, Any]], moons: bool) -> list[dict[str, Any]]:
    """Each day of the month on which something takes place: {title, hijri, gatherings}."""
    days = []
    day = first
    while day.month == first.month:
        iso = day.isoformat()
        here = [one for one in gatherings if one["first_day"] <= iso <= one["last_day"]]
        if here:
            days.append({"title": formats.full_day(day), "hijri": hijri.of(day) if moons else "", "gatherings": here})
        day += timedelta(days=1)
    return days
