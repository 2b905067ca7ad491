"""`tadamun demo` as people run it, in both languages; and that it notices when what it tells is not so."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from kits.processes import environment, until
from tadamun.cli.demo.play import NOUR, RIMA, SAMI, play
from tadamun.cli.demo.stage import tadamun
from tadamun.crypto.random import SystemRandom
from tadamun.main import SystemClock

SABOTEUR = Path(__file__).with_name("saboteur.py")
MOST = 40.0  # seconds a play may take
SLOW = 3.0  # how many times slower it may be here, beside other tests


def begin(temporary: Path, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tadamun.main", "demo", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(None) | {"TMPDIR": str(temporary)},
    )  # fmt: skip


def running(temporary: Path) -> list[str]:
    """Processes of a play."""
    found = []
    for one in Path("/proc").iterdir():
        try:
            if one.name.isdecimal() and str(temporary).encode() in (one / "cmdline").read_bytes():
                found.append(one.name)
        except OSError:
            continue
    return found


def left_over(temporary: Path) -> list[str]:
    """Processes and files of a play that are still there."""
    return running(temporary) + [one.name for one in temporary.iterdir()]


def test_the_demo_is_played(tmp_path: Path) -> None:
    begun = time.monotonic()
    out, err = begin(tmp_path, "--language", "en").communicate(timeout=MOST * SLOW)
    assert time.monotonic() - begun < MOST * SLOW
    told = out.decode()
    assert "A morning in a small community" in told
    assert told.count("\n  ✓ ") >= 20, told
    assert "✗" not in told
    assert NOUR in told
    assert SAMI in told
    assert err == b""
    assert left_over(tmp_path) == []


def test_the_demo_is_played_in_arabic_and_to_programs(tmp_path: Path) -> None:
    process = begin(tmp_path, "--json", "--language", "ar")
    out, err = process.communicate(timeout=MOST * SLOW)
    assert (process.returncode, err) == (0, b"")
    played = json.loads(out)
    assert played["good"] is True
    assert "صباح في مجتمع صغير" in played["told"][0]
    assert not [one for one in played["told"] if "checked" in one]
    assert sum(one.startswith("  ✓ ") for one in played["told"]) >= 20
    assert left_over(tmp_path) == []


def test_a_demo_that_is_killed_leaves_nobody_running(tmp_path: Path) -> None:
    """kill -9, and no chance to end the others: they find out."""
    process = begin(tmp_path, "--language", "en")
    try:
        until(lambda: len(running(tmp_path)) >= 3, "its nodes run")
    finally:
        process.kill()
        process.communicate()
    until(lambda: running(tmp_path) == [], "they have ended", seconds=20)


@pytest.mark.parametrize(
    ("who", "how", "named"),
    [
        (RIMA, "drops", "Nothing is missing."),
        (NOUR, "keeps-the-secret", "With every secret he has he opens nothing of what came later."),
        (SAMI, "dies", ""),
    ],
)
@pytest.mark.anyio
async def test_the_demo_says_what_was_not_so(who: str, how: str, named: str) -> None:
    def program(name: str) -> Sequence[str]:
        return (sys.executable, str(SABOTEUR), how) if name == who else tadamun(name)

    told: list[str] = []
    assert not await play(told.append, SystemClock(), SystemRandom(), program, patience=8.0)
    assert told[-1].startswith("✗"), told
    assert named in told[-1]
    assert not any("Everything told here was checked" in one for one in told)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_demo_that_is_stopped_leaves_nothing_behind(how: signal.Signals, tmp_path: Path) -> None:
    process = begin(tmp_path)
    assert process.stdout is not None
    while not process.stdout.readline().startswith(
        b"  \xe2\x9c\x93"
    ):  # until the first thing was checked: all processes run
        assert process.poll() is None
    process.send_signal(how)
    process.communicate(timeout=20)
    assert process.returncode == 130
    assert left_over(tmp_path) == []
