"""Oneself: what one says of oneself here, a new name and what it leaves behind, and leaving."""

from __future__ import annotations

from typing import Final

from tadamun.core.errors import UsageError
from tadamun.core.words import N_
from tadamun.i18n.words import say
from tadamun.rooms.people import pages_words as wording
from tadamun.rooms.people.pages_members import myself
from tadamun.web.page import Answer, Visit

SHOW: Final = "show"  # what the button says that shows what a new name changes


async def profile(visit: Visit) -> Answer:
    """The form for everything but the name."""
    one = await myself(visit)
    sent = "about" in dict(visit.form.texts())
    spoken = _spoken(visit, one["languages"]) if sent else one["languages"]
    known = dict(wording.LANGUAGES)
    return await visit.render(
        "people/profile.html",
        one=one,
        pronouns=visit.form.text("pronouns") if sent else one["pronouns"],
        about=visit.form.text("about") if sent else one["about"],
        offered=[(tag, name, wording.languages([tag]), tag in spoken) for tag, name in wording.LANGUAGES],
        others=" ".join(tag for tag in spoken if tag not in known),
    )


async def say_who(visit: Visit) -> Answer:
    space, form = visit.path["space"], visit.form
    one = await myself(visit)
    await visit.call(
        "people.profile",
        space=space,
        pronouns=form.line("pronouns"),
        languages=_spoken(visit, one["languages"]),
        about=form.text("about"),
    )
    return visit.see("member", N_("Your card is changed. Members see it as soon as they are connected."), space=space,
                     member=one["member"])  # fmt: skip


async def rename(visit: Visit) -> Answer:
    """A new name: first what it changes and what not, then whether to take it. Never a part of the address, which the
    browser's history keeps."""
    space = visit.path["space"]
    name = visit.form.line("name")
    error = ""
    try:
        told = await visit.call("people.renaming", space=space, name=name)
    except UsageError as problem:
        error = say(problem.message, **problem.arguments)
        told = await visit.call("people.renaming", space=space)
    me = await myself(visit)
    return await visit.render(
        "people/rename.html",
        told=told,
        name=name,
        member=me["member"],
        problem="" if visit.error else error,
        same=bool(name) and name == told["old"],
    )


async def take_name(visit: Visit) -> Answer:
    if visit.form.text("do") == SHOW:
        return await rename(visit)
    space = visit.path["space"]
    done = await visit.call("people.profile", space=space, name=visit.form.text("name"))
    visit.notice(N_("You are called {name} here from now on."), name=done["name"])
    return visit.see("member", space=space, member=done["member"])


async def leaving(visit: Visit) -> Answer:
    """What leaving means, before it is done."""
    told = await visit.call("members.leaving", space=visit.path["space"])
    return await visit.render("people/leave.html", told=told)


async def leave(visit: Visit) -> Answer:
    space = visit.path["space"]
    told = await visit.call("members.leaving", space=space)
    if not visit.form.flag("sure"):
        raise UsageError("Nothing was done. To leave, tick the box that says so.")
    await visit.call("members.leave", space=space, anyway=True)
    visit.notice(N_("You left {space}. What you had read stays on this device."), space=told["name"])
    return visit.see("home")


def _spoken(visit: Visit, held: list[str]) -> list[str]:
    """The languages chosen and typed; those held before keep their order, since the preferred one comes first."""
    typed = visit.form.text("other_languages").replace("،", " ").replace(",", " ").split()
    chosen = [*visit.form.many("language"), *typed]
    return [*(tag for tag in held if tag in chosen), *(tag for tag in chosen if tag not in held)]
