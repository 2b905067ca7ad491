"""The guard around every page: nothing reaches a page but what this person's own browser sent from our own pages.

One ASGI wrapper around everything that is served, so that no page can forget it. In order: the name that was called
(against DNS rebinding), the path that only we know, which user opened the connection (against others on this computer,
as the cookie is too), where the request comes from (against other sites), how much is sent, and the cookie. Form tokens
are asked for where forms are read (site.py). It also sets the headers that bind the browser.
This file does not know any page.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tadamun.core.words import N_
from tadamun.web import neighbour
from tadamun.web.address import Address

COOKIE: Final = "tadamun"
MOST_BODY: Final = 16 * 1024 * 1024  # bytes that a page may take in; most pages set their own, smaller ones
MOST_SENT: Final = 4 * MOST_BODY  # bytes of any request: of what is more than a page takes, the rest is thrown away
OPEN_PATHS: Final = ("/enter/", "/static/")  # what is served without a cookie: ways in, and files everybody may have
MOST_OWNERS: Final = 500  # connections whose owner is remembered
METHODS: Final = frozenset({"GET", "HEAD", "POST"})

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex",
}
NO_STORE: Final = "no-store"

WRONG_NAME: Final = N_("This address is not the pages' own. Nothing was shown. Open the link that Tadamun gave you.")
ANOTHER_SITE: Final = N_(
    "Another page tried to reach your node's pages and was refused. Nothing was shown or done. If it was you, open the "
    "pages from your bookmark or by the link that Tadamun gives you."
)
ANOTHER_USER: Final = N_(
    "These pages belong to another user of this computer. Nothing was shown. Start a browser as the user who runs the "
    "node."
)
NOT_IN: Final = N_(
    "This browser is not let in, or was let in too long ago. Nothing is lost. Run `tadamun pages` on this computer and "
    "open the link it prints."
)
NOT_HERE: Final = N_("There is no such page. Nothing is lost. Go back, or begin at the first page.")
NOT_SO: Final = N_("That cannot be asked in this way. Nothing was done. Go back and try again.")
TOO_MUCH: Final = N_(
    "What was sent is too large for one form. Nothing was done. Go back with your browser: a post you were writing is "
    "kept as its draft, unless scripts are switched off. Then send less at once."
)

Owner = Callable[[tuple[str, int], tuple[str, int]], int | None]
Refuse = Callable[[Scope, int, str], ASGIApp]


class TooLarge(Exception):
    """More came than a request may hold."""


class Guard:
    """refuse(scope, status, msgid): the page that says no. owner: as neighbour.py tells whose a connection is."""

    def __init__(self, app: ASGIApp, address: Address, refuse: Refuse, owner: Owner = neighbour.owner) -> None:
        self.app, self._address, self._refuse, self._owner = app, address, refuse, owner
        self._owners: dict[int, tuple[tuple[str, int], int | None]] = {}  # port → (connection, owner)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return  # nothing else is served: no WebSocket, no lifespan
        scope["session"] = None
        answer = self._judge(scope) or self.app
        within = _Within(receive, MOST_SENT)
        await answer(scope, within, _Bound(send))

    def _judge(self, scope: Scope) -> ASGIApp | None:
        """The refusal, or None if it may pass; sets `session` and cuts our path off."""
        headers = Headers(scope=scope)
        if headers.getlist("host") != [self._address.host]:
            return self._refuse(scope, 421, WRONG_NAME)
        path = scope["path"]
        if not path.startswith(self._address.path + "/"):
            return self._refuse(scope, 404, NOT_HERE)
        scope["path"] = path = path.removeprefix(self._address.path)
        scope["root_path"] = ""
        if self._whose(scope) not in (None, os.geteuid()):
            return self._refuse(scope, 403, ANOTHER_USER)
        if scope["method"] not in METHODS:
            return self._refuse(scope, 405, NOT_SO)
        if not self._from_us(scope["method"], path, headers):
            return self._refuse(scope, 403, ANOTHER_SITE)
        if not _fits(headers):
            return self._refuse(scope, 413, TOO_MUCH)
        scope["session"] = self._session(headers)
        if scope["session"] is None and not path.startswith(OPEN_PATHS):
            return self._refuse(scope, 403, NOT_IN)
        return None

    def _whose(self, scope: Scope) -> int | None:
        """Asked once a connection: that takes milliseconds. The server gives every request of a connection the same
        tuple, and a new one to the next connection from that port."""
        client = scope["client"]
        held = self._owners.get(client[1])
        if held is None or held[0] is not client:
            self._owners.pop(client[1], None)
            self._owners[client[1]] = held = client, self._owner(client, scope["server"])
            for gone in list(self._owners)[:-MOST_OWNERS]:
                del self._owners[gone]
        return held[1]

    def _from_us(self, method: str, path: str, headers: Headers) -> bool:
        """Fetch Metadata (W3C) and Origin (RFC 6454). Under `no-referrer` browsers send `Origin: null` with our own
        forms; what tells them from others is Sec-Fetch-Site then, which every browser of today sends."""
        origins, sites = headers.getlist("origin"), headers.getlist("sec-fetch-site")
        if len(origins) > 1 or len(sites) > 1:
            return False
        origin, site = (found[0] if found else "" for found in (origins, sites))
        if method == "POST":
            if site:
                return site == "same-origin" and origin in ("", "null", self._address.origin)
            return origin == self._address.origin
        if origin not in ("", self._address.origin):
            return False
        # A link in is its own authority: it may be opened from a file or another program that shows it.
        link = path.startswith("/enter/") and headers.get("sec-fetch-dest", "document") == "document"
        return site in ("", "same-origin", "none") or link

    def _session(self, headers: Headers) -> str | None:
        """The name of the session whose cookie came. Other services on 127.0.0.1 can give the browser cookies for ours,
        whatever their port: neither one of the same name nor one that is written badly shuts anybody out. So every one
        is looked at, and split as browsers join them (RFC 6265, 4.2.1) and not by a parser that gives up."""
        for line in headers.getlist("cookie"):
            for one in line.split(";"):
                name, _, value = one.strip().partition("=")
                if name == COOKIE and (session := self._address.session(value)) is not None:
                    return session
        return None


class _Within:
    """Receives as before, until more has come than may."""

    def __init__(self, receive: Callable[[], Awaitable[Message]], most: int) -> None:
        self._receive, self._left = receive, most

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise TooLarge
        return message


class _Bound:
    """Sends as before, with our headers; what a page did not say may be kept by nobody."""

    def __init__(self, send: Send) -> None:
        self._send = send

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            headers.setdefault("Cache-Control", NO_STORE)
        await self._send(message)


def _fits(headers: Headers) -> bool:
    length = headers.get("content-length", "0")
    return length.isascii() and length.isdecimal() and int(length) <= MOST_SENT
