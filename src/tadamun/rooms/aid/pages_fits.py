"""What fits: what one could give, known to this device alone, and what it finds for that."""

from __future__ import annotations

from typing import Any

from tadamun.core.words import N_
from tadamun.i18n.words import _
from tadamun.rooms.aid import pages_words as wording
from tadamun.rooms.aid import words
from tadamun.web.page import Answer, Visit


async def show(visit: Visit) -> Answer:
    """Suggestions for what one could give, or for one's own request or offer."""
    if (elsewhere := await wording.outside(visit)) is not None:
        return elsewhere
    space, item = visit.path["space"], visit.query.get("item", "")
    found = await visit.call("aid.suggest", space=space, item=item)
    means: dict[str, Any] = await visit.call("aid.means", space=space)
    form, sent = visit.form, visit.request.method == "POST"
    chosen = form.many("category") if sent else means["categories"]
    mine = await visit.call("aid.show", space=space, item=item) if item else None
    return await visit.render(
        "aid/fits.html",
        **await wording.frame(visit, "fits"),
        items=wording.ready(found["items"]),
        looked_at=found["looked_at"],
        mine=mine,
        means=means,
        known=bool(means["categories"]),
        categories=[(name, _(label), name in chosen) for name, label in words.CATEGORIES.items()],
        tags=form.text("tags") if sent else " ".join(means["tags"]),
        place=form.text("place") if sent else means["place"],
        speaks=wording.languages(visit, means["languages"]),
        places=await visit.call("aid.places", space=space),
    )


async def keep(visit: Visit) -> Answer:
    """Remember what one could give."""
    space, form = visit.path["space"], visit.form
    await visit.call(
        "aid.means",
        space=space,
        categories=form.many("category"),
        tags=wording.split(form.text("tags")),
        languages=wording.chosen_languages(form),
        place=form.text("place"),
    )
    return visit.see("aid-fits", N_("This device remembers it, and tells nobody."), space=space)
