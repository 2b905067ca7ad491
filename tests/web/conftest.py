"""What tests of pages share: a house that is open, or fresh."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kits.visitor import PASSPHRASE, Pages, visited


@pytest.fixture
async def fresh(tmp_path: Path) -> AsyncIterator[Pages]:
    """No vault yet."""
    async with visited(tmp_path / "home") as pages:
        yield pages


@pytest.fixture
async def pages(fresh: Pages) -> Pages:
    """An open house without a space."""
    await fresh.house.create(PASSPHRASE, "en")
    return fresh
