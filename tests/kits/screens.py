"""`python -m kits.screens [FOLDER] [PAGE…]` from tests/ (`make screens`): every page as a picture, to be looked at.

Each page of a living community, in Arabic and English, light and dark, on a desktop and on a phone; fresh, locked and
refusing ones too. A page that was not named is left out. With `--readme` the ones in docs/screens are made anew.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab

from kits.browser import DESKTOP, PHONE, Looks, Window, chromium, window
from kits.community import NOUR, Community, community
from kits.everywhere import given, pages, path
from kits.person import Computer, Person
from kits.processes import Troupe, troupe
from tadamun.web.house import State

FOLDER: Final = Path(__file__).parents[2] / "build" / "screens"
SIZES: Final = {"desktop": DESKTOP, "phone": PHONE}
SCHEMES: Final = ("light", "dark")

README: Final = Path(__file__).parents[2] / "docs" / "screens"
# What the readmes show: file → picture.
CHOSEN: Final = {
    "threads": "talk-en-light-desktop",
    "thread": "talk-thread-ar-dark-desktop",
    "safety": "safety-en-light-desktop",
    "threads-phone": "talk-ar-light-phone",
    "words-phone": "words-ar-light-phone",
    "home-phone": "home-en-dark-phone",
}


class Camera:
    """Takes what stands in a tab, in both schemes and sizes. wanted: names of pages; none: all."""

    def __init__(self, folder: Path, language: str, wanted: frozenset[str]) -> None:
        self.folder, self.language, self.wanted = folder, language, wanted

    def go(self, tab: Tab, name: str, address: str, before: Callable[[Tab], None] = lambda tab: None) -> None:
        """Open the address, do what comes before, and take it."""
        if self.wanted and name not in self.wanted:
            return
        tab.goto(address)
        before(tab)
        self.take(tab, name)

    def take(self, tab: Tab, name: str) -> None:
        if self.wanted and name not in self.wanted:
            return
        for size, (width, height) in SIZES.items():
            tab.set_viewport_size({"width": width, "height": height})
            for scheme in SCHEMES:
                tab.emulate_media(color_scheme=scheme)  # type: ignore[arg-type] - one of its literals
                tab.evaluate("() => document.fonts.ready")
                file = f"{name}-{self.language}-{scheme}-{size}"
                if file in CHOSEN.values():
                    tab.screenshot(path=self.folder / "as-seen" / f"{file}.png")
                # The whole page, but no longer than a few screens: beyond that there is only more of the same.
                tall = min(tab.evaluate("() => document.documentElement.scrollHeight"), 4 * height)
                tab.set_viewport_size({"width": width, "height": max(height, tall)})
                tab.screenshot(path=self.folder / f"{file}.png")
                tab.set_viewport_size({"width": width, "height": height})


def fresh(camera: Camera, stage: Troupe, opened: Window) -> None:
    """A computer on which nothing was done yet."""
    computer = Computer(stage.folder / f"fresh-{camera.language}")
    stage.children.append(computer)
    computer.start()
    base = Person(computer, opened).enter()
    for page in pages(State.FRESH):
        camera.go(opened.page, page.name, f"{base}/{path(page, {'language': camera.language})}")


def living(camera: Camera, town: Community, opened: Window) -> None:
    """Everything that Nour sees, then what she sees when the node is locked, lost, or says no."""
    node = town.nodes[NOUR]
    node.call("node.prefer", language=camera.language)
    nour = Person(node, opened)
    base = nour.enter()
    places: Mapping[str, str] = given(town)
    for page in pages(State.OPEN):
        camera.go(opened.page, page.name, f"{base}/{path(page, places)}")
    camera.go(opened.page, "not-here", f"{base}/there-is-no-such-page")
    camera.go(opened.page, "too-long", f"{base}/{places['space']}/talk", write_too_much)
    opened.page.goto(f"{base}/")
    nour.lock()
    for page in pages(State.LOCKED):
        camera.go(opened.page, page.name, f"{base}/{path(page, {})}")
    camera.go(opened.page, "wrong-passphrase", f"{base}/unlock", try_another)
    opened.page.goto(f"{base}/unlock")
    while "/unlock" in opened.page.url:  # after the wrong one there is a pause
        nour.unlock()
        opened.page.wait_for_load_state()


def write_too_much(tab: Tab) -> None:
    form = tab.locator('form:has([name="text"])').first
    form.locator('[name="text"]').fill("كلام كثير. So many words. " * 4_000)
    form.locator('button[type="submit"]').last.click()
    tab.wait_for_load_state()


def try_another(tab: Tab) -> None:
    tab.locator('[name="passphrase"]').fill("not this one")
    tab.locator('form[action$="/unlock"] button').click()
    tab.wait_for_load_state()


def stranger(camera: Camera, town: Community, opened: Window) -> None:
    """Somebody whose link is old."""
    link: str = town.nodes[NOUR].call("pages.link")["link"]
    camera.go(opened.page, "old-link", f"{link.partition('/enter/')[0]}/enter/an-old-link")


def take_all(folder: Path, wanted: frozenset[str]) -> Iterator[Path]:
    """Every picture. Gives their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    with tempfile.TemporaryDirectory() as temporary, troupe(Path(temporary)) as stage, chromium() as browser:
        town = community(stage)
        town.live()
        for language in ("ar", "en"):
            camera = Camera(folder, language, wanted)
            with_window(browser, language, lambda opened, camera=camera: fresh(camera, stage, opened))
            with_window(browser, language, lambda opened, camera=camera: living(camera, town, opened))
            with_window(browser, language, lambda opened, camera=camera: stranger(camera, town, opened))
    yield from sorted(folder.glob("*.png"))


def with_window(browser: Browser, language: str, what: Callable[[Window], None]) -> None:
    opened = window(browser, "Nour", Looks(language=language))
    what(opened)
    opened.context.close()


def for_readme(folder: Path) -> None:
    """Small files of the chosen ones, as one sees them without scrolling."""
    README.mkdir(parents=True, exist_ok=True)
    for file, picture in CHOSEN.items():
        with Image.open(folder / "as-seen" / f"{picture}.png") as opened:
            opened.convert("RGB").save(README / f"{file}.webp", quality=82, method=6)


def main() -> int:
    asked = [one for one in sys.argv[1:] if one != "--readme"]
    folder = Path(asked[0]) if asked else FOLDER
    made = list(take_all(folder, frozenset(asked[1:])))
    if "--readme" in sys.argv:
        for_readme(folder)
    print(f"{len(made)} pictures in {folder}")
    return 0 if made else 1


if __name__ == "__main__":
    raise SystemExit(main())
