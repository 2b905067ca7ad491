"""The guard: one claim a test. Each refusal stands beside the same request that differs in one thing and passes."""

from __future__ import annotations

import os
from urllib.parse import urlencode, urlsplit

import pytest
from starlette.routing import Route

from kits.visitor import PASSPHRASE, Answer, Browser, Pages, asked, given, scope
from tadamun.web import guard
from tadamun.web.app import Unbroken

pytestmark = pytest.mark.anyio

OPEN_TO_ALL = {"/enter/{token}", "/static/{path:path}"}


def is_refusal(answer: Answer, status: int = 403) -> bool:
    """It says no in words, holds nothing of the person's, and is kept by nobody."""
    assert "Circle" not in answer.text
    assert "secret" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    return answer.status == status and ("That did not work" if status >= 500 else "Not this way") in answer.words


@pytest.fixture
async def talk(pages: Pages) -> str:
    path = pages.url("talk", space=await pages.space())
    await pages.post(path, {"text": "the secret"})
    return path


def routes(pages: Pages) -> list[Route]:
    inner = pages.made.app.app
    assert isinstance(inner, Unbroken), "what stands between guard and routes is known"
    found = [route for route in inner.app.routes if isinstance(route, Route)]
    assert len(found) == len(inner.app.routes), "nothing is mounted beside the routes"
    return found


async def test_every_route_is_behind_the_guard(pages: Pages) -> None:
    assert isinstance(pages.made.app, guard.Guard)
    stranger = pages.stranger()
    listed = {route.path for route in routes(pages)}
    assert {"/", "/live", "/lock", "/{space}/talk"} <= listed
    for path in listed - OPEN_TO_ALL:
        filled = pages.address.path + path.replace("{space}", "0" * 64).replace("{", "").replace("}", "")
        for method in ("GET", "POST", "HEAD"):
            answer = await stranger.ask(method, filled)
            assert is_refusal(answer) or method == "HEAD", path
            assert answer.status == 403
    for path in OPEN_TO_ALL & listed:
        answer = await stranger.ask("GET", pages.address.path + path.partition("{")[0] + "x")
        assert is_refusal(answer, 410 if "enter" in path else 404)


async def test_no_page_is_posted_to_without_a_form_token(pages: Pages) -> None:
    for page in pages.made.site.pages:
        if page.post is None or pages.house.state not in page.when:
            continue
        path = pages.address.path + page.path.replace("{space}", await pages.space(page.name))
        for token in ("", "0" * 68, "zz"):
            answer = await pages.post(
                path, {"text": "typed", "name": "typed", "called": "x"}, token=token, follow=False
            )
            assert answer.status == 409, page.name
    assert pages.house.state == "open"


async def test_another_user_of_this_computer_has_no_cookie(pages: Pages, talk: str) -> None:
    assert "the secret" in (await pages.get(talk)).words
    assert is_refusal(await pages.stranger().get(talk))
    guessing = pages.stranger()
    guessing.cookies = {guard.COOKIE: "A" * 43}
    assert is_refusal(await guessing.get(talk))


async def test_a_stolen_cookie_is_worth_nothing_to_another_user(pages: Pages, talk: str) -> None:
    inner = pages.made.app
    for whose, good in ((os.geteuid(), True), (None, True), (os.geteuid() + 1, False)):
        app = guard.Guard(
            inner.app,
            pages.address,
            lambda *said: pages.made.site.refusal(*said),
            lambda client, server, whose=whose: whose,
        )
        headers = {"host": pages.address.host, "cookie": f"{guard.COOKIE}={pages.browser.cookies[guard.COOKIE]}"}
        answer = await asked(app, "GET", talk, headers)
        assert ("the secret" in answer.text) == good
        assert good or is_refusal(answer)


async def test_the_owner_is_asked_once_a_connection(pages: Pages, talk: str) -> None:
    told: list[tuple[str, int]] = []

    def owner(client: tuple[str, int], server: tuple[str, int]) -> int:
        told.append(client)
        return os.geteuid()

    app = guard.Guard(pages.made.app.app, pages.address, lambda *said: pages.made.site.refusal(*said), owner)
    first = ("127.0.0.1", 5000)
    for connection in (first, ("127.0.0.1", 5001), (first[0], first[1])):
        for _ in range(3):
            asking = scope("GET", talk, {"host": pages.address.host}) | {"client": connection}
            await app(asking, given(b""), _into_nothing)
    assert [port for _, port in told] == [5000, 5001, 5000], "a new connection from an old port is another's"


async def _into_nothing(message: object) -> None:
    """A browser that does not read."""


async def test_nor_does_one_know_the_path(pages: Pages, talk: str) -> None:
    for path in ("/", "/enter/x", "/static/tadamun.css", talk.removeprefix(pages.address.path), "//" + talk):
        assert is_refusal(await pages.browser.ask("GET", path), 404)
    assert (await pages.get(talk)).status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost:{port}", "127.0.0.1", "127.0.0.1:1", "[::1]:{port}", "127.0.0.1.:{port}", ""]
)
async def test_a_rebinding_name_is_refused(pages: Pages, talk: str, host: str) -> None:
    port = pages.address.host.rpartition(":")[2]
    assert is_refusal(await pages.browser.get(talk, host=host.replace("{port}", port)), 421)


async def test_two_hosts_are_none(pages: Pages, talk: str) -> None:
    heard = []

    async def send(message: dict[str, object]) -> None:
        heard.append(message)

    asking = scope("GET", talk, {"host": pages.address.host, "cookie": f"{guard.COOKIE}=x"})
    asking["headers"].append((b"host", b"evil.example"))
    await pages.made.app(asking, given(b""), send)
    assert heard[0]["status"] == 421


@pytest.mark.parametrize("site", ["cross-site", "same-site", "Cross-Site", "none, same-origin", "x"])
async def test_a_page_asked_for_by_another_site_is_refused(pages: Pages, talk: str, site: str) -> None:
    assert is_refusal(await pages.browser.get(talk, sec_fetch_site=site))


@pytest.mark.parametrize(
    ("site", "origin", "good"),
    [
        ("same-origin", "{ours}", True),
        ("same-origin", "null", True),  # as browsers send under Referrer-Policy: no-referrer
        ("", "{ours}", True),  # a browser from before Fetch Metadata
        ("", "", False),
        ("", "null", False),  # a sandboxed frame of anybody
        ("none", "{ours}", False),
        ("cross-site", "{ours}", False),
        ("same-site", "null", False),  # another port of this computer
        ("same-origin", "http://evil.example", False),
        ("", "http://127.0.0.1:1", False),
        ("", "{ours}.evil.example", False),
    ],
)
async def test_where_a_form_comes_from(pages: Pages, talk: str, site: str, origin: str, good: bool) -> None:
    token = (await pages.get(talk)).token(talk)
    origin = origin.replace("{ours}", pages.address.origin)
    answer = await pages.post(talk, {"text": "said"}, token=token, follow=False, sec_fetch_site=site, origin=origin)
    posts = [post["text"] for post in (await pages.call("talk.read"))["posts"]]
    assert (answer.status == 303, "said" in posts) == (good, good)
    assert good or is_refusal(answer)


async def test_a_read_with_a_foreign_origin_is_refused(pages: Pages, talk: str) -> None:
    assert is_refusal(await pages.browser.get(talk, origin="http://evil.example"))
    assert is_refusal(await pages.browser.get(talk, origin="null"))


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "CONNECT"])
async def test_other_methods_are_not_spoken(pages: Pages, talk: str, method: str) -> None:
    assert is_refusal(await pages.browser.ask(method, talk), 405)


async def test_websockets_get_nothing(pages: Pages) -> None:
    heard: list[object] = []

    async def receive() -> dict[str, object]:
        return {"type": "websocket.connect"}

    async def send(message: object) -> None:
        heard.append(message)

    await pages.made.app({"type": "websocket", "path": "/", "headers": []}, receive, send)
    assert heard == []


async def test_a_body_is_bounded(pages: Pages) -> None:
    found = pages.url("found")
    token = (await pages.get(found)).token(found)
    for name, length in (("x" * 300_000, None), ("x", str(guard.MOST_BODY + 1)), ("x", "-1"), ("x", "1e9")):
        told = {} if length is None else {"content_length": length}
        answer = await pages.post(found, {"name": name, "called": "Nour"}, token=token, follow=False, **told)
        assert is_refusal(answer, 413)
    lying = {"name": "x" * 300_000, "called": "Nour"}
    assert is_refusal(await pages.post(found, lying, token=token, follow=False, content_length="10"), 413)
    assert await pages.call("space.list") == []
    assert (await pages.post(found, {"name": "Circle", "called": "Nour"}, token=token)).status == 200


async def test_a_page_that_takes_pictures_has_a_bound_of_its_own(pages: Pages, talk: str) -> None:
    most = next(page.most for page in pages.made.site.pages if page.name == "talk")
    token = (await pages.get(talk)).token(talk)
    assert is_refusal(await pages.post(talk, {"text": "x" * most}, token=token, follow=False), 413)
    longer = await pages.post(talk, {"text": "x" * 20_000}, token=token)
    assert longer.status == 200, "what was not taken in used up no token"


async def test_a_link_is_good_once_and_for_ten_minutes(pages: Pages) -> None:
    link, old = (urlsplit(pages.made.links.new()).path for _ in range(2))
    first = pages.stranger()
    assert (await first.get(link)).path == pages.url("home")
    second = pages.stranger()
    again = await second.get(link)
    assert is_refusal(again, 410)
    assert "tadamun pages" in again.words
    assert (await first.get(link)).path == pages.url("home"), "whoever is in already is led home"
    pages.time.at += 601
    assert is_refusal(await pages.stranger().get(old), 410)


async def test_whoever_only_looks_at_a_link_does_not_use_it_up(pages: Pages) -> None:
    link = urlsplit(pages.made.links.new()).path
    looking = await pages.stranger().ask("HEAD", link, sec_fetch_site="none")
    assert looking.status == 410
    assert "set-cookie" not in looking.headers
    assert (await pages.stranger().get(link)).path == pages.url("home")


async def test_the_cookie_is_for_nobody_else(pages: Pages) -> None:
    link = urlsplit(pages.made.links.new()).path
    answer = await pages.stranger().get(link, follow=False)
    said = answer.headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=strict" in said
    assert f"path={pages.address.path}".lower() in said
    kept = (pages.home / "pages.json").read_text()
    assert answer.headers["set-cookie"].partition("=")[2].partition(";")[0] not in kept, "only its hash is kept"
    assert (pages.home / "pages.json").stat().st_mode & 0o077 == 0


async def test_a_link_in_a_file_leads_in_by_a_page_of_ours(pages: Pages) -> None:
    link = urlsplit(pages.made.links.new()).path
    browser = pages.stranger()
    answer = await browser.get(link, sec_fetch_site="cross-site", sec_fetch_dest="document")
    assert answer.status == 200
    assert f'content="0;url={pages.url("home")}"' in answer.text
    assert (await browser.get(pages.url("home"))).status == 200
    hidden = urlsplit(pages.made.links.new()).path
    assert is_refusal(await pages.stranger().get(hidden, sec_fetch_site="cross-site", sec_fetch_dest="image"))


async def test_a_session_ends_after_a_month(pages: Pages) -> None:
    pages.time.at += 30 * 86_400 - 10
    assert (await pages.get(pages.url("home"))).status == 200
    pages.time.at += 20
    assert is_refusal(await pages.get(pages.url("home")))


async def test_what_every_answer_carries(pages: Pages, talk: str) -> None:
    for answer in (
        await pages.get(talk), await pages.get("/"), await pages.get(pages.url("static", path="live.js")),
    ):  # fmt: skip
        for name, value in guard.HEADERS.items():
            assert answer.headers[name.lower()] == value
    assert "unsafe" not in guard.HEADERS["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["../pyproject.toml", "%2e%2e/house.py", "/etc/passwd", "fonts", "nowhere.css", ""])
async def test_static_files_are_those_there_are(pages: Pages, path: str) -> None:
    assert is_refusal(await pages.get(f"{pages.address.path}/static/{path}"), 404)


async def test_a_bad_cookie_header_is_no_error(pages: Pages, talk: str) -> None:
    for cookie in ("tadamun", "=;;=", 'tadamun="\\x"', "tadamun=é", "a" * 5000):
        answer = await asked(
            pages.made.app, "GET", talk, {"host": pages.address.host, "cookie": cookie.encode().decode("latin-1")}
        )
        assert is_refusal(answer)


@pytest.mark.parametrize(
    "line", ["{ours}; tadamun=bad", "tadamun=bad; {ours}", "{ours}; a b=c", "[x]=1; {ours}; path", 'x={"a": 1}; {ours}']
)
async def test_a_cookie_of_another_service_shuts_nobody_out(pages: Pages, talk: str, line: str) -> None:
    """A service on another port of 127.0.0.1 can set cookies for all of them."""
    ours = f"{guard.COOKIE}={pages.browser.cookies[guard.COOKIE]}"
    answer = await asked(
        pages.made.app, "GET", talk, {"host": pages.address.host, "cookie": line.replace("{ours}", ours)}
    )
    assert "the secret" in answer.text


async def test_refusals_are_in_the_language_of_the_browser(fresh: Pages) -> None:
    told = await fresh.stranger().get(fresh.url("home"), accept_language="fr,ar-LB;q=0.8,en;q=0.5")
    assert 'lang="ar" dir="rtl"' in told.text


async def test_an_error_nobody_foresaw_tells_nothing(pages: Pages, talk: str) -> None:
    async def broken(name: str, params: object) -> None:
        raise RuntimeError("the secret of Circle")

    pages.node.call = broken  # type: ignore[method-assign]  # a node with a fault
    assert is_refusal(await pages.get(talk), 500)
    assert sum(pages.made.site.unforeseen.values()) == 1
    assert "secret" not in str(pages.made.site.unforeseen)


async def test_a_cut_off_form_is_no_error(pages: Pages, talk: str) -> None:
    for kind, body in (
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name="),
        ("multipart/form-data", b"--x"),
        ("application/json", b"{}"),
        ("application/x-www-form-urlencoded", b"%ff=%zz&&&=&form_token=%00"),
        ("application/x-www-form-urlencoded", urlencode({f"a{n}": "" for n in range(5000)}).encode()),
    ):
        answer = await pages.browser.ask("POST", talk, body, content_type=kind, origin="null")
        assert answer.status in (409, 422), kind


async def test_only_our_own_browser_sees_who_is_in(pages: Pages) -> None:
    """Two browsers that were let in are two sessions: a form of one is none of the other's."""
    other = await pages.another()
    home = await other.get(pages.url("home"))
    token = home.token(pages.url("lock"))
    assert (await pages.post(pages.url("lock"), {}, token=token)).status == 409
    assert pages.house.state == "open"
    assert isinstance(other, Browser)
    assert PASSPHRASE not in home.text
