"""Spoilt outer signatures of what came in bulk: dropped when there is time, and a good copy may still come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kits.memory_wire import MemoryWire
from kits.sealed import NOW, SeededRandom
from tadamun.core.event import Draft, Event, to_json
from tadamun.core.ports import Filter, Put
from tadamun.crypto.epoch import EpochKeys
from tadamun.crypto.keys import SigningKey
from tadamun.crypto.seal import seal
from tadamun.crypto.secret import FOR_TESTS
from tadamun.node.audit import BATCH, audit
from tadamun.node.desk import Desk
from tadamun.store import meta
from tadamun.store.vault import Vault

pytestmark = pytest.mark.anyio


class Hours:
    def now(self) -> int:
        return NOW


@dataclass
class Place:
    """What an audit needs of a node: its vault and wire."""

    desk: Desk
    wire: MemoryWire
    vault: Vault

    async def held(self) -> set[str]:
        return {stored.id async for page in self.wire.find(Filter()) for stored in page}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    unused: Any = None
    with Vault.create(tmp_path / "v", "a passphrase", SeededRandom(1), FOR_TESTS) as vault:
        wire = MemoryWire(Hours())
        desk = Desk(vault, wire, unused, {}, Hours(), SeededRandom(2), unused, unused)
        yield Place(desk, wire, vault)


def sealed(count: int) -> list[Event]:
    random = SeededRandom(3)
    epoch, key = EpochKeys.make("a1" * 32, random), SigningKey.make(random)
    drafts = [Draft(kind=11, content=str(n), tags=(), created_at=NOW) for n in range(count)]
    return [seal(key.sign(draft), epoch, now=NOW, random=random) for draft in drafts]


def spoil(event: Event) -> Event:
    return msgspec.structs.replace(event, sig=event.sig[:-1] + ("0" if event.sig[-1] != "0" else "1"))


async def put(wire: MemoryWire, *events: Event) -> list[Put]:
    return await wire.put([(event, to_json(event)) for event in events])


async def test_a_spoilt_copy_is_dropped_and_a_good_one_may_come(place: Place) -> None:
    good, other = sealed(2)
    await put(place.wire, spoil(good), other)
    assert await audit(place.desk, place.wire, "one", 100) == 1
    assert await place.held() == {other.id}
    assert meta.counters(place.vault.read) == {"bad-signature": 1}
    assert await put(place.wire, good) == [Put.NEW]
    assert await audit(place.desk, place.wire, "one", 100) == 0
    assert await place.held() == {good.id, other.id}


async def test_it_goes_on_where_it_stopped_and_anew_for_another_store(place: Place) -> None:
    events = sealed(BATCH + 2)
    await put(place.wire, *events[:-1], spoil(events[-1]))
    assert await audit(place.desk, place.wire, "one", BATCH) == 0
    assert meta.text(place.vault.read, "wire-checked") == f"one:{BATCH}"
    assert await audit(place.desk, place.wire, "one", BATCH) == 1
    await put(place.wire, spoil(events[-1]))
    meta_before = meta.text(place.vault.read, "wire-checked")
    assert meta_before.startswith("one:")
    assert await audit(place.desk, place.wire, "other", 2 * BATCH) == 1
