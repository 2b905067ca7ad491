"""Mentors: who offers, who looks, what would go well together, and the pairs one is part of."""

from __future__ import annotations

from typing import Final

from tadamun.core.words import N_
from tadamun.i18n.words import _
from tadamun.rooms.aid import pages_words as wording
from tadamun.rooms.aid import words
from tadamun.web.page import Answer, Visit

LIMIT: Final = 20  # of each list on the page
STEPS: Final = {
    "accepted": N_("Agree"),
    "declined": N_("No, thank you"),
    "withdrawn": N_("Withdraw this"),
    "ended": N_("End it"),
}


async def show(visit: Visit) -> Answer:
    if (elsewhere := await wording.outside(visit)) is not None:
        return elsewhere
    space = visit.path["space"]
    mentoring = {"space": space, "category": "mentoring", "limit": LIMIT}
    offers = await visit.call("aid.list", direction="offer", **mentoring)
    requests = await visit.call("aid.list", direction="request", **mentoring)
    suggested = await visit.call("aid.mentor_suggest", space=space)
    mine = await visit.call("aid.mentor_pairs", space=space)
    for pair in mine["pairs"]:
        pair["state_name"] = _(words.PAIRS[pair["state"]])
        pair["steps"] = [(step, _(STEPS[step])) for step in pair["may"]]
    return await visit.render(
        "aid/mentors.html",
        **await wording.frame(visit, "mentors"),
        offers=wording.ready(offers["items"]),
        requests=wording.ready(requests["items"]),
        suggested=wording.ready(suggested["items"]),
        pairs=mine["pairs"],
        full=mine["full"],
        more=offers["more"] or requests["more"],
    )


async def act(visit: Visit) -> Answer:
    """Ask somebody, or answer."""
    space, form = visit.path["space"], visit.form
    if pair := form.line("pair"):
        await visit.call("aid.mentor_answer", space=space, pair=pair, to=form.line("to"))
        return visit.see("aid-mentors", N_("It is noted between the two of you."), space=space)
    await visit.call("aid.mentor_ask", space=space, item=form.line("item"), text=form.text("text"))
    return visit.see("aid-mentors", N_("Your question is on its way, to that member alone."), space=space)
