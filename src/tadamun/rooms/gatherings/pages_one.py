"""One gathering: what it is, whether one comes, who comes, and cancelling it."""

from __future__ import annotations

from typing import Any, Final

from tadamun.core.errors import LocalError
from tadamun.core.words import N_
from tadamun.i18n.words import _, say
from tadamun.rooms.gatherings import pages_words as shared
from tadamun.rooms.gatherings import words
from tadamun.web.page import Answer, Visit

LIMIT: Final = 200  # names of one group
LOOK: Final = "look"  # what the button says that shows who will read an answer, without a script


async def show(visit: Visit) -> Answer:
    """The gathering, and the form to answer with the sentence that says who will read it."""
    one = await shared.one(visit)
    values = _answer(visit, one)
    people = await shared.others(visit) if not one["host_me"] else []
    return await visit.render(
        "gatherings/gathering.html",
        one=one,
        values=values,
        reach=await _reach(visit, one, values),
        statuses=[(status, _(label), "") for status, label in words.STATUSES.items()],
        readers=_readers(one),
        also=shared.ticks([person for person in people if person["member"] != one["host"]], values["also"]),
        also_typed=visit.form.text("also_typed"),
    )


async def come(visit: Visit) -> Answer:
    if visit.form.text("do") == LOOK:
        return await show(visit)
    one = await shared.one(visit)
    values = _answer(visit, one)
    asked = {name: values[name] for name in ("status", "seen_by", "note")}
    also = shared.named(visit, "also") if values["seen_by"] == "organisers" else []
    await visit.call("gathering.come", space=visit.path["space"], gathering=one["id"], also=also, **asked)
    return visit.see("gathering", N_("Your answer is on its way."), space=visit.path["space"], gathering=one["id"])


async def people(visit: Visit) -> Answer:
    """Who comes, as far as one may know; and for who called it, who organises it too and whose place is certain."""
    one = await shared.one(visit)
    found = await visit.call("gathering.people", space=visit.path["space"], gathering=one["id"], limit=LIMIT)
    everyone = await visit.call("people.list", space=visit.path["space"])
    spoken_of = {person["member"]: person["pronouns"] for person in everyone}
    for group in ("going", "waiting", "maybe", "cannot"):
        for person in found[group]:
            person["pronouns"] = spoken_of.get(person["member"], "")
    organisers = [person["member"] for person in one["organisers"]]
    everybody = [person for person in everyone if not person["me"]] if one["host_me"] else []
    known = {person["member"] for group in ("going", "waiting") for person in found[group] if not person["private"]}
    sure = [person["member"] for group in ("going", "waiting") for person in found[group] if person["sure"]]
    return await visit.render(
        "gatherings/people.html",
        one=one,
        found=found,
        groups=[
            (title, found[group], found["more"][group])
            for group, title in (
                ("going", say("Coming")), ("waiting", say("Waiting for a place")), ("maybe", say("Maybe")),
                ("cannot", say("Not coming")),
            )
        ],
        organisers=shared.ticks(everybody, organisers),
        organisers_typed=", ".join(
            person["name"] for person in one["organisers"] if person["member"] != one["host"]
        ) if not shared.ticks(everybody, organisers) else "",
        sure=shared.ticks([person for person in everyone if person["member"] in known], sure),
    )  # fmt: skip


async def door(visit: Visit) -> Answer:
    space, gathering = visit.path["space"], visit.path["gathering"]
    asked = {"organisers": shared.named(visit, "organiser")} if visit.form.text("do") == "organisers" else {
        "sure": shared.named(visit, "sure")
    }  # fmt: skip
    await visit.call("gathering.door", space=space, gathering=gathering, **asked)
    return visit.see("gathering-people", N_("Noted. Everyone here sees it."), space=space, gathering=gathering)


async def cancelling(visit: Visit) -> Answer:
    """What cancelling means, before it is done."""
    return await visit.render("gatherings/cancel.html", one=await shared.one(visit))


async def cancel(visit: Visit) -> Answer:
    space, gathering = visit.path["space"], visit.path["gathering"]
    await visit.call(
        "gathering.cancel", space=space, gathering=gathering, reason=visit.form.line("reason"),
        series=visit.form.flag("series"),
    )  # fmt: skip
    notice = N_("It is cancelled. Everyone sees it as soon as they are connected; call those who may not.")
    return visit.see("gathering", notice, space=space, gathering=gathering)


def _answer(visit: Visit, one: dict[str, Any]) -> dict[str, Any]:
    """What the form holds: as it was sent, else as one answered before."""
    form, held = visit.form, one["answer"]
    if visit.request.method == "POST":
        return {
            "status": form.line("status", "accepted"), "seen_by": form.line("seen_by", "everyone"),
            "note": form.line("note"), "also": form.many("also"),
        }  # fmt: skip
    wanted = visit.query.get("seen_by", "")
    seen_by = (
        wanted if wanted in ("everyone", "organisers") else "organisers" if held and held["private"] else "everyone"
    )
    return {
        "status": held["status"] if held else "accepted",
        "seen_by": seen_by,
        "note": held["note"] if held else "",
        "also": [],
    }


def _readers(one: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        ("everyone", _("Everyone here sees my name"), ""),
        (
            "organisers",
            say("Only {name} sees my name", name=one["host_name"]),
            _("Everyone else sees how many come. The number follows within the hour."),
        ),
    ]


async def _reach(visit: Visit, one: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """{told: as `gathering.audience` gives it, problem: why it cannot be told}."""
    also = shared.named(visit, "also") if values["seen_by"] == "organisers" else []
    try:
        told = await visit.call(
            "gathering.audience", space=visit.path["space"], gathering=one["id"], seen_by=values["seen_by"], also=also
        )
        return {"told": told, "problem": ""}
    except LocalError as error:
        return {"told": None, "problem": say(error.message, **error.arguments)}
