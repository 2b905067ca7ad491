"""W1: a person writes 10,000 posts, in batches that are each on the disk before they are confirmed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bench.limit import Limit
from bench.result import Result, at_least
from bench.setting import Setting
from bench.troupe import process

POSTS: Final = 10_000
PROMISED: Final = 0.4  # of limit_1


def results(limit: Limit, setting: Setting) -> Iterator[Result]:
    """Signed, judged, logged, folded, searchable and confirmed; sealing follows, and is told beside."""
    count = setting.size(POSTS)
    with setting.stage() as folder, process(folder / "nour") as nour:
        nour.ask("call", name="space.new", params={"name": "Circle", "called": "Nour"})
        took = nour.ask("say", first=0, count=count)
        used = nour.ask("usage")
    confirmed, sealed = count / took["confirmed"], count / took["sealed"]
    yield at_least(
        "W1", f"{count:,} posts written and confirmed, of limit_1", confirmed / limit.limit_1, "", PROMISED,
        confirmed_a_s=confirmed, sealed_a_s=sealed, cpu_us_a_post=took["cpu"] / count * 1e6, peak_MB=used["peak_mb"],
    )  # fmt: skip
