"""Takes pages as pictures: in every size and scheme, whole, once they have come to rest.

What it does not know: which pages there are (everywhere.py) and what is done on them first (scenes.py).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from playwright.sync_api import Locator
from playwright.sync_api import Page as Tab

from kits.browser import DESKTOP, NARROW, PHONE

SIZES: Final = {"desktop": DESKTOP, "phone": PHONE, "narrow": NARROW}
# (size, scheme, contrast) of every page; the second ones only of a few.
LOOKS: Final = (
    ("desktop", "light", "no-preference"),
    ("desktop", "dark", "no-preference"),
    ("phone", "light", "no-preference"),
    ("phone", "dark", "no-preference"),
    ("narrow", "light", "no-preference"),
)
CONTRASTS: Final = (("desktop", "light", "more"), ("phone", "dark", "more"))
CONTRASTED: Final = frozenset({"home", "talk", "talk-thread", "member", "settings", "remove", "unlock"})
SCREENS: Final = 4  # of a long page: beyond that there is only more of the same


def nothing(tab: Tab) -> None:
    """What is done on a page that is taken as it comes."""


def pressed(button: Locator) -> None:
    """Press what leads to another page, and be there.

    Some forms are sent by a script, a moment after the press: whoever goes on at once is still on the page that is
    about to be left. So it is the next page that is waited for, not this one.
    """
    with button.page.expect_navigation():
        button.click()


class Camera:
    """wanted: names of pictures; none: all. seen: names of pictures that are also taken as they stand on the screen."""

    def __init__(self, folder: Path, language: str, wanted: frozenset[str], seen: frozenset[str]) -> None:
        self.folder, self.language, self.wanted, self.seen = folder, language, wanted, seen

    def wants(self, *names: str) -> bool:
        return not self.wanted or not self.wanted.isdisjoint(names)

    def go(self, tab: Tab, name: str, address: str, before: Callable[[Tab], None] = nothing) -> None:
        """Open the address, do what comes before, and take it."""
        if self.wants(name):
            tab.goto(address)
            before(tab)
            self.take(tab, name)

    def take(self, tab: Tab, name: str) -> None:
        if not self.wants(name):
            return
        looks = LOOKS + (CONTRASTS if name in CONTRASTED else ())
        for size, scheme, contrast in looks:
            width, height = SIZES[size]
            tab.set_viewport_size({"width": width, "height": height})
            tab.emulate_media(color_scheme=scheme, contrast=contrast)  # type: ignore[arg-type] - two of its literals
            tab.evaluate("() => document.fonts.ready")
            file = f"{name}-{self.language}-{'contrast-' if contrast == 'more' else ''}{scheme}-{size}"
            if file in self.seen:
                tab.screenshot(path=self.folder / "as-seen" / f"{file}.png")
            tall = min(tab.evaluate("() => document.documentElement.scrollHeight"), SCREENS * height)
            tab.set_viewport_size({"width": width, "height": max(height, tall)})
            tab.screenshot(path=self.folder / f"{file}.png")
        tab.emulate_media(color_scheme="light", contrast="no-preference")
        tab.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
