"""Where the node's socket stands: who may stand there, and who gets in."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
import sys
import textwrap
from pathlib import Path

import pytest

from kits.doors import running, through, until
from tadamun.core.errors import Reason, VaultError, VaultInUse
from tadamun.node.doorway import SOCKET, opened
from tadamun.node.knock import knock

pytestmark = pytest.mark.anyio


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
