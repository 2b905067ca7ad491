"""Coming back: whom one waits for, who waits for oneself, and the codes that end it.

The fields of the codes are named as passphrases are, so that they are never given back. The page looks the same after
either code.
"""

from __future__ import annotations

from typing import Final

from tadamun.core.words import N_
from tadamun.i18n.words import say, say_count
from tadamun.rooms.gatherings import pages_words as shared
from tadamun.rooms.gatherings import words
from tadamun.web.page import Answer, Visit
from tadamun.web.words import plain_person

LENGTHS: Final = (0, 10, 30, 60, 120, 240)  # minutes


async def show(visit: Visit) -> Answer:
    """Alarms first; then who waits for oneself, with the field for the code; then the form to go out."""
    space, form = visit.path["space"], visit.form
    found = await visit.call("gathering.watches", space=space)
    others = await shared.others(visit)
    known = {person["member"] for person in others}
    for one in (*found["mine"], *found["others"]):
        one["sentences"] = words.watch(one, one in found["mine"])
        # To somebody who was forced one does not write: to one of the others who wait.
        waiting = [who for who in (one["legal"], *one["buddies"]) if who["member"] in known]
        one["write_to"] = waiting[0] if one["level"] == "forced" and waiting else one
    wishes = await visit.call("gathering.prefer")
    upcoming = await visit.call("gathering.list", space=space, limit=30)
    askable = [person for person in others if person["member"] in found["ready"]]
    names = [(person["member"], plain_person(person["name"])) for person in askable]
    return await visit.render(
        "gatherings/care.html",
        tabs=shared.tabs(visit, "care"),
        alarms=[one for one in found["others"] if one["alarm"]],
        calm=[one for one in found["others"] if not one["alarm"]],
        mine=found["mine"],
        enough=len(others) >= 2,
        ready=len(askable) >= 2,
        unready=[person["name"] for person in others if person not in askable],
        buddies=shared.ticks(askable, form.many("buddy")),
        buddies_typed=form.text("buddy_typed"),
        legal=names if len(names) <= shared.MOST_CHOICES else [],
        gatherings=[("", say("None of them")), *((one["id"], one["title"]) for one in upcoming["gatherings"])],
        lengths=[(str(60 * one), say_count("{count} minute", "{count} minutes", one)) for one in LENGTHS],
        values={
            "back_by": form.line("back_by"), "zone": form.line("zone") or wishes["zone"], "legal": form.line("legal"),
            "legal_after": form.line("legal_after") or "1800", "card_after": form.line("card_after") or "1800",
            "card": form.text("card"), "gathering": form.line("gathering") or visit.query.get("gathering", ""),
        },
    )  # fmt: skip


async def act(visit: Visit) -> Answer:
    """Go out, or say that one is back; or begin, where no device has told its key yet."""
    space, form = visit.path["space"], visit.form
    if form.line("do") == "begin":
        await visit.call("gathering.tell_key", space=space)
        return visit.see("gatherings-care", N_("Their devices are asked. Come back in a moment."), space=space)
    if form.line("do") == "back":
        await visit.call(
            "gathering.back", space=space, watch=form.line("watch"), code=form.text("passphrase_code").strip()
        )
        return visit.see("gatherings-care", N_("Good that you are back. They are told."), space=space)
    legal = form.line("legal")
    await visit.call(
        "gathering.out", space=space, back_by=form.line("back_by"), zone=form.line("zone"),
        buddies=shared.named(visit, "buddy"), legal=legal, legal_after=form.number("legal_after", 1_800),
        card_after=form.number("card_after", 1_800), card=form.text("card"), gathering=form.line("gathering"),
        code=form.text("passphrase_code"), forced=form.text("passphrase_forced"),
    )  # fmt: skip
    return visit.see("gatherings-care", N_("They wait for you. Come back well."), space=space)
