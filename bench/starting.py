"""W4: a node that holds 100,000 posts starts, until the newest 50 are listed.

Each start is a fresh process, as after `tadamun up`: Python, imports, vault, control log, carriers, listing. Deriving
the key from the passphrase is left out (a vault for tests derives it in a millisecond). The files may be in the page
cache of the system, as they are for whoever starts a node again.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Final

from bench.cold import LISTED
from bench.limit import Limit
from bench.result import Result, at_most
from bench.setting import Setting, environment
from bench.world import copied, world

POSTS: Final = 100_000
ROUNDS: Final = 5
PROMISED: Final = 0.5  # seconds
MOST_MEMORY: Final = 120.0  # MB


def results(_limit: Limit, setting: Setting) -> Iterator[Result]:
    """The median of five starts, and the most memory of any."""
    count = setting.size(POSTS)
    home = world(setting, count) / "nour"
    with setting.stage() as folder:
        copied(home, folder / "nour")
        _start(folder / "nour")  # the first leaves compiled modules behind
        rounds = [_start(folder / "nour") for _ in range(ROUNDS if setting.scale == 1 else 2)]
    parts = {name: median(one[name] for one in rounds) for name in rounds[0]}
    yield at_most(
        "W4", f"started with {count:,} posts and the newest {LISTED} listed", parts["listed"], "s", PROMISED,
        worst_s=max(one["listed"] for one in rounds), cpu_s=parts["cpu"], python_s=parts["python"],
        imports_s=parts["imported"] - parts["python"], node_s=parts["running"] - parts["imported"],
        listing_s=parts["listed"] - parts["running"],
    )  # fmt: skip
    yield at_most("W4", "memory then", max(one["peak_mb"] for one in rounds), "MB", MOST_MEMORY)


def _start(home: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.cold", str(home), str(time.monotonic())]
    told = subprocess.run(command, capture_output=True, check=True, timeout=600, env=environment()).stdout
    found: dict[str, float] = json.loads(told)
    return found
