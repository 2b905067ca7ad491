"""The house's own pages: the first run, unlocking, home, locking, and giving back what was sent to a locked node."""

from __future__ import annotations

from typing import Final

from starlette.responses import RedirectResponse, Response

from tadamun.core.errors import UsageError
from tadamun.core.words import N_
from tadamun.i18n.tongue import SPOKEN, current
from tadamun.i18n.words import say
from tadamun.web.house import State
from tadamun.web.page import Page, Visit

LEAST: Final = 8  # characters of a passphrase that somebody makes up; as on the command line


async def welcome(visit: Visit) -> Response:
    return await visit.render("welcome.html", trouble=_trouble(visit))


async def begin(visit: Visit) -> Response:
    """Make the vault, open it, and go home."""
    passphrase, again = visit.form.text("passphrase"), visit.form.text("passphrase_again")
    if len(passphrase) < LEAST:
        raise UsageError(
            "That passphrase is too short to protect anybody. Nothing was done. Take at least {least} characters.",
            least=LEAST,
        )
    if passphrase != again:
        raise UsageError("The two were not the same. Nothing was done. Try again.")
    language = visit.form.line("language")
    await visit.site.house.create(passphrase, language if language in SPOKEN else current().tag)
    return visit.see("home")


async def locked(visit: Visit) -> Response:
    return await visit.render("unlock.html", trouble=_trouble(visit))


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


async def home(visit: Visit) -> Response:
    return await visit.render("home.html")


async def found(visit: Visit) -> Response:
    """A space of one's own."""
    made = await visit.call("space.new", name=visit.form.line("name"), called=visit.form.line("called"))
    visit.notice(N_("{space} is founded."), space=made["name"])
    return visit.see("home")


async def lock(visit: Visit) -> Response:
    await visit.site.house.lock()
    return visit.see("unlock")


async def awake(visit: Visit) -> Response:
    """Somebody types or reads: asked for now and then by the page's script, so that the house stays open."""
    return Response(status_code=204)


def _trouble(visit: Visit) -> str:
    """What ended the node, if it was not the person: in words."""
    trouble = visit.site.house.trouble
    return say(trouble.message, **trouble.arguments) if trouble is not None else ""


PAGES: Final = (
    Page("/welcome", "welcome", welcome, begin, when=frozenset({State.FRESH})),
    Page("/unlock", "unlock", locked, unlock, when=frozenset({State.LOCKED}), proves=True),
    Page("/held", "held", held),
    Page("/", "home", home),
    Page("/spaces/new", "found", home, found),
    Page("/lock", "lock", post=lock),
    Page("/awake", "awake", awake),
)
