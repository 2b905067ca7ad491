"""What every wire store must do, whatever it is made of: inherit `WireKit` in a test module and say how to open one.

Events here are well-formed but not signed: a wire store does not look.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from hypothesis import strategies as st

from kits.memory_wire import matches
from tadamun.core.event import Event, Tags, to_json
from tadamun.core.ports import Clock, Filter, Put, Stored, Wire

NOW = 1_760_000_000
BOX, OTHER = "a1" * 32, "b2" * 32


class Setting:
    """A clock that a test sets."""

    def __init__(self, now: int = NOW) -> None:
        self.time = now

    def now(self) -> int:
        return self.time


def made(
    label: object, *, kind: int = 3700, at: int = NOW, tags: Tags = (("p", BOX),), author: str = "c3" * 32
) -> Event:
    """An event whose id is told by its label."""
    return Event(hashlib.sha256(repr(label).encode()).hexdigest(), author, at, kind, tags, str(label), "0" * 128)


def batch(*events: Event) -> list[tuple[Event, bytes]]:
    return [(event, to_json(event)) for event in events]


async def found(wire: Wire, wanted: Filter, page: int = 500) -> list[Stored]:
    return [stored async for part in wire.find(wanted, page) for stored in part]


async def found_ids(wire: Wire, wanted: Filter, page: int = 500) -> list[str]:
    return [stored.id for stored in await found(wire, wanted, page)]


def in_box(*boxes: str, **more: Any) -> Filter:
    return Filter(kinds=(3700,), tags=(("p", boxes),), **more)


_VALUES = [BOX, OTHER, "", "١", str(NOW), "x" * 70]
_events = st.builds(
    made,
    st.integers(),
    kind=st.sampled_from([1, 5, 3700]),
    at=st.integers(NOW - 5, NOW),
    tags=st.lists(
        st.tuples(st.sampled_from(["p", "e", "t", "title", "expiration"]), st.sampled_from(_VALUES)),
        max_size=4,
    ).map(tuple),
    author=st.sampled_from(["c3" * 32, "d4" * 32]),
)
EVENTS = st.lists(_events, max_size=25)


def filters(events: Sequence[Event]) -> st.SearchStrategy[Filter]:
    """Filters that have something to find among those events."""
    ids = [event.id for event in events] + ["0" * 64, "no hexadecimal"]
    times = st.none() | st.integers(NOW - 6, NOW + 1)
    values = st.lists(st.sampled_from([BOX, OTHER, "", "١", "' OR 1=1 --", "x" * 70]), min_size=1, max_size=3).map(
        tuple
    )
    return st.builds(
        Filter,
        ids=st.lists(st.sampled_from(ids), max_size=3).map(tuple),
        authors=st.lists(st.sampled_from(["c3" * 32, "d4" * 32, "e5" * 32]), max_size=2).map(tuple),
        kinds=st.lists(st.sampled_from([1, 5, 3700, 65_535]), max_size=2).map(tuple),
        tags=st.lists(st.tuples(st.sampled_from(["p", "e", "t", "z"]), values), max_size=2).map(tuple),
        since=times,
        until=times,
        limit=st.none() | st.integers(0, 30),
    )


class WireKit:
    """`opened(clock)` gives a fresh empty store."""

    pytestmark = pytest.mark.anyio

    def opened(self, clock: Clock) -> AbstractAsyncContextManager[Wire]:
        raise NotImplementedError

    async def test_gives_back_what_was_put_byte_for_byte(self) -> None:
        event = made("سلام")
        raw = b'{ "sig":"' + event.sig.encode() + b'"' + to_json(event)[1:-1].replace(b'"sig"', b'"old"') + b"\n}"
        async with self.opened(Setting()) as wire:
            assert await wire.put([(event, raw)]) == [Put.NEW]
            assert await found(wire, Filter()) == [Stored(1, event.id, NOW, raw)]

    async def test_repetition_is_told_within_a_batch_and_later(self) -> None:
        one, two = made(1), made(2)
        async with self.opened(Setting()) as wire:
            assert await wire.put(batch(one, two, one)) == [Put.NEW, Put.NEW, Put.DUPLICATE]
            assert await wire.put(batch(two)) == [Put.DUPLICATE]
            assert await wire.put([]) == []
            assert await wire.count(Filter()) == 2

    async def test_newest_first_and_of_one_second_the_lowest_id(self) -> None:
        events = [made(n, at=NOW - n % 3) for n in range(30)]
        expected = [e.id for e in sorted(events, key=lambda e: (-e.created_at, e.id))]
        async with self.opened(Setting()) as wire:
            await wire.put(batch(*events))
            for wanted in (Filter(), in_box(BOX), Filter(kinds=(3700,))):
                assert await found_ids(wire, wanted, page=7) == expected
            for limit in (0, 1, 9, 10, 11, 29, 30, 31):
                assert await found_ids(wire, in_box(BOX, limit=limit)) == expected[:limit]
                assert await found_ids(wire, Filter(limit=limit)) == expected[:limit]

    async def test_items_ascend_and_ignore_the_limit(self) -> None:
        events = [made(n, at=NOW - n % 5, tags=(("p", (BOX, OTHER)[n % 2]),)) for n in range(20)]
        expected = sorted((e.created_at, e.id) for e in events)
        async with self.opened(Setting()) as wire:
            await wire.put(batch(*events[:10]))
            assert len(await wire.items(in_box(BOX, OTHER))) == 10
            await wire.put(batch(*events[10:]))
            assert list(await wire.items(in_box(BOX, OTHER, limit=3))) == expected
            assert list(await wire.items(Filter(limit=3))) == expected
            assert list(await wire.items(in_box(BOX, since=NOW - 2, until=NOW - 1))) == [
                (e.created_at, e.id)
                for e in sorted(events, key=lambda e: (e.created_at, e.id))
                if e.tags[0][1] == BOX and NOW - 2 <= e.created_at <= NOW - 1
            ]
            assert await wire.count(in_box(BOX, limit=1)) == 10

    async def test_an_event_in_two_mailboxes_is_given_once(self) -> None:
        event = made("both", tags=(("p", BOX), ("p", OTHER), ("p", BOX)))
        async with self.opened(Setting()) as wire:
            await wire.put(batch(event, made("one")))
            assert len(await wire.items(in_box(BOX, OTHER))) == 2
            assert await found_ids(wire, in_box(OTHER)) == [event.id]

    async def test_deleted_never_comes_back_even_if_deleted_first(self) -> None:
        early, late = made("early"), made("late")
        async with self.opened(Setting()) as wire:
            await wire.delete([early.id])
            await wire.put(batch(late))
            assert len(await wire.items(in_box(BOX))) == 1
            await wire.delete([late.id, late.id])
            assert await wire.put(batch(early, late)) == [Put.DELETED, Put.DELETED]
            assert list(await wire.items(in_box(BOX))) == []
            assert await found(wire, Filter()) == []
            assert await wire.since(0, 10) == []

    async def test_dropped_is_gone_and_may_come_again(self) -> None:
        one, other = made("one"), made("other")
        async with self.opened(Setting()) as wire:
            await wire.put(batch(one, other))
            await wire.drop([one.id, "0" * 64])
            assert await found_ids(wire, in_box(BOX)) == [other.id]
            assert await wire.put(batch(one)) == [Put.NEW]

    async def test_expired_is_refused_and_no_longer_served(self) -> None:
        clock = Setting()
        brief = made("brief", tags=(("p", BOX), ("expiration", str(NOW + 10))))
        gone = made("gone", tags=(("p", BOX), ("expiration", str(NOW))))
        odd = made("odd", tags=(("p", BOX), ("expiration", "soon"), ("expiration",)))
        async with self.opened(clock) as wire:
            assert await wire.put(batch(brief, gone, odd)) == [Put.NEW, Put.EXPIRED, Put.NEW]
            assert len(await wire.items(in_box(BOX))) == 2
            clock.time = NOW + 10
            for wanted in (in_box(BOX), Filter(), Filter(ids=(brief.id, odd.id))):
                assert [i for _, i in await wire.items(wanted)] == [odd.id]
                assert await found_ids(wire, wanted) == [odd.id]
                assert await wire.count(wanted) == 1
            assert [stored.id for stored in await wire.since(0, 10)] == [odd.id]

    async def test_follows_by_arrival_not_by_time(self) -> None:
        events = [made(n, at=NOW - n) for n in range(10)]
        async with self.opened(Setting()) as wire:
            await wire.put(batch(*events[:5]))
            first = await wire.since(0, 3)
            await wire.put(batch(*events[5:]))
            rest = await wire.since(first[-1].arrival, 100)
            assert [s.id for s in first + rest] == [e.id for e in events]
            await wire.delete([events[9].id])
            await wire.put(batch(made("after")))
            assert (await wire.since(rest[-1].arrival, 100))[0].arrival > rest[-1].arrival

    async def test_watchers_hear_of_new_ones_once(self) -> None:
        heard: list[str] = []
        async with self.opened(Setting()) as wire:
            stop = wire.watch(lambda new: heard.extend(stored.id for stored in new))
            await wire.put(batch(made(1), made(1), made(2)))
            await wire.put(batch(made(2)))
            stop()
            stop()
            await wire.put(batch(made(3)))
            assert heard == [made(1).id, made(2).id]

    async def check_filter(self, events: list[Event], wanted: Filter) -> None:
        """Any filter over any events finds what NIP-01 says, in its order."""
        clock = Setting()
        async with self.opened(clock) as wire:
            answers = await wire.put(batch(*events))
            kept = {e.id: e for e, answer in zip(events, answers, strict=True) if answer is Put.NEW}.values()
            right = [event for event in kept if matches(wanted, event)]
            assert list(await wire.items(wanted)) == sorted((e.created_at, e.id) for e in right)
            ordered = [e.id for e in sorted(right, key=lambda e: (-e.created_at, e.id))]
            assert await found_ids(wire, wanted, page=4) == ordered[: wanted.limit]
            assert await wire.count(wanted) == len(right)
