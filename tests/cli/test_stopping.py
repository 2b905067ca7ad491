"""`tadamun up` and `keep` run until they are stopped, which is no error and is quick."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kits.fake_hands import Terminal

BODY = """
import asyncio, sys
from kits.fake_hands import Fake
from tadamun.cli.app import build
fake = Fake()
async def run():
    try:
        await asyncio.Event().wait()
    finally:
        {at_the_end}
        print("wound up", flush=True)
fake.runs = run
build({{}}, fake).main()
"""


def start(terminal: Terminal, *typed: str, at_the_end: str = "pass") -> subprocess.Popen[str]:
    kept = {name: value for name, value in terminal.environment.items() if value is not None}
    return subprocess.Popen(
        [sys.executable, "-c", BODY.format(at_the_end=at_the_end), *typed],
        env={**kept, "PYTHONPATH": str(Path(__file__).parents[1]), "PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


@pytest.mark.parametrize("typed", [["up"], ["keep", "--listen", "7447"]], ids=["up", "keep"])
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_it_cleanly(typed: list[str], stop: signal.Signals, terminal: Terminal) -> None:
    process = start(terminal, *typed)
    assert "is running" in line(process)
    process.send_signal(stop)
    rest, told = process.communicate(timeout=30)
    assert process.returncode == 0
    assert rest.endswith("wound up\n")
    assert told == "Stopped. Everything is kept.\n"


def test_a_second_one_does_not_wait_for_the_clean_end(terminal: Terminal) -> None:
    process = start(terminal, "up", at_the_end='print("winding up", flush=True); await asyncio.Event().wait()')
    assert "is running" in line(process)
    process.send_signal(signal.SIGTERM)
    while line(process) != "winding up\n":
        assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == -signal.SIGTERM


def test_nohup_is_respected(terminal: Terminal) -> None:
    process = start(terminal, "up")
    process.kill()
    process.communicate()
    kept = {name: value for name, value in terminal.environment.items() if value is not None}
    ignoring = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
    process = subprocess.Popen(
        [sys.executable, "-c", ignoring + BODY.format(at_the_end="pass"), "up"],
        env={**kept, "PYTHONPATH": str(Path(__file__).parents[1]), "PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert "is running" in line(process)
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGTERM)
    rest, told = process.communicate(timeout=30)
    assert (process.returncode, told) == (0, "Stopped. Everything is kept.\n")
    assert "wound up" in rest


def test_ready_is_told_as_json(terminal: Terminal) -> None:
    process = start(terminal, "up", "--json")
    assert line(process).startswith('{"listening":["ws://0.0.0.0:7447"]')
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=30)[1] == ""
    assert process.returncode == 0


def test_what_it_was_asked(terminal: Terminal) -> None:
    terminal.run("up", "--listen", "7447", "--peer", "ws://a:1", "--peer", "wss://b", "--no-lan")
    _, wanted = terminal.fake.acts[0]
    assert (wanted.listen, wanted.peers, wanted.lan) == ("0.0.0.0:7447", ("ws://a:1", "wss://b"), False)
    terminal.run("up")
    _, wanted = terminal.fake.acts[1]
    assert (wanted.listen, wanted.peers, wanted.lan) == ("", (), None), "as it was chosen on the pages"
    terminal.run("keep", "--listen", "[::1]:80")
    assert terminal.fake.acts[2] == ("keep", terminal.home, "[::1]:80")


def test_it_does_not_run_with_a_wrong_passphrase(terminal: Terminal) -> None:
    terminal.fake.passphrase = "another"
    assert terminal.run("up").exit_code == 5
