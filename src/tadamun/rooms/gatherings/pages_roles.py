"""Roles and their briefings, and the sealed meeting point: who holds shares, when it opens, in plain words."""

from __future__ import annotations

from typing import Any

from tadamun.core.words import N_
from tadamun.rooms.gatherings import pages_words as shared
from tadamun.rooms.gatherings import times, words
from tadamun.rooms.gatherings.own import ROLES
from tadamun.web.page import Answer, Visit


async def roles(visit: Visit) -> Answer:
    """The briefings that one may read; for organisers, the form to write one."""
    one = await shared.one(visit)
    space = visit.path["space"]
    found = await visit.call("gathering.briefings", space=space, gathering=one["id"])
    for briefing in found:
        briefing["label"] = words.role_name(briefing["role"])
        for person in briefing["members"]:
            person["pronouns"] = ""
    wanted = visit.form.line("role") or visit.query.get("role", "")
    role = wanted if wanted in ROLES else "marshal"
    held = next((briefing for briefing in found if briefing["role"] == role), None)
    people = await visit.call("people.list", space=space) if one["organise"] else []
    sent = visit.request.method == "POST"
    chosen = visit.form.many("member") if sent else [person["member"] for person in held["members"]] if held else []
    return await visit.render(
        "gatherings/roles.html",
        one=one,
        found=found,
        mine=any(briefing["mine"] for briefing in found),
        role=role,
        choices=[(name, words.role_name(name), name == role) for name in ROLES],
        members=shared.ticks(people, chosen),
        members_typed=visit.form.text("member_typed"),
        text=visit.form.text("text") if sent else held["text"] if held else "",
    )


async def brief(visit: Visit) -> Answer:
    space, gathering, form = visit.path["space"], visit.path["gathering"], visit.form
    await visit.call(
        "gathering.brief", space=space, gathering=gathering, role=form.line("role"),
        members=shared.named(visit, "member"), text=form.text("text"),
    )  # fmt: skip
    return visit.see(
        "gathering-roles", N_("Sent to them, and to nobody else."), space=space, gathering=gathering,
        role=form.line("role"),
    )  # fmt: skip


async def point(visit: Visit) -> Answer:
    """How the meeting point stands; for organisers, the form to seal it; for a marshal, to keep a share back."""
    one = await shared.one(visit)
    space = visit.path["space"]
    told = await visit.call("gathering.point", space=space, gathering=one["id"])
    people = await visit.call("people.list", space=space) if one["organise"] else []
    marshals = await _marshals(visit, one) if one["organise"] else []
    form, sent = visit.form, visit.request.method == "POST"
    ahead = one["begins"] - 7_200
    return await visit.render(
        "gatherings/point.html",
        one=one,
        told=told,
        sentences=words.point(told),
        given_out=[person["name"] for person in told["given_out"]],
        place=form.text("place") if sent else "",
        need=form.line("need") if sent else "2",
        opens=form.line("opens") if sent else times.on_the_wall(ahead, one["zone"] or "UTC"),
        members=shared.ticks(people, form.many("marshal") if sent else marshals),
        members_typed=form.text("marshal_typed"),
    )


async def seal(visit: Visit) -> Answer:
    """Seal it; or keep one's share back, or no longer."""
    space, gathering, form = visit.path["space"], visit.path["gathering"], visit.form
    if form.line("do") in ("hold", "release"):
        hold = form.line("do") == "hold"
        await visit.call("gathering.hold", space=space, gathering=gathering, hold=hold)
        notice = N_("Your share is kept back.") if hold else N_("Your share is given out at its time.")
        return visit.see("gathering-point", notice, space=space, gathering=gathering)
    await visit.call(
        "gathering.seal", space=space, gathering=gathering, place=form.text("place"), opens=form.line("opens"),
        need=form.number("need", 2), marshals=shared.named(visit, "marshal"),
    )  # fmt: skip
    notice = N_("The meeting point is sealed, and its shares are on their way.")
    return visit.see("gathering-point", notice, space=space, gathering=gathering)


async def _marshals(visit: Visit, one: dict[str, Any]) -> list[str]:
    """Those who have that role, to begin with."""
    found = await visit.call("gathering.briefings", space=visit.path["space"], gathering=one["id"])
    return [person["member"] for briefing in found if briefing["role"] == "marshal" for person in briefing["members"]]
