"""The stage of a flow: real processes that end with the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kits.processes import Troupe, troupe


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Troupe]:
    with troupe(tmp_path) as made:
        yield made
