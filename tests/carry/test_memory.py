"""The carrier in memory is a carrier, and its mischief is the same every time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kits.carrier_kit import CarrierKit, Road
from kits.memory_wire import MemoryWire
from kits.sealed import Maker, SeededRandom, StoppedClock, ids_of, put
from tadamun.carry.memory import Medium
from tadamun.core.ports import Signer, Wire

pytestmark = pytest.mark.anyio


class MemoryRoad:
    """mailboxes: what both ends hold. A stranger holds what their keys really are."""

    def __init__(self, medium: Medium, one: Wire, other: Wire, boxes: list[str]) -> None:
        self.medium, self.one, self.other, self.boxes = medium, one, other, boxes

    async def cut(self) -> None:
        self.medium.cut("one", "other")

    async def heal(self) -> None:
        self.medium.heal()

    async def restart(self) -> None:
        self.medium.leave("one")
        self.medium.join("one", self.one, self.boxes)

    async def settle(self) -> None:
        await self.medium.settle()

    @asynccontextmanager
    async def stranger(self, wire: Wire, mailboxes: Sequence[Signer]) -> AsyncIterator[None]:
        self.medium.join("stranger", wire, ["00" * 32])
        yield
        self.medium.leave("stranger")


class TestGently(CarrierKit):
    def medium(self) -> Medium:
        return Medium(SeededRandom())

    @asynccontextmanager
    async def road(self, one: Wire, other: Wire, mailboxes: Sequence[Signer]) -> AsyncIterator[Road]:
        medium = self.medium()
        boxes = [signer.public for signer in mailboxes]
        medium.join("one", one, boxes)
        medium.join("other", other, boxes)
        yield MemoryRoad(medium, one, other, boxes)


class TestRoughly(TestGently):
    def medium(self) -> Medium:
        return Medium(SeededRandom(9), loss=30, twice=30, most_delay=5)


async def play(seed: int, moves: Sequence[int]) -> list[list[tuple[int, str]]]:
    """Four nodes; each move is a word of somebody, a cut, healing or a step. Who holds what, in order of arrival."""
    maker = Maker(seed)
    box = maker.mailbox().public
    medium = Medium(SeededRandom(seed), loss=20, twice=20, most_delay=3)
    wires = [MemoryWire(StoppedClock()) for _ in range(4)]
    for k, wire in enumerate(wires):
        medium.join(str(k), wire, [box])
    for move in moves:
        if move < 4:
            await put(wires[move], maker.event(box))
        elif move < 7:
            medium.cut(str(move - 4), str(move - 3))
        elif move == 7:
            medium.split("01", "23")
        elif move == 8:
            medium.heal()
        else:
            await medium.step()
    medium.heal()
    await medium.settle()
    assert len({frozenset(await _ids(wire, box)) for wire in wires}) == 1
    return [[(stored.arrival, stored.id) for stored in await wire.since(0, 1_000)] for wire in wires]


async def _ids(wire: Wire, box: str) -> set[str]:
    return await ids_of(wire, box)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1_000), st.lists(st.integers(0, 10), max_size=30))
async def test_after_healing_all_hold_the_same_and_it_can_be_played_again(seed: int, moves: list[int]) -> None:
    assert await play(seed, moves) == await play(seed, moves)


async def test_cut_means_cut() -> None:
    maker = Maker()
    box = maker.mailbox().public
    medium = Medium(SeededRandom())
    wires = {name: MemoryWire(StoppedClock()) for name in ("a", "b", "c")}
    for name, wire in wires.items():
        medium.join(name, wire, [box])
    medium.split("ab", "c")
    event = maker.event(box)
    await put(wires["a"], event)
    await medium.settle()
    assert await ids_of(wires["b"], box) == {event.id}
    assert await ids_of(wires["c"], box) == set()


async def test_a_mailbox_learnt_later_is_caught_up_with() -> None:
    maker = Maker()
    box = maker.mailbox().public
    medium = Medium(SeededRandom())
    one, other = MemoryWire(StoppedClock()), MemoryWire(StoppedClock())
    medium.join("one", one, [box])
    medium.join("other", other, [])
    event = maker.event(box)
    await put(one, event)
    await medium.settle()
    assert await ids_of(other, box) == set()
    medium.rekey("other", [box])
    await medium.settle()
    assert await ids_of(other, box) == {event.id}
