"""Every page, in both languages: no violation of WCAG 2.2 AA in any theme, nothing wider than a small phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Response

from kits.axe import told
from kits.browser import DESKTOP, NARROW, PHONE, Opens, Window, fits
from kits.community import NOUR, Community, community
from kits.everywhere import PARTS, given, pages, path
from kits.person import Computer, Person
from kits.processes import Troupe
from tadamun.web.house import State

KIB = 1024
HEAVIEST = 150 * KIB  # bytes of a page with all it needs, fonts aside
LOOKS = {  # what the browser asks for
    "dark": ("dark", "no-preference", "auto"),
    "more contrast": ("light", "more", "auto"),
    "dark, more contrast": ("dark", "more", "auto"),
}
CHOSEN = {  # what was chosen in the settings: the same colours by another way, so a few pages show that it leads there
    "dark by choice": ("light", "no-preference", "dark"),
    "contrast by choice": ("light", "no-preference", "contrast"),
}
INTERACTIVE = 1.0  # seconds until the first page can be used


@pytest.fixture(scope="module")
def town(stage: Troupe) -> Community:
    made = community(stage)
    made.live()
    return made


def problems(window: Window, address: str, language: str, *, first: bool = True) -> Iterator[str]:
    """What is wrong with the page at that address, in every theme and at every width. first: in the chosen ones too."""
    page = window.page
    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    page.emulate_media(color_scheme="light", contrast="no-preference")
    page.goto(address)
    if (spoken := page.locator("html").get_attribute("lang")) != language:
        yield f"{address} speaks {spoken}"
    yield from told(page, f"{address} light")
    for look, (scheme, contrast, theme) in (LOOKS | (CHOSEN if first else {})).items():
        page.emulate_media(color_scheme=scheme, contrast=contrast)  # type: ignore[arg-type] - two of its literals
        page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
        yield from told(page, f"{address} {look}", colours=True)
    page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    yield from told(page, f"{address} narrow")
    yield from outside(page)
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.evaluate("() => { document.documentElement.dataset.size = '200'; }")
    yield from outside(page)


def outside(page: Page) -> Iterator[str]:
    try:
        fits(page)
    except AssertionError as error:
        yield str(error)


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("part", PARTS)
def test_every_page_of_an_open_house(opens: Opens, town: Community, part: str, language: str) -> None:
    node = town.nodes[NOUR]
    node.call("node.prefer", language=language)
    nour = Person(node, opens("Nour", language=language))
    base = nour.enter()
    places = given(town)
    found = [
        problem
        for number, page in enumerate(pages(State.OPEN, part))
        for problem in problems(nour.window, f"{base}/{path(page, places)}", language, first=number < 3)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_page_of_a_fresh_house(opens: Opens, stage: Troupe, language: str) -> None:
    computer = Computer(stage.folder / f"fresh-{language}")
    stage.children.append(computer)
    computer.start()
    nour = Person(computer, opens("Nour", language=language))
    base = nour.enter()
    found = [
        problem
        for page in pages(State.FRESH)
        for problem in problems(nour.window, f"{base}/{path(page, {'language': language})}", language)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_page_of_a_locked_house(opens: Opens, town: Community, language: str) -> None:
    node = town.nodes[NOUR]
    node.call("node.prefer", language=language)
    nour = Person(node, opens("Nour", language=language))
    base = nour.enter()
    nour.lock()
    found = [
        problem
        for page in pages(State.LOCKED)
        for problem in problems(nour.window, f"{base}/{path(page, {})}", language)
    ]
    nour.go("unlock")
    nour.unlock()
    nour.page.wait_for_url(f"{base}/")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_page_that_refuses(opens: Opens, town: Community, language: str) -> None:
    """An old link, a page that is not there, somebody without a cookie."""
    node = town.nodes[NOUR]
    node.call("node.prefer", language=language)
    nour, stranger = Person(node, opens("Nour", language=language)), opens("stranger", language=language)
    base = nour.enter()
    found: list[str] = []
    with nour.window.trouble("status of 404"), stranger.trouble(r"status of (403|404|410)"):
        found += problems(nour.window, f"{base}/there-is-no-such-page", language)
        found += problems(stranger, f"{base}/enter/an-old-link", language)
        found += problems(stranger, f"{base}/", language)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("part", PARTS)
def test_no_page_is_heavy_and_the_first_is_there_at_once(opens: Opens, town: Community, part: str) -> None:
    nour = Person(town.nodes[NOUR], opens("Nour"))
    base = nour.enter()
    # From pressing enter until everything that makes it work has run.
    ready = nour.page.evaluate("() => performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd") / 1000
    assert ready <= INTERACTIVE
    places = given(town)
    heavy = {
        address: weight
        for address in (f"{base}/{path(page, places)}" for page in pages(State.OPEN, part))
        if (weight := _weight(opens("Nour"), nour, address)) > HEAVIEST
    }
    assert not heavy


def _weight(window: Window, nour: Person, address: str) -> int:
    """Bytes of the page and everything it fetched into an empty cache, fonts aside."""
    window.context.add_cookies(nour.window.context.cookies())
    answers: list[Response] = []
    window.page.on("response", lambda answer: answers.append(answer))
    window.page.goto(address, wait_until="load")
    return sum(
        len(answer.body())
        for answer in answers
        if answer.request.resource_type not in ("font", "eventsource") and answer.status == 200
    )
