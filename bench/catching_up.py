"""W2: somebody joins and gets 10,000 and 100,000 posts from one peer over loopback, until they are read and found."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

from bench.limit import Limit
from bench.result import Result, at_least, at_most
from bench.setting import Setting
from bench.troupe import Process, process
from bench.world import copied, last_of, world

SIZES: Final = (10_000, 100_000)
PROMISED: Final = 0.5  # of limit_1
MOST_MEMORY: Final = 300.0  # MB, the process that opens and checks included


def results(limit: Limit, setting: Setting) -> Iterator[Result]:
    """From the moment of asking to be let in: being welcomed is in it."""
    for full in SIZES:
        count = setting.size(full)
        home = world(setting, count) / "nour"
        with (
            setting.stage() as folder,
            process(copied(home, folder / "nour"), "--listen") as nour,
            process(folder / "lee") as lee,
        ):
            yield from _catch_up(limit, count, full, nour, lee)


def _catch_up(limit: Limit, count: int, full: int, nour: Process, lee: Process) -> Iterator[Result]:
    nour.ask("settle")
    link = nour.ask("call", name="invite.new", params={})["link"]
    served, read = nour.ask("usage"), lee.ask("usage")
    begun = time.monotonic()
    lee.ask("call", name="join", params={"link": link, "called": "Lee"})
    joined = time.monotonic()
    found = lee.ask("has", count=count, last=last_of(count))
    seconds = max(found.values()) - begun
    serving, reading = nour.ask("usage"), lee.ask("usage")
    yield at_least(
        "W2", f"{count:,} posts caught up, of limit_1", count / seconds / limit.limit_1, "", PROMISED,
        posts_a_s=count / seconds, of_limit_2=count / seconds / limit.limit_2, seconds=seconds,
        joined_after_s=joined - begun,
        reader_cpu_us_a_post=(reading["cpu"] - read["cpu"]) / count * 1e6,
        server_cpu_us_a_post=(serving["cpu"] - served["cpu"]) / count * 1e6, server_peak_MB=serving["peak_mb"],
    )  # fmt: skip
    if full == max(SIZES):
        yield at_most("W2", f"most memory while catching up {count:,}", reading["peak_mb"], "MB", MOST_MEMORY)
