"""The pages as a whole: what every page is rendered with, how pages are named, and how a visit is answered.

The only way to a page's `get` and `post` leads through `answer`, which looks at the state of the house, reads the form,
asks for its token, and turns what goes wrong into words. This file does not know any page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode

from starlette.datastructures import FormData
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tadamun.core.errors import LocalError, NotAllowed, Unreachable, UsageError, VaultError, whereabouts
from tadamun.core.ports import Clock, Random
from tadamun.core.words import N_
from tadamun.i18n.tongue import ENGLISH, Language, choose, current, parse
from tadamun.i18n.words import say
from tadamun.web import guard
from tadamun.web.address import Address
from tadamun.web.around import around
from tadamun.web.asked import FORGOTTEN, Asked
from tadamun.web.held import Held
from tadamun.web.house import House, State
from tadamun.web.instead import instead
from tadamun.web.notices import Notices
from tadamun.web.page import ANY, FOUND, QUIET, TOKEN, Form, Page, Typed, Visit
from tadamun.web.render import Templates, versions
from tadamun.web.tokens import Tokens
from tadamun.web.words import helpers

STANDING: Final = "x-form-token"  # the header by which scripts send the session's standing token
FIELDS: Final = 1000
FILES: Final = 20
STATUSES: Final = {UsageError.code: 422, NotAllowed.code: 403, Unreachable.code: 504, VaultError.code: 503}
LANDING: Final = {State.FRESH: "welcome", State.LOCKED: "unlock", State.PREPARING: "preparing", State.OPEN: "home"}
_PART: Final = re.compile(r"\{(\w+)(?::\w+)?\}")

STALE: Final = N_(
    "This form was open for so long that it is not accepted as it is. Nothing was done. What you wrote is below: look "
    "at it, and send it again if you still want it."
)
WHILE_LOCKED: Final = N_(
    "The node was locked when you sent this, so nothing was done. What you wrote is below: look at it, and send it "
    "again if you still want it."
)
CUT_OFF: Final = N_(
    "The node was closed while you sent this, so it may have been done or not. What you wrote is below: see first if "
    "it is there already, and send it again if it is not."
)
TOO_LARGE: Final = N_(
    "What you sent is too large for one form, so nothing was done. What you wrote is below. Files are not kept: leave "
    "them out, or choose smaller ones."
)
UNFORESEEN: Final = N_(
    "Something went wrong that should not have. What was confirmed before is kept. What you sent just now may not have "
    "been done: look before you send it again."
)


@dataclass(frozen=True, slots=True)
class Saved:
    """The language for what is shown while nothing is open, as a tag, "" for none: kept beside the vault by `main`."""

    get: Callable[[], str]
    put: Callable[[str], None]


class Site:
    """pages: all of them, the rooms' too. rooms: packages with templates. language: what is kept beside the vault."""

    def __init__(
        self,
        pages: Sequence[Page],
        rooms: Sequence[str],
        house: House,
        address: Address,
        tokens: Tokens,
        clock: Clock,
        language: Saved,
        random: Random,
    ) -> None:
        self.pages, self.house, self.address, self.tokens = tuple(pages), house, address, tokens
        self.notices = Notices()
        self.handed: dict[str, Any] = {}  # by session: what the next page shows once, such as a device's link
        self.asked = Asked(random)
        self.unforeseen: Counter[str] = Counter()  # where what nobody foresaw happened, how often
        self.clock, self.random, self._language = clock, random, language
        self._paths = {page.name: page.path for page in pages} | {"static": "/static/{path}", "live": "/live"}
        self.files = versions()
        self.templates = Templates(rooms, self.url)
        self.held = Held(house.now)
        house.watchers.add(self._state_changed)

    def url(self, name: str, /, **params: Any) -> str:
        """The address of a page by its name: parameters fill its path, what is left over becomes the query."""
        path = self._paths[name]
        parts = set(_PART.findall(path))
        filled = _PART.sub(lambda found: quote(str(params[found[1]]), safe="/" if name == "static" else ""), path)
        query = {key: value for key, value in params.items() if key not in parts and value not in ("", None)}
        if name == "static":
            query = {"v": self.files[params["path"]]}
        return self.address.path + filled + (f"?{urlencode(query, doseq=True)}" if query else "")

    async def answer(self, page: Page, request: Request) -> Response:
        """One visit to a page."""
        self._speak(request, {})
        visit = Visit(self, page, request, request.scope["session"], request.path_params, seen=self.house.changes)
        if QUIET not in request.headers:
            self.house.touch()
        try:
            if self.house.state is State.OPEN:
                await self._prefer(visit)
            if request.method == "POST":
                return await self._post(visit)
            if self.house.state not in page.when:
                return self._led_away(visit, "")
            if page.get is None:
                return self.refusal(request, 405, guard.NOT_SO)
            number = request.query_params.get(FOUND, "")
            if number and self.asked.get(visit.session, number) is None:
                visit.error = say(FORGOTTEN)
            return await page.get(visit)
        except guard.TooLarge:
            return self.refusal(request, 413, guard.TOO_MUCH)
        except LocalError as error:
            return await self._failed(visit, error)
        except Exception as error:
            return self._unforeseen(visit, error)

    async def render(self, visit: Visit, template: str, status: int, context: Mapping[str, Any]) -> Response:
        """See Visit.render."""
        state = self.house.state
        language = current()
        everywhere = {
            "lang": language.code,
            "dir": "rtl" if language.rtl else "ltr",
            "theme": visit.preferences.get("theme", "auto"),
            "text_size": visit.preferences.get("text_size", 100),
            "discreet": visit.preferences.get("discreet", self.address.discreet),
            "preferences": visit.preferences,
            "house": state.value,
            **await around(self, visit),
            "form_token": lambda: self.tokens.make(visit.session),
            "seen": visit.seen,
            "standing_token": self.tokens.standing(visit.session),
            "here": visit.here,
            "typed": Typed(visit.form),
            "error": visit.error,
            # What a page fetches by itself shows none: they are for what the person asked for.
            "notices": [] if QUIET in visit.request.headers else self.notices.take(visit.session),
            "now": self.clock.now(),
            **helpers(self.clock.now()),
        }
        return self.templates.page(template, status, {**everywhere, **context})

    def refusal(self, request: Request | Mapping[str, Any], status: int, message: str) -> Response:
        """A page that says no and shows nothing of anybody's: for whoever may not be the person this node is for."""
        if not isinstance(request, Request):
            request = Request(request)  # type: ignore[arg-type]  # a scope is a mutable mapping
        self._speak(request, {})
        language = current()
        context = {
            "lang": language.code, "dir": "rtl" if language.rtl else "ltr", "house": "none", "message": say(message),
            "status_code": status, "form_token": str, "discreet": self.address.discreet,
        }  # fmt: skip
        # Whoever does not know our path is not told it: other programs on 127.0.0.1 could be sent the cookie there.
        knows = request.scope.get("raw_path", b"").startswith(self.address.path.encode() + b"/")
        return self.templates.page("refused.html" if knows else "stranger.html", status, context)

    async def _prefer(self, visit: Visit) -> None:
        """Take over what the person prefers. Raises LocalError, but for pages that need no node."""
        try:
            visit.preferences = await self.house.call("node.preferences", {})
        except LocalError:
            if visit.page.when != ANY:
                raise
            return
        self.house.idle = visit.preferences["lock_minutes"] * 60.0
        self._language.put(visit.preferences["tag"])
        self.address.discreet = visit.preferences["discreet"]
        self._speak(visit.request, visit.preferences)

    async def _post(self, visit: Visit) -> Response:
        page, request = visit.page, visit.request
        if page.post is None:
            return self.refusal(request, 405, guard.NOT_SO)
        try:
            visit.form = await _read(request, page.most)
        except _Cut as cut:
            if self.house.state not in page.when or not cut.form.texts():
                raise
            return await self.again(visit, visit.here, cut.form, say(TOO_LARGE), 413)
        if self.house.state not in page.when:
            return self._led_away(visit, WHILE_LOCKED)
        if page.repeatable and self.tokens.is_standing(visit.session, request.headers.get(STANDING, "")):
            return await page.post(visit)
        if page.proves:
            return await page.post(visit)
        given = visit.form.text(TOKEN)
        if not self.tokens.good(visit.session, given):
            return await self.again(visit, visit.here, visit.form, say(STALE), 409)
        led_to = await self.tokens.begin(given)
        if led_to is not None:
            return RedirectResponse(led_to, 303)
        done: str | None = None
        try:
            answer = await page.post(visit)
            if answer.status_code == 303:
                done = answer.headers["location"]
            return answer
        finally:
            self.tokens.end(given, done)

    async def again(self, visit: Visit, action: str, form: Form, why: str, status: int) -> Response:
        """What was sent and not done, given back in a form to send again."""
        visit.error = why
        context = {"action": action, "fields": form.texts(), "had_files": form.has_files()}
        return await self.render(visit, "again.html", status, context)

    def _led_away(self, visit: Visit, why: str) -> Response:
        """Where the house has to be entered first; what was sent is held until then."""
        if self.house.state in (State.LOCKED, State.PREPARING) and visit.page.name != "held":
            if visit.request.method == "POST":
                self.held.put(visit.session, visit.here, visit.form, why)
            elif visit.request.headers.get("sec-fetch-dest", "document") == "document":
                self.held.going(visit.session, visit.here)
        return RedirectResponse(self._landing(), 303)

    async def _failed(self, visit: Visit, error: LocalError) -> Response:
        """In words: on the page that was sent from, if there is one; else on one that gives back what was sent."""
        if self.house.state not in visit.page.when:
            return self._led_away(visit, CUT_OFF)
        words = say(instead(error.message), **error.arguments)
        status = STATUSES.get(error.code, 500)
        visit.error = words
        try:
            if visit.request.method == "POST":
                if visit.page.get is not None:
                    with suppress(LocalError):  # then there is no such page any more, but there is what was typed
                        answer = await visit.page.get(visit)
                        answer.status_code = status
                        return answer
                return await self.again(visit, visit.here, visit.form, words, status)
            return await self.render(visit, "failed.html", status, {"message": words})
        except LocalError:
            return self.refusal(visit.request, status, instead(error.message))
        except Exception as second:
            return self._unforeseen(visit, second)

    def _unforeseen(self, visit: Visit, error: Exception) -> Response:
        """Counted by where it passed, which holds nothing of anybody's; the page tells only that it happened."""
        if self.house.state not in visit.page.when:
            return self._led_away(visit, CUT_OFF)
        self.note(error)
        return self.refusal(visit.request, 500, UNFORESEEN)

    def note(self, error: Exception) -> None:
        self.unforeseen[whereabouts(error)] += 1

    def _landing(self) -> str:
        return self.url(LANDING[self.house.state])

    def space_href(self, space: str) -> str:
        """Where a space begins."""
        first = next((page for page in self.pages if page.nav), None)
        return self.url(first.name, space=space) if first is not None else self.url("home")

    def _speak(self, request: Request, preferences: Mapping[str, Any]) -> None:
        choose(language_of(str(preferences.get("tag", "")) or self._language.get(), request))

    def _state_changed(self) -> None:
        """What was to be told is about what is closed now."""
        if self.house.state is not State.OPEN:
            self.notices.forget()
            self.handed.clear()
            self.asked.forget()


def language_of(chosen: str, request: Request) -> Language:
    """The chosen one, else the first that the browser asks for and we speak (RFC 9110, 12.5.4; in the order given)."""
    wishes = [chosen, *(one.partition(";")[0] for one in request.headers.get("accept-language", "")[:500].split(","))]
    for wish in wishes:
        language = parse(wish)
        if language is not None:
            return language
    return ENGLISH


class _InMemory(MultiPartParser):
    spool_max_size = guard.MOST_BODY + 1  # nothing of a person's is ever written to a temporary file


class _Cut(guard.TooLarge):
    """More came than a page takes. form: the texts of what came before."""

    def __init__(self, form: Form) -> None:
        self.form = form


async def _read(request: Request, most: int) -> Form:
    """Raises TooLarge, UsageError."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    source = request.stream()
    stream = _bounded(source, most)
    try:
        if kind == "multipart/form-data":
            parser = _InMemory(request.headers, stream, max_files=FILES, max_fields=FIELDS, max_part_size=most)
            try:
                return Form(await parser.parse())
            except guard.TooLarge:
                # A large file mostly comes behind what was written. Browsers wait with the answer until all is sent.
                kept = FormData([(name, value) for name, value in parser.items if isinstance(value, str)])
                async for _ in source:
                    pass
                raise _Cut(Form(kept)) from None
        with suppress(ValueError):
            if int(request.headers.get("content-length", "0")) > most:
                raise guard.TooLarge
        if kind in ("application/x-www-form-urlencoded", ""):
            return Form(await FormParser(request.headers, stream).parse())
    except (MultiPartException, ValueError) as error:
        raise _UNREADABLE from error
    raise _UNREADABLE


async def _bounded(source: AsyncIterator[bytes], most: int) -> AsyncGenerator[bytes, None]:
    left = most
    async for chunk in source:
        yield chunk[:left]
        left -= len(chunk)
        if left < 0:
            raise guard.TooLarge


_UNREADABLE: Final = UsageError("What was sent could not be read as a form. Nothing was done. Go back and try again.")
