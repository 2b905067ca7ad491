"""Who is here, one member's page, vouching, and the number that two people compare when they meet.

`within` is around every page of people: whoever was removed, or is not in yet, is told so instead of shown an error.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, Final

from tadamun.core.errors import LocalError, UsageError
from tadamun.core.words import N_
from tadamun.i18n.tongue import current
from tadamun.rooms.people import pages_words as wording
from tadamun.rooms.people.lookalike import skeleton
from tadamun.web.page import Answer, Handler, Visit
from tadamun.web.words import plain

CARDS: Final = 48  # of one page: it is to be light


def within(page: Handler) -> Handler:
    """The page, for members of the space it is in; a humane one for whoever is one no more, or not yet."""

    async def shown(visit: Visit) -> Answer:
        spaces = await visit.call("space.list")
        here = next((one for one in spaces if one["space"] == visit.path["space"]), None)
        if here is None:
            raise UsageError("There is no such space on this node. Choose one from the list of your spaces.")
        if here["status"] == "member":
            return await page(visit)
        answer = await visit.render("people/outside.html", joining=here["status"] == "joining")
        # A part of a page that was open until now asks: the whole page is to go.
        answer.headers["HX-Redirect"] = visit.here
        return answer

    return shown


async def tabs(visit: Visit, here: str) -> list[dict[str, Any]]:
    """The views of people. here: the name of one's page; "" for none of them."""
    space = visit.path["space"]
    waiting = await visit.call("acts.waiting", space=space)
    names = (
        ("people", plain("Members"), 0),
        ("acts", plain("Proposals"), sum(one["may"] for one in waiting)),
        ("invites", plain("Invitations"), 0),
        ("charter", plain("Charter"), 0),
    )
    return [
        {"label": label, "href": visit.url(name, space=space), "here": name == here, "unread": count}
        for name, label, count in names
    ]


async def people(visit: Visit) -> Answer:
    """Everyone, as cards."""
    space = visit.path["space"]
    everyone = await visit.call("people.list", space=space)
    here = await visit.call("space.here", space=space)
    wanted = visit.query.get("search", "")
    found = [one for one in everyone if _is_meant(one, wanted)]
    page = _page(visit.query.get("page", ""), len(found))
    rules = await visit.call("space.rules", space=space)
    return await visit.render(
        "people/people.html",
        tabs=await tabs(visit, "people"),
        members=_cards(found[page * CARDS :][:CARDS], here["known"]),
        count=len(everyone),
        searchable=len(everyone) > 8 or bool(wanted),
        wanted=wanted,
        found=visit.query.get("found", ""),
        page=page,
        more=len(found) > (page + 1) * CARDS,
        me=next((one for one in everyone if one["me"]), None),
        alike=sorted(one["name"] for one in everyone if one["alike"]),
        connected=here["members"],
        may_invite=_may(rules, "invite"),
    )


async def member(visit: Visit) -> Answer:
    """One member's page."""
    space = visit.path["space"]
    one = await visit.call("people.card", space=space, member=visit.path["member"])
    here = await visit.call("space.here", space=space)
    me = await myself(visit)
    removal: Mapping[str, Any] | None = None
    levels: Mapping[str, Any] | None = None
    if not one["former"] and not one["me"]:
        removal = await visit.call("members.removal", space=space, member=one["member"])
        levels = await visit.call("members.levels", space=space, member=one["member"])
    return await visit.render(
        "people/member.html",
        one=one,
        role=wording.role(one["level"]) if one["level"] is not None else "",
        speaks=wording.languages(one["languages"]),
        connected=one["member"] in here["known"],
        may_vouch=not me["newcomer"],
        removal=removal,
        may_remove=removal is not None and (wording.possible(removal) or removal["status"] == "proposed"),
        may_level=levels is not None
        and (any(wording.possible(choice) for choice in levels["choices"]) or bool(levels["proposals"])),
    )


async def vouch(visit: Visit) -> Answer:
    """Give one's word for a member, or take it back."""
    space, wanted, form = visit.path["space"], visit.path["member"], visit.form
    if form.flag("undo"):
        done = await visit.call("people.unvouch", space=space, member=wanted)
        visit.notice(N_("You no longer vouch for {name}."), name=done["name"])
    else:
        done = await visit.call("people.vouch", space=space, member=wanted, note=form.line("note"))
        visit.notice(N_("You vouch for {name}. Everyone here can see it."), name=done["name"])
    return visit.see("member", space=space, member=done["member"])


async def safety(visit: Visit) -> Answer:
    """The number of oneself and a member: in words of the person's language, in digits, as a QR code."""
    told = await visit.call("people.safety", space=visit.path["space"], member=visit.path["member"])
    one = await visit.call("people.card", space=visit.path["space"], member=told["member"])
    own, other = ("ar", "en") if current().code == "ar" else ("en", "ar")
    return await visit.render(
        "people/safety.html",
        told=told,
        one=one,
        words=told[f"words_{own}"],
        other_words=told[f"words_{other}"],
        own=own,
        other=other,
        code=wording.qr(told["qr"]),
    )


async def compared(visit: Visit) -> Answer:
    """Compare what was typed, remember that it was the same, or forget that."""
    space, form = visit.path["space"], visit.form
    told = await visit.call("people.safety", space=space, member=visit.path["member"])
    name, where = told["name"], {"space": space, "member": told["member"]}
    if form.flag("theirs"):
        typed = _digits(form.text("theirs"))
        if len(typed) != 60:
            raise UsageError("A safety number has 60 digits, and this has {count}. Look again.", count=len(typed))
        if typed != told["digits"].replace(" ", ""):
            raise UsageError(
                "These are two different numbers. Do not tell this person anything yet: somebody may stand between you,"
                " or one of you may be looking at another member or another space. Check that first."
            )
        visit.notice(N_("The numbers are the same. If you are with {name} now, mark it below."), name=name)
        return visit.see("safety", **where)
    undo = form.flag("undo")
    await visit.call("people.verify", **where, undo=undo)
    if undo:
        visit.notice(N_("It is forgotten that you verified {name}."), name=name)
        return visit.see("safety", **where)
    visit.notice(N_("You verified {name}. Only this device remembers it."), name=name)
    return visit.see("member", **where)


async def myself(visit: Visit) -> dict[str, Any]:
    """Oneself in this space, as `people.show` gives it."""
    space = visit.path["space"]
    me = next(one["me"] for one in await visit.call("space.list") if one["space"] == space)
    found: dict[str, Any] = await visit.call("people.show", space=space, member=me)
    return found


def _may(rules: Mapping[str, Any], act: str) -> bool:
    return any(one["act"] == act and one["mine"] for one in rules["acts"])


def _is_meant(one: Mapping[str, Any], wanted: str) -> bool:
    if not wanted.strip():
        return True
    looked_for = skeleton(wanted.strip())
    texts = (one["name"], one["pronouns"], wording.languages(one["languages"]), *one["languages"])
    return any(looked_for in skeleton(text) for text in texts if text)


def _cards(found: Sequence[Mapping[str, Any]], known: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {
            **one,
            "role": wording.role(one["level"]),
            "speaks": wording.languages(one["languages"]),
            "connected": one["member"] in known,
        }
        for one in found
    ]


def _page(typed: str, count: int) -> int:
    """The page asked for, counted from 0, and one that there is."""
    number = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 6 else 0
    return min(number, max(0, (count - 1) // CARDS))


def _digits(typed: str) -> str:
    """The digits in what was typed or read by a camera, of any script, as 0 to 9."""
    found = (unicodedata.digit(sign, None) for sign in typed.rpartition("#")[2][:1000])
    return "".join(str(digit) for digit in found if digit is not None)


async def quietly(visit: Visit, name: str, **params: Any) -> Any:
    """A call whose failure is another way to answer, not an error: None then."""
    try:
        return await visit.call(name, **params)
    except LocalError:
        return None
