"""Asking without one's name: how many may have asked is said where one writes, and what one asked on this device.

No draft is kept of it: what lies on this computer would say who asked.
"""

from __future__ import annotations

from typing import Final

from tadamun.core.words import N_
from tadamun.i18n.words import say
from tadamun.rooms.talk import pages_compose as compose
from tadamun.rooms.talk import pages_list as lists
from tadamun.web.page import Answer, Visit

HOUR: Final = 3_600  # seconds
WITHIN: Final = (
    (HOUR // 2, N_("Within half an hour")),
    (6 * HOUR, N_("Within six hours")),
    (24 * HOUR, N_("Within a day")),
    (72 * HOUR, N_("Within three days")),
)
USUAL: Final = 6 * HOUR


async def show(visit: Visit) -> Answer:
    """The composer, or why there is none; and one's own questions."""
    if not await lists.belongs(visit):
        return await lists.outside(visit)
    space, form = visit.path["space"], visit.form
    fields = compose.fields_of(form)
    chosen = form.line("within")
    return await visit.render(
        "talk/ask.html",
        **await lists.frame(visit, ""),
        asking=await visit.call("talk.questions", space=space),
        reach=await compose.audience(visit, {}),
        text=form.text("text"),
        fields=fields,
        topic_choices=[(topic, say(name), topic in fields["topics"]) for topic, name in compose.TOPICS.items()],
        lengths=[(str(seconds), say(words)) for seconds, words in WITHIN],
        within=chosen if chosen in {str(seconds) for seconds, _ in WITHIN} else str(USUAL),
    )


async def ask(visit: Visit) -> Answer:
    """Say it, at some time."""
    space, form = visit.path["space"], visit.form
    fields = compose.fields_of(form)
    within = next((seconds for seconds, _ in WITHIN if str(seconds) == form.line("within")), USUAL)
    await visit.call(
        "talk.ask", space=space, text=form.text("text"), title=fields["title"], topics=fields["topics"],
        warning=fields["warning"], within=within,
    )  # fmt: skip
    return visit.see("talk-ask", N_("Your question is kept, and goes out without your name in that time."), space=space)


async def let_go(visit: Visit) -> Answer:
    """Destroy the key of one's own question."""
    space = visit.path["space"]
    await visit.call("talk.let_go", space=space, post=visit.form.line("post"))
    return visit.see("talk-ask", N_("The key is destroyed. This device does not know any more who asked."), space=space)
