"""The control log of a town: 5,000 members and 10,000 events, read from the vault, and one more event."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Final

from bench.actor import PASSPHRASE
from bench.crowd import Crowd, Device, admission, founded
from bench.limit import Limit
from bench.result import Result, at_most
from bench.setting import Setting
from bench.world import copied, program
from tadamun.core.body import spell
from tadamun.core.control import bodies
from tadamun.crypto.random import SystemRandom
from tadamun.crypto.secret import FOR_TESTS
from tadamun.main import node_at
from tadamun.node.letters import Letter
from tadamun.node.load import load
from tadamun.store import spaces
from tadamun.store.vault import Vault

MEMBERS: Final = 5_000
MORE: Final = 40
LOAD: Final = 3.0  # seconds
ONE: Final = 5.0  # ms


def results(_limit: Limit, setting: Setting) -> Iterator[Result]:
    """Both by a node with its vault: an act counts when it is on the disk."""
    count = setting.size(MEMBERS)
    kept = setting.folder / f"town-{count}"
    mark = kept / "program"
    if not (mark.exists() and mark.read_text() == program()):
        shutil.rmtree(kept, ignore_errors=True)
        asyncio.run(_grow(kept, count))
        mark.write_text(program())
    with setting.stage() as folder:
        yield from asyncio.run(_measure(copied(kept, folder / "nour")))


async def _grow(home: Path, count: int) -> None:
    Vault.create(home, PASSPHRASE, SystemRandom(), FOR_TESTS).close()
    async with node_at(home, PASSPHRASE, None) as node:
        crowd = await founded(node)
        crowd.admit(count)
        members, steward = crowd.members, crowd.steward
        crowd.take((steward(n), bodies.LEVEL, _level(one, 20)) for n, one in enumerate(members[: count // 2]))
        crowd.take((one, bodies.DEVICE_ADD, _further(crowd, one)) for one in members[: count // 5])
        crowd.take((steward(n), bodies.LEVEL, _level(one, 15)) for n, one in enumerate(members[: count // 5]))
        crowd.take((steward(n), bodies.REMOVE, _remove(one)) for n, one in enumerate(members[-count // 10 :]))
        await node.desk.deliver()


async def _measure(home: Path) -> list[Result]:
    async with node_at(home, PASSPHRASE, None) as node:
        (row,) = spaces.every(node.vault.read)
        begun, used = time.perf_counter(), time.process_time()
        place = load(node.vault.read, row)
        loaded, cpu = time.perf_counter() - begun, time.process_time() - used
        times = []
        for _ in range(MORE):
            letter = Letter(bodies.ADMIT, admission(Device.make(node), 10))
            begun = time.perf_counter()
            async with node.desk.lock:
                node.desk.write(node.places[row.id], [letter])
            times.append((time.perf_counter() - begun) * 1e3)
        events, members = len(place.log.events()), len(place.log.state.members)
    return [
        at_most("control", f"log of {events:,} events and {members:,} members read", loaded, "s", LOAD, cpu_s=cpu),
        at_most("control", "one more event, judged and kept", median(times), "ms", ONE, worst_ms=max(times)),
    ]


def _level(who: Device, level: int) -> str:
    return spell(bodies.SetLevel(member=who.key.public, level=level, cosign=()))


def _remove(who: Device) -> str:
    return spell(bodies.Remove(member=who.key.public, cut=(), reason="", cosign=()))


def _further(crowd: Crowd, who: Device) -> str:
    return spell(bodies.DeviceAdd(device=Device.make(crowd.node, who.key.public).bundle))
