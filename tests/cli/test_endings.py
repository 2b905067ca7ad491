"""How commands end when things go wrong: one line, the right code, nothing of the person's in it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from kits.fake_hands import Terminal
from tadamun.core.errors import NotAllowed, whereabouts


def test_an_error_as_json_is_one_document_on_stdout(terminal: Terminal) -> None:
    terminal.refuse("members.remove", NotAllowed("Only stewards may remove {name}.", name="سام"))
    result = terminal.run("remove", "سام", "--json")
    assert result.exit_code == 3
    assert json.loads(result.stdout) == {
        "error": {
            "code": 3,
            "text": "Only stewards may remove \u2068سام\u2069.",
            "message": "Only stewards may remove {name}.",
            "arguments": {"name": "سام"},
        }
    }
    assert result.stderr == ""


def test_a_slip_as_json_too(terminal: Terminal) -> None:
    result = terminal.run("members", "--nonsense", "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["error"]["code"] == 2


def test_a_slip_names_the_help(terminal: Terminal) -> None:
    result = terminal.run("invite", "revoke")
    assert result.exit_code == 2
    assert result.stderr.endswith("See: tadamun invite revoke --help\n")


@pytest.mark.parametrize("flags", [(), ("--json",)])
def test_the_unforeseen_tells_places_only(flags: tuple[str, ...], terminal: Terminal) -> None:
    terminal.fake.answers["people.list"] = {"not": "a list: Nour's secret"}
    del terminal.fake.answers["node.status"]
    terminal.fake.answers["node.status"] = RuntimeError("Nour's secret")
    result = terminal.run("status", *flags)
    assert result.exit_code == 1
    told = result.stdout + result.stderr
    assert "Nour" not in told
    assert "RuntimeError fake_hands.py:" in told


def test_an_answer_of_the_wrong_shape_is_no_traceback(terminal: Terminal) -> None:
    terminal.answer("people.list", {"not": "a list: Nour's secret"})
    result = terminal.run("members")
    assert result.exit_code == 1
    assert "Traceback" not in result.stderr
    assert "Nour" not in result.stderr


def test_whereabouts_hold_no_text_of_the_error() -> None:
    def fail(secret: str) -> None:
        raise ValueError(secret)

    with pytest.raises(ValueError) as caught:
        fail("Nour's secret")
    told = whereabouts(caught.value)
    assert told.startswith("ValueError test_endings.py:")
    assert "Nour" not in told
    assert "/" not in told


@pytest.mark.parametrize("interruption", [KeyboardInterrupt(), EOFError()])
def test_interrupted(interruption: BaseException, terminal: Terminal) -> None:
    terminal.fake.answers["people.list"] = interruption
    result = terminal.run("members")
    assert result.exit_code == 130
    assert result.stdout == ""


def script(body: str) -> list[str]:
    """A command line in a process of its own, with fake hands."""
    start = "from kits.fake_hands import Fake\nfrom tadamun.cli.app import build\nfake = Fake()\n"
    return [sys.executable, "-c", start + body + "\nbuild({}, fake).main()"]


def environment(terminal: Terminal, **more: str) -> Mapping[str, str]:
    kept = {name: value for name, value in terminal.environment.items() if value is not None}
    return {**kept, "PYTHONPATH": str(__import__("pathlib").Path(__file__).parents[1]), "PATH": "/usr/bin:/bin", **more}


def test_a_reader_who_has_seen_enough_is_no_error(terminal: Terminal) -> None:
    many: Any = "fake.answers['people.list'] *= 5000"
    process = subprocess.Popen(
        [*script(many), "members"],
        env=environment(terminal),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    told = process.stderr.read()
    process.stderr.close()
    assert (process.wait(30), told) == (0, b"")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_a_terminal_without_arabic_letters_still_ends_well(encoding: str, terminal: Terminal) -> None:
    done = subprocess.run(
        [*script(""), "members", "--language", "ar"],
        env=environment(terminal, PYTHONIOENCODING=encoding, PYTHONUTF8="0"),
        capture_output=True,
        check=False,
        timeout=30,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.count(b"\n") == 5
