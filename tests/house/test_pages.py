"""What the pages for people promise is there: commands, folders, links; the same in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from house.reading import HOUSE
from tadamun.cli.app import OWN
from tadamun.main import COMMANDS as ROOMS

ENGLISH, ARABIC = HOUSE / "README.md", HOUSE / "README.ar.md"
PAGES = sorted(
    page for page in [*HOUSE.glob("*.md"), *HOUSE.glob("docs/**/*.md"), *HOUSE.glob("bench/*.md")] if page.is_file()
)
COMMANDS = {*OWN, *ROOMS}
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)


def commands(page: Path) -> set[str]:
    """What the page tells people to type after `tadamun` or `make`."""
    code = "\n".join(CODE.findall(page.read_text(encoding="utf-8")))
    return set(re.findall(r"^(?:`*|\$ )((?:tadamun|make) [a-z][a-z-]*)", code, re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(HOUSE).as_posix())
def test_commands_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):.*##", (HOUSE / "Makefile").read_text(), re.MULTILINE))
    known = {f"tadamun {name}" for name in COMMANDS} | {f"make {name}" for name in targets}
    assert not commands(page) - known


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(HOUSE).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert not [link for link in links if not (page.parent / link).exists()]


def test_both_readmes_name_the_same_commands_and_folders() -> None:
    def folders(page: Path) -> list[str]:
        return re.findall(r"^\| `([\w/]+/)` \|", page.read_text(encoding="utf-8"), re.MULTILINE)

    assert commands(ENGLISH) == commands(ARABIC) != set()
    assert folders(ENGLISH) == folders(ARABIC) != []
    assert not [folder for folder in folders(ENGLISH) if not (HOUSE / folder).is_dir()]
