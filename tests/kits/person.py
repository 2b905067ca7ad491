"""Somebody at their own computer: a real node with its pages, and a browser in front of it.

Pages are found by the names of their fields and by where they lead, which are the same in every language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page, expect

from kits.browser import Window
from kits.processes import PASSPHRASE, Child, Node, until
from tadamun.node.knock import knock

LOCKED: Final = re.compile(r"/unlock(?!.)")
SPACE: Final = re.compile(r"/[0-9a-f]{64}/")


class Computer(Child):
    """A computer on which nothing was done yet: `tadamun up`, and everything else is asked on its pages."""

    def __init__(self, folder: Path, *options: str) -> None:
        folder.mkdir(parents=True)
        self.home = folder / "home"
        super().__init__(folder, "up", "--json", f"--home={self.home}", "--no-lan", "--no-browser", *options)

    def call(self, call: str, /, **params: Any) -> Any:
        """Through the door. Raises LocalError."""
        door = knock(self.home)
        assert door is not None, f"nobody answers: {self.log()}"
        with door:
            return door.call(call, params, lambda done, of: None)


@dataclass
class Person:
    """A node and the browser in front of it."""

    node: Node | Computer
    window: Window

    @property
    def page(self) -> Page:
        return self.window.page

    def enter(self, page: Page | None = None) -> str:
        """Come in by a new one-time link. Gives what the address of every page begins with."""
        link: str = self.node.call("pages.link")["link"]
        (page or self.page).goto(link)
        return link.partition("/enter/")[0]

    def lock(self) -> None:
        self.window.bears_beginning_anew()
        before = self.program()
        self.page.locator('form[action$="/lock"] button').first.click()
        expect(self.page).to_have_url(LOCKED)
        self.begun_anew(before)

    def program(self) -> bytes:
        """What is another one after each beginning anew (proc(5), auxv)."""
        process = self.node.process
        assert process is not None
        return Path(f"/proc/{process.pid}/auxv").read_bytes()

    def begun_anew(self, before: bytes) -> None:
        """Wait until the program has begun anew: what is asked in that half second is cut off."""
        until(lambda: self.program() != before, "it began anew")
        until(lambda: knock(self.node.home) is not None, "it listens again")

    def unlock(self, page: Page | None = None, passphrase: str = PASSPHRASE) -> None:
        page = page or self.page
        page.locator('[name="passphrase"]').fill(passphrase)
        page.locator('form[action$="/unlock"] button').click()

    def talk(self, page: Page | None = None) -> None:
        """Come in, and go where people talk."""
        page = page or self.page
        [space] = self.node.call("space.list")
        page.goto(f"{self.enter(page)}/{space['space']}/talk")

    def say(self, text: str, page: Page | None = None) -> None:
        """Write that in the first composer of the page, and send it."""
        form = (page or self.page).locator('form:has([name="text"])').first
        form.locator('[name="text"]').fill(text)
        form.locator('button[type="submit"]').last.click()

    def base(self) -> str:
        """What the address of every page begins with."""
        return "/".join(self.page.url.split("/")[:4])

    def go(self, path: str) -> None:
        self.page.goto(f"{self.base()}/{path}")


def shown(page: Page, text: str) -> None:
    """That text comes to stand on the page."""
    expect(page.locator("#main").get_by_text(text).first).to_be_visible()
