"""Settings: words and looks, being reached, being safe. What lies on this computer is in keeping.py.

Each form changes only what it asks for. This file does not know what a preference does.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from starlette.responses import Response

from tadamun.core.words import N_
from tadamun.i18n import formats
from tadamun.i18n.terms import SOURCES, STATES, term
from tadamun.i18n.tongue import Language, parse
from tadamun.i18n.words import _, say, say_count
from tadamun.web import first_run, reaching
from tadamun.web.page import Page, Visit

MINUTES: Final = (5, 15, 30, 60, 0)  # of idleness until it locks itself; 0: never
SIZES: Final = (90, 100, 115, 130, 150, 175, 200)  # percent
SAVED: Final = N_("Saved.")


async def looks(visit: Visit) -> Response:
    """Language, digits, calendar, theme, size, discreetness."""
    now = visit.preferences
    return await visit.render(
        "settings.html",
        tabs=tabs(visit),
        calendars=_calendars(visit),
        digits=_digits(now),
        themes=[
            ("auto", _("Like this computer"), ""),
            ("light", _("Light"), ""),
            ("dark", _("Dark"), ""),
            ("contrast", _("High contrast"), ""),
        ],
        sizes=[(str(one), say("{percent} percent of the usual", percent=one)) for one in SIZES],
    )


async def looks_so(visit: Visit) -> Response:
    form = visit.form
    wanted: dict[str, Any] = {"discreet": form.flag("discreet")}
    for name in ("language", "digits", "theme"):
        if form.line(name) or name == "digits":
            wanted[name] = form.line(name)
    if form.line("text_size"):
        wanted["text_size"] = form.number("text_size")
    # Another language brings its own calendars: one that was chosen in the old is not kept.
    same = form.line("language") in ("", visit.preferences["language"])
    wanted["region"] = form.line("region") if same else ""
    await visit.call("node.prefer", **wanted)
    return visit.see("settings", SAVED)


async def reach(visit: Visit) -> Response:
    told = await visit.call("node.reach")
    return await visit.render(
        "settings_reach.html", tabs=tabs(visit), reach=told, options=reaching.options(), peers=await _peers(visit)
    )


async def reach_so(visit: Visit) -> Response:
    told = await visit.call("node.reach_by", **reaching.chosen(visit.form))
    if told["fixed"]:
        return visit.see("settings_reach", LATER)
    return visit.see("settings_reach", SAVED)


async def peer_add(visit: Visit) -> Response:
    added = await visit.call("peers.add", address=reaching.address(visit.form.line("peer")))
    visit.notice(N_("Your node meets others at {address} too."), address=added["address"])
    return visit.see("settings_reach")


async def peer_remove(visit: Visit) -> Response:
    removed = await visit.call("peers.remove", address=visit.form.line("peer"))
    visit.notice(N_("Your node does not go to {address} any more."), address=removed["address"])
    return visit.see("settings_reach")


async def safety(visit: Visit) -> Response:
    """When it locks itself, what it tells of what is new, the passphrase."""
    now = visit.preferences["lock_minutes"]
    choices = sorted({*MINUTES, now}, key=lambda one: one or 10**9)
    return await visit.render(
        "settings_safety.html",
        tabs=tabs(visit),
        minutes=[
            (str(one), say_count("{count} minute", "{count} minutes", one) if one else _("Never")) for one in choices
        ],
        shown=first_run.shown(visit),
        weak=first_run.weak(visit),
    )


async def safety_so(visit: Visit) -> Response:
    await visit.call(
        "node.prefer", lock_minutes=visit.form.number("lock_minutes", 15), notify=visit.form.flag("notify")
    )
    return visit.see("settings_safety", SAVED)


async def passphrase(visit: Visit) -> Response:
    old, new = visit.form.text("passphrase_old"), visit.form.text("passphrase")
    first_run.check(new, visit.form.text("passphrase_again"), visit.form.flag("anyway"))
    await visit.site.house.change_passphrase(old, new)
    return visit.see("settings_safety", N_("The passphrase is changed. The old one opens nothing any more."))


def tabs(visit: Visit) -> list[dict[str, Any]]:
    """The parts of the settings."""
    parts = (
        ("settings", _("Words and looks")),
        ("settings_reach", _("Being reached")),
        ("settings_safety", _("Being safe")),
        ("keeping", _("What is stored")),
    )
    return [
        {"label": words, "href": visit.url(name), "here": visit.page.path == _path(visit, name)}
        for name, words in parts
    ]


def _path(visit: Visit, name: str) -> str:
    return next(page.path for page in visit.site.pages if page.name == name)


def _calendars(visit: Visit) -> list[tuple[str, str]]:
    language = parse(visit.preferences["tag"])
    assert language is not None, "a preference is a language we speak"
    year = datetime.fromtimestamp(visit.site.clock.now(), UTC).year
    here = Language(language.code, "", language.digits)
    return [("", _("As usual for the language")), *formats.calendars(here, year)]


def _digits(now: Any) -> list[tuple[str, str]]:
    """Each shown in itself."""
    return [("", _("As usual for the region")), ("latn", "0 1 2 3 4 5 6 7 8 9"), ("arab", "٠ ١ ٢ ٣ ٤ ٥ ٦ ٧ ٨ ٩")]


async def _peers(visit: Visit) -> list[dict[str, Any]]:
    return [
        {
            **one,
            "state_words": term(STATES, one["state"]),
            "source_words": term(SOURCES, one["what"]),
            "mine": one["what"] in ("typed", "invite"),
        }
        for one in await visit.call("peers.list")
    ]


LATER: Final = N_(
    "Saved. This time the node was started with options of its own about that, which stand above it; from the next "
    "start without them it is as you chose."
)

PAGES: Final = (
    Page("/settings", "settings", looks, looks_so),
    Page("/settings/reach", "settings_reach", reach, reach_so),
    Page("/settings/reach/add", "peer_add", reach, peer_add),
    Page("/settings/reach/remove", "peer_remove", reach, peer_remove),
    Page("/settings/safety", "settings_safety", safety, safety_so),
    Page("/settings/passphrase", "passphrase", safety, passphrase),
)
