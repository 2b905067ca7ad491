"""The wire store passes the kit, keeps to its quotas, starts anew when unreadable, and shows nothing on the disk."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kits.memory_wire import MemoryWire
from kits.pages import decrypted
from kits.wire_kit import BOX, EVENTS, NOW, OTHER, Setting, WireKit, batch, filters, found_ids, in_box, made
from tadamun.core.errors import VaultError
from tadamun.core.event import Event
from tadamun.core.ports import Clock, Filter, Put, Stored, Wire
from tadamun.crypto.random import SystemRandom
from tadamun.crypto.secret import Secret
from tadamun.store.cipher import PAGE
from tadamun.store.wire import WireStore
from tadamun.store.wire_quota import Quota

pytestmark = pytest.mark.anyio
KEY = Secret(b"k" * 32)


def store(folder: Path, clock: Clock | None = None, quota: Quota | None = None, key: Secret = KEY) -> WireStore:
    return WireStore.open(folder / "wire.db", key, clock or Setting(), SystemRandom(), quota)


class TestFile(WireKit):
    def opened(self, clock: Clock) -> AbstractAsyncContextManager[Wire]:
        @asynccontextmanager
        async def open_one() -> AsyncIterator[Wire]:
            with TemporaryDirectory() as folder:
                wire = store(Path(folder), clock)
                try:
                    yield wire
                finally:
                    await wire.close()

        return open_one()


class TestMemory(WireKit):
    def opened(self, clock: Clock) -> AbstractAsyncContextManager[Wire]:
        @asynccontextmanager
        async def open_one() -> AsyncIterator[Wire]:
            yield MemoryWire(clock)

        return open_one()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), EVENTS)
@pytest.mark.parametrize("kit", [TestFile(), TestMemory()], ids=["file", "memory"])
def test_any_filter(kit: WireKit, data: st.DataObject, events: list[Event]) -> None:
    asyncio.run(kit.check_filter(events, data.draw(filters(events))))


async def test_survives_being_closed_and_the_index_is_the_same_when_read_from_the_file(tmp_path: Path) -> None:
    events = [made(n, at=NOW - n % 7, tags=(("p", (BOX, OTHER)[n % 2]),)) for n in range(50)]
    events.append(made("both", tags=(("p", BOX), ("p", OTHER))))
    events.append(made("brief", tags=(("p", BOX), ("expiration", str(NOW + 5)))))
    events.append(made("public", kind=1))
    clock = Setting()
    wire = store(tmp_path, clock)
    await wire.items(in_box(BOX))
    await wire.put(batch(*events))
    kept = [list(await wire.items(w)) for w in (in_box(BOX), in_box(OTHER), in_box(BOX, OTHER))]
    size, identity = wire.size, wire.identity
    await wire.close()
    await wire.close()
    wire = store(tmp_path, clock)
    assert (wire.size, wire.identity) == (size, identity)
    assert [list(await wire.items(w)) for w in (in_box(BOX), in_box(OTHER), in_box(BOX, OTHER))] == kept
    assert (await wire.put(batch(made("next")))) == [Put.NEW]
    assert (await wire.since(0, 1000))[-1].arrival == 54
    await wire.close()


async def test_a_put_that_nobody_waits_for_any_more_is_still_told(tmp_path: Path) -> None:
    wire = store(tmp_path)
    heard: list[Stored] = []
    told = asyncio.Event()
    wire.watch(lambda new: (heard.extend(new), told.set()))
    putting = asyncio.ensure_future(wire.put(batch(*(made(n) for n in range(300)))))  # noqa: TID251  # the test is that it goes on by itself
    await asyncio.sleep(0)
    putting.cancel()
    await asyncio.wait_for(told.wait(), 10)
    assert len(heard) == 300
    await wire.close()


@pytest.mark.parametrize("what", [b"", b"this is no database", os.urandom(8192)], ids=["empty", "text", "noise"])
async def test_unreadable_files_make_way_for_a_new_one(tmp_path: Path, what: bytes) -> None:
    first = store(tmp_path)
    await first.put(batch(made(1)))
    await first.close()
    (tmp_path / "wire.db").write_bytes(what)
    second = store(tmp_path)
    assert second.identity != first.identity
    assert await second.count(Filter()) == 0
    assert await second.put(batch(made(1))) == [Put.NEW]
    await second.close()


async def test_another_key_reads_nothing_and_starts_anew(tmp_path: Path) -> None:
    first = store(tmp_path)
    await first.put(batch(made(1)))
    await first.close()
    second = store(tmp_path, key=Secret(b"q" * 32))
    assert await second.count(Filter()) == 0
    await second.close()


async def test_a_page_damaged_in_the_middle_is_an_error_a_person_can_read(tmp_path: Path) -> None:
    first = store(tmp_path)
    await first.put(batch(*(made(n) for n in range(200))))
    await first.close()
    path = tmp_path / "wire.db"
    raw = bytearray(path.read_bytes())
    for page in range(20, len(raw) // PAGE):
        raw[page * PAGE + 100] ^= 0xFF
    path.write_bytes(raw)
    second = store(tmp_path)
    with pytest.raises(VaultError, match="Nothing you wrote is lost"):
        [part async for part in second.find(Filter())]
    await second.close()
    third = store(tmp_path)
    assert await third.count(Filter()) == 0
    await third.close()


SIZE = len(batch(made(10))[0][1]) + 200


async def test_full_refuses_what_is_new(tmp_path: Path) -> None:
    wire = store(tmp_path, quota=Quota(total=SIZE * 4, mailbox=SIZE * 2))
    here = [made(n) for n in range(10, 14)]
    there = [made(n, tags=(("p", OTHER),)) for n in range(20, 24)]
    assert await wire.put(batch(*here)) == [Put.NEW, Put.NEW, Put.FULL, Put.FULL]
    assert await wire.put(batch(here[0], *there)) == [Put.DUPLICATE, Put.NEW, Put.NEW, Put.FULL, Put.FULL]
    assert await wire.put(batch(made(30, tags=(("p", "d4" * 32),)))) == [Put.FULL]
    await wire.delete([here[0].id])
    assert await wire.put(batch(here[2])) == [Put.NEW]
    assert wire.size <= SIZE * 4
    await wire.close()


async def test_eviction_keeps_the_newest_and_does_not_take_back_what_it_dropped(tmp_path: Path) -> None:
    wire = store(tmp_path, quota=Quota(total=SIZE * 40, mailbox=SIZE * 20, evict=True))
    events = [made(n, at=NOW - 100 + n) for n in range(10, 70)]
    assert set(await wire.put(batch(*events[:20]))) == {Put.NEW}
    await wire.put(batch(*events[20:]))
    held = await found_ids(wire, in_box(BOX))
    assert held == [event.id for event in reversed(events)][: len(held)]
    assert 18 <= len(held) <= 20
    assert list(await wire.items(in_box(BOX))) == sorted((e.created_at, e.id) for e in events[-len(held) :])
    assert set(await wire.put(batch(*events[:20]))) == {Put.FULL}
    assert await found_ids(wire, in_box(BOX)) == held
    # One mailbox's flood does not push another below what is free.
    assert await wire.put(batch(made(10, tags=(("p", OTHER),), at=NOW - 500))) == [Put.NEW]
    too_old_for_the_batch = [made(n, at=NOW + n) for n in range(70, 95)]
    answers = await wire.put(batch(*too_old_for_the_batch))
    assert answers == [Put.FULL] * 6 + [Put.NEW] * 19
    await wire.close()


async def test_the_whole_store_evicts_the_oldest_of_all(tmp_path: Path) -> None:
    wire = store(tmp_path, quota=Quota(total=SIZE * 20, evict=True))
    events = [made(n, at=NOW - 100 + n, tags=(("p", (BOX, OTHER)[n % 2]),)) for n in range(10, 50)]
    for event in events:
        await wire.put(batch(event))
    held = await found_ids(wire, Filter())
    assert held == [event.id for event in reversed(events)][: len(held)]
    assert 18 <= len(held) <= 20
    assert wire.size == SIZE * len(held)
    await wire.close()


async def test_sweeping_leaves_no_byte_in_the_pages(tmp_path: Path) -> None:
    clock = Setting()
    wire = store(tmp_path, clock)
    brief = made("brief", tags=(("p", BOX), ("expiration", str(NOW + 5)), ("t", "planted-marker-7731")))
    await wire.items(in_box(BOX))
    await wire.put(batch(brief, made("stays")))
    clock.time += 5
    assert await wire.sweep() == 1
    assert await wire.sweep() == 0
    assert [i for _, i in await wire.items(in_box(BOX))] == [made("stays").id]
    await wire.close()
    assert b"planted-marker-7731" not in plain_pages(tmp_path / "wire.db", KEY)


async def test_nothing_readable_on_the_disk(tmp_path: Path) -> None:
    wire = store(tmp_path)
    await wire.put(batch(*(made(n, tags=(("p", BOX), ("t", "planted-marker-7731"))) for n in range(50))))
    for name in os.listdir(tmp_path):
        raw = (tmp_path / name).read_bytes()
        assert b"planted-marker-7731" not in raw
        assert BOX.encode() not in raw
        assert bytes.fromhex(BOX) not in raw
        assert os.stat(tmp_path / name).st_mode & 0o077 == 0
    await wire.close()
    assert b"planted-marker-7731" in plain_pages(tmp_path / "wire.db", KEY)  # the search itself would find it


def plain_pages(path: Path, key: Secret) -> bytes:
    """Every page of the file, decrypted, free ones too."""
    return decrypted(path, key.reveal())


@pytest.mark.parametrize("kind", ["file", "memory"])
async def test_what_is_carried_for_others_is_let_go_when_old(tmp_path: Path, kind: str) -> None:
    wire = store(tmp_path) if kind == "file" else MemoryWire(Setting())
    ours, theirs = (("p", BOX),), (("p", OTHER),)
    events = [made(n, at=NOW - n % 2, tags=tags) for n, tags in enumerate((ours, ours, theirs, theirs))]
    public = made("public", kind=1, at=NOW - 9, tags=theirs)
    await wire.put(batch(*events, public))
    assert await wire.let_go({BOX}, NOW) == 1
    assert set(await found_ids(wire, Filter())) == {e.id for e in (*events[:3], public)}
    assert await wire.put(batch(events[3])) == [Put.NEW]
    if isinstance(wire, WireStore):
        await wire.close()
