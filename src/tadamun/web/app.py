"""The application: pages, static files, the way in and the stream of changes, all behind the guard."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tadamun.core.words import N_
from tadamun.web import guard
from tadamun.web.enter import Links
from tadamun.web.house import State
from tadamun.web.live import Live
from tadamun.web.page import Page
from tadamun.web.render import STATIC, light
from tadamun.web.site import UNFORESEEN, Site

CACHED: Final = "private, max-age=31536000, immutable"  # the address of a static file changes with its content
OLD_LINK: Final = N_(
    "This link was used already or is too old: each is good once, for ten minutes. Nothing is lost. Run "
    "`tadamun pages` on this computer for a new one."
)


def build(site: Site, links: Links, live: Live) -> guard.Guard:
    """Everything that is served. `guard.Guard` around `Starlette.routes`, which a test lists."""

    async def enter(request: Request) -> Response:
        home = site.url("home")
        if request.scope["session"] is None:
            # Programs that look at a link before they show it ask for its head: that uses up nothing.
            if request.method == "HEAD" or not links.use(request.path_params["token"]):
                return site.refusal(request, 410, OLD_LINK)
            answer = _lead_in(request, home)
            answer.set_cookie(
                guard.COOKIE,
                site.address.new_session(),
                max_age=30 * 86_400,
                path=site.address.path,
                httponly=True,
                samesite="strict",
            )
            return answer
        return _lead_in(request, home)

    async def static(request: Request) -> Response:
        wanted = request.path_params["path"]
        if wanted not in site.files:
            return site.refusal(request, 404, guard.NOT_HERE)
        fresh = request.query_params.get("v") == site.files[wanted]
        headers = {"Cache-Control": CACHED if fresh else "no-cache"}
        if (text := light(wanted)) is not None:
            return Response(
                text, headers=headers, media_type="text/css" if wanted.endswith(".css") else "text/javascript"
            )
        return FileResponse(STATIC / wanted, headers=headers)

    async def changes(request: Request) -> Response:
        made = request.query_params.get("state", "")
        state = State(made) if made in set(State) else site.house.state
        return StreamingResponse(
            live.events(state, request.query_params.get("seen", "")), media_type="text/event-stream"
        )

    routes = [
        Route("/enter/{token}", enter, methods=["GET"]),
        Route("/static/{path:path}", static, methods=["GET"]),
        Route("/live", changes, methods=["GET"]),
        *(Route(page.path, _endpoint(site, page), methods=["GET", "POST"], name=page.name) for page in site.pages),
    ]

    async def lost(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return site.refusal(request, status, guard.NOT_HERE if status == 404 else guard.NOT_SO)

    app = Starlette(routes=routes, exception_handlers={HTTPException: lost})
    app.router.redirect_slashes = False

    def refuse(scope: Scope, status: int, message: str) -> ASGIApp:
        return site.refusal(scope, status, message)

    return guard.Guard(Unbroken(app, site), site.address, refuse)


class Unbroken:
    """What nobody foresaw outside of a page becomes a humane page too, and never a traceback."""

    def __init__(self, app: Starlette, site: Site) -> None:
        self.app, self._site = app, site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except guard.TooLarge:
            if not begun:
                await self._site.refusal(scope, 413, guard.TOO_MUCH)(scope, receive, send)
        except Exception as error:
            self._site.note(error)
            if not begun:
                await self._site.refusal(scope, 500, UNFORESEEN)(scope, receive, send)


def _endpoint(site: Site, page: Page) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        return await site.answer(page, request)

    return answer


def _lead_in(request: Request, home: str) -> Response:
    """Straight on if the browser was told the link by its person. After a link in a file or another program it would
    withhold a SameSite=Strict cookie from a redirect: a page of ours leads on then."""
    if request.headers.get("sec-fetch-site", "none") in ("none", "same-origin"):
        return RedirectResponse(home, 303)
    target = json.dumps(home)[1:-1]
    return Response(
        f'<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url={target}">'
        f'<title>…</title><p><a href="{target}">→</a>',
        media_type="text/html",
    )
