"""One's own peace: whom one mutes or blocks, which words one filters."""

from __future__ import annotations

from typing import Any, Final

from tadamun.core.words import N_
from tadamun.i18n.words import say
from tadamun.rooms.safety import pages_words as wording
from tadamun.web.page import Answer, Visit
from tadamun.web.words import plain_person

MOST_CHOICES: Final = 60  # members in a list to choose from; with more a name is typed


async def show(visit: Visit) -> Answer:
    space = visit.path["space"]
    found: dict[str, Any] = await visit.call("safety.mine", space=space)
    others = [one for one in await visit.call("people.list", space=space) if not one["me"]]
    wanted = visit.query.get("member", "") or visit.form.line("member")
    choices = [("", say("Choose somebody")), *((one["member"], plain_person(one["name"])) for one in others)]
    return await visit.render(
        "safety/own.html",
        **await wording.frame(visit, "own"),
        mine=found,
        choices=choices if len(others) <= MOST_CHOICES else [],
        wanted=wanted,
    )


async def act(visit: Visit) -> Answer:
    """Mute, block, see again; filter a word or no longer."""
    space, form = visit.path["space"], visit.form
    if word := form.line("unfilter"):
        done = await visit.call("safety.filter", space=space, word=word, undo=True)
        visit.notice(N_("You no longer filter “{word}”."), word=done["word"])
        return visit.see("safety-room", space=space)
    if form.line("do") == "filter":
        done = await visit.call("safety.filter", space=space, word=form.line("word"))
        visit.notice(N_("What has “{word}” in it is folded from now on. You can unfold each post."), word=done["word"])
        return visit.see("safety-room", space=space)
    how = form.line("how")
    done = await visit.call(
        "safety.keep_away", space=space, member=form.line("member"), how=how if how in ("mute", "block") else ""
    )
    told = {
        "mute": N_("What {name} writes is folded here. They are not told."),
        "block": N_("What {name} writes is folded here, and their direct messages are not shown. They are not told."),
    }.get(done["how"], N_("You see {name} as before."))
    visit.notice(told, name=done["name"])
    return visit.see("safety-room", space=space)
