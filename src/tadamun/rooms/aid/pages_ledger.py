"""The care ledger: with whom one has one, what is between the two, and writing into it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from tadamun.core.errors import UsageError
from tadamun.core.words import N_
from tadamun.i18n import formats
from tadamun.i18n.words import _, say
from tadamun.rooms.aid import pages_words as wording
from tadamun.rooms.aid import words
from tadamun.web.page import Answer, Visit
from tadamun.web.words import plain_person

MOST_CHOICES: Final = 60  # members in a list to choose from; with more a name is typed
ANSWERS: Final = {
    "confirmed": N_("It was so"),
    "refused": N_("It was not so"),
    "withdrawn": N_("Withdraw this"),
}


async def show_all(visit: Visit) -> Answer:
    if (elsewhere := await wording.outside(visit)) is not None:
        return elsewhere
    space = visit.path["space"]
    if wanted := visit.query.get("member", "").strip():
        return visit.see("aid-between", space=space, member=wanted)
    found = await visit.call("aid.ledger", space=space)
    for one in found["members"]:
        one["owed"] = words.owed(one)
    return await visit.render(
        "aid/ledger.html",
        **await wording.frame(visit, "ledger"),
        members=found["members"],
        choices=await members(visit, say("Choose somebody")),
    )


async def show(visit: Visit) -> Answer:
    if (elsewhere := await wording.outside(visit)) is not None:
        return elsewhere
    space, form, sent = visit.path["space"], visit.form, visit.request.method == "POST"
    found = await visit.call("aid.ledger_with", space=space, member=visit.path["member"])
    for entry in found["entries"]:
        entry["told"] = _told(entry)
        entry["state_name"] = _(words.ENTRIES[entry["state"]])
        entry["day"] = formats.day(entry["created_at"])
        entry["steps"] = [(step, _(ANSWERS[step])) for step in entry["may"]]
    return await visit.render(
        "aid/between.html",
        **await wording.frame(visit, "ledger"),
        other=found,
        owed=words.owed(found),
        hints=[_(words.HINTS[hint]) for hint in dict.fromkeys(found["hints"].values())],
        forgivable=[unit for unit in ("minutes", "units") if found[unit] > 0],
        values={name: form.line(name) if sent else "" for name in ("hours", "minutes", "units", "note")},
        took=form.line("who") == "took",
    )


async def act(visit: Visit) -> Answer:
    """Write an entry, answer one, or forgive."""
    space, member, form = visit.path["space"], visit.path["member"], visit.form
    if entry := form.line("entry"):
        await visit.call("aid.answer", space=space, entry=entry, to=form.line("to"))
        return visit.see("aid-between", N_("It is noted between the two of you."), space=space, member=member)
    if unit := form.line("forgive"):
        await visit.call("aid.forgive", space=space, member=member, unit="units" if unit == "units" else "minutes")
        notice = N_("It is forgiven. Nobody but the two of you knows.")
        return visit.see("aid-between", notice, space=space, member=member)
    units, minutes = form.number("units"), form.number("hours") * 60 + form.number("minutes")
    if bool(units) == bool(minutes):
        raise UsageError("Write either how long it was, or how many.")
    amount: dict[str, Any] = {"amount": max(0, units or minutes), "unit": "units" if units else "minutes"}
    took = form.line("who") == "took"
    await visit.call("aid.give", space=space, member=member, took=took, note=form.line("note"), **amount)
    return visit.see("aid-between", N_("Written down. It counts once the other confirms."), space=space, member=member)


async def members(visit: Visit, nobody: str) -> Sequence[tuple[str, str]]:
    """Options of a list of everybody else; none where there are too many."""
    found = [one for one in await visit.call("people.list", space=visit.path["space"]) if not one["me"]]
    if len(found) > MOST_CHOICES:
        return []
    return [("", nobody), *((one["member"], plain_person(one["name"])) for one in found)]


def _told(entry: dict[str, Any]) -> str:
    amount = words.amount(entry["unit"], entry["amount"])
    if entry["forgives"]:
        return say("You forgave {amount}" if entry["gave"] else "You were forgiven {amount}", amount=amount)
    return say("You gave {amount}" if entry["gave"] else "You received {amount}", amount=amount)
