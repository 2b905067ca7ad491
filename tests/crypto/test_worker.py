"""The process on the other core gives the same answers, and its death loses nothing."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from seeded import Device, Seeded

from tadamun.core.errors import Reason
from tadamun.core.event import Draft, to_json
from tadamun.core.genuine import Genuine
from tadamun.crypto.epoch import EpochKeys
from tadamun.crypto.seal import open_many, seal
from tadamun.crypto.worker import SMALL, Opener, serve


@pytest.fixture(scope="module")
def batch(device: Device, epoch: EpochKeys) -> list[str | bytes]:
    """Good and bad ones, as payloads and as outer events."""
    random = Seeded(b"batch")
    posts = [device.signing.sign(Draft(11, f"post {n}", (), n)) for n in range(60)]
    outers = [seal(post, epoch, now=10**9, random=random) for post in posts]
    return [*(o.content for o in outers[:30]), *(to_json(o) for o in outers[30:]), "x", b"x", b"{}", "é" * 140]


@pytest.fixture
def opener() -> Iterator[Opener]:
    with Opener() as opener:
        yield opener


def child_of(opener: Opener) -> subprocess.Popen[bytes]:
    child = opener._child
    assert child is not None
    return child


def test_same_answers(opener: Opener, batch: list[str | bytes], epoch: EpochKeys) -> None:
    answers = opener.open_many(batch, epoch)
    assert answers == open_many(batch, epoch)
    assert sum(isinstance(answer, Genuine) for answer in answers) == 60
    assert answers[-4:] == [Reason.MALFORMED] * 4
    assert child_of(opener).poll() is None


def test_a_few_are_opened_at_once(opener: Opener, batch: list[str | bytes], epoch: EpochKeys) -> None:
    assert opener.open_many(batch[:SMALL], epoch) == open_many(batch[:SMALL], epoch)
    assert opener._child is None


def test_killed_child_is_replaced(opener: Opener, batch: list[str | bytes], epoch: EpochKeys) -> None:
    expected = open_many(batch, epoch)
    opener.open_many(batch, epoch)
    first = child_of(opener)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    assert opener.open_many(batch, epoch) == expected
    assert opener.open_many(batch, epoch) == expected
    assert child_of(opener).pid != first.pid


def test_ctrl_c_is_the_parents(opener: Opener, batch: list[str | bytes], epoch: EpochKeys) -> None:
    opener.open_many(batch, epoch)
    os.kill(child_of(opener).pid, signal.SIGINT)
    assert opener.open_many(batch, epoch) == open_many(batch, epoch)
    assert child_of(opener).poll() is None


@pytest.mark.parametrize("python", ["/nonexistent", "/bin/true"])
def test_child_that_cannot_start(batch: list[str | bytes], epoch: EpochKeys, python: str) -> None:
    with Opener(python) as opener:
        assert opener.open_many(batch, epoch) == open_many(batch, epoch)


def test_closed_opener_still_opens(batch: list[str | bytes], epoch: EpochKeys) -> None:
    with Opener() as opener:
        opener.open_many(batch, epoch)
        child = child_of(opener)
    assert child.poll() is not None
    assert opener.open_many(batch, epoch) == open_many(batch, epoch)
    assert opener._child is None


def test_threads_take_turns(opener: Opener, batch: list[str | bytes], epoch: EpochKeys) -> None:
    expected = open_many(batch, epoch)
    answers: list[bool] = []

    def work() -> None:
        answers.extend(opener.open_many(batch, epoch) == expected for _ in range(5))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [True] * 15


def test_child_ends_with_its_input() -> None:
    """So it does when the parent is killed: the socket closes."""
    ours, theirs = socket.socketpair()
    with subprocess.Popen(
        (sys.executable, "-P", "-m", "tadamun.crypto.worker"), stdin=theirs, stderr=subprocess.PIPE
    ) as child:
        theirs.close()
        ours.close()
        _, complaint = child.communicate(timeout=30)
    assert (child.returncode, complaint) == (0, b"")


@pytest.mark.parametrize("cut", [b"\x00", b"\x00\x00\x00\x09", b"\x00\x00\x00\x09abc"])
def test_half_a_message_ends_the_child(cut: bytes) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(cut)
        ours.shutdown(socket.SHUT_WR)
        serve(theirs)
        theirs.shutdown(socket.SHUT_WR)
        assert ours.recv(1) == b""
