"""What lies on this computer: how much of what, taking it along, and getting rid of a space or of everything.

This file does not know how anything is stored; it tells before what a destruction does not reach, and asks for a typed
word.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final

from starlette.responses import Response, StreamingResponse

from tadamun.core.errors import LocalError, UsageError
from tadamun.core.words import N_
from tadamun.i18n.terms import STANDINGS, term
from tadamun.i18n.words import _
from tadamun.web.page import ANY, Page, Visit
from tadamun.web.settings import tabs


async def keeping(visit: Visit) -> Response:
    told = await visit.call("node.stored")
    for one in told["spaces"]:
        one["events"] = sum(sort["count"] for sort in one["sorts"])
        one["bytes"] = sum(sort["bytes"] for sort in one["sorts"])
        one["standing"] = term(STANDINGS, one["status"])
    return await visit.render("keeping.html", tabs=tabs(visit), stored=told)


async def export_form(visit: Visit) -> Response:
    return await visit.render("export.html", one=await _space(visit))


async def export(visit: Visit) -> Response:
    """The space's readable events as a file, one JSON object a line; made while it is taken, never kept here."""
    space = visit.path["of"]
    first = await visit.call("node.export_part", space=space)

    async def lines() -> AsyncIterator[str]:
        part = first
        while True:
            yield "".join(line + "\n" for line in part["lines"])
            if not part["next"]:
                return
            part = await visit.call("node.export_part", space=space, after=part["next"])

    # A name that tells nothing: the file may lie among others' downloads.
    headers = {"Content-Disposition": f'attachment; filename="export-{space[:8]}.jsonl"'}
    return StreamingResponse(lines(), media_type="application/jsonl", headers=headers)


async def forget_form(visit: Visit) -> Response:
    return await visit.render("forget.html", one=await _space(visit))


async def forget(visit: Visit) -> Response:
    space = visit.path["of"]
    if not visit.form.flag("sure"):
        raise UsageError("Nothing was changed. Tick that you are sure, then send it again.")
    done = await visit.call("space.forget", space=space, confirm=space)
    visit.notice(N_("{space} is gone from this computer."), space=done["name"])
    return visit.see("keeping")


async def wipe_form(visit: Visit) -> Response:
    return await visit.render("wipe.html", word=_("wipe"))


async def wipe(visit: Visit) -> Response:
    """Everything, at once. Led on, so that going back and sending it again destroys no vault that came after."""
    if visit.form.line("word").casefold() not in (SURE, _("wipe").casefold()):
        raise UsageError(
            "Nothing was destroyed. To destroy everything of yours on this computer, type the word as it stands there."
        )
    await visit.call("node.wipe", confirm=SURE)
    return visit.see("wiped")


async def wiped(visit: Visit) -> Response:
    """What a wipe did not reach: there while the node ends, and after."""
    return await visit.render("wiped.html")


async def _space(visit: Visit) -> dict[str, Any]:
    """Of the spaces on this computer the one in the path. Raises LocalError."""
    for one in await visit.call("space.list"):
        if one["space"] == visit.path["of"]:
            return dict(one)
    raise LocalError("There is no such space on this computer any more. Nothing was changed.")


SURE: Final = "wipe"  # what the call asks for, whatever the language

PAGES: Final = (
    Page("/settings/stored", "keeping", keeping),
    Page("/settings/stored/{of}/export", "export", export_form, export),
    Page("/settings/stored/{of}/forget", "forget", forget_form, forget),
    Page("/settings/wipe", "wipe", wipe_form, wipe),
    Page("/wiped", "wiped", wiped, when=ANY),
)
