"""The door: what an owner's command gets through it, and what anything else gets."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
import sys
import textwrap
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tadamun.core.errors import LocalError, NotAllowed, Reason, Unreachable, UsageError, VaultError, VaultInUse
from tadamun.node import door
from tadamun.node.doorway import SOCKET, opened
from tadamun.node.knock import MAX_ASKED, Knock, knock, progress

pytestmark = pytest.mark.anyio
LIMIT = 4  # clients at once, for the tests


class Node:
    """A fake node: what it was asked, and gates that tests open."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.finished: list[str] = []
        self.bad: Counter[Reason] = Counter()
        self.gate = asyncio.Event()
        self.waiting = asyncio.Event()

    def count(self, reason: Reason) -> None:
        self.bad[reason] += 1

    async def dispatch(self, call: str, params: dict[str, Any]) -> Any:
        self.asked.append((call, params))
        if call == "wait":
            self.waiting.set()
            await self.gate.wait()
        if call == "slow":
            progress(3, 10)
            await self.gate.wait()
        if call == "refuse":
            raise NotAllowed("Only stewards may remove {name}.", name="سام")
        if call == "far":
            raise Unreachable("Nobody answered.")
        if call == "break":
            raise RuntimeError("Nour's secret")
        if call == "odd":
            return object()
        if call == "huge":
            return "x" * params["size"]
        self.finished.append(call)
        return {"call": call, **params}


@asynccontextmanager
async def running(home: Path, clients: int = door.MAX_CLIENTS) -> AsyncIterator[Node]:
    node = Node()
    with opened(home) as listening:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(
                door.serve(listening, node.dispatch, lambda reason: node.bad.update([reason]), clients)
            )
            yield node
            task.cancel()


async def through(home: Path, act: Callable[[Knock], Any]) -> Any:
    """Do something with a connection in a thread, as a command's own process would."""

    def there() -> Any:
        held = knock(home)
        assert held is not None
        with held:
            return act(held)

    return await asyncio.to_thread(there)


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


async def until(state: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not state():  # noqa: ASYNC110 - the state is another's, it sets no event
            await asyncio.sleep(0.005)


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


# Where the socket stands


async def test_folder_and_socket_are_the_owners_alone(tmp_path: Path) -> None:
    os.chmod(tmp_path, 0o755)
    async with running(tmp_path):
        assert stat.S_IMODE(os.stat(tmp_path).st_mode) == 0o700
        assert stat.S_IMODE(os.stat(tmp_path / SOCKET).st_mode) == 0o600
    assert os.listdir(tmp_path) == []


def test_nobody_there_is_none(tmp_path: Path) -> None:
    assert knock(tmp_path) is None
    assert knock(tmp_path / "nowhere") is None
    (tmp_path / SOCKET).write_text("a plain file")
    assert knock(tmp_path) is None


async def test_a_path_longer_than_a_sockets_works(tmp_path: Path) -> None:
    home = tmp_path.joinpath(*["مجلد طويل جدا" * 5] * 4)
    home.mkdir(parents=True)
    assert len(os.fsencode(home)) > 107
    async with running(home):
        assert (await through(home, lambda held: held.call("echo", {})))["call"] == "echo"


def leave_stale(home: Path) -> None:
    """A socket file whose process was killed."""
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(home / SOCKET))
    left.close()


async def test_a_stale_socket_is_replaced(tmp_path: Path) -> None:
    leave_stale(tmp_path)
    (tmp_path / (SOCKET + ".new")).write_text("left by a start that was killed")
    assert knock(tmp_path) is None
    async with running(tmp_path):
        assert (await through(tmp_path, lambda held: held.call("echo", {})))["call"] == "echo"


async def test_a_second_node_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    async with running(tmp_path):
        with pytest.raises(VaultInUse), opened(tmp_path):
            pass
        assert (await through(tmp_path, lambda held: held.call("echo", {})))["call"] == "echo"


def test_a_busy_queue_counts_as_somebody_there(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as busy:
        busy.bind(str(tmp_path / SOCKET))
        busy.listen(0)
        waiting = []
        try:
            for _ in range(3):
                one = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
                waiting.append(one)
                try:
                    one.connect(str(tmp_path / SOCKET))
                except BlockingIOError:
                    break
            with pytest.raises(VaultInUse), opened(tmp_path):
                pass
        finally:
            for one in waiting:
                one.close()


@pytest.mark.parametrize("squat", ["file", "folder", "symlink"])
def test_what_is_no_socket_is_not_touched(tmp_path: Path, squat: str) -> None:
    home, place = tmp_path / "home", tmp_path / "home" / SOCKET
    home.mkdir()
    (tmp_path / "precious").write_text("keep me")
    match squat:
        case "file":
            place.write_text("keep me")
        case "folder":
            place.mkdir()
        case _:
            place.symlink_to(tmp_path / "precious")
    with pytest.raises(VaultError, match="something else stands"), opened(home):
        pass
    assert os.path.lexists(place)
    assert (tmp_path / "precious").read_text() == "keep me"
    assert knock(home) is None


def test_closing_leaves_another_nodes_socket(tmp_path: Path) -> None:
    with opened(tmp_path):
        (tmp_path / SOCKET).unlink()
        leave_stale(tmp_path)
    assert (tmp_path / SOCKET).exists()


# Other users of the computer

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
STRANGER = 65_534


async def start_as_stranger(script: str, *arguments: str) -> asyncio.subprocess.Process:
    # The modules are imported before: the interpreter's own folder may be closed to the other user.
    become = f"import os, socket, sys; os.setgid({STRANGER}); os.setuid({STRANGER})\n"
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", become + textwrap.dedent(script), *arguments, stdout=asyncio.subprocess.PIPE
    )


async def as_stranger(script: str, *arguments: str) -> str:
    """Run Python as another user; returns what it printed."""
    process = await start_as_stranger(script, *arguments)
    printed, _ = await process.communicate()
    return printed.decode().strip()


@needs_root
async def test_another_user_is_refused_even_if_the_folder_stands_open(tmp_path: Path) -> None:
    script = """
    peer = socket.socket(socket.AF_UNIX)
    peer.settimeout(10)
    try:
        peer.connect(sys.argv[1])
        try:
            peer.sendall(b'{"call":"echo","params":{}}\\n')
            print("answer", peer.recv(100))
        except OSError:
            print("closed")
    except OSError as error:
        print("no way in", type(error).__name__)
    """
    async with running(tmp_path) as node:
        assert "no way in" in await as_stranger(script, str(tmp_path / SOCKET))
        open_to_all(tmp_path)
        (tmp_path / SOCKET).chmod(0o666)
        assert await as_stranger(script, str(tmp_path / SOCKET)) in ("closed", "answer b''")
        await until(lambda: node.bad == {Reason.NOT_ALLOWED: 1})
        assert node.asked == []


@needs_root
def test_another_users_folder_is_not_entered(tmp_path: Path) -> None:
    os.chown(tmp_path, STRANGER, STRANGER)
    with pytest.raises(VaultError, match="belongs to another user"):
        knock(tmp_path)
    with pytest.raises(VaultError, match="belongs to another user"), opened(tmp_path):
        pass


@needs_root
async def test_another_users_listener_in_ones_folder_gets_nothing(tmp_path: Path) -> None:
    open_to_all(tmp_path)
    script = """
    trap = socket.socket(socket.AF_UNIX)
    trap.bind(sys.argv[1])
    trap.listen()
    print("ready", flush=True)
    trap.settimeout(20)
    victim, _ = trap.accept()
    print("got", victim.recv(1000), flush=True)
    """
    process = await start_as_stranger(script, str(tmp_path / SOCKET))
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    with pytest.raises(VaultError, match="Another user's program"):
        await asyncio.to_thread(knock, tmp_path)
    assert await process.stdout.readline() == b"got b''\n"
    await process.wait()


def open_to_all(folder: Path) -> None:
    """Let other users reach the folder, wherever the test's temporary folders stand."""
    folder.chmod(0o777)
    for parent in folder.parents:
        if parent.stat().st_uid == os.geteuid() and not parent.stat().st_mode & 0o001:
            parent.chmod(parent.stat().st_mode | 0o011)
