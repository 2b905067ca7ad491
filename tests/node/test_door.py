"""The door: what an owner's command gets through it, and what anything else gets."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from kits.doors import running, through, until
from tadamun.core.errors import LocalError, NotAllowed, Reason, Unreachable, UsageError
from tadamun.node.doorway import SOCKET, opened
from tadamun.node.knock import MAX_ASKED

pytestmark = pytest.mark.anyio
LIMIT = 4  # clients at once, for the tests


async def raw(home: Path, sent: bytes, end: bool = False) -> bytes:
    """Send bytes, and read until the door closes or one line came."""
    reader, writer = await asyncio.open_unix_connection(str(home / SOCKET), limit=2**24)
    try:
        writer.write(sent)
        if end:
            writer.write_eof()
        return await asyncio.wait_for(reader.readline(), 20)
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


async def test_a_call_goes_through_and_comes_back(tmp_path: Path) -> None:
    async with running(tmp_path):
        answer = await through(tmp_path, lambda held: held.call("talk.read", {"text": "مساء الخير\n\u2028"}))
    assert answer == {"call": "talk.read", "text": "مساء الخير\n\u2028"}


async def test_calls_on_one_connection_are_answered_in_turn(tmp_path: Path) -> None:
    async with running(tmp_path):
        answers = await through(tmp_path, lambda held: [held.call("echo", {"n": n})["n"] for n in range(50)])
    assert answers == list(range(50))


async def test_many_clients_at_once_while_one_waits(tmp_path: Path) -> None:
    async with running(tmp_path) as node, asyncio.TaskGroup() as group:
        waiting = group.create_task(through(tmp_path, lambda held: held.call("wait", {})))
        await node.waiting.wait()
        others = [
            group.create_task(through(tmp_path, lambda held, n=n: held.call("echo", {"n": n}))) for n in range(30)
        ]
        assert [(await other)["n"] for other in others] == list(range(30))
        assert not waiting.done()
        node.gate.set()
    assert (await waiting)["call"] == "wait"


async def test_more_clients_than_there_is_room_for_wait_their_turn(tmp_path: Path) -> None:
    async with running(tmp_path, LIMIT) as node, asyncio.TaskGroup() as group:
        first = [group.create_task(through(tmp_path, lambda held: held.call("wait", {}))) for _ in range(LIMIT)]
        await until(lambda: len(node.asked) == LIMIT)
        late = group.create_task(through(tmp_path, lambda held: held.call("echo", {})))
        await asyncio.sleep(0.05)  # time enough to be answered, were there room
        assert len(node.asked) == LIMIT
        node.gate.set()
    assert (await late)["call"] == "echo"
    assert all([await one for one in first])


async def test_progress_arrives_before_the_answer(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    async with running(tmp_path) as node:

        def report(done: int, of: int) -> None:
            seen.append((done, of))
            node.gate.set()

        loop = asyncio.get_running_loop()
        answer = await through(
            tmp_path, lambda held: held.call("slow", {}, lambda d, o: loop.call_soon_threadsafe(report, d, o) and None)
        )
    assert seen[0] == (3, 10)
    assert answer == {"call": "slow"}


@pytest.mark.parametrize(
    ("call", "family", "message", "arguments"),
    [
        ("refuse", NotAllowed, "Only stewards may remove {name}.", {"name": "سام"}),
        ("far", Unreachable, "Nobody answered.", {}),
    ],
)
async def test_errors_come_back_as_they_were_raised(
    tmp_path: Path, call: str, family: type[LocalError], message: str, arguments: dict[str, str]
) -> None:
    async with running(tmp_path):
        with pytest.raises(family) as caught:
            await through(tmp_path, lambda held: held.call(call, {}))
    assert type(caught.value) is family
    assert (caught.value.message, caught.value.arguments) == (message, arguments)


@pytest.mark.parametrize("call", ["break", "odd"])
async def test_the_unforeseen_names_places_and_no_content(tmp_path: Path, call: str) -> None:
    async with running(tmp_path):
        with pytest.raises(LocalError) as caught:
            await through(tmp_path, lambda held: held.call(call, {}))
        assert (await through(tmp_path, lambda held: held.call("echo", {})))["call"] == "echo"
    assert caught.value.code == 1
    assert "door.py:" in str(caught.value.arguments["places"])
    assert "Nour" not in str(caught.value)


async def test_an_answer_too_large_is_an_error_not_a_flood(tmp_path: Path) -> None:
    async with running(tmp_path):
        with pytest.raises(LocalError, match="too large"):
            await through(tmp_path, lambda held: held.call("huge", {"size": 64 * 1024 * 1024}))


async def test_a_large_answer_comes_whole(tmp_path: Path) -> None:
    async with running(tmp_path):
        answer = await through(tmp_path, lambda held: held.call("huge", {"size": 5_000_000}))
    assert len(answer) == 5_000_000


async def test_what_is_too_large_is_not_even_sent(tmp_path: Path) -> None:
    async with running(tmp_path) as node:
        with pytest.raises(UsageError):
            await through(tmp_path, lambda held: held.call("echo", {"text": "x" * MAX_ASKED}))
        assert node.asked == []


@pytest.mark.parametrize(
    "sent",
    [
        b"\n",
        b"hello\n",
        b"GET / HTTP/1.1\r\n",
        b"\xff\xfe\n",
        b"[]\n",
        b"null\n",
        b'{"call":"echo"}\n',
        b'{"call":1,"params":{}}\n',
        b'{"call":"echo","params":[]}\n',
        b'{"call":"echo","params":{},"more":1}\n',
        b'{"call":"echo","params":{}}{"call":"echo","params":{}}\n',
        b'{"call":"echo","params":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001 + b"\n",
    ],
)
async def test_malformed_requests_are_closed_and_counted(
    tmp_path: Path, sent: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    async with running(tmp_path) as node:
        assert await raw(tmp_path, sent) == b""
        assert node.bad == {Reason.MALFORMED: 1}
        assert node.asked == []
        assert (await through(tmp_path, lambda held: held.call("echo", {})))["call"] == "echo"
    assert capfd.readouterr() == ("", "")


async def test_half_a_request_is_counted_when_the_asker_leaves(tmp_path: Path) -> None:
    async with running(tmp_path) as node:
        assert await raw(tmp_path, b'{"call":"echo","par', end=True) == b""
        assert node.bad == {Reason.MALFORMED: 1}


async def test_an_endless_line_is_cut_off(tmp_path: Path) -> None:
    async with running(tmp_path) as node:
        assert await raw(tmp_path, b"x" * (MAX_ASKED + 200_000)) == b""
        assert node.bad == {Reason.TOO_LARGE: 1}


async def test_who_only_looks_in_is_not_counted(tmp_path: Path) -> None:
    async with running(tmp_path) as node:
        assert await raw(tmp_path, b"", end=True) == b""
        assert node.bad == {}


async def test_an_act_is_carried_through_when_the_asker_hangs_up(tmp_path: Path) -> None:
    async with running(tmp_path) as node:
        _, writer = await asyncio.open_unix_connection(str(tmp_path / SOCKET))
        writer.write(b'{"call":"wait","params":{}}\n')
        await node.waiting.wait()
        writer.close()
        await writer.wait_closed()
        node.gate.set()
        await until(lambda: node.finished == ["wait"])


async def test_a_node_that_stops_says_so_in_one_sentence(tmp_path: Path) -> None:
    asked: list[asyncio.Task[Any]] = []
    async with asyncio.TaskGroup() as group:

        async def ask() -> None:
            with pytest.raises(LocalError, match="stopped before it answered"):
                await through(tmp_path, lambda held: held.call("wait", {}))

        async with running(tmp_path) as node:
            asked.append(group.create_task(ask()))
            await node.waiting.wait()
    assert asked[0].done()


@pytest.mark.parametrize(
    "answer",
    [b"\n", b"[]\n", b"{}\n", b'{"error":{}}\n', b'{"progress":5}\n', b"\xff\n", b'{"error":3}\n', b'{"x'],
    ids=repr,
)
async def test_a_garbled_answer_is_one_sentence_too(tmp_path: Path, answer: bytes) -> None:
    with opened(tmp_path) as listening:
        listening.setblocking(True)

        def answering() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(answer)

        task = asyncio.to_thread(answering)
        async with asyncio.TaskGroup() as group:
            group.create_task(task)
            with pytest.raises(LocalError, match="stopped before it answered"):
                await through(tmp_path, lambda held: held.call("echo", {}))
