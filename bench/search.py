"""Full text over 100,000 posts: the cost of adding, the time of asking. `python -m bench.search [posts]`, JSON out."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from random import Random
from statistics import median, quantiles
from time import perf_counter, process_time

from bench.posts import posts
from tadamun.core.room import SearchText
from tadamun.crypto.random import SystemRandom
from tadamun.crypto.secret import FOR_TESTS
from tadamun.store import search
from tadamun.store.vault import Vault

BATCH = 1_000
ASKED = 400


def main(count: int) -> None:
    chance = Random(7)
    texts = list(posts(count))
    given = [
        (chance.randbytes(32).hex(), SearchText(text, bytes([n % 50]).hex() * 32, (topic,), n))
        for n, (topic, text) in enumerate(texts)
    ]
    with tempfile.TemporaryDirectory() as folder, Vault.create(Path(folder), "x", SystemRandom(), FOR_TESTS) as vault:
        begun, used = perf_counter(), process_time()
        for start in range(0, count, BATCH):
            with vault.write() as tx:
                search.put_many(tx, 1, given[start : start + BATCH])
        adding, using = (perf_counter() - begun) / count, (process_time() - used) / count
        kinds = {
            kind: _ask(vault, kind, texts, chance) for kind in ("one word", "two words", "part", "nothing", "author")
        }
        every = sorted(ms for times in kinds.values() for ms in times)
        print(
            json.dumps(
                {
                    "posts": count,
                    "add_us": round(adding * 1e6, 1),
                    "add_cpu_us": round(using * 1e6, 1),
                    "bytes_a_post": vault.size() // count,
                    "p50_ms": round(median(every), 2),
                    "p95_ms": round(quantiles(every, n=20)[-1], 2),
                    "max_ms": round(every[-1], 2),
                    "p95_ms_by_kind": {kind: round(quantiles(times, n=20)[-1], 2) for kind, times in kinds.items()},
                },
                indent=1,
            )
        )


def _ask(vault: Vault, kind: str, texts: list[tuple[str, str]], chance: Random) -> list[float]:
    times = []
    for _ in range(ASKED // 5):
        words = [word for word in chance.choice(texts)[1].split() if len(word.strip(".")) > 3] or ["clinic"]
        word = chance.choice(words)
        query = {"two words": f"{word} {chance.choice(words)}", "part": word[1:-1], "nothing": "zebra quartz"}.get(
            kind, word
        )
        begun = perf_counter()
        search.find(vault.read, 1, query, 50, author="07" * 32 if kind == "author" else None)
        times.append((perf_counter() - begun) * 1e3)
    return times


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
