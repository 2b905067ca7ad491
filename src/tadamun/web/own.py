"""The house's own pages: locking, unlocking, getting ready, giving back what was sent meanwhile; and all others."""

from __future__ import annotations

from typing import Final

from starlette.responses import RedirectResponse, Response

from tadamun.i18n.words import say
from tadamun.web import around, asked, bad_days, first_run, guide, home, keeping, settings, status
from tadamun.web.house import State
from tadamun.web.page import QUIET, Page, Visit


async def locked(visit: Visit) -> Response:
    return await visit.render("unlock.html", trouble=first_run.trouble(visit), shown=first_run.shown(visit))


async def unlock(visit: Visit) -> Response:
    await visit.site.house.unlock(visit.form.text("passphrase"))
    return visit.see("held")


async def held(visit: Visit) -> Response:
    """After unlocking: where one was going, or first what was sent while the node was locked."""
    kept, place = visit.site.held.take(visit.session), visit.site.held.place(visit.session)
    if kept is None:
        return RedirectResponse(place, 303) if place else visit.see("home")
    action, form, why = kept
    return await visit.site.again(visit, action, form, say(why), 200)


async def preparing(visit: Visit) -> Response:
    """How far it is, until it is ready; then where one was going."""
    progress = visit.site.house.progress
    if progress is None:
        # What the page asks for by itself must not use up the place one was going to.
        return Response(status_code=204) if QUIET in visit.request.headers else visit.see("held")
    return await visit.render("preparing.html", done=progress[0], of=progress[1])


async def lock(visit: Visit) -> Response:
    await visit.site.house.lock()
    return visit.see("unlock")


async def awake(visit: Visit) -> Response:
    """Somebody types or reads: asked for now and then by the page's script, so that the house stays open."""
    return Response(status_code=204)


PAGES: Final = (
    *first_run.PAGES,
    Page("/unlock", "unlock", locked, unlock, when=frozenset({State.LOCKED}), proves=True),
    Page("/preparing", "preparing", preparing, when=frozenset({State.PREPARING, State.OPEN})),
    Page("/held", "held", held),
    *home.PAGES,
    *around.PAGES,
    *asked.PAGES,
    Page("/lock", "lock", post=lock, when=frozenset({State.PREPARING, State.OPEN})),
    Page("/awake", "awake", awake),
    *settings.PAGES,
    *bad_days.PAGES,
    *guide.PAGES,
    *keeping.PAGES,
    *status.PAGES,
)
