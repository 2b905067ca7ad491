"""The kit notices what it is there to notice: shown on pages that break each promise, and on one that keeps them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kits.axe import accessible, violations
from kits.browser import NARROW, Opens, fits, tab_to

POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:"
HEAD = "<!doctype html><html lang=en><title>A page</title><link rel=icon href='data:,'><body>"
GOOD = "<main><h1>Hello</h1><p>Words.</p><a href='/good'>Again</a></main>"
PAGES = {
    "/good": GOOD,
    "/inline": GOOD + "<script>document.title = 'changed'</script>",
    "/foreign": GOOD + "<img alt='' src='http://example.org/x.png'>",
    "/throws": GOOD + "<script src='/throws.js'></script>",
    "/missing": GOOD + "<script src='/nothing.js'></script>",
    "/pale": "<main><h1>Hello</h1><img src='data:,'></main>",
    "/wide": f"<main><h1>Hello</h1><p>{'x' * 300}</p></main>",
    "/unseen": GOOD + "<link rel='stylesheet' href='/unseen.css'>",
}
FILES = {"/throws.js": ("text/javascript", "nobody.knows()"), "/unseen.css": ("text/css", "a:focus{outline:none}")}


class Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        kind, text = FILES.get(self.path, ("text/html", ""))
        if self.path in PAGES:
            text = HEAD + PAGES[self.path]
        self.send_response(200 if text else 404)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_page_that_keeps_everything(opens: Opens, site: str) -> None:
    one = opens("Nour", size=NARROW)
    one.page.goto(f"{site}/good")
    accessible(one.page)
    fits(one.page)
    tab_to(one.page, "a")
    one.check()


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/inline", "Content Security Policy"),
        ("/foreign", "Content Security Policy"),
        ("/throws", "nobody is not defined"),
        ("/missing", "404"),
    ],
)
def test_what_a_browser_complains_of_fails_a_test(opens: Opens, site: str, path: str, told: str) -> None:
    one = opens("Nour")
    one.page.goto(f"{site}{path}")
    with pytest.raises(AssertionError, match=told):
        one.check()
    one.complaints.clear()
    one.asked.clear()
    with one.trouble(told):
        one.page.goto(f"{site}{path}")
    one.asked.clear()
    one.check()


def test_a_request_to_anybody_else_is_noticed(opens: Opens, site: str) -> None:
    one = opens("Nour")
    with one.trouble("Content Security Policy"):
        one.page.goto(f"{site}/foreign")
    assert one.elsewhere() == ["http://example.org/x.png"]
    one.asked.clear()


def test_axe_finds_what_is_wrong(opens: Opens, site: str) -> None:
    one = opens("Nour")
    one.page.goto(f"{site}/pale")
    assert [rule.split()[0] for rule in violations(one.page)] == ["image-alt"]
    with pytest.raises(AssertionError, match="image-alt"):
        accessible(one.page)


def test_what_sticks_out_and_what_cannot_be_seen_is_noticed(opens: Opens, site: str) -> None:
    one = opens("Nour", size=NARROW)
    one.page.goto(f"{site}/wide")
    with pytest.raises(AssertionError, match="wider than its window"):
        fits(one.page)
    one.page.goto(f"{site}/unseen")
    with pytest.raises(AssertionError, match="cannot see"):
        tab_to(one.page, "a")
