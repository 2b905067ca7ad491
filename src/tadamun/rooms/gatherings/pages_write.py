"""Calling a gathering, and planning it otherwise."""

from __future__ import annotations

from typing import Any, Final

from tadamun.core.words import N_
from tadamun.i18n.words import _, say_count
from tadamun.rooms.gatherings import pages_words as shared
from tadamun.rooms.gatherings import times, words
from tadamun.rooms.gatherings.actions import KEPT
from tadamun.web.page import Answer, Visit

FIELDS: Final = ("title", "text", "start", "end", "zone", "day", "last_day", "place")


async def new(visit: Visit) -> Answer:
    """The form to call one."""
    wishes = await visit.call("gathering.prefer")
    start = dict.fromkeys(FIELDS, "") | {
        "zone": wishes["zone"], "capacity": "", "keep_days": "7", "every": "", "times": "", "topics": [],
        "whole": visit.query.get("whole") == "1",
    }  # fmt: skip
    return await _form(visit, start, "")


async def make(visit: Visit) -> Answer:
    asked = _typed(visit)
    form = visit.form
    if form.line("every"):
        asked |= {"every": form.line("every"), "times": form.number("times", 2)}
    made = await visit.call("gathering.make", space=visit.path["space"], **asked)
    return visit.see(
        "gathering", N_("It is called. Everyone here sees it."), space=visit.path["space"], gathering=made["id"]
    )


async def change(visit: Visit) -> Answer:
    """The same form, filled in."""
    one = await shared.one(visit)
    wall = {
        name: times.on_the_wall(one[name], one["zone"]) if one[name] else "" for name in ("start", "end")
    }  # fmt: skip
    held = {
        **{name: one[name] for name in ("title", "text", "zone", "day", "place", "topics")}, **wall,
        "last_day": one["day_end"], "capacity": str(one["capacity"] or ""), "every": "", "times": "",
        "keep_days": str(max(0, one["until"] - one["ends"]) // 86_400), "whole": not one["zone"],
    }  # fmt: skip
    return await _form(visit, held, one["id"])


async def changed(visit: Visit) -> Answer:
    space, gathering = visit.path["space"], visit.path["gathering"]
    before = await visit.call("gathering.show", space=space, gathering=gathering)
    await visit.call("gathering.change", space=space, gathering=gathering, **_typed(visit))
    after = await visit.call("gathering.show", space=space, gathering=gathering)
    point = await visit.call("gathering.point", space=space, gathering=gathering)
    if point["sealed"] and not point["opened"] and before["begins"] != after["begins"]:
        when = words.moment(point["opens"], point["zone"])
        visit.notice(
            N_("The meeting point opens as before, at {when}. Seal it anew if that no longer fits."), when=when
        )
    return visit.see("gathering", N_("It is changed. Everyone here sees it."), space=space, gathering=gathering)


def _typed(visit: Visit) -> dict[str, Any]:
    """What the form says; of a whole day no hours, and the other way around."""
    form = visit.form
    names = ("day", "last_day") if form.line("whole") else ("start", "end", "zone")
    return {
        **{name: form.text(name) for name in ("title", "text", "place")},
        **{name: form.line(name) for name in names},
        "topics": _typed_topics(visit),
        "capacity": form.number("capacity"),
        "keep_days": form.number("keep_days", 7),
    }


async def _form(visit: Visit, start: dict[str, Any], gathering: str) -> Answer:
    form, values = visit.form, start
    if visit.request.method == "POST":
        values = {
            **{name: form.text(name) for name in (*FIELDS, "capacity", "keep_days", "every", "times")},
            "topics": _typed_topics(visit), "whole": bool(form.line("whole")),
        }  # fmt: skip
    kept = sorted({*KEPT, int(values["keep_days"]) if str(values["keep_days"]).isdecimal() else 7})
    return await visit.render(
        "gatherings/write.html",
        values=values,
        gathering=gathering,
        topics=[(one, _(name), one in values["topics"]) for one, name in words.TOPICS.items()],
        other_topics=" ".join(one for one in values["topics"] if one not in words.TOPICS),
        every=[(one, _(name)) for one, name in words.EVERY.items()],
        kept=[(str(days), say_count("{count} day", "{count} days", days)) for days in kept],
        zones=times.zones(),
        reach=await visit.call("gathering.audience", space=visit.path["space"]),
    )


def _typed_topics(visit: Visit) -> list[str]:
    form = visit.form
    return [*form.many("topic"), *form.text("other_topics").replace("،", " ").replace(",", " ").split()]
