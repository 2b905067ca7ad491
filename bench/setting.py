"""How large and where: what every benchmark is told besides the limit."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path("build/bench")


def environment() -> dict[str, str]:
    """For the processes that are measured: Python keeps compiled modules, as it does for a person, whatever it was
    told here."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


@dataclass(frozen=True, slots=True)
class Setting:
    """scale: of every size, 1 for the promised ones. folder: where prepared vaults are kept from run to run."""

    scale: float = 1.0
    folder: Path = FOLDER

    def size(self, full: int, least: int = 20) -> int:
        """How many, where that many were promised."""
        return max(min(least, full), round(full * self.scale))

    @contextmanager
    def stage(self) -> Iterator[Path]:
        """An empty folder, gone afterwards."""
        self.folder.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix="run-", dir=self.folder))
        try:
            yield made
        finally:
            shutil.rmtree(made, ignore_errors=True)
