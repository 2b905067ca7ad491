"""W5: full text over 100,000 posts: the time of asking, and the cost of adding."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from statistics import median, quantiles
from time import perf_counter, process_time
from typing import Final

from bench.limit import Limit
from bench.posts import posts
from bench.result import Result, at_most
from bench.setting import Setting
from tadamun.core.room import SearchText
from tadamun.crypto.random import SystemRandom
from tadamun.crypto.secret import FOR_TESTS
from tadamun.store import search
from tadamun.store.vault import Vault

POSTS: Final = 100_000
BATCH: Final = 2_000  # as the node stores a backlog
ASKED: Final = 400
KINDS: Final = ("one word", "two words", "part", "nothing", "author")
PROMISED: Final = 15.0  # ms


def results(_limit: Limit, setting: Setting) -> Iterator[Result]:
    """The index alone, in a vault of its own; every kind of question equally often."""
    chance = Random(7)
    texts = list(posts(setting.size(POSTS)))
    given = [
        (chance.randbytes(32).hex(), SearchText(text, bytes([n % 50]).hex() * 32, (topic,), n))
        for n, (topic, text) in enumerate(texts)
    ]
    with setting.stage() as folder, Vault.create(folder / "v", "x", SystemRandom(), FOR_TESTS) as vault:
        begun, used = perf_counter(), process_time()
        for start in range(0, len(given), BATCH):
            with vault.write() as tx:
                search.put_many(tx, 1, given[start : start + BATCH])
        adding, using = (perf_counter() - begun) / len(given), (process_time() - used) / len(given)
        kinds = {kind: _ask(vault, kind, texts, chance) for kind in KINDS}
        every = sorted(ms for times in kinds.values() for ms in times)
        worst = {f"{kind} p95 ms": quantiles(times, n=20)[-1] for kind, times in kinds.items()}
        yield at_most(
            "W5", f"full text over {len(texts):,} posts, p95", quantiles(every, n=20)[-1], "ms", PROMISED,
            p50_ms=median(every), most_ms=every[-1], **worst, adding_us=adding * 1e6, adding_cpu_us=using * 1e6,
            bytes_a_post=vault.size() / len(texts),
        )  # fmt: skip


def _ask(vault: Vault, kind: str, texts: list[tuple[str, str]], chance: Random) -> list[float]:
    times = []
    for _ in range(ASKED // len(KINDS)):
        words = [word for word in chance.choice(texts)[1].split() if len(word.strip(".")) > 3] or ["clinic"]
        word = chance.choice(words)
        query = {"two words": f"{word} {chance.choice(words)}", "part": word[1:-1], "nothing": "zebra quartz"}.get(
            kind, word
        )
        begun = perf_counter()
        search.find(vault.read, 1, query, 50, author="07" * 32 if kind == "author" else None)
        times.append((perf_counter() - begun) * 1e3)
    return times
