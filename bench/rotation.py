"""A new epoch for a space of 1,000 members, by a node that has them: from deciding it to everything sealed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.actor import PASSPHRASE
from bench.crowd import founded
from bench.limit import Limit
from bench.result import Result, at_most
from bench.setting import Setting
from tadamun.crypto.random import SystemRandom
from tadamun.crypto.secret import FOR_TESTS
from tadamun.main import node_at
from tadamun.store.vault import Vault

MEMBERS: Final = 1_000
ROUNDS: Final = 3
PROMISED: Final = 1.0  # seconds


def results(_limit: Limit, setting: Setting) -> Iterator[Result]:
    """Best of three."""
    count = setting.size(MEMBERS)
    with setting.stage() as folder:
        times = asyncio.run(_rotate(folder / "nour", count))
    written, sealed, used = min(times, key=lambda one: one[1])
    yield at_most(
        "rotation", f"new epoch for {count:,} members, kept and sealed", sealed, "s", PROMISED, written_s=written,
        cpu_s=used,
    )  # fmt: skip


async def _rotate(home: Path, count: int) -> list[tuple[float, float, float]]:
    Vault.create(home, PASSPHRASE, SystemRandom(), FOR_TESTS).close()
    found = []
    async with node_at(home, PASSPHRASE, None) as node:
        crowd = await founded(node)
        crowd.admit(count)
        await node.desk.deliver()
        for _ in range(ROUNDS):
            begun, used = time.perf_counter(), time.process_time()
            async with node.desk.lock:
                node.desk.rotate(crowd.place)
            written = time.perf_counter() - begun
            await node.desk.deliver()
            found.append((written, time.perf_counter() - begun, time.process_time() - used))
    return found
