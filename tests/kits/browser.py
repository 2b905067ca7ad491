"""The system's Chromium, driven by Playwright, and what every page has to keep to while a test looks at it.

A `Window` is a browser profile of its own, as one person's browser is. It writes down what is asked of whom, and what
the browser complains of (what the Content-Security-Policy refused, scripts that threw, files that did not come), and a
test in whose windows anything of that stands fails at its end. The policy stays on, always.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

SEEN: Final = Path(__file__).parents[2] / "build" / "browser"  # what failing tests leave behind
MISSING: Final = "Chromium was not found, so no page was looked at in a browser. On Debian: apt install chromium"
PATIENT: Final = 10_000  # milliseconds until a state that should come is given up, on a busy machine

FLAGS: Final = (
    "--no-sandbox",  # root may not have one; all that is loaded is our own pages
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)

DESKTOP: Final = (1280, 800)
PHONE: Final = (390, 844)
NARROW: Final = (320, 640)

LOCALES: Final = {"ar": "ar-LB", "en": "en-GB"}


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without windows. Where there is none, the test is skipped; under CI it fails."""
    path = shutil.which("chromium")
    if path is None:
        if os.environ.get("CI"):
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    expect.set_options(timeout=PATIENT)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass(frozen=True)
class Looks:
    """How a browser is set. contrast: "more" for people who ask for it. script: whether pages may run any."""

    language: str = "en"
    size: tuple[int, int] = DESKTOP
    scheme: str = "light"
    contrast: str = "no-preference"
    script: bool = True


@dataclass
class Window:
    """One person's browser. `page` is its first tab."""

    name: str
    context: BrowserContext
    page: Page
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    _awaited: list[re.Pattern[str]] = field(default_factory=list)

    def tab(self) -> Page:
        return self.context.new_page()

    def bears_beginning_anew(self) -> None:
        """From now on a page may lose what it has just asked for, above all its stream: the program begins anew in
        that moment, and the page asks again by itself."""
        self._awaited.append(re.compile(r"ERR_(CONNECTION_|EMPTY_|INCOMPLETE_)"))

    @contextmanager
    def trouble(self, *expected: str) -> Iterator[None]:
        """Complaints that match one of these patterns are what the test is about: a page refused, a node gone."""
        patterns = [re.compile(one) for one in expected]
        self._awaited += patterns
        yield
        # A round trip through every tab: what the browser said until now has come.
        for page in self.context.pages:
            page.title()
        for pattern in patterns:
            self._awaited.remove(pattern)

    def elsewhere(self) -> list[str]:
        """What was asked of anybody but this computer."""
        mine = ("data", "blob", "about")
        return [one for one in self.asked if (at := urlsplit(one)).scheme not in mine and at.hostname != "127.0.0.1"]

    def check(self) -> None:
        """AssertionError if a page complained, or asked anybody else for anything."""
        for page in self.context.pages:
            page.title()
        assert not self.complaints, f"{self.name}'s browser complains:\n" + "\n".join(self.complaints)
        assert not self.elsewhere(), f"{self.name}'s browser asked others: {self.elsewhere()}"

    def keep_for_looking(self, folder: Path) -> None:
        """A picture and the text of every tab."""
        folder.mkdir(parents=True, exist_ok=True)
        for number, page in enumerate(self.context.pages):
            path = folder / f"{self.name}-{number}"
            path.with_suffix(".html").write_text(f"<!-- {page.url} -->\n{page.content()}", encoding="utf-8")
            page.screenshot(path=path.with_suffix(".png"), full_page=True)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert"):
            self._complain(f"{message.type}: {message.text} ({message.location['url']})")

    def _complain(self, text: str) -> None:
        if not any(pattern.search(text) for pattern in self._awaited):
            self.complaints.append(text)


Opens = Callable[..., Window]  # of a name and what `Looks` has


def window(browser: Browser, name: str, looks: Looks | None = None) -> Window:
    """A new profile with one empty tab."""
    looks = looks or Looks()
    width, height = looks.size
    options: dict[str, Any] = {
        "locale": LOCALES[looks.language],
        "viewport": {"width": width, "height": height},
        "color_scheme": looks.scheme,
        "contrast": looks.contrast,
        "java_script_enabled": looks.script,
        "reduced_motion": "reduce",
        "timezone_id": "Asia/Beirut",
    }
    context = browser.new_context(**options)
    context.set_default_timeout(PATIENT)
    made = Window(name, context, context.new_page())

    def asked(request: Request) -> None:
        made.asked.append(request.url)

    context.on("request", asked)
    context.on("console", made._heard)
    context.on("weberror", lambda error: made._complain(f"a script threw: {error.error}"))
    return made


def fits(page: Page) -> None:
    """Nothing has to be scrolled sideways. AssertionError with what sticks out."""
    wide = page.evaluate(
        """() => {
            const edge = document.documentElement.clientWidth;
            const out = [];
            for (const one of document.querySelectorAll("body *")) {
                const box = one.getBoundingClientRect();
                if (box.width && (box.right > edge + 1 || box.left < -1)) out.push(one.outerHTML.slice(0, 120));
            }
            return {scrolls: document.documentElement.scrollWidth > edge, out};
        }"""
    )
    assert not wide["scrolls"], f"{page.url} is wider than its window: {wide['out'][:5]}"


def tab_to(page: Page, selector: str, most: int = 60) -> int:
    """Press Tab until this has the focus; wherever the focus stops, it can be seen and names itself. How often it was
    pressed."""
    for pressed in range(1, most + 1):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            """(wanted) => {
                const one = document.activeElement;
                const style = getComputedStyle(one);
                const outlined = style.outlineStyle === "auto"
                    || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2);
                const box = one.getBoundingClientRect();
                return {
                    there: one.matches(wanted), body: one === document.body, html: one.outerHTML.slice(0, 200),
                    visible: outlined && box.width > 0 && box.height > 0,
                };
            }""",
            selector,
        )
        assert stop["body"] or stop["visible"], f"one cannot see that this has the focus: {stop['html']}"
        if stop["there"]:
            return pressed
    raise AssertionError(f"{most} times Tab do not lead to {selector} on {page.url}")
