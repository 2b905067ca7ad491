"""The relay towards callers who mean harm or know no better: they are answered or closed, counted, and alone in it."""

from __future__ import annotations

import asyncio
import json
import logging
import socket as sockets
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from kits.callers import Caller, House
from kits.memory_wire import MemoryWire
from kits.sealed import NOW, Maker, StoppedClock, put, until
from tadamun.carry.guest import Guest
from tadamun.carry.house import House as Shared
from tadamun.carry.pace import Pace
from tadamun.carry.policy import Policy
from tadamun.carry.reconcile import Side
from tadamun.core.errors import Reason, RemoteError, VaultError
from tadamun.core.event import Draft, Event, to_json
from tadamun.core.ports import Filter, Put

pytestmark = pytest.mark.anyio

maker = Maker(12)
BOX, OTHER, ALICE = maker.mailbox(), maker.mailbox(), maker.mailbox()
SEALED = {"kinds": [3700]}
EVENT = maker.event(BOX.public)


def house(**policy: Any) -> House:
    made = House(**policy)
    made.known |= {BOX.public}
    return made


@asynccontextmanager
async def bystander(home: House) -> AsyncIterator[Caller]:
    """A member who is connected all the while, and must not notice anything."""
    async with home.caller(BOX) as caller:
        await caller.ask("REQ", "live", {**SEALED, "limit": 0})
        yield caller
        event = maker.event(BOX.public)
        await put(home.wire, event)
        assert (await caller.hear("EVENT"))[2]["id"] == event.id


def large(count: int, size: int = 60_000) -> list[Event]:
    """Events that fill buffers; nobody looks at their signatures in the store."""
    return [
        Event(f"{n:064x}", "1" * 64, NOW - n, 3700, (("p", BOX.public),), "x" * size, "0" * 128) for n in range(count)
    ]


# Bytes that are no messages.


@pytest.mark.parametrize(
    "message",
    [
        "",
        "x",
        "[]",
        "{}",
        "null",
        '["EVENT"]',
        '["REQ"]',
        '["CLOSE"]',
        '["FOO","bar"]',
        "[1,2]",
        '["AUTH"]',
        '["NEG-OPEN","n",{}]',
        '["EVENT","x",{},{}]',
        '["CLOSE","' + "x" * 65 + '"]',
        '["CLOSE",""]',
        '["CLOSE",7]',
        '["REQ","\\ud800",{}]',
        "[" * 50_000,
        '["EVENT",' + "[" * 50_000 + "]" * 50_000 + "]",
        '["REQ","s",' + '{"a":' * 20_000 + "1" + "}" * 20_000 + "]",
        '["REQ","s",{"limit":' + "9" * 5_000 + "}]",
    ],
)
async def test_what_is_no_message_is_answered_and_at_length_closed(message: str) -> None:
    async with house().open() as home, bystander(home), home.caller() as caller:
        for _ in range(50):
            await caller.socket.send(message)
            assert (await caller.hear())[0] in ("NOTICE", "CLOSED", "OK", "NEG-ERR")
        await caller.socket.send(message)
        assert await caller.closed() == 1008
        assert set(home.counters) <= {Reason.MALFORMED, Reason.PROTOCOL}
        assert sum(home.counters.values()) == 52


async def test_a_binary_message_ends_the_connection() -> None:
    async with house().open() as home, bystander(home), home.caller() as caller:
        await caller.socket.send(b'["REQ","s",{}]')
        assert await caller.closed() == 1008
        assert home.counters == {Reason.PROTOCOL: 1}


async def test_a_message_too_large_ends_the_connection() -> None:
    async with house().open() as home, bystander(home), home.caller() as caller:
        await caller.socket.send("[" + " " * 128 * 1024)
        assert await caller.closed() == 1009
        await until(lambda: home.counters == {Reason.TOO_LARGE: 1})


async def test_text_that_is_not_utf8_ends_the_connection() -> None:
    async with house().open() as home, bystander(home), home.caller() as caller:
        await caller.socket.send(b'["REQ","\xff\xfe",{}]', text=True)
        assert await caller.closed() == 1007
        await until(lambda: home.counters == {Reason.MALFORMED: 1})


async def test_a_message_in_pieces_is_one_message_but_pieces_without_end_are_not() -> None:
    async with house().open() as home, bystander(home), home.caller() as caller:
        await caller.socket.send(iter('["COUNT","c",{}]'))
        assert (await caller.hear("CLOSED"))[1] == "c"
        with suppress(ConnectionClosed):
            await caller.socket.send("" for _ in range(20_000))
        assert await caller.closed() in (1009, 1006)
        await until(lambda: home.counters[Reason.TOO_LARGE] == 1)


async def test_frames_against_the_protocol_end_the_connection() -> None:
    async with house().open() as home, bystander(home), home.caller() as caller:
        caller.socket.transport.write(b"\xff" * 64)
        assert await caller.closed() == 1002
        await until(lambda: home.counters == {Reason.PROTOCOL: 1})


# Questions made to cost.


async def test_ten_thousand_subscriptions_are_not_opened() -> None:
    async with house(public=True).open() as home, bystander(home), home.caller() as caller:
        answers: list[str] = []
        with suppress(ConnectionClosed):
            for n in range(10_000):
                answers.append((await caller.ask("REQ", str(n), {"kinds": [1]}))[0])
        assert answers == ["EOSE"] * 64 + ["CLOSED"] * 51
        await until(lambda: len(home.relay.connections) == 1)
        assert home.counters[Reason.PROTOCOL] == 52


@pytest.mark.parametrize(
    "wanted",
    [
        7,
        [],
        None,
        {"ids": "x"},
        {"ids": ["abc"]},
        {"ids": ["A" * 64]},
        {"ids": ["a" * 64 + "\n"]},
        {"ids": [1]},
        {"authors": [None]},
        {"kinds": ["1"]},
        {"kinds": [-1]},
        {"kinds": [65_536]},
        {"kinds": [1.5]},
        {"kinds": [True]},
        {"kinds": 1},
        {"since": -1},
        {"since": "1"},
        {"until": 2**63},
        {"limit": -1},
        {"limit": [1]},
        {"#p": "x"},
        {"#p": [1]},
        {"#t": ["x" * 1_025]},
        {"#t": ["x"] * 2_001},
        {"#tt": ["x"]},
        {"#1": ["x"]},
        {"search": "x"},
        {"&t": ["x"]},
    ],
)
async def test_a_filter_that_is_none_is_refused_in_every_question(wanted: Any) -> None:
    async with house(public=True).open() as home, home.caller(BOX) as caller:
        assert (await caller.ask("REQ", "s", wanted))[:2] == ["CLOSED", "s"]
        assert (await caller.ask("COUNT", "s", wanted))[:2] == ["CLOSED", "s"]
        assert (await caller.ask("NEG-OPEN", "s", wanted, "6100000200"))[:2] == ["NEG-ERR", "s"]
        assert home.counters == {Reason.MALFORMED: 3}
        assert home.relay.connections[0].subscriptions == 0


async def test_no_filter_and_too_many_are_refused() -> None:
    async with house(public=True).open() as home, home.caller() as caller:
        for count in (0, 21):
            assert (await caller.ask("REQ", "s", *[SEALED] * count))[0] == "CLOSED"
            assert (await caller.ask("COUNT", "s", *[SEALED] * count))[0] == "CLOSED"
        assert home.counters == {Reason.PROTOCOL: 4}


@pytest.mark.parametrize(
    "message", ["", "xx", "6", "61 00", "00", "61ff", "610000", "6100000300", "61000001" + "0" * 30]
)
async def test_reconciliation_garbage_is_an_error_of_that_reconciliation(message: str) -> None:
    async with house().open() as home, home.caller(BOX) as caller:
        await put(home.wire, EVENT)
        assert (await caller.ask("NEG-OPEN", "n", SEALED, message))[:2] == ["NEG-ERR", "n"]
        assert (await caller.ask("NEG-OPEN", "n", SEALED, Side([]).begin().hex()))[0] == "NEG-MSG"
        assert (await caller.ask("NEG-MSG", "n", message))[:2] == ["NEG-ERR", "n"]
        assert (await caller.ask("NEG-MSG", "n", "6100000200"))[:2] == ["NEG-ERR", "n"]
        assert await caller.ids(SEALED) == [EVENT.id]


async def test_reconciliations_are_bounded_for_one_and_for_all_and_dropped_when_unused() -> None:
    async with house(max_reconciling=250, max_reconciliations=3, rest=0.3).open() as home:
        await put(home.wire, *maker.events(BOX.public, 100))
        begin = Side([]).begin().hex()
        async with home.caller(BOX) as one, home.caller(BOX) as two:
            assert (await one.ask("NEG-OPEN", "a", SEALED, begin))[0] == "NEG-MSG"
            assert (await one.ask("NEG-OPEN", "a", SEALED, begin))[0] == "NEG-MSG"
            assert (await two.ask("NEG-OPEN", "a", SEALED, begin))[0] == "NEG-MSG"
            assert (await two.ask("NEG-OPEN", "b", SEALED, begin))[2].startswith("blocked: ")
            await one.say("NEG-CLOSE", "a")
            assert (await one.ask("COUNT", "c", SEALED))[2] == {"count": 100}
            assert (await two.ask("NEG-OPEN", "b", SEALED, begin))[0] == "NEG-MSG"
            # Both of `two` are dropped after a while, and there is room again.
            assert {(await two.hear("NEG-ERR"))[1] for _ in range(2)} == {"a", "b"}
            for name in "abc":
                assert (await one.ask("NEG-OPEN", name, {**SEALED, "ids": ["0" * 64]}, begin))[0] == "NEG-MSG"
            assert (await one.ask("NEG-OPEN", "d", {**SEALED, "ids": ["0" * 64]}, begin))[2].startswith("blocked: ")


# Events that must not come in.


def changed(**fields: Any) -> str:
    return json.dumps(["EVENT", {**json.loads(to_json(EVENT)), **fields}])


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (changed(sig="0" * 128), Reason.BAD_SIGNATURE),
        (changed(id="0" * 64), Reason.BAD_ID),
        (changed(content="other"), Reason.BAD_ID),
        (changed(pubkey="f" * 64), Reason.BAD_ID),
        (changed(content="x" * 66_000), Reason.TOO_LARGE),
        (changed(created_at=NOW + 901), Reason.NOT_ALLOWED),
        (changed(created_at=-1), Reason.MALFORMED),
        (changed(created_at=2**63), Reason.MALFORMED),
        (changed(kind=65_536), Reason.MALFORMED),
        (changed(kind=22_242), Reason.PROTOCOL),
        (changed(kind=1), Reason.NOT_ALLOWED),
        (changed(extra=1), Reason.MALFORMED),
        (changed(sig="0" * 128 + "\n"), Reason.MALFORMED),
        (changed(tags=[]), Reason.MALFORMED),
        (changed(tags=[["p"]]), Reason.MALFORMED),
        (changed(tags=[["p", "x"]]), Reason.MALFORMED),
        (changed(tags=[["p", BOX.public, "more"]]), Reason.MALFORMED),
        (changed(tags=[["p", OTHER.public], ["p", BOX.public]]), Reason.MALFORMED),
        (changed(tags=[["p", BOX.public], ["expiration", "x"]]), Reason.MALFORMED),
        (changed(tags=[["p", BOX.public], ["expiration", "1"]]), Reason.EXPIRED),
        (changed(tags=[["p", BOX.public], ["t", "x"]]), Reason.MALFORMED),
        (changed(tags=[["p", OTHER.public]]), Reason.NOT_ALLOWED),
        (changed(tags=[["t"]] * 2_001), Reason.MALFORMED),
        (changed(tags=[["t", *["x"] * 300]]), Reason.MALFORMED),
    ],
)
async def test_an_event_that_must_not_come_in_is_answered_by_its_id(message: str, reason: Reason) -> None:
    async with house().open() as home, bystander(home), home.caller() as caller:
        await caller.socket.send(message)
        answer = await caller.hear("OK")
        assert answer[1:3] == [json.loads(message)[1]["id"], False]
        assert answer[3].partition(":")[0] in ("invalid", "blocked", "auth-required")
        assert home.counters == {reason: 1}
        assert await home.wire.count(Filter()) == 0


async def test_an_event_without_an_id_is_a_mistake_like_any_other() -> None:
    async with house().open() as home, home.caller() as caller:
        for body in ("1", "{}", '{"id":7}', '{"id":"x"}', '"x"'):
            await caller.socket.send(f'["EVENT",{body}]')
            assert (await caller.hear("NOTICE"))[1].startswith("invalid: ")
        assert home.counters == {Reason.MALFORMED: 5}


async def test_one_bad_event_in_a_burst_does_not_touch_the_others() -> None:
    events = maker.events(BOX.public, 200)
    async with house().open() as home, home.caller(BOX) as caller:
        frames = [b'["EVENT",' + to_json(event) + b"]" for event in events]
        frames[100] = frames[100].replace(b'"sig":"', b'"sig":"00', 1)[:-4] + b'00"}]'
        frames[150] = changed(id=events[150].id).encode()
        for frame in frames:
            await caller.socket.send(frame, text=True)
        answers = [await caller.hear() for _ in events]
        good = [event.id for n, event in enumerate(events) if n not in (100, 150)]
        assert [answer[1] for answer in answers if answer[2] is True] == good


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


# HTTP.


async def ask_http(home: House, request: str) -> tuple[str, str]:
    reader, writer = await asyncio.open_connection("127.0.0.1", home.port)
    writer.write(request.replace("\n", "\r\n").encode())
    answer = (await asyncio.wait_for(reader.read(), 5)).decode()
    writer.close()
    head, _, body = answer.partition("\r\n\r\n")
    return head, body


@pytest.mark.parametrize("public", [False, True])
async def test_plain_requests_get_nip_11_or_a_page_that_names_nothing(public: bool) -> None:
    async with house(public=public).open() as home:
        head, body = await ask_http(home, "GET / HTTP/1.1\nHost: x\nAccept: application/nostr+json\n\n")
        said = json.loads(body)
        assert said["supported_nips"] == [1, 9, 11, 40, 42, 45, 70, 77]
        assert said["limitation"]["max_limit"] == 5_000
        assert said["limitation"]["auth_required"] is not public
        assert "application/nostr+json" in head
        assert ("Access-Control-Allow-Origin: *" in head) is public
        page_head, page = await ask_http(home, "GET /any/path?x HTTP/1.1\nHost: x\nAccept: text/html\n\n")
        for text in (head, body, page_head, page):
            for word in ("tadamun", "nostr", "websockets", "Python"):
                assert word.lower() not in text.lower().replace("application/nostr+json", "")
        assert page_head.startswith("HTTP/1.1 200")
        assert not home.counters


async def test_a_web_page_cannot_talk_with_a_node_that_has_nothing_public() -> None:
    origin = {"Origin": "https://evil.example"}
    async with house().open() as home:
        with pytest.raises(InvalidStatus) as refused:
            await connect(home.address, additional_headers=origin, proxy=None)
        assert refused.value.response.status_code == 403
        assert home.counters == {Reason.NOT_ALLOWED: 1}
    async with house(public=True).open() as home, home.caller(additional_headers=origin) as caller:
        assert (await caller.ask("REQ", "s", {"kinds": [1]})) == ["EOSE", "s"]


async def test_two_host_headers_are_refused() -> None:
    async with house().open() as home:
        head, _ = await ask_http(home, "GET / HTTP/1.1\nHost: x\nHost: y\n\n")
        assert head.startswith("HTTP/1.1 403")


# The same conversation without a socket, with whatever comes to mind.


class Script:
    """A connection that says these messages and then ends."""

    def __init__(self, messages: list[str]) -> None:
        self._messages = messages
        self.sent: list[bytes] = []

    async def receive(self) -> str | bytes | None:
        await asyncio.sleep(0)
        return self._messages.pop(0) if self._messages else None

    async def send_all(self, messages: Sequence[bytes]) -> None:
        self.sent += messages


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=70),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
words = st.sampled_from(["EVENT", "REQ", "COUNT", "CLOSE", "AUTH", "NEG-OPEN", "NEG-MSG", "NEG-CLOSE"]) | st.text(
    max_size=5
)
filters = st.fixed_dictionaries(
    {},
    optional={
        "kinds": st.lists(st.sampled_from([1, 5, 3700]) | st.integers(), max_size=3),
        "ids": st.lists(st.sampled_from([EVENT.id, "x"]), max_size=2),
        "#p": st.lists(st.sampled_from([BOX.public, OTHER.public]), max_size=2),
        "limit": st.integers(-1, 5),
        "since": json_values,
    },
)
pieces = json_values | filters | st.just(json.loads(to_json(EVENT))) | st.sampled_from(["s", "6100000200", "61"])
structured = st.builds(lambda word, rest: json.dumps([word, *rest]), words, st.lists(pieces, max_size=4))


@settings(max_examples=150)
@given(st.lists(st.text(max_size=60) | structured, max_size=8), st.booleans())
def test_whatever_is_said_the_conversation_ends_in_an_answer_or_a_counted_fault(said: list[str], public: bool) -> None:
    counted: list[Reason] = []

    async def talk() -> list[bytes]:
        clock = StoppedClock()
        wire = MemoryWire(clock)
        await put(wire, maker_event)
        policy = Policy(lambda mailbox: mailbox == BOX.public, public=public)
        shared = Shared(wire, policy, clock, time.monotonic, counted.append)
        script = Script(list(said))
        guest = Guest(shared, script, "localhost", "challenge")
        try:
            async with asyncio.timeout(10):
                await guest.stay()
        except RemoteError as error:
            counted.append(error.reason)
        assert shared.reconciling == 0
        assert not shared.listeners._by_mailbox
        return script.sent

    for answer in asyncio.run(talk()):
        word = json.loads(answer)[0]
        assert word in {"AUTH", "OK", "NOTICE", "CLOSED", "EOSE", "EVENT", "COUNT", "NEG-ERR", "NEG-MSG"}
        assert maker_event.id.encode() not in answer  # sealed, and nobody proved anything
        if word == "COUNT":
            assert json.loads(answer)[2] == {"count": 0}


maker_event = Maker(99).event(OTHER.public)
