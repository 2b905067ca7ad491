"""Callers who are too fast, too slow or too many, and what goes wrong on our side: one connection pays, no other."""

from __future__ import annotations

import asyncio
import logging
import socket as sockets
import time
from collections.abc import Sequence
from contextlib import suppress

import pytest
from bystanders import ALICE, BOX, OTHER, SEALED, bystander, house, maker
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from kits.callers import House
from kits.memory_wire import MemoryWire
from kits.sealed import NOW, StoppedClock, put, until
from tadamun.carry.pace import Pace
from tadamun.core.errors import Reason, VaultError
from tadamun.core.event import Draft, Event, to_json
from tadamun.core.ports import Put

pytestmark = pytest.mark.anyio


def large(count: int, size: int = 60_000) -> list[Event]:
    """Events that fill buffers; nobody looks at their signatures in the store."""
    return [
        Event(f"{n:064x}", "1" * 64, NOW - n, 3700, (("p", BOX.public),), "x" * size, "0" * 128) for n in range(count)
    ]


# Too fast, too slow, too many.


async def test_a_stranger_who_floods_is_slowed_then_closed_and_members_are_not() -> None:
    async with house(stranger=Pace(0.001, 10)).open() as home, bystander(home), home.caller() as caller:
        event = maker.event(OTHER.public)
        frame = b'["EVENT",' + to_json(event) + b"]"
        for _ in range(10):
            await caller.socket.send(frame, text=True)
            assert (await caller.hear("OK"))[3].startswith("auth-required: ")
        await caller.socket.send(frame, text=True)
        assert (await caller.hear("OK"))[1:3] == [event.id, False]
        with suppress(ConnectionClosed):
            for _ in range(3_000):
                await caller.socket.send(frame, text=True)
        assert await caller.closed() in (1008, 1006)
        assert home.counters[Reason.TOO_FAST] >= 1_000


async def test_strangers_share_the_pace_of_a_mailbox_and_cannot_use_up_its_owners() -> None:
    async with house(mailbox=Pace(0.001, 5)).open() as home, home.caller(BOX) as owner:
        async with home.caller() as one, home.caller() as two:
            taken = [(await caller.bring(maker.event(BOX.public)))[2] for _ in range(4) for caller in (one, two)]
            assert taken == [True] * 5 + [False] * 3
            assert home.counters == {Reason.TOO_FAST: 3}
        assert all([(await owner.bring(maker.event(BOX.public)))[2] for _ in range(20)])


async def test_a_member_who_is_too_fast_waits_and_loses_nothing() -> None:
    async with house(member=Pace(500, 50), asking=Pace(500, 20)).open() as home, home.caller(BOX) as caller:
        started = time.monotonic()
        events = maker.events(BOX.public, 200)
        for event in events:
            await caller.socket.send(b'["EVENT",' + to_json(event) + b"]", text=True)
        assert [(await caller.hear("OK"))[1:3] for _ in events] == [[event.id, True] for event in events]
        assert time.monotonic() - started >= 0.29
        assert home.counters[Reason.TOO_FAST] >= 1


async def test_dear_questions_are_paid_for_before_the_next_is_heard() -> None:
    # The relay's clock stands still, so that nothing is forgiven while this slow machine reads.
    async with house(monotonic=lambda: 0.0, asking=Pace(100, 12)).open() as home, home.caller(BOX) as caller:
        await put(home.wire, *maker.events(BOX.public, 2_000))
        assert len(await caller.ids(SEALED)) == 2_000
        assert home.counters == {}
        # A proof, a question and ten pages are the twelve there were; closing it is the first that has to wait.
        assert (await caller.ask("COUNT", "c", SEALED))[2] == {"count": 2_000}
        assert home.counters == {Reason.TOO_FAST: 2}


async def test_a_reader_who_does_not_read_stored_events_is_cut_off() -> None:
    async with house(stall=0.3).open() as home:
        await put(home.wire, *large(300))
        async with home.caller(BOX) as lazy, bystander(home):
            lazy.socket.transport.pause_reading()
            await lazy.say("REQ", "s", SEALED)
            await until(lambda: len(home.relay.connections) == 1)
            assert home.counters == {Reason.TOO_SLOW: 1}


async def test_what_waits_for_one_reader_is_bounded() -> None:
    async with house(stall=60.0, queue=600_000).open() as home:
        await put(home.wire, *large(300))
        async with home.caller(BOX) as lazy, home.caller(BOX) as other:
            lazy.socket.transport.pause_reading()
            await lazy.say("REQ", "s", SEALED)
            await until(lambda: home.relay.connections[0].waiting > 200_000)
            # It is not live events that fill the queue so far, so it is not cut off: it is waited for.
            assert (await other.ask("COUNT", "c", SEALED))[2] == {"count": 300}
            assert max(connection.waiting for connection in home.relay.connections) <= 600_000
            await put(home.wire, *large(330)[300:])
            await until(lambda: len(home.relay.connections) == 1)
            assert home.counters == {Reason.TOO_SLOW: 1}
            assert (await other.ask("COUNT", "c", SEALED))[2] == {"count": 330}


async def test_who_does_not_say_who_they_are_is_closed_after_a_while() -> None:
    async with house(proof=0.2).open() as home, home.caller(BOX) as member, home.caller() as nobody:
        with pytest.raises(ConnectionClosed):
            await nobody.hear()
        assert (await member.ask("COUNT", "c", SEALED))[2] == {"count": 0}
        assert home.counters == {Reason.TOO_SLOW: 1}


async def test_there_is_an_end_to_connections_and_to_handshakes() -> None:
    async with house(max_connections=3, handshake=0.3).open() as home, bystander(home):
        slow = [sockets.create_connection(("127.0.0.1", home.port)) for _ in range(2)]
        for sock in slow:
            sock.setblocking(False)
            sock.send(b"GET / HTTP/1.1\r\nHost: x\r\n")
        loop = asyncio.get_running_loop()
        await until(lambda: len(home.relay._sockets) == 3)
        with pytest.raises(InvalidStatus) as refused:
            await connect(home.address, proxy=None)
        assert refused.value.response.status_code == 503
        for sock in slow:
            assert b"HTTP/1.1 101" not in await asyncio.wait_for(loop.sock_recv(sock, 100), 5)
            sock.close()
        async with home.caller(BOX) as caller:
            assert (await caller.ask("COUNT", "c", SEALED))[0] == "COUNT"


@pytest.mark.parametrize(
    "rude", [b"", b"GET / HTTP/1.1\r\n", b"\x00\xff" * 500, b"POST / HTTP/1.1\r\n\r\n", b"GET /\r\n\r\n"]
)
async def test_it_stops_within_a_second_whoever_hangs_on(rude: bytes) -> None:
    home = house()
    opened = home.open()
    await opened.__aenter__()
    async with home.caller(BOX) as deaf, home.caller(BOX) as caller:
        deaf.socket.transport.pause_reading()
        with sockets.create_connection(("127.0.0.1", home.port)) as sock:
            sock.sendall(rude)
            await caller.ask("REQ", "live", SEALED)
            stopping = time.monotonic()
            await opened.__aexit__(None, None, None)
            assert time.monotonic() - stopping < 1.0
        assert await caller.closed() == 1001
        deaf.socket.transport.abort()
    assert home.relay.connections == []


# What goes wrong on our side.


class FailingWire(MemoryWire):
    async def put(self, events: Sequence[tuple[Event, bytes]]) -> list[Put]:
        if any(event.content == "fail" for event, _ in events):
            raise VaultError("secret text that must not be logged")
        if any(event.content == "full" for event, _ in events):
            return [Put.FULL for _ in events]
        return await super().put(events)


async def test_an_error_of_the_store_ends_one_connection_and_is_logged_without_content(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def event(content: str) -> Event:
        return ALICE.sign(Draft(3700, content, (("p", BOX.public),), NOW))

    home = House(wire=FailingWire(StoppedClock()))
    home.known.add(BOX.public)
    with caplog.at_level(logging.DEBUG):
        async with home.open(), bystander(home), home.caller(BOX) as caller:
            assert (await caller.bring(event("full")))[2:] == [False, "error: there is no room left here"]
            assert home.counters == {Reason.OVER_QUOTA: 1}
            await caller.socket.send(b'["EVENT",' + to_json(event("fail")) + b"]", text=True)
            assert await caller.closed() == 1011
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("tadamun")]
    assert ours == ["a connection was closed after VaultError"]
    assert not any("Traceback" in record.getMessage() or record.exc_info for record in caplog.records)


async def test_an_error_in_the_policy_ends_one_connection() -> None:
    home = house()
    broken = ALICE.public
    known = home.policy.known

    def fails(mailbox: str) -> bool:
        if mailbox == broken:
            raise KeyError(mailbox)
        return known(mailbox)

    object.__setattr__(home.policy, "known", fails)
    async with home.open(), bystander(home), home.caller() as caller:
        await caller.socket.send(b'["EVENT",' + to_json(maker.event(broken)) + b"]", text=True)
        assert await caller.closed() == 1011
