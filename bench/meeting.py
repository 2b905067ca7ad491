"""W3: two nodes that share 100,000 posts meet, and one has 100 more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Final

from bench.limit import Limit
from bench.result import Result, at_most
from bench.setting import Setting
from bench.troupe import process
from bench.world import copied, world

POSTS: Final = 100_000
NEW: Final = 100
ROUNDS: Final = 3
PROMISED: Final = 0.6  # seconds


def results(_limit: Limit, setting: Setting) -> Iterator[Result]:
    """From connecting until all of the new ones can be read. Both nodes have just started and have met nobody yet."""
    count = setting.size(POSTS)
    home = world(setting, count)
    rounds = [_meet(setting, home, count) for _ in range(ROUNDS if setting.scale == 1 else 1)]
    yield at_most(
        "W3", f"{NEW} new among {count:,} brought over, from connecting", median(one["seconds"] for one in rounds), "s",
        PROMISED, worst_s=max(one["seconds"] for one in rounds),
        reader_cpu_s=median(one["cpu"] for one in rounds), server_cpu_s=median(one["server"] for one in rounds),
    )  # fmt: skip


def _meet(setting: Setting, home: Path, count: int) -> dict[str, float]:
    with setting.stage() as folder:
        with process(copied(home / "nour", folder / "nour")) as nour:
            nour.ask("say", first=count, count=NEW)
            nour.ask("settle")
        with process(folder / "nour", "--listen") as nour, process(copied(home / "sam", folder / "sam")) as sam:
            for one in (nour, sam):
                one.ask("settle")
            before = nour.ask("usage")["cpu"]
            took: dict[str, float] = sam.ask("meet", address=nour.address, count=NEW)
            return took | {"server": nour.ask("usage")["cpu"] - before}
