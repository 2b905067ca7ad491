"""A simulated town, with vaults in memory where there is such a place: they wait for the disk at every commit."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from circle_town import village

from kits.notes import with_notes
from kits.sim import Town

SHARED = Path("/dev/shm")


@pytest.fixture
def scratch() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="tadamun-", dir=SHARED if SHARED.is_dir() else None))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
async def town(scratch: Path) -> AsyncIterator[Town]:
    """Empty; everything in it is put away afterwards."""
    town = Town(scratch)
    yield town
    await town.close()


@pytest.fixture
async def three(town: Town) -> Town:
    """Amal (founder), Badr (steward), Celine (member), and a post by Amal."""
    await town.build("amal")
    await town.call("amal", "space.new", name="Circle", called="Amal")
    await town.settle()
    for name, level in (("badr", 50), ("celine", 10)):
        await town.build(name)
        await town.join(name, (await town.call("amal", "invite.new", level=level))["link"], name.title())
        await town.settle()
    await town.call("amal", "talk.post", text="before")
    await town.settle()
    return town


@pytest.fixture(scope="session")
def kept_village() -> Iterator[dict[str, Any]]:
    """Where the village of circle_town.py is built by the first test that wants it, for all."""
    folder = Path(tempfile.mkdtemp(prefix="tadamun-", dir=SHARED if SHARED.is_dir() else None))
    yield {"folder": folder}
    shutil.rmtree(folder)


@pytest.fixture
async def five(kept_village: dict[str, Any], scratch: Path) -> AsyncIterator[Town]:
    """Amal (founder), Badr (steward), Celine, Dina and Emil; each node with the room of notes."""
    if "village" not in kept_village:
        kept_village["village"] = await village(kept_village["folder"])
    town = await kept_village["village"].open(scratch, 5, with_notes())
    await town.settle()
    yield town
    await town.close()
