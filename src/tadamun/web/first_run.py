"""The first run: a language before all else, a passphrase, and how others may reach one. A space comes next, at home.

Nothing is kept before the vault is made: the language is a part of the path until then. This file does not know how a
vault is made, nor what a choice of reach does.
"""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from tadamun.core.errors import UsageError
from tadamun.core.words import N_
from tadamun.i18n import passphrases
from tadamun.i18n.strength import judge
from tadamun.i18n.tongue import SPOKEN, choose, parse
from tadamun.i18n.words import _, say
from tadamun.web import reaching
from tadamun.web.house import State
from tadamun.web.page import ANY, Page, Visit

LEAST: Final = 8  # characters of a passphrase that somebody makes up; as on the command line
FRESH: Final = frozenset({State.FRESH})


async def welcome(visit: Visit) -> Response:
    """The languages, each in its own words."""
    return await visit.render("welcome.html", trouble=trouble(visit))


async def begin(visit: Visit) -> Response:
    """A passphrase of one's own."""
    if not _speak(visit):
        return visit.see("welcome")
    return await visit.render("begin.html", steps=steps(), shown=shown(visit), weak=weak(visit))


async def words(visit: Visit) -> Response:
    """A passphrase made here, shown once; typed again it stays the same until it is right."""
    if not _speak(visit):
        return visit.see("welcome")
    made = visit.form.text("passphrase") or passphrases.make(visit.site.random, visit.path["language"])
    return await visit.render("words.html", steps=steps(), made=made)


async def make(visit: Visit) -> Response:
    """Make the vault and open it."""
    _speak(visit)
    passphrase, again = visit.form.text("passphrase"), visit.form.text("passphrase_again")
    check(passphrase, again, visit.form.flag("anyway"))
    await visit.site.house.create(passphrase, visit.path["language"])
    # Until the next page asks, nobody can come here.
    await visit.call("node.reach_by", how="alone")
    return visit.see("reach_first")


async def strength(visit: Visit) -> Response:
    """What the passphrase that is being typed would hold, in words: a part of a page."""
    if (language := parse(visit.query.get("language", ""))) is not None:
        choose(language)
    typed = visit.form.text("passphrase")
    return await visit.render("strength.html", judged=judge(typed) if typed else None)


async def reach(visit: Visit) -> Response:
    told = await visit.call("node.reach")
    return await visit.render("reach_first.html", steps=steps(), reach=told, options=reaching.options())


async def reach_by(visit: Visit) -> Response:
    await visit.call("node.reach_by", **reaching.chosen(visit.form))
    return visit.see("home")


def check(passphrase: str, again: str, anyway: bool) -> None:
    """That a new passphrase is one, and was typed twice. Raises UsageError."""
    if len(passphrase) < LEAST:
        raise UsageError(
            "That passphrase is too short to protect anybody. Nothing was done. Take at least {least} characters.",
            least=LEAST,
        )
    if again != passphrase and passphrases.as_made(again) != passphrase:
        raise UsageError("The two were not the same. Nothing was done. Try again.")
    judged = judge(passphrase)
    if judged.level == 0 and not anyway:
        raise UsageError(WEAK)


def weak(visit: Visit) -> bool:
    """Whether what was just posted was refused for being guessed within hours: then one may insist."""
    typed = visit.form.text("passphrase")
    return len(typed) >= LEAST and judge(typed).level == 0


def shown(visit: Visit) -> bool:
    """Whether what is typed into a passphrase's field is to be seen: asked for by a link, where no script does it."""
    return visit.query.get("shown", "") == "1"


def steps() -> list[str]:
    return [_("Language"), _("Passphrase"), _("Reach"), _("A space")]


def trouble(visit: Visit) -> str:
    """What ended the node, if it was not the person: in words."""
    found = visit.site.house.trouble
    return say(found.message, **found.arguments) if found is not None else ""


def _speak(visit: Visit) -> bool:
    """In the language of the path; False where it is none of ours."""
    language = parse(visit.path["language"]) if visit.path["language"] in SPOKEN else None
    if language is not None:
        choose(language)
    return language is not None


WEAK: Final = N_(
    "Somebody with your computer in hand would guess that passphrase within hours, so it was not taken. Nothing was "
    "done. Let one be made, or take seven words that have nothing to do with each other."
)

PAGES: Final = (
    Page("/welcome", "welcome", welcome, when=FRESH),
    Page("/welcome/{language}", "begin", begin, make, when=FRESH),
    Page("/welcome/{language}/words", "words", words, make, when=FRESH),
    Page("/strength", "strength", post=strength, when=ANY, repeatable=True),
    Page("/first/reach", "reach_first", reach, reach_by),
)
