"""axe-core on a page: what it finds against WCAG 2.2 AA, in words a test can fail with.

It is run as the browser's own tools run scripts, so the page's Content-Security-Policy stays on.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from playwright.sync_api import Page

SOURCE: Final = Path(__file__).parents[1] / "browser" / "vendor" / "axe.min.js"
SHA256: Final = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
RULES: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")

COLOURS: Final = ("color-contrast", "link-in-text-block")  # the rules that a change of theme can break

RUN: Final = """async ({type, values}) => {
    const found = await axe.run(document, {runOnly: {type, values}, resultTypes: ["violations"]});
    const told = (node) => `${node.target}: ${node.failureSummary}`;
    return found.violations.map((one) => [one.id, one.help, one.nodes.map(told)]);
}"""


@cache
def source() -> str:
    text = SOURCE.read_bytes()
    assert hashlib.sha256(text).hexdigest() == SHA256, "axe.min.js is not the one that was vendored"
    return text.decode()


def violations(page: Page, *, colours: bool = False) -> dict[str, list[str]]:
    """Rule → what breaks it and how. colours: only what a change of theme can break."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(source())
    rules = {"type": "rule", "values": list(COLOURS)} if colours else {"type": "tag", "values": list(RULES)}
    return {f"{rule} ({told})": nodes for rule, told, nodes in page.evaluate(RUN, rules)}


def told(page: Page, where: str, *, colours: bool = False) -> list[str]:
    """The violations in lines of text, each with where it was seen."""
    found = violations(page, colours=colours)
    return [f"{where}: {rule}: {node}" for rule, nodes in found.items() for node in nodes]


def accessible(page: Page) -> None:
    """AssertionError with every violation of this page in the state it is in."""
    found = told(page, page.url)
    assert not found, "\n".join(found)
