"""Starting and ordering about the node processes of a benchmark (bench/actor.py)."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from select import select
from typing import Any, Final

from bench.actor import PASSPHRASE
from bench.setting import environment
from tadamun.crypto.random import SystemRandom
from tadamun.crypto.secret import FOR_TESTS
from tadamun.store.vault import Vault

PATIENCE: Final = 900.0  # seconds for one order


class Process:
    """One node. `ask` orders and waits; `order` and `answer` are its halves, to have two nodes at work at once."""

    def __init__(self, home: Path, *options: str) -> None:
        if not home.exists():
            # Deriving a key by the true cost is measured by nobody here, and would only be waited for.
            Vault.create(home, PASSPHRASE, SystemRandom(), FOR_TESTS).close()
        self._log = home.with_name(home.name + ".stderr")
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bench.actor", str(home), *options],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=environment(),
            )  # fmt: skip
        told = self.answer()
        self.ready_at: float = told["at"]
        self.address: str = next(iter(told["listening"]), "")

    def order(self, do: str, **arguments: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **arguments}).encode() + b"\n")
        self._process.stdin.flush()

    def answer(self) -> Any:
        """Raises RuntimeError with what it last complained of, if it ended or fell silent."""
        assert self._process.stdout is not None
        ready, _, _ = select([self._process.stdout], [], [], PATIENCE)
        line = self._process.stdout.readline() if ready else b""
        if not line.endswith(b"\n"):
            raise RuntimeError(f"a node said no more: {self._log.read_text()[-2_000:]}")
        return json.loads(line)

    def ask(self, do: str, **arguments: Any) -> Any:
        self.order(do, **arguments)
        return self.answer()

    def end(self) -> None:
        """Cleanly, by the end of its input; by force if that takes over a minute."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(60)
        finally:
            self._process.kill()
            self._process.wait()
            self._process.stdout.close()


@contextmanager
def process(home: Path, *options: str) -> Iterator[Process]:
    """A node on the vault in `home` (made if missing) until the block ends. options: as of bench/actor.py."""
    one = Process(home, *options)
    try:
        yield one
    finally:
        one.end()
