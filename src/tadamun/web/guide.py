"""The safety guide as a page, each chapter with the way to where it is set."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from tadamun.i18n.guide import chapters
from tadamun.web.page import Page, Visit


async def guide(visit: Visit) -> Response:
    return await visit.render("guide.html", chapters=chapters())


PAGES: Final = (Page("/guide", "guide", guide),)
