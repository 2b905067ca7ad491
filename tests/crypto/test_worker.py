"""The process on the other core gives the same answers, and its death loses nothing."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest
from seeded import Device, Seeded

from tadamun.core.errors import Reason
from tadamun.core.event import Draft, Event, to_json
from tadamun.core.genuine import Genuine
from tadamun.crypto.epoch import EpochKeys
from tadamun.crypto.seal import open_many, seal
from tadamun.crypto.worker import PART, SMALL, STARTS, Opener, serve


@pytest.fixture(scope="module")
def batch(device: Device, epoch: EpochKeys) -> list[bytes]:
    """Good and bad ones."""
    random = Seeded(b"batch")
    posts = [device.signing.sign(Draft(11, f"post {n}", (), n)) for n in range(60)]
    outers = [seal(post, epoch, now=10**9, random=random) for post in posts]
    return [*map(to_json, outers), b"x", b"{}", "é".encode() * 140, spoilt(outers[0])]


def spoilt(outer: Event) -> bytes:
    """A copy of which the outer signature is wrong and all inside is right."""
    return to_json(msgspec.structs.replace(outer, sig="00" * 64))


@pytest.fixture
def opener() -> Iterator[Opener]:
    with Opener(starts=SMALL + 1) as opener:
        yield opener


def ready(opener: Opener, batch: list[bytes], epoch: EpochKeys) -> subprocess.Popen[bytes]:
    """The child, once it does the work."""
    until = time.monotonic() + 30
    while not opener._ready:
        assert time.monotonic() < until, "it never began"
        opener.open_many(batch, epoch)
    return child_of(opener)


def child_of(opener: Opener) -> subprocess.Popen[bytes]:
    child = opener._child
    assert child is not None
    return child


def test_same_answers(opener: Opener, batch: list[bytes], epoch: EpochKeys) -> None:
    ready(opener, batch, epoch)
    answers = opener.open_many(batch, epoch)
    assert answers == open_many(batch, epoch)
    assert sum(isinstance(answer, Genuine) for answer in answers) == 60
    inside = opener.open_many(batch, epoch, False)
    assert inside == open_many(batch, epoch, False)
    assert sum(isinstance(answer, Genuine) for answer in inside) == 61
    assert answers[-4:] == [*[Reason.MALFORMED] * 3, Reason.BAD_SIGNATURE]
    assert child_of(opener).poll() is None


def test_a_few_are_opened_at_once(opener: Opener, batch: list[bytes], epoch: EpochKeys) -> None:
    assert opener.open_many(batch[:SMALL], epoch) == open_many(batch[:SMALL], epoch)
    assert opener._child is None


def test_no_child_for_less_than_it_costs(batch: list[bytes], epoch: EpochKeys) -> None:
    with Opener() as opener:
        assert len(batch) < STARTS
        assert opener.open_many(batch, epoch) == open_many(batch, epoch)
        assert opener._child is None


def test_nobody_waits_for_the_child_to_begin(tmp_path: Path, batch: list[bytes], epoch: EpochKeys) -> None:
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o700)
    with Opener(str(slow), SMALL + 1) as opener:
        assert opener.open_many(batch, epoch) == open_many(batch, epoch)
        assert opener.open_many(batch, epoch) == open_many(batch, epoch)
        assert child_of(opener).poll() is None


def test_killed_child_is_replaced(opener: Opener, batch: list[bytes], epoch: EpochKeys) -> None:
    expected = open_many(batch, epoch)
    first = ready(opener, batch, epoch)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    assert opener.open_many(batch, epoch) == expected
    assert ready(opener, batch, epoch).pid != first.pid
    assert opener.open_many(batch, epoch) == expected


def test_a_large_batch_is_looked_at_part_by_part(opener: Opener, batch: list[bytes], epoch: EpochKeys) -> None:
    ready(opener, batch, epoch)
    many = (batch * 20)[: 2 * PART + 7]
    expected = open_many(many, epoch)
    seen: list[list[Genuine | Reason]] = []
    assert opener.open_many(many, epoch, True, lambda some: seen.append(list(some))) == expected
    assert [len(part) for part in seen] == [PART, PART, 7]
    assert [answer for part in seen for answer in part] == expected


def test_child_killed_between_two_parts(opener: Opener, batch: list[bytes], epoch: EpochKeys) -> None:
    child = ready(opener, batch, epoch)
    many = (batch * 30)[: 3 * PART]
    seen: list[Genuine | Reason] = []

    def look(some: Sequence[Genuine | Reason]) -> None:
        seen.extend(some)
        child.kill()
        child.wait()

    expected = open_many(many, epoch)
    assert opener.open_many(many, epoch, True, look) == expected
    assert seen == expected  # each once, in order, whoever opened it
    assert ready(opener, batch, epoch).pid != child.pid


def test_whoever_looks_may_fail(opener: Opener, batch: list[bytes], epoch: EpochKeys) -> None:
    """The child, which is in the middle of the next part, is not asked for the answers to something else."""
    child = ready(opener, batch, epoch)

    def look(some: Sequence[Genuine | Reason]) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        opener.open_many((batch * 20)[: 2 * PART], epoch, True, look)
    assert child.poll() is not None
    assert opener.open_many(batch, epoch) == open_many(batch, epoch)


def test_ctrl_c_is_the_parents(opener: Opener, batch: list[bytes], epoch: EpochKeys) -> None:
    os.kill(ready(opener, batch, epoch).pid, signal.SIGINT)
    assert opener.open_many(batch, epoch) == open_many(batch, epoch)
    assert child_of(opener).poll() is None


@pytest.mark.parametrize("python", ["/nonexistent", "/bin/true"])
def test_child_that_cannot_start(batch: list[bytes], epoch: EpochKeys, python: str) -> None:
    with Opener(python, SMALL + 1) as opener:
        for _ in range(3):
            assert opener.open_many(batch, epoch) == open_many(batch, epoch)


def test_closed_opener_still_opens(batch: list[bytes], epoch: EpochKeys) -> None:
    with Opener(starts=SMALL + 1) as opener:
        child = ready(opener, batch, epoch)
    assert child.poll() is not None
    assert opener.open_many(batch, epoch) == open_many(batch, epoch)
    assert opener._child is None


def test_threads_take_turns(opener: Opener, batch: list[bytes], epoch: EpochKeys) -> None:
    expected = open_many(batch, epoch)
    ready(opener, batch, epoch)
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
        assert ours.recv(5, socket.MSG_WAITALL) == bytes(4)  # that it was ready, and no answer
