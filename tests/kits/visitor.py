"""A visitor of the pages: the application as it is served, a real node in a temporary vault, and browsers that click.

There is no socket: requests are handed to the application as a server would. A `Browser` keeps cookies as browsers do
and says where its requests come from (Fetch Metadata) unless told otherwise.
"""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from starlette.types import ASGIApp

from tadamun.crypto.random import SystemRandom
from tadamun.crypto.secret import FOR_TESTS
from tadamun.main import ROOM_PAGES, parts, room_pages, second_vault
from tadamun.node.node import Node
from tadamun.node.preparing import prepared
from tadamun.node.running import running
from tadamun.store import meta
from tadamun.store.vault import Vault
from tadamun.store.wire import WireStore
from tadamun.web import assemble
from tadamun.web.address import Address, make_folder
from tadamun.web.house import Doors, House
from tadamun.web.page import Page
from tadamun.web.site import Saved

PASSPHRASE = "horse battery staple forty"
NOW = 1_800_000_000
_HIDDEN = re.compile(r'<form[^>]*action="(?P<action>[^"]*)".*?name="form_token" value="(?P<token>[^"]+)"', re.S)


class Time:
    """Both clocks of a test: `now()` in Unix seconds, and the one that only goes forward."""

    def __init__(self) -> None:
        self.at = float(NOW)

    def now(self) -> int:
        return int(self.at)

    def forward(self) -> float:
        return self.at


@dataclass(frozen=True)
class Answer:
    """path: what was asked, where redirections led to."""

    path: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def words(self) -> str:
        """What a person reads: without tags and with references resolved."""
        shown = re.sub(r"<(script|style|head).*?</\1>|<[^>]+>", " ", self.text, flags=re.S)
        return re.sub(r"[ \n]+", " ", html.unescape(shown)).strip()

    @property
    def location(self) -> str:
        return self.headers.get("location", "")

    def token(self, action: str) -> str:
        """The token of the form on this page that is sent there."""
        for found in _HIDDEN.finditer(self.text):
            if html.unescape(found["action"]) == action:
                return found["token"]
        raise AssertionError(f"no form for {action} in {self.words}")


class Browser:
    """One browser. cookies: as it would send them; page: what it shows."""

    def __init__(self, app: ASGIApp, address: Address) -> None:
        self.app, self.address = app, address
        self.cookies: dict[str, str] = {}
        self.page: Answer | None = None

    async def get(self, path: str, *, follow: bool = True, **headers: str) -> Answer:
        """headers: `sec_fetch_site="cross-site"`; "" leaves one out."""
        for _ in range(10):
            asked = path.partition("#")[0]  # what follows is the browser's own affair
            self.page = await self.ask("GET", asked, b"", **{"sec_fetch_site": "none", **headers})
            if self.page.status != 303 or not follow:
                return self.page
            path = self.page.location
        raise AssertionError("led around in a circle")

    async def post(
        self,
        path: str,
        fields: Mapping[str, str | Sequence[str]],
        *,
        token: str | None = None,
        follow: bool = True,
        **headers: str,
    ) -> Answer:
        """Send a form. token: "" sends none; None: the one on the page that is shown, else of the page at `path`."""
        if token is None:
            try:
                token = self.page.token(path) if self.page is not None else ""
            except AssertionError:
                token = ""
            token = token or (await self.get(path)).token(path)
        body = urlencode({"form_token": token, **fields} if token else dict(fields), doseq=True).encode()
        given = {
            "sec_fetch_site": "same-origin", "origin": "null", "content_type": "application/x-www-form-urlencoded",
            **headers,
        }  # fmt: skip
        answer = await self.ask("POST", path, body, **given)
        self.page = answer
        return await self.get(answer.location) if follow and answer.status == 303 else answer

    async def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """One request, as it is."""
        given = {"host": self.address.host, "sec_fetch_site": "same-origin", "content_length": str(len(body))}
        if self.cookies:
            given["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = await asked(self.app, method, path, {**given, **headers}, body)
        for name, value in re.findall(r"^(\w+)=([^;]*)", answer.headers.get("set-cookie", "")):
            self.cookies[name] = value
        return answer


async def asked(app: ASGIApp, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
    """What the application answers to one request."""
    sent: list[Any] = []
    await app(scope(method, target, headers), given(body), _into(sent))
    start = next(message for message in sent if message["type"] == "http.response.start")
    found = {name.decode(): value.decode() for name, value in start["headers"]}
    body = b"".join(message.get("body", b"") for message in sent if message["type"] == "http.response.body")
    return Answer(target, start["status"], found, body)


def scope(method: str, target: str, headers: Mapping[str, str]) -> dict[str, Any]:
    path, _, query = target.partition("?")
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items() if value]
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": unquote(path), "raw_path": path.encode(), "root_path": "", "query_string": query.encode(),
        "headers": raw, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2),
    }  # fmt: skip


def given(body: bytes) -> Any:
    """What the application receives."""
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Any:
        if waiting:
            return waiting.pop()
        return await asyncio.get_running_loop().create_future()  # a browser that stays and says nothing more

    return receive


def _into(sent: list[Any]) -> Any:
    async def send(message: Any) -> None:
        sent.append(message)

    return send


@dataclass
class Pages:
    """Everything a test of pages needs. browser: one that was let in; its `get` and `post` are here too."""

    home: Path
    time: Time
    made: assemble.Pages
    address: Address
    browser: Browser
    nodes: list[Node]

    @property
    def house(self) -> House:
        return self.made.house

    @property
    def node(self) -> Node:
        return self.nodes[-1]

    def url(self, name: str, **params: Any) -> str:
        return self.made.site.url(name, **params)

    async def call(self, name: str, /, **params: Any) -> Any:
        return await self.house.call(name, params)

    async def get(self, path: str, **how: Any) -> Answer:
        return await self.browser.get(path, **how)

    async def post(self, path: str, fields: Mapping[str, str | Sequence[str]], **how: Any) -> Answer:
        return await self.browser.post(path, fields, **how)

    async def until(self, so: Callable[[House], bool]) -> None:
        """Wait for the house to be so."""
        came = asyncio.Event()

        def look() -> None:
            if so(self.house):
                came.set()

        self.house.watchers.add(look)
        look()
        async with asyncio.timeout(30):
            await came.wait()
        self.house.watchers.discard(look)

    def stranger(self) -> Browser:
        """A browser that was not let in."""
        return Browser(self.made.app, self.address)

    async def another(self) -> Browser:
        """A second browser, let in."""
        made = self.stranger()
        await made.get(urlsplit(self.made.links.new()).path)
        return made

    async def space(self, name: str = "Circle", called: str = "Nour") -> str:
        """A new space's id."""
        return str((await self.call("space.new", name=name, called=called))["space"])


@asynccontextmanager
async def visited(home: Path, more: Sequence[Page] = ()) -> AsyncIterator[Pages]:
    """The house in that folder with its pages, fresh if there is no vault. more: pages of the test's own."""
    time, random = Time(), SystemRandom()
    nodes: list[Node] = []
    saved = [""]

    def create(passphrase: str, language: str) -> None:
        with Vault.create(home, passphrase, random, FOR_TESTS) as vault, vault.write() as tx:
            meta.put_text(tx, "language", language)

    @asynccontextmanager
    async def opened(passphrase: str, report: Callable[[int, int], None]) -> AsyncIterator[Node]:
        with Vault.open(home, passphrase) as vault:
            wire = WireStore.open(vault.wire_path, vault.wire_key(), time, random)
            try:
                async with running(
                    await prepared(lambda told: Node(vault, wire, parts(), time, random, report=told), report)
                ) as node:
                    nodes.append(node)
                    yield node
            finally:
                await wire.close()

    async def change(old: str, new: str) -> None:
        nodes[-1].vault.change_passphrase(old, new)

    async def second(passphrase: str, new: str, what: str) -> None:
        second_vault(nodes[-1].vault, passphrase, new, what)

    make_folder(home)
    address = Address(home, time, random)
    doors = Doors(lambda: Vault.exists(home), create, opened, change, second)
    made = assemble.assemble(
        doors,
        address,
        (*room_pages(), *more),
        ROOM_PAGES,
        time,
        random,
        time.forward,
        Saved(lambda: saved[0], lambda tag: saved.__setitem__(0, tag)),
    )
    browser = Browser(made.app, address)
    with address.listening:
        async with asyncio.TaskGroup() as group:
            run = group.create_task(made.house.run())
            await browser.get(urlsplit(made.links.new()).path)
            try:
                yield Pages(home, time, made, address, browser, nodes)
            finally:
                run.cancel()
