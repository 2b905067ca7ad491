"""Talk's pages: what is new in a space, and a place to write."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from tadamun.core.words import N_
from tadamun.web.page import Page, Visit


async def show(visit: Visit) -> Response:
    read = await visit.call("talk.read", space=visit.path["space"], limit=50)
    return await visit.render("talk/talk.html", posts=read["posts"])


async def write(visit: Visit) -> Response:
    await visit.call("talk.post", space=visit.path["space"], text=visit.form.text("text"))
    return visit.see("talk", N_("Your post is on its way."), space=visit.path["space"])


PAGES: Final = (Page("/{space}/talk", "talk", show, write, nav=N_("Talk"), icon="talk"),)
