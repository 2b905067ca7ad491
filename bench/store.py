"""What keeping costs: sealed events in the wire store, entries in the log, with and without a busy thread beside.

`python -m bench.store [events]`, JSON out. executemany stands beside for comparison: it is what `Tables.many` replaces.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, process_time, time
from typing import Any

from tadamun.core.event import Event, to_json
from tadamun.core.ports import Filter
from tadamun.core.room import Verdict
from tadamun.crypto.random import SystemRandom
from tadamun.crypto.secret import FOR_TESTS, Secret
from tadamun.store import cipher, log
from tadamun.store.vault import Vault
from tadamun.store.wire import WireStore

BATCH = 1_000
BOX = "ab" * 32
KEY = Secret(bytes(32))


class _Clock:
    def now(self) -> int:
        return int(time())


@contextmanager
def _beside(busy: bool) -> Iterator[None]:
    """Run with a thread that never lets go of the interpreter's lock by itself, or without."""
    stop = threading.Event()

    def spin() -> None:
        while not stop.is_set():
            sum(range(200))

    thread = threading.Thread(target=spin, daemon=True)
    if busy:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        if busy:
            thread.join()


def _events(count: int) -> list[tuple[Event, bytes]]:
    now = int(time())
    made = []
    for _ in range(count):
        at = now - int.from_bytes(os.urandom(2), "big")
        event = Event(os.urandom(32).hex(), os.urandom(32).hex(), at, 3700, (("p", BOX),), "A" * 900, "0" * 128)
        made.append((event, to_json(event)))
    return made


def _wire(count: int, busy: bool) -> dict[str, float]:
    events = _events(count)
    with tempfile.TemporaryDirectory() as folder:
        wire = WireStore.open(Path(folder) / "wire.db", KEY, _Clock(), SystemRandom())

        async def work() -> dict[str, float]:
            found: dict[str, float] = {}
            begun, used = perf_counter(), process_time()
            with _beside(busy):
                for start in range(0, count, BATCH):
                    await wire.put(events[start : start + BATCH])
            found["put_us"] = round((perf_counter() - begun) / count * 1e6, 1)
            if not busy:
                found["put_cpu_us"] = round((process_time() - used) / count * 1e6, 1)
            wanted = Filter(kinds=(3700,), tags=(("p", (BOX,)),))
            for name in ("items_first_ms", "items_ms"):
                begun = perf_counter()
                assert len(await wire.items(wanted)) == count
                found[name] = round((perf_counter() - begun) * 1e3, 2)
            ids = tuple(event.id for event, _ in events[:500])
            for name, asked in (
                ("find_500_ids_ms", Filter(ids=ids)),
                ("find_newest_500_ms", Filter((), (), *_newest())),
            ):
                begun = perf_counter()
                assert sum([len(page) async for page in wire.find(asked)]) == min(500, count)
                found[name] = round((perf_counter() - begun) * 1e3, 2)
            begun = perf_counter()
            with _beside(busy):
                arrival = 0
                while page := await wire.since(arrival, BATCH):
                    arrival = page[-1].arrival
            found["since_us"] = round((perf_counter() - begun) / count * 1e6, 1)
            await wire.close()
            return found

        return asyncio.run(work())


def _newest() -> tuple[Any, ...]:
    return (3700,), (("p", (BOX,)),), None, None, 500


def _log(count: int, busy: bool) -> float:
    raw = b"x" * 700
    entries = [
        log.Entry(os.urandom(32).hex(), 1, "", BOX, n, 11, "talk", "", Verdict.ALLOW, n, 0, raw) for n in range(count)
    ]
    entries = [log.Entry(e.id, 1, "", BOX, e.seq, 11, "talk", e.id, e.verdict, e.seq, 0, raw) for e in entries]
    with tempfile.TemporaryDirectory() as folder, Vault.create(Path(folder), "x", SystemRandom(), FOR_TESTS) as vault:
        begun = perf_counter()
        with _beside(busy):
            for start in range(0, count, BATCH):
                with vault.write() as tx:
                    log.append(tx, entries[start : start + BATCH])
        return round((perf_counter() - begun) / count * 1e6, 1)


def _row_by_row(count: int, busy: bool) -> float:
    rows = [(os.urandom(32), n, b"x" * 1200) for n in range(count)]
    with tempfile.TemporaryDirectory() as folder:
        raw = cipher.connect(Path(folder) / "x.db", bytes(32), durable=False)
        raw.execute("CREATE TABLE t (id BLOB UNIQUE, n INTEGER, raw BLOB)")
        begun = perf_counter()
        with _beside(busy):
            for start in range(0, count, BATCH):
                raw.execute("BEGIN")
                raw.executemany("INSERT INTO t VALUES (?, ?, ?)", rows[start : start + BATCH])
                raw.execute("COMMIT")
        raw.close()
        return round((perf_counter() - begun) / count * 1e6, 1)


def main(count: int) -> None:
    measured: dict[str, Callable[[bool], Any]] = {
        "wire": lambda busy: _wire(count, busy),
        "log_append_us": lambda busy: _log(count, busy),
        "executemany_us": lambda busy: _row_by_row(min(count, 3_000), busy),
    }
    result = {name: {"alone": run(False), "beside a busy thread": run(True)} for name, run in measured.items()}
    print(json.dumps({"events": count, **result}, indent=1))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
