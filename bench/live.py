"""W6: one post after another, from a node's `talk.post` to the other's watch; and two nodes with nothing to do."""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import median, quantiles
from typing import Final

from bench.limit import Limit
from bench.result import Result, at_most
from bench.setting import Setting
from bench.troupe import Process, process

POSTS: Final = 300
GAP: Final = 0.05  # seconds between posts
IDLE: Final = 20.0  # seconds


def results(_limit: Limit, setting: Setting) -> Iterator[Result]:
    """Two processes with one connection between them; the one who listens at the socket is the one who hears."""
    count = setting.size(POSTS)
    with setting.stage() as folder, process(folder / "nour", "--listen") as nour, process(folder / "sam") as sam:
        nour.ask("call", name="space.new", params={"name": "Circle", "called": "Nour"})
        link = nour.ask("call", name="invite.new", params={})["link"]
        sam.ask("call", name="join", params={"link": link, "called": "Sam"})
        sam.ask("live")
        nour.ask("settle")
        there, cpu = _delays(sam, nour, count)
        back, _ = _delays(nour, sam, count)
        delays = sorted([*there, *back])
        yield at_most(
            "W6", f"{2 * count:,} live posts, p50", median(delays), "ms", 15,
            to_relay_p50_ms=median(there), from_relay_p50_ms=median(back),
            least_ms=delays[0], cpu_ms_a_post=cpu * 1e3 / count,
        )  # fmt: skip
        yield at_most("W6", "p99", quantiles(delays, n=100, method="inclusive")[98], "ms", 60, most_ms=delays[-1])
        yield _idle(setting, nour, sam)


def _delays(speaker: Process, hearer: Process, count: int) -> tuple[list[float], float]:
    """Milliseconds of each post, and the processor seconds of both nodes together."""
    before = sum(one.ask("usage")["cpu"] for one in (speaker, hearer))
    hearer.order("listen", count=count)
    time.sleep(0.2)  # it says nothing before it has heard all
    said = speaker.ask("speak", count=count, gap=GAP)
    heard = hearer.answer()
    cpu = sum(one.ask("usage")["cpu"] for one in (speaker, hearer)) - before
    return [(heard[f"live {number}"] - moment) * 1e3 for number, moment in enumerate(said)], cpu


def _idle(setting: Setting, *nodes: Process) -> Result:
    seconds = max(1.0, IDLE * setting.scale)
    before = [one.ask("usage")["cpu"] for one in nodes]
    time.sleep(seconds)
    used = [one.ask("usage")["cpu"] - cpu for one, cpu in zip(nodes, before, strict=True)]
    return at_most("W6", f"the busier of both, idle for {seconds:g} s", max(used) / seconds * 100, "% of a core", 1)
