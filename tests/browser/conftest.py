"""The stage of the browser tests: Chromium and nodes for a file, a window for a person, and pictures of what failed."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator

import pytest
from playwright.sync_api import Browser

from kits.browser import SEEN, Looks, Opens, Window, chromium, window
from kits.processes import Node, Troupe, troupe

FAILED = pytest.StashKey[bool]()


# Of a file and not of the whole run: Playwright keeps an event loop running in this thread while it is up, and then the
# async tests of other files could not have theirs.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as made:
        yield made


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Troupe]:
    with troupe(tmp_path_factory.mktemp("stage")) as made:
        yield made


@pytest.fixture(scope="module")
def pair(stage: Troupe) -> list[Node]:
    """Nour, who founded the space, and Sami, whom she let in; they meet by a keeper. His pages are in Arabic."""
    nour, sami = stage.founded([stage.keeper().address], "Nour", "سامي", pages=True)
    sami.call("node.prefer", language="ar")
    return [nour, sami]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture
def opens(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Opens]:
    """Open a window for somebody. When the test is over, no page may have complained or asked others for anything."""
    windows: list[Window] = []

    def one(name: str, **looks: object) -> Window:
        windows.append(window(browser, name, Looks(**looks)))  # type: ignore[arg-type] - as the test wrote them
        return windows[-1]

    yield one
    failed = request.node.stash.get(FAILED, False)
    try:
        if not failed:
            failed = True
            for made in windows:
                made.check()
            failed = False
    finally:
        if failed:
            folder = SEEN / re.sub(r"[^\w.-]+", "_", request.node.nodeid.removeprefix("tests/browser/"))
            for made in windows:
                made.keep_for_looking(folder)
        for made in windows:
            made.context.close()
