"""Invitations: making one, showing its link and code, those that are open, withdrawing one."""

from __future__ import annotations

from typing import Any, Final

from tadamun.core.words import N_
from tadamun.i18n.words import say
from tadamun.rooms.people import pages_words as wording
from tadamun.rooms.people.pages_members import myself, quietly, tabs
from tadamun.web.page import Answer, Visit

LENGTHS: Final = (
    (wording.DAY, N_("One day")),
    (7 * wording.DAY, N_("One week")),
    (30 * wording.DAY, N_("One month")),
    (365 * wording.DAY, N_("One year")),
)


async def invites(visit: Visit) -> Answer:
    """Those that are open, and a form for another."""
    space = visit.path["space"]
    rules = await visit.call("space.rules", space=space)
    me = await myself(visit)
    invite = next(one for one in rules["acts"] if one["act"] == "invite")
    return await visit.render(
        "people/invites.html",
        tabs=await tabs(visit, "invites"),
        invites=[one | {"role": wording.role(one["level"])} for one in await visit.call("invite.list", space=space)],
        may_invite=invite["mine"],
        newcomer=me["newcomer"],
        need=wording.role(invite["level"]),
        newcomer_days=rules["newcomer_days"],
        levels=[
            (str(level), wording.role(level), wording.may(level, rules["acts"]))
            for level in wording.levels_up_to(me["level"] or 0)
        ],
        lengths=[(str(seconds), say(words)) for seconds, words in LENGTHS],
    )


async def make(visit: Visit) -> Answer:
    space, form = visit.path["space"], visit.form
    made = await visit.call(
        "invite.new",
        space=space,
        uses=form.number("uses", 1),
        expires=next((seconds for seconds, _ in LENGTHS if str(seconds) == form.line("expires")), 7 * wording.DAY),
        level=form.number("level", 10),
    )
    return visit.see("invite", N_("The invitation is made. Nothing was sent to anybody: give the link yourself."),
                     space=space, key=made["key"])  # fmt: skip


async def invite(visit: Visit) -> Answer:
    """One invitation: its link and code where it was made, and withdrawing it."""
    one: dict[str, Any] | None = await quietly(visit, "invite.link", space=visit.path["space"], key=visit.path["key"])
    return await visit.render(
        "people/invite.html",
        one=one,
        role=wording.role(one["level"]) if one else "",
        code=wording.qr(one["link"]) if one and one["link"] else "",
    )


async def revoke(visit: Visit) -> Answer:
    space = visit.path["space"]
    await visit.call("invite.revoke", space=space, key=visit.path["key"])
    return visit.see("invites", N_("The invitation is withdrawn. Its link lets nobody in any more."), space=space)
