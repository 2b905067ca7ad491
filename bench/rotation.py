"""A new epoch for a space of 1,000 members: its secret sealed for each device, every lockbox event ready to send."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter
from typing import Final

from bench.limit import Limit
from bench.result import Result, at_most
from tadamun.core import body, upkeep
from tadamun.core.event import Draft
from tadamun.core.limits import MAX_LOCKBOXES, MAX_PARENTS
from tadamun.crypto import labels
from tadamun.crypto.epoch import EpochKeys
from tadamun.crypto.keys import SigningKey
from tadamun.crypto.lockbox import BoxKey, seal_to
from tadamun.crypto.random import SystemRandom
from tadamun.crypto.seal import seal
from tadamun.crypto.text import to_b64

MEMBERS: Final = 1_000


def results(_limit: Limit) -> Iterator[Result]:
    """Best of three."""
    random = SystemRandom()
    space = random.bytes(32).hex()
    devices = sorted((random.bytes(32).hex(), BoxKey.make(random).public) for _ in range(MEMBERS))
    author, parent = SigningKey.make(random), EpochKeys.make(space, random)
    seconds = min(_rotate(space, devices, author, parent) for _ in range(3))
    yield at_most("rotation", f"new epoch for {MEMBERS:,} members", seconds, "s", 1.0)


def _rotate(space: str, devices: list[tuple[str, str]], author: SigningKey, parent: EpochKeys) -> float:
    random = SystemRandom()
    frame = (("h", space), ("auth", *[space] * MAX_PARENTS), ("cp", "0"), ("log", "0", ""))
    begun = perf_counter()
    epoch = EpochKeys.make(space, random)
    for start in range(0, len(devices), MAX_LOCKBOXES):
        boxes = tuple(
            (device, to_b64(seal_to(public, epoch.secret, labels.lockbox(space, epoch.id, device))))
            for device, public in devices[start : start + MAX_LOCKBOXES]
        )
        content = body.spell(upkeep.Lockboxes(epoch=epoch.id, boxes=boxes))
        lockbox = author.sign(Draft(upkeep.LOCKBOXES, content, frame, 1_700_000_000))
        seal(lockbox, parent, now=1_700_000_000, random=random)
    return perf_counter() - begun
