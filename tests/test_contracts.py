"""Each import contract is seen to break: a copy of the source with one bad import, and exactly that contract red.

A contract nobody saw fail may be one that cannot. The unspoiled copy is checked first: it must keep them all.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[1]

LAYERS = "Imports point one way, and every package has its place"
ROOMS = "A room never imports a room"
ROOM_FILES = "In a room what can be said knows nothing of what comes of it"
CARRIERS = "A carrier never imports a carrier"
PURE = "Core, and each room's bodies, state, rules and actions, are pure"
CRYPTO = "Only crypto imports ciphers, keys and unpredictable bytes"
DATABASE = "Only store imports the database"
NETWORK = "Only carry imports what speaks with other computers"
PAGES = "Only pages know how pages are made and served"
CARRY_USERS = "Only node and main know how events travel"
WORDS_USERS = "Only what people read is translated"
PICTURES = "Only the files that bound them decode pictures"
CALENDARS = "Only the files that bound them read and write calendars"
CONTRACTS = {
    LAYERS,
    ROOMS,
    ROOM_FILES,
    CARRIERS,
    PURE,
    CRYPTO,
    DATABASE,
    NETWORK,
    PAGES,
    CARRY_USERS,
    WORDS_USERS,
    PICTURES,
    CALENDARS,
}


@dataclass(frozen=True)
class Spoiled:
    """broken: the contracts that must break. lines: what is appended to which file (made if it is not there)."""

    broken: set[str]
    lines: dict[str, str]


SPOILED = {
    "crypto imports what stands above it": Spoiled({LAYERS}, {"crypto/__init__.py": "import tadamun.store"}),
    "store imports its sibling": Spoiled({LAYERS, CARRY_USERS}, {"store/__init__.py": "import tadamun.carry"}),
    "node imports the pages": Spoiled({LAYERS}, {"node/__init__.py": "import tadamun.web"}),
    "a package without a place": Spoiled({LAYERS}, {"elsewhere/__init__.py": ""}),
    "a module without a place": Spoiled({LAYERS}, {"elsewhere.py": ""}),
    "a room imports a room": Spoiled({ROOMS}, {"rooms/talk/view.py": "import tadamun.rooms.people.view"}),
    "a new room imports a room": Spoiled({ROOMS}, {"rooms/new/__init__.py": "import tadamun.rooms.people.view"}),
    "a body imports its state": Spoiled({ROOM_FILES}, {"rooms/talk/bodies.py": "import tadamun.rooms.talk.state"}),
    "an action imports a rule": Spoiled({ROOM_FILES}, {"rooms/talk/actions.py": "import tadamun.rooms.talk.rules"}),
    "a carrier imports a carrier": Spoiled({CARRIERS}, {"carry/memory.py": "import tadamun.carry.peers"}),
    "core does I/O": Spoiled({PURE}, {"core/fold.py": "import asyncio"}),
    "core reads a clock": Spoiled({PURE}, {"core/control/__init__.py": "from time import time"}),
    "core imports crypto": Spoiled({PURE, LAYERS}, {"core/fold.py": "import tadamun.crypto"}),
    "a rule reads a clock by way of another file": Spoiled(
        {PURE}, {"rooms/talk/rules.py": "import tadamun.rooms.talk.helper", "rooms/talk/helper.py": "import time"}
    ),
    "a state opens the database": Spoiled({PURE}, {"rooms/people/state.py": "import tadamun.store.search"}),
    "a page decodes a picture": Spoiled({PICTURES}, {"rooms/talk/web.py": "import PIL.Image"}),
    "a page reads a calendar": Spoiled({CALENDARS}, {"rooms/gatherings/web.py": "import icalendar"}),
    "the node draws keys itself": Spoiled({CRYPTO}, {"node/place.py": "import secrets"}),
    "a carrier checks a signature itself": Spoiled(
        {CRYPTO}, {"carry/proof.py": "from coincurve import PublicKeyXOnly"}
    ),
    "the node opens the database itself": Spoiled({DATABASE}, {"node/place.py": "import sqlcipher3"}),
    "a command dials a relay itself": Spoiled({NETWORK}, {"cli/app.py": "import websockets"}),
    "a room's call makes a page": Spoiled({PAGES}, {"rooms/talk/calls.py": "import starlette.responses"}),
    "a command serves pages itself": Spoiled({PAGES}, {"cli/app.py": "import uvicorn"}),
    "a command imports a carrier": Spoiled({CARRY_USERS}, {"cli/app.py": "import tadamun.carry.memory"}),
    "the node translates what only pages and commands may": Spoiled(
        {WORDS_USERS, LAYERS}, {"node/place.py": "import tadamun.i18n.words"}
    ),
}


def verdicts(folder: Path) -> dict[str, bool]:
    """The contracts' names, each with whether the source in that folder keeps it."""
    command = [
        str(Path(sys.executable).with_name("lint-imports")),
        "--no-cache",
        "--config",
        str(HOUSE / ".importlinter"),
    ]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
    said = [line.rsplit(" ", 1) for line in ran.stdout.splitlines() if line.endswith((" KEPT", " BROKEN"))]
    assert said, ran.stdout + ran.stderr
    return {name: verdict == "KEPT" for name, verdict in said}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A copy of src/ to spoil."""
    copy = tmp_path / "src"
    shutil.copytree(HOUSE / "src", copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def test_the_source_keeps_every_contract(source: Path) -> None:
    assert verdicts(source) == dict.fromkeys(CONTRACTS, True)


@pytest.mark.parametrize("name", SPOILED)
def test_a_bad_import_breaks_its_contract(source: Path, name: str) -> None:
    spoiled = SPOILED[name]
    for path, line in spoiled.lines.items():
        file = source / "tadamun" / path
        file.parent.mkdir(exist_ok=True)
        before = file.read_text() if file.exists() else ""
        file.write_text(f"{before}\n{line}\n")

    broken = {contract for contract, kept in verdicts(source).items() if not kept}

    assert broken == spoiled.broken


def test_every_contract_was_seen_to_break() -> None:
    assert set().union(*(spoiled.broken for spoiled in SPOILED.values())) == CONTRACTS
