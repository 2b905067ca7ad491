"""Asking and helping without a name: what one said so, and the talks that came of it."""

from __future__ import annotations

from typing import Any

from tadamun.core.words import N_
from tadamun.i18n.words import _
from tadamun.rooms.aid import pages_words as wording
from tadamun.rooms.aid import words
from tadamun.web.page import Answer, Visit


async def show_all(visit: Visit) -> Answer:
    if (elsewhere := await wording.outside(visit)) is not None:
        return elsewhere
    told = await visit.call("aid.blind", space=visit.path["space"])
    return await visit.render("aid/blind.html", **await wording.frame(visit, "mine"), told=told)


async def show(visit: Visit) -> Answer:
    """What was answered to one's own, or the one talk one began."""
    if (elsewhere := await wording.outside(visit)) is not None:
        return elsewhere
    found = await visit.call("aid.blind_talk", space=visit.path["space"], opening=visit.path["opening"])
    return await visit.render("aid/blind_talk.html", **await wording.frame(visit, "mine"), found=found)


async def act(visit: Visit) -> Answer:
    """Say more, agree to tell names, or end it."""
    space, opening, form = visit.path["space"], visit.path["opening"], visit.form
    if form.flag("end"):
        await visit.call("aid.blind_end", space=space, opening=opening)
        return visit.see("aid-blind", N_("It is over, and its keys are destroyed."), space=space)
    agree = form.flag("agree")
    await visit.call("aid.blind_say", space=space, help=form.line("help"), text=form.text("text"), agree=agree)
    return visit.see("aid-blind-talk", N_("It is on its way."), space=space, opening=opening)


async def help_with(visit: Visit) -> Answer:
    """A word to whoever asked."""
    space, form = visit.path["space"], visit.form
    made = await visit.call(
        "aid.blind_help",
        space=space,
        item=visit.path["item"],
        text=form.text("text"),
        within=delay(form.line("within")),
    )
    notice = N_("It goes out at a random moment. Your name is not in it.")
    return visit.see("aid-blind-talk", notice, space=space, opening=made["id"])


async def helping(visit: Visit) -> Answer:
    """Where the item is, so is the form."""
    return visit.see("aid-item", space=visit.path["space"], item=visit.path["item"])


def delay(typed: str) -> int:
    """One of the delays there are, in seconds."""
    return next((seconds for seconds in words.DELAYS if str(seconds) == typed), 7200)


def delays() -> list[tuple[str, str]]:
    """Options of a list."""
    return [(str(seconds), _(label)) for seconds, label in words.DELAYS.items()]


async def told(visit: Visit) -> dict[str, Any]:
    """As `aid.blind`, for forms that let one choose."""
    found: dict[str, Any] = await visit.call("aid.blind", space=visit.path["space"])
    return found
