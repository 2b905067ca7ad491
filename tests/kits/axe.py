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

RUN: Final = """async (rules) => {
    const found = await axe.run(document, {runOnly: {type: "tag", values: rules}, resultTypes: ["violations"]});
    const told = (node) => `${node.target}: ${node.failureSummary}`;
    return found.violations.map((one) => [one.id, one.help, one.nodes.map(told)]);
}"""


@cache
def source() -> str:
    text = SOURCE.read_bytes()
    assert hashlib.sha256(text).hexdigest() == SHA256, "axe.min.js is not the one that was vendored"
    return text.decode()


def violations(page: Page) -> dict[str, list[str]]:
    """Rule → what breaks it and how."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(source())
    return {f"{rule} ({told})": nodes for rule, told, nodes in page.evaluate(RUN, list(RULES))}


def accessible(page: Page) -> None:
    """AssertionError with every violation of this page in the state it is in."""
    found = violations(page)
    told = "\n".join(f"{rule}\n    " + "\n    ".join(nodes) for rule, nodes in found.items())
    assert not found, f"{page.url}\n{told}"
