"""What callers who mean harm or know no better say to the relay: it is answered or closed, counted, and alone in it."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from bystanders import BOX, EVENT, OTHER, SEALED, bystander, house, maker
from websockets.exceptions import ConnectionClosed

from kits.sealed import NOW, put, until
from tadamun.carry.reconcile import Side
from tadamun.core.errors import Reason
from tadamun.core.event import to_json
from tadamun.core.ports import Filter

pytestmark = pytest.mark.anyio


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
