"""A terminal for every test of commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from kits.fake_hands import Terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)
