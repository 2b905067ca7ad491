"""`python -m kits.screens [FOLDER] [PICTURE…]` from tests/ (`make screens`): every page as a picture, to be looked at.

Each page and state of a living community, in Arabic and English, light and dark, on a desktop and on phones; fresh,
locked and refusing ones too. A picture that was not named is left out. With `--readme` the ones in docs/screens are
made anew.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Browser

from kits.browser import Looks, Window, chromium, window
from kits.camera import Camera
from kits.community import JAD, NOUR, SPACE, Community, community
from kits.everywhere import given, pages, path
from kits.person import LOCKED, Computer, Person
from kits.processes import PASSPHRASE, Node, Troupe, troupe
from kits.scenes import CHANGED, OUTSIDE, SCENES, Scene, changed, fill, press, typing_weakly
from tadamun.web.house import State

FOLDER: Final = Path(__file__).parents[2] / "build" / "screens"
LANGUAGES: Final = ("ar", "en")

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


def first_steps(camera: Camera, stage: Troupe, opened: Window) -> None:
    """A computer on which nothing was done yet, until there is a space with one person in it."""
    computer = Computer(stage.folder / f"fresh-{camera.language}")
    stage.children.append(computer)
    computer.start()
    tab, base = opened.page, Person(computer, opened).enter()
    places = {"language": camera.language}
    for page in pages(State.FRESH):
        camera.go(tab, page.name, f"{base}/{path(page, places)}")
    begin = f"{base}/welcome/{camera.language}"
    camera.go(tab, "begin-weak", begin, typing_weakly)
    camera.go(tab, "begin-refused", begin, fill(passphrase="sunshine1", passphrase_again="sunshine1"))
    camera.go(tab, "words-mistyped", f"{begin}/words", fill(passphrase_again="something else"))
    if camera.wants("reach_first", "home-empty", "talk-first", "people-first"):
        tab.goto(begin)
        fill(passphrase=PASSPHRASE, passphrase_again=PASSPHRASE)(tab)
        camera.take(tab, "reach-asked")
        press("how")(tab)
        camera.take(tab, "home-empty")
        tab.goto(f"{base}/spaces/new")
        fill(name="حلقة", called="نور")(tab)
        camera.take(tab, "talk-first")
        camera.go(tab, "people-first", tab.url.partition("/talk")[0] + "/people")


def living(camera: Camera, town: Community, opened: Window, places: Mapping[str, str]) -> None:
    """Everything that Nour sees, then what she sees when the node is locked, lost, or says no."""
    node = town.nodes[NOUR]
    node.call("node.prefer", language=camera.language)
    nour, tab = Person(node, opened), opened.page
    base = nour.enter()
    for page in pages(State.OPEN):
        camera.go(tab, page.name, f"{base}/{path(page, places)}")
    camera.go(tab, "not-here", f"{base}/there-is-no-such-page")
    play(camera, opened, town, node, SCENES, places)
    node.call("talk.draft", space=places["space"], place="new", text="")
    for name, preference, value in (("discreet", "discreet", True), ("large", "text_size", 200)):
        before = node.call("node.preferences")[preference]
        node.call("node.prefer", **{preference: value})
        camera.go(tab, f"talk-{name}", f"{base}/{places['space']}/talk")
        camera.go(tab, f"home-{name}", f"{base}/")
        node.call("node.prefer", **{preference: before})
    tab.goto(f"{base}/")
    nour.lock()
    for page in pages(State.LOCKED):
        camera.go(tab, page.name, f"{base}/{path(page, {})}")
    camera.go(tab, "wrong-passphrase", f"{base}/unlock", fill(passphrase="not this one"))
    tab.goto(f"{base}/unlock")
    while LOCKED.search(tab.url):  # after a wrong one there is a pause
        fill(passphrase=PASSPHRASE)(tab)


def afterwards(camera: Camera, town: Community, opened: Window, places: Mapping[str, str]) -> None:
    """What Nour sees after much has happened."""
    node = town.nodes[NOUR]
    node.call("node.prefer", language=camera.language)
    Person(node, opened).enter()
    play(camera, opened, town, node, CHANGED, places)


def outside(camera: Camera, town: Community, opened: Window, places: Mapping[str, str]) -> None:
    """What Jad sees, who was removed."""
    node = town.nodes[JAD]
    node.call("node.prefer", language=camera.language)
    Person(node, opened).enter()
    play(camera, opened, town, node, OUTSIDE, places)


def stranger(camera: Camera, town: Community, opened: Window) -> None:
    """Somebody whose link is old, and somebody who did not name the way."""
    link: str = town.nodes[NOUR].call("pages.link")["link"]
    base = link.partition("/enter/")[0]
    camera.go(opened.page, "old-link", f"{base}/enter/an-old-link")
    camera.go(opened.page, "stranger", base.rpartition("/")[0] + "/elsewhere")


def play(
    camera: Camera, opened: Window, town: Community, node: Node, scenes: Sequence[Scene], places: Mapping[str, str]
) -> None:
    """Every scene, as the person of that node sees it, who has come in."""
    ids = places | town.posts | {one["name"]: one["space"] for one in node.call("space.list")}
    found = {page.name: page for page in pages(State.OPEN)}
    base = "/".join(opened.page.url.split("/")[:4])
    for scene in scenes:
        said = {place: ids.get(text, text) for place, text in scene.given.items()}
        camera.go(opened.page, scene.name, f"{base}/{path(found[scene.page], {**places, **said})}", scene.act)


def take_all(folder: Path, wanted: frozenset[str]) -> Iterator[Path]:
    """Every picture. Gives their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    cameras = [Camera(folder, language, wanted, frozenset(CHOSEN.values())) for language in LANGUAGES]
    with tempfile.TemporaryDirectory() as temporary, troupe(Path(temporary)) as stage, chromium() as browser:
        town = community(stage)
        town.live()
        people = {one["name"]: one["member"] for one in town.nodes[NOUR].call("people.list", space=SPACE)}
        places = given(town) | people
        for camera in cameras:
            with_window(browser, camera, first_steps, stage)
            with_window(browser, camera, living, town, places)
            with_window(browser, camera, stranger, town)
        if cameras[0].wants(*(scene.name for scene in (*CHANGED, *OUTSIDE))):
            changed(town)
            for camera in cameras:
                with_window(browser, camera, afterwards, town, places)
                with_window(browser, camera, outside, town, places)
    yield from sorted(folder.glob("*.png"))


def with_window(browser: Browser, camera: Camera, what: Callable[..., None], *more: object) -> None:
    opened = window(browser, "Nour", Looks(language=camera.language))
    what(camera, *more[:1], opened, *more[1:])
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
