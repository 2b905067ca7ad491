"""What a page is, and what it is given: the contract for everybody who writes one (docs/guides/pages.md).

A page is a path, a `get`, a `post`, or both. Each takes a `Visit` and gives a response made by it. What a page raises
(LocalError) becomes words for the person, with what they typed kept. Pages hold no rules and no SQL: they make calls.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tadamun.core.errors import UsageError
from tadamun.web.house import State

if TYPE_CHECKING:
    from tadamun.web.site import Site

TEXT: Final = 256 * 1024  # bytes of a form without files, unless its page says otherwise
OPEN: Final = frozenset({State.OPEN})
ANY: Final = frozenset(State)
QUIET: Final = "x-live"  # the header of what a page fetches by itself: nobody is there for it
FOUND: Final = "found"  # what stands in an address instead of what was looked for, see asked.py
TOKEN: Final = "form_token"  # noqa: S105 - the name of a field

Answer = Response  # what a page gives, made by its visit
Handler = Callable[["Visit"], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Page:
    """path: `/{space}/talk`, below the pages' own; braces hold one part of a path. name: for `url`.

    when: the states of the house in which it is there; in others one is led where one has to go first. most: bytes of
    what may be posted. repeatable: a script posts here as often as it likes (drafts, marks), with the session's
    standing token; what it does must be harmless to repeat. proves: what is sent proves by itself that the person sent
    it (a passphrase), and may be sent twice: no token, so that a form outlives the process that made it. nav, icon: how
    a space's list of rooms shows it (its path holds nothing but the space).
    """

    path: str
    name: str
    get: Handler | None = None
    post: Handler | None = None
    when: frozenset[State] = OPEN
    most: int = TEXT
    repeatable: bool = False
    proves: bool = False
    nav: str = ""
    icon: str = ""


class Form:
    """What was posted. Text comes with \\n as the only end of a line, and nothing else changed: calls judge it."""

    def __init__(self, data: FormData | None = None) -> None:
        self._data = data if data is not None else FormData()

    def text(self, name: str, default: str = "") -> str:
        """The field's text; the default if it is not there."""
        found = self._data.get(name)
        return _lines(found) if isinstance(found, str) else default

    def line(self, name: str, default: str = "") -> str:
        """The field's text without space around it."""
        return self.text(name, default).strip()

    def number(self, name: str, default: int = 0) -> int:
        """A whole number, in any script's digits. Raises UsageError."""
        said = self.line(name)
        if not said:
            return default
        try:
            return int(said)
        except ValueError:
            raise UsageError("{text} is no whole number. Nothing was done. Write one with digits.", text=said) from None

    def flag(self, name: str) -> bool:
        """True if the box was ticked."""
        return name in self._data

    def many(self, name: str) -> list[str]:
        """The texts of all fields of that name."""
        return [one for one in self._data.getlist(name) if isinstance(one, str)]

    def file(self, name: str) -> UploadFile | None:
        """The file, held in memory, or None if none was chosen."""
        found = self._data.get(name)
        return found if isinstance(found, UploadFile) and found.filename else None

    def texts(self) -> list[tuple[str, str]]:
        """All fields but files, secrets and the token, in order: what is given back to whoever has to send again."""
        return [
            (name, _lines(value))
            for name, value in self._data.multi_items()
            if isinstance(value, str) and name != TOKEN and not name.startswith("passphrase")
        ]

    def has_files(self) -> bool:
        return any(isinstance(value, UploadFile) and value.filename for _, value in self._data.multi_items())


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


class Typed(Mapping[str, str]):
    """For templates: what was typed into a field, "" where nothing was: `{{ typed.text }}`."""

    def __init__(self, form: Form) -> None:
        self._fields = dict(form.texts())

    def __getitem__(self, name: str) -> str:
        return self._fields.get(name, "")

    def __contains__(self, name: object) -> bool:
        return name in self._fields

    def __iter__(self) -> Any:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)


@dataclass
class Visit:
    """One request of one person. session: which browser. error: what went wrong with what was just posted.

    seen: how many changes the house had seen when it came.
    """

    site: Site
    page: Page
    request: Request
    session: str
    path: Mapping[str, str]
    form: Form = field(default_factory=Form)
    error: str = ""
    seen: int = 0
    preferences: Mapping[str, Any] = field(default_factory=dict)

    @property
    def query(self) -> Mapping[str, str]:
        """What stands behind the question mark; with `found`, also what was looked for under that number."""
        given = self.request.query_params
        kept = self.site.asked.get(self.session, given[FOUND]) if FOUND in given else None
        return {**kept, **given} if kept is not None else given

    async def call(self, name: str, /, **params: Any) -> Any:
        """Make a call (docs/adr/0004-calls.md); plain JSON values. Raises LocalError."""
        return await self.site.house.call(name, params)

    async def render(self, template: str, /, status: int = 200, **context: Any) -> Response:
        """The page made of a template, with what every template has (docs/guides/pages.md) and the given."""
        return await self.site.render(self, template, status, context)

    def notice(self, message: str, /, **arguments: str | int) -> None:
        """Say something at the top of the next page this browser is shown. message: a msgid."""
        self.site.notices.add(self.session, message, arguments)

    def see(self, name: str, notice: str = "", /, *, at: str = "", **params: Any) -> Response:
        """Lead on to a page by its name (303), after something was done; with a notice, a msgid, if given. at: the id
        of the element there to come to."""
        if notice:
            self.notice(notice)
        return RedirectResponse(self.url(name, **params) + (f"#{at}" if at else ""), 303)

    def url(self, name: str, **params: Any) -> str:
        return self.site.url(name, **params)

    @property
    def here(self) -> str:
        """This page's own address, with its query, as it may stand in a header: what was spelled with % in the path
        is so again, so that no part of it turns into a query or another place."""
        found = quote(self.site.address.path + self.request.scope["path"])
        query = self.request.scope["query_string"].decode("latin-1")
        return f"{found}?{query}" if query else found
