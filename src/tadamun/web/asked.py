"""What was looked for: kept in memory under a number, so that an address, which the browser's history keeps, holds the
number and no words.

A form for looking something up is sent to `find` with the page it is for (`at`), and leads there with `?found=number`;
to that page it is as if its fields stood in the address. Each browser has numbers of its own. Locking forgets them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.responses import RedirectResponse, Response

from tadamun.core.errors import UsageError
from tadamun.core.ports import Random
from tadamun.core.words import N_
from tadamun.web.page import FOUND, Page, Visit

MOST: Final = 50  # of one browser; the oldest make room
BROWSERS: Final = 20
LONGEST: Final = 2_000  # characters of one field

FORGOTTEN: Final = N_("What you looked for was forgotten, as it is whenever the node is locked. Look for it again.")


class Asked:
    """By session and number: fields and what was typed into them."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._by_session: dict[str, dict[str, dict[str, str]]] = {}

    def put(self, session: str, fields: Mapping[str, str]) -> str:
        """The number, which an old page's will not be: they are drawn by lot."""
        own = self._by_session.pop(session, {})
        self._by_session[session] = own
        number = str(self._random.below(10**12))
        own[number] = {name: text[:LONGEST] for name, text in fields.items() if text}
        for gone in list(own)[:-MOST]:
            del own[gone]
        for session_gone in list(self._by_session)[:-BROWSERS]:
            del self._by_session[session_gone]
        return number

    def get(self, session: str, number: str) -> Mapping[str, str] | None:
        """None: there is nothing of that number, or no more."""
        return self._by_session.get(session, {}).get(number)

    def forget(self) -> None:
        self._by_session.clear()


async def find(visit: Visit) -> Response:
    """Keep what is looked for, and lead to where it is looked for: one of our own pages."""
    fields = dict(visit.form.texts())
    at = fields.pop("at", "").partition("?")[0]
    if not at.startswith(visit.site.address.path + "/") or not at.isprintable() or "\\" in at:
        raise UsageError("That cannot be asked in this way. Nothing was done. Go back and try again.")
    return RedirectResponse(f"{at}?{FOUND}={visit.site.asked.put(visit.session, fields)}", 303)


PAGES: Final = (Page("/find", "find", post=find),)
