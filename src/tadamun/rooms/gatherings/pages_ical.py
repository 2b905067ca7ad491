"""Calendar files: writing one, with what stands in it chosen, and reading one before anything is made of it."""

from __future__ import annotations

from tadamun.core.errors import UsageError
from tadamun.core.words import N_
from tadamun.rooms.gatherings import words
from tadamun.web.page import Answer, Visit

MOST = 256 * 1024  # bytes of a file


async def exporting(visit: Visit) -> Answer:
    """What is in the file, and who may read it, before it is made."""
    wanted = visit.query.get("gathering", "")
    one = None
    if wanted:
        one = await visit.call("gathering.show", space=visit.path["space"], gathering=wanted)
    return await visit.render("gatherings/export.html", one=one)


async def importing(visit: Visit) -> Answer:
    """Choose a file; then what is in it, to be ticked."""
    calendar = getattr(visit.request.state, "calendar", "")
    found = (
        await visit.call("gathering.read_calendar", space=visit.path["space"], calendar=calendar) if calendar else {}
    )
    for one in found.get("found", ()):
        one["when"] = words.when(one)
    return await visit.render(
        "gatherings/import.html",
        calendar=calendar,
        found=found.get("found", []),
        left_out=found.get("left_out", 0),
        reach=await visit.call("gathering.audience", space=visit.path["space"]),
    )


async def take(visit: Visit) -> Answer:
    """Read a file, and show it; or call what was ticked of it."""
    space, form = visit.path["space"], visit.form
    file = form.file("file")
    if file is not None:
        visit.request.state.calendar = (await file.read()).decode(errors="replace")
        return await importing(visit)
    chosen = [int(one) for one in form.many("chosen") if one.isascii() and one.isdecimal() and len(one) < 5]
    if not form.text("calendar"):
        raise UsageError("Choose a file first. Nothing was done.")
    made = await visit.call("gathering.import", space=space, calendar=form.text("calendar"), chosen=chosen)
    if len(made["ids"]) == 1:
        return visit.see("gathering", N_("It is called. Everyone here sees it."), space=space, gathering=made["ids"][0])
    return visit.see("gatherings", N_("They are called. Everyone here sees them."), space=space)
