"""The limit that every speed in docs/performance.md is a ratio of: the four unavoidable steps in a bare loop.

limit_1: posts a second when one process does all four steps, one after the other.
limit_2: posts a second when two processes do so at once, each on half of the posts and in a database of its own:
    all that two cores can give, with nothing to coordinate. See docs/performance.md, "The limit".
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from pathlib import Path
from time import perf_counter

from bench.floor import BATCH, Devices, Log, genuine, opened, parse, sealed_posts

Row = tuple[bytes, bytes, int, bytes]


@dataclass(frozen=True, slots=True)
class Limit:
    """us: microseconds an event by step; limit_1, limit_2: posts a second on one core and on two."""

    us: dict[str, float]
    limit_1: float
    limit_2: float


def _batches(raws: Sequence[bytes]) -> list[Sequence[bytes]]:
    return [raws[start : start + BATCH] for start in range(0, len(raws), BATCH)]


def _row(raw: bytes, conversation: bytes, devices: Devices) -> Row:
    inner = opened(parse(raw).content, conversation)
    event = parse(inner)
    return genuine(event, devices), bytes.fromhex(event.pubkey), event.created_at, inner


def _all_steps(raws: Sequence[bytes], conversation: bytes) -> float:
    """Seconds for the four steps on all of them, in batches, each durable before the next begins."""
    with tempfile.TemporaryDirectory() as folder:
        log, devices = Log(Path(folder) / "log.db"), Devices()
        begun = perf_counter()
        for batch in _batches(raws):
            log.write([_row(raw, conversation, devices) for raw in batch])
        seconds = perf_counter() - begun
        log.close()
    return seconds


def _steps(raws: Sequence[bytes], conversation: bytes) -> dict[str, float]:
    """Microseconds an event of each step, timed batch by batch."""
    seconds = dict.fromkeys(("parsing", "opening", "inner check", "row"), 0.0)
    last = perf_counter()

    def lap(name: str) -> None:
        nonlocal last
        now = perf_counter()
        seconds[name] += now - last
        last = perf_counter()

    with tempfile.TemporaryDirectory() as folder:
        log, devices = Log(Path(folder) / "log.db"), Devices()
        last = perf_counter()
        for batch in _batches(raws):
            outer = [parse(raw) for raw in batch]
            lap("parsing")
            inner = [opened(event.content, conversation) for event in outer]
            lap("opening")
            events = [parse(raw) for raw in inner]
            lap("parsing")
            ids = [genuine(event, devices) for event in events]
            lap("inner check")
            log.write(
                [(i, bytes.fromhex(e.pubkey), e.created_at, raw) for i, e, raw in zip(ids, events, inner, strict=True)]
            )
            lap("row")
        log.close()
    return {name: total / len(raws) * 1e6 for name, total in seconds.items()}


def _half(count: int, conversation: bytes, start: Barrier) -> None:  # a child process
    raws = list(sealed_posts(count, conversation))
    start.wait()
    _all_steps(raws, conversation)
    start.wait()


def _two_cores(count: int) -> float:
    """Seconds for two processes, begun together, to do all steps on half of the posts each."""
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(3)
    halves = [context.Process(target=_half, args=(count // 2, os.urandom(32), start)) for _ in range(2)]
    for half in halves:
        half.start()
    start.wait()
    begun = perf_counter()
    start.wait()
    seconds = perf_counter() - begun
    for half in halves:
        half.join()
    return seconds


def measure(count: int = 10_000, rounds: int = 3) -> Limit:
    """The best of that many rounds: what disturbs a round only ever slows it."""
    conversation = os.urandom(32)
    raws = list(sealed_posts(count, conversation))
    steps = [_steps(raws, conversation) for _ in range(rounds)]
    one = min(_all_steps(raws, conversation) for _ in range(rounds))
    two = min(_two_cores(count) for _ in range(rounds))
    us = {name: round(min(step[name] for step in steps), 1) for name in steps[0]}
    return Limit(us=us, limit_1=round(count / one), limit_2=round(count // 2 * 2 / two))


def main() -> None:
    """`python -m bench.limit`: the limit alone, as JSON."""
    import msgspec

    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(measure())) + b"\n")


if __name__ == "__main__":
    main()
