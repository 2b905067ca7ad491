"""What every carrier must do, whatever it is made of: inherit `CarrierKit` in a test module and build its road.

A road joins two wire stores that hold the same mailboxes. The kit asks for nothing but what arrives in them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

import pytest

from kits.memory_wire import MemoryWire
from kits.sealed import NOW, Maker, StoppedClock, ids_of, put
from tadamun.core.ports import Signer, Wire


class Road(Protocol):
    """A carrier between two wire stores, as the kit drives it."""

    async def cut(self) -> None:
        """Nothing passes any more."""

    async def heal(self) -> None:
        """It may pass again."""

    async def restart(self) -> None:
        """End the carrier on the first store's side as a killed process would, and start it anew."""

    async def settle(self) -> None:
        """Go on for a moment: at least until what could pass by now has passed, if the carrier can tell."""

    def stranger(self, wire: Wire, mailboxes: Sequence[Signer]) -> AbstractAsyncContextManager[None]:
        """Somebody else joins, who knows the names of these mailboxes and proves them as well as they can."""
        ...


class Impostor:
    """Says the name of a mailbox, holds another key."""

    def __init__(self, public: str, key: Signer) -> None:
        self.public, self.sign = public, key.sign


class Ends:
    """Two stores, each with a clock of its own, and one mailbox that both hold."""

    def __init__(self) -> None:
        self.maker = Maker()
        self.clocks = StoppedClock(), StoppedClock()
        self.one, self.other = (MemoryWire(clock) for clock in self.clocks)
        self.mailbox = self.maker.mailbox()
        self.box = self.mailbox.public


@pytest.mark.anyio
class CarrierKit:
    patience = 20.0  # seconds for something to arrive

    def road(self, one: Wire, other: Wire, mailboxes: Sequence[Signer]) -> AbstractAsyncContextManager[Road]:
        raise NotImplementedError

    @asynccontextmanager
    async def joined(self, ends: Ends) -> AsyncIterator[Road]:
        async with self.road(ends.one, ends.other, [ends.mailbox]) as road:
            yield road

    async def arrive(self, road: Road, wire: Wire, box: str, ids: set[str]) -> None:
        async with asyncio.timeout(self.patience):
            while not ids <= await ids_of(wire, box):
                await road.settle()
                await asyncio.sleep(0.005)

    async def same(self, road: Road, ends: Ends, ids: set[str]) -> None:
        """Both ends hold these and nothing else."""
        await self.arrive(road, ends.one, ends.box, ids)
        await self.arrive(road, ends.other, ends.box, ids)
        assert await ids_of(ends.one, ends.box) == ids
        assert await ids_of(ends.other, ends.box) == ids

    async def test_what_either_side_had_before_arrives(self) -> None:
        ends = Ends()
        here, there = ends.maker.events(ends.box, 80), ends.maker.events(ends.box, 90)
        await put(ends.one, *here)
        await put(ends.other, *there)
        async with self.joined(ends) as road:
            await self.same(road, ends, {event.id for event in (*here, *there)})

    async def test_what_is_said_later_arrives_both_ways(self) -> None:
        ends = Ends()
        said: set[str] = set()
        async with self.joined(ends) as road:
            for wire, other in ((ends.one, ends.other), (ends.other, ends.one)) * 3:
                event = ends.maker.event(ends.box)
                said.add(event.id)
                await put(wire, event)
                await self.arrive(road, other, ends.box, {event.id})
            await self.same(road, ends, said)

    async def test_what_was_said_while_apart_arrives_after(self) -> None:
        ends = Ends()
        before, here, there = (ends.maker.events(ends.box, count) for count in (5, 70, 75))
        await put(ends.one, *before)
        async with self.joined(ends) as road:
            await self.arrive(road, ends.other, ends.box, {event.id for event in before})
            await road.cut()
            await put(ends.one, *here)
            await put(ends.other, *there)
            await road.settle()
            assert not await ids_of(ends.other, ends.box) & {event.id for event in here}
            assert not await ids_of(ends.one, ends.box) & {event.id for event in there}
            await road.heal()
            await self.same(road, ends, {event.id for event in (*before, *here, *there)})

    async def test_repeats_change_nothing(self) -> None:
        ends = Ends()
        events = ends.maker.events(ends.box, 10)
        await put(ends.one, *events, *events)
        await put(ends.other, *events[5:])
        async with self.joined(ends) as road:
            await self.same(road, ends, {event.id for event in events})
            await put(ends.one, *events)
            await put(ends.other, *events)
            last = ends.maker.event(ends.box)
            await put(ends.one, last)
            await self.same(road, ends, {event.id for event in (*events, last)})
        assert len(await ends.other.since(0, 100)) == 11

    async def test_what_has_expired_is_not_carried(self) -> None:
        """The other side's clock is behind: it would take the event if it came."""
        ends = Ends()
        fleeting = ends.maker.event(ends.box, expires=NOW + 3_600)
        lasting = ends.maker.event(ends.box, expires=NOW + 7_200)
        await put(ends.one, fleeting, lasting)
        ends.clocks[0].time += 3_600
        async with self.joined(ends) as road:
            await self.arrive(road, ends.other, ends.box, {lasting.id})
            await road.settle()
            assert fleeting.id not in await ids_of(ends.other, ends.box)

    async def test_what_was_deleted_stays_deleted(self) -> None:
        ends = Ends()
        gone, kept = ends.maker.event(ends.box), ends.maker.events(ends.box, 80)
        await put(ends.one, gone, *kept)
        async with self.joined(ends) as road:
            await self.same(road, ends, {event.id for event in (gone, *kept)})
            await ends.one.delete([gone.id])
            await road.restart()
            last = ends.maker.event(ends.box)
            await put(ends.other, last)
            await self.arrive(road, ends.one, ends.box, {last.id})
            await road.settle()
            assert gone.id not in await ids_of(ends.one, ends.box)

    async def test_two_thousand_events_arrive(self) -> None:
        ends = Ends()
        here, there = ends.maker.events(ends.box, 1_000), ends.maker.events(ends.box, 1_000)
        await put(ends.one, *here)
        async with self.joined(ends) as road:
            await put(ends.other, *there)
            await self.same(road, ends, {event.id for event in (*here, *there)})

    async def test_a_stranger_gets_nothing(self) -> None:
        ends = Ends()
        await put(ends.one, *ends.maker.events(ends.box, 10))
        strange = MemoryWire(StoppedClock())
        own = ends.maker.mailbox()
        async with self.joined(ends) as road:
            await self.arrive(road, ends.other, ends.box, await ids_of(ends.one, ends.box))
            async with road.stranger(strange, [Impostor(ends.box, own)]):
                await put(ends.one, ends.maker.event(ends.box))
                await self.arrive(road, ends.other, ends.box, await ids_of(ends.one, ends.box))
                await road.settle()
                assert await strange.since(0, 10) == []

    async def test_it_goes_on_after_a_restart(self) -> None:
        """Killed between the store and the sending: nothing is lost, and nothing has to remember it."""
        ends = Ends()
        events = [ends.maker.event(ends.box) for _ in range(30)]
        async with self.joined(ends) as road:
            for k, event in enumerate(events):
                await put(ends.one if k % 2 else ends.other, event)
                if k % 10 == 9:
                    await road.restart()
            await self.same(road, ends, {event.id for event in events})

    async def test_times_mean_nothing(self) -> None:
        """All in one second, at the beginning of time, far ahead, in no order."""
        ends = Ends()
        times = [NOW] * 90 + [NOW - 2 * 86_400, NOW - 1, 1, 0, NOW + 600, NOW - 86_400] * 3
        events = [ends.maker.event(ends.box, at=times[k * 7 % len(times)]) for k in range(len(times))]
        await put(ends.other, *events[::2])
        async with self.joined(ends) as road:
            await put(ends.one, *events[1::2])
            await self.same(road, ends, {event.id for event in events})

    async def test_mailboxes_not_shared_are_not_carried(self) -> None:
        ends = Ends()
        private = ends.maker.mailbox()
        secret, shared = ends.maker.event(private.public), ends.maker.event(ends.box)
        await put(ends.one, secret, shared)
        async with self.joined(ends) as road:
            await self.arrive(road, ends.other, ends.box, {shared.id})
            await road.settle()
            assert [stored.id for stored in await ends.other.since(0, 10)] == [shared.id]
