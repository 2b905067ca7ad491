"""For bad days: a second vault behind another passphrase, and one shortcut for the moment somebody is at the door.

This file does not know how a vault is made; it says beside each choice what it cannot do.
"""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from tadamun.core.errors import UsageError
from tadamun.core.words import N_
from tadamun.i18n.words import _
from tadamun.web import first_run
from tadamun.web.keeping import SURE
from tadamun.web.page import Page, Visit

MADE: Final = {
    "opens": N_("The second vault is made. Lock, and open it with its passphrase: give it a life of its own."),
    "destroys": N_(
        "The second vault is made. Whenever its passphrase is given, the key of this one is destroyed first."
    ),
    "": N_("What was in the other slot is gone."),
}


async def bad_days(visit: Visit) -> Response:
    """Both settings, with what they do and what they do not."""
    return await visit.render(
        "bad_days.html",
        second=(await visit.call("node.second"))["second"],
        kinds=[
            ("opens", _("Opens a second vault"), _("It begins empty: nobody who sees it learns of this one.")),
            (
                "destroys",
                _("Opens a second vault, and destroys this one"),
                _("Its key first, so that nobody can open it again: not you either, with any passphrase."),
            ),
        ],
        moments=[
            ("lock", _("Locks"), _("Nothing can be read then without the passphrase.")),
            ("wipe", _("Destroys everything here"), _("Both vaults, at once, and without asking.")),
        ],
        shown=first_run.shown(visit),
        weak=first_run.weak(visit),
    )


async def second(visit: Visit) -> Response:
    """Make the second vault."""
    form = visit.form
    new, what = form.text("passphrase"), form.line("what")
    if what not in ("opens", "destroys"):
        raise UsageError("Nothing was changed. Choose what the second passphrase does, then send it again.")
    first_run.check(new, form.text("passphrase_again"), form.flag("anyway"))
    await visit.site.house.second(form.text("passphrase_old"), new, what)
    return visit.see("bad_days", MADE[what])


async def none(visit: Visit) -> Response:
    """Make noise of the other slot."""
    await visit.site.house.second(visit.form.text("passphrase_now"), "", "")
    return visit.see("bad_days", MADE[""])


async def moment(visit: Visit) -> Response:
    """What the shortcut does."""
    await visit.call("node.prefer", panic=visit.form.line("panic") or "lock")
    return visit.see("bad_days", N_("Saved."))


async def panic(visit: Visit) -> Response:
    """Lock, or destroy everything: as was set before. Nothing is asked."""
    if visit.preferences["panic"] == "wipe":
        await visit.call("node.wipe", confirm=SURE)
        return visit.see("wiped")
    await visit.site.house.lock()
    return visit.see("unlock")


PAGES: Final = (
    Page("/settings/bad-days", "bad_days", bad_days),
    Page("/settings/bad-days/second", "second", bad_days, second),
    Page("/settings/bad-days/none", "second_none", bad_days, none),
    Page("/settings/bad-days/shortcut", "moment", bad_days, moment),
    Page("/panic", "panic", post=panic, repeatable=True),
)
