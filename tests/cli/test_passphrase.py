"""The passphrase: from a file or a hidden prompt, and nowhere else to be found."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kits.fake_hands import PASSPHRASE, Terminal

TESTS = str(Path(__file__).parents[1])


def write(path: Path, content: bytes, mode: int = 0o600) -> str:
    path.write_bytes(content)
    path.chmod(mode)
    return str(path)


@pytest.mark.parametrize("ending", [b"", b"\n", b"\r\n", b"\nsecond line\n"])
def test_the_first_line_of_the_file(ending: bytes, terminal: Terminal, tmp_path: Path) -> None:
    file = write(tmp_path / "p", PASSPHRASE.encode() + ending)
    assert terminal.run("members", TADAMUN_PASSPHRASE_FILE=file).exit_code == 0


def test_spaces_and_letters_of_any_script_belong_to_it(terminal: Terminal, tmp_path: Path) -> None:
    terminal.fake.passphrase = " أربع كلمات عشوائية "
    file = write(tmp_path / "p", " أربع كلمات عشوائية \n".encode())
    assert terminal.run("members", TADAMUN_PASSPHRASE_FILE=file).exit_code == 0


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe\n", b"x" * 5000])
def test_a_file_without_a_passphrase_is_refused(content: bytes, terminal: Terminal, tmp_path: Path) -> None:
    file = write(tmp_path / "p", content)
    result = terminal.run("members", TADAMUN_PASSPHRASE_FILE=file)
    assert result.exit_code == 2
    assert terminal.fake.opened == []


@pytest.mark.parametrize("named", ["/nowhere/p", "/", "/dev/null"])
def test_a_file_that_cannot_be_read_is_refused(named: str, terminal: Terminal) -> None:
    assert terminal.run("members", TADAMUN_PASSPHRASE_FILE=named).exit_code == 2


def test_a_file_that_others_can_read_is_told(terminal: Terminal, tmp_path: Path) -> None:
    file = write(tmp_path / "p", PASSPHRASE.encode(), mode=0o644)
    result = terminal.run("members", TADAMUN_PASSPHRASE_FILE=file)
    assert result.exit_code == 0
    assert "chmod 600" in result.stderr


def test_a_wrong_one_opens_nothing(terminal: Terminal, tmp_path: Path) -> None:
    file = write(tmp_path / "p", b"wrong horse")
    result = terminal.run("members", TADAMUN_PASSPHRASE_FILE=file)
    assert result.exit_code == 5
    assert terminal.fake.asked == []
    assert "wrong horse" not in result.output


def test_without_a_terminal_it_is_not_read_from_what_is_piped_in(terminal: Terminal) -> None:
    result = terminal.run("members", typing=PASSPHRASE + "\n", TADAMUN_PASSPHRASE_FILE=None)
    assert result.exit_code == 2
    assert "TADAMUN_PASSPHRASE_FILE" in result.stderr


def test_no_variable_and_no_option_takes_it(terminal: Terminal) -> None:
    for name in ("TADAMUN_PASSPHRASE", "PASSPHRASE"):
        assert terminal.run("members", TADAMUN_PASSPHRASE_FILE=None, **{name: PASSPHRASE}).exit_code == 2
    assert terminal.run("members", "--passphrase", PASSPHRASE).exit_code == 2
    assert terminal.fake.opened == []


def test_changing_it_by_files(terminal: Terminal, tmp_path: Path) -> None:
    new = write(tmp_path / "new", b"another battery\n")
    assert terminal.run("passphrase", "--new-file", new).exit_code == 0
    assert terminal.fake.acts == [("change", terminal.home, PASSPHRASE, "another battery")]


def test_changing_it_needs_the_old_one(terminal: Terminal, tmp_path: Path) -> None:
    new = write(tmp_path / "new", b"another battery\n")
    terminal.fake.passphrase = "not that"
    assert terminal.run("passphrase", "--new-file", new).exit_code == 5
    assert terminal.fake.acts == []


class AtTerminal:
    """A command in a process of its own with a real terminal, at which a person types."""

    def __init__(self, terminal: Terminal, *typed: str) -> None:
        start = (
            "import sys; from kits.fake_hands import Fake\nfrom tadamun.cli.app import build\n"
            "fake = Fake()\n"
            "import atexit; atexit.register(lambda: print('ACTS', len(fake.acts), 'OPENED', len(fake.opened)))\n"
            "build({}, fake).main()"
        )
        kept = {name: value for name, value in terminal.environment.items() if value is not None}
        del kept["TADAMUN_PASSPHRASE_FILE"]
        self.master, slave = pty.openpty()
        self.shown = ""
        self.process = subprocess.Popen(
            [sys.executable, "-c", start, *typed],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**kept, "PYTHONPATH": TESTS, "PATH": "/usr/bin:/bin", "TERM": "xterm"},
            start_new_session=True,
            # The prompt asks the controlling terminal: make it this one, and not whoever runs the tests.
            preexec_fn=_take_terminal,
        )
        os.close(slave)

    def until(self, wanted: str) -> str:
        """Read what is shown until it holds that."""
        deadline = time.monotonic() + 30
        while wanted not in self.shown:
            assert select.select([self.master], [], [], deadline - time.monotonic())[0], self.shown
            try:
                self.shown += os.read(self.master, 65536).decode()
            except OSError:  # the process has closed its end
                assert wanted in self.shown, self.shown
        return self.shown

    def type(self, text: str) -> None:
        os.write(self.master, text.encode() + b"\n")

    def end(self) -> int:
        self.until("ACTS")
        code = self.process.wait(30)
        os.close(self.master)
        return code


def _take_terminal() -> None:
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def test_it_is_asked_for_and_not_shown(terminal: Terminal) -> None:
    person = AtTerminal(terminal, "members")
    person.until("Passphrase: ")
    arguments = Path(f"/proc/{person.process.pid}/cmdline").read_bytes()
    variables = Path(f"/proc/{person.process.pid}/environ").read_bytes()
    person.type(PASSPHRASE)
    assert person.end() == 0
    assert "Nour" in person.shown
    assert PASSPHRASE not in person.shown
    assert PASSPHRASE.encode() not in arguments + variables
    assert "OPENED 1" in person.shown


def test_it_is_asked_for_in_arabic(terminal: Terminal) -> None:
    person = AtTerminal(terminal, "members", "--language", "ar")
    person.until("عبارة المرور: ")
    person.type("wrong")
    assert person.end() == 5


def test_interrupted_at_the_prompt(terminal: Terminal) -> None:
    person = AtTerminal(terminal, "members")
    person.until("Passphrase: ")
    os.write(person.master, b"\x03")
    assert person.end() == 130
    assert "Traceback" not in person.shown


def test_a_new_one_is_asked_twice(terminal: Terminal) -> None:
    person = AtTerminal(terminal, "init")
    person.until("[en]: ")
    person.type("")
    person.until("each other are good): ")
    person.type(PASSPHRASE)
    person.until("Once more: ")
    person.type(PASSPHRASE)
    assert person.end() == 0
    assert "ACTS 1" in person.shown
    assert PASSPHRASE not in person.shown


@pytest.mark.parametrize(("said", "what"), [("opens", "opens"), ("destroys", "destroys"), ("none", "")])
def test_a_second_vault_needs_the_first_ones_passphrase(
    said: str, what: str, terminal: Terminal, tmp_path: Path
) -> None:
    new = tmp_path / "new"
    new.write_text("another for bad days\n")
    asked = ("passphrase", "--second", said, *(("--new-file", str(new)) if what else ()))
    assert terminal.run(*asked).exit_code == 0
    assert terminal.fake.acts[-1][2:] == (PASSPHRASE, "another for bad days" if what else "", what)
    terminal.fake.passphrase = "not that"
    assert terminal.run(*asked).exit_code == 5


def test_the_language_is_asked_first_and_spoken_at_once(terminal: Terminal) -> None:
    person = AtTerminal(terminal, "init")
    person.until("[en]: ")
    person.type("ar")
    person.until("عبارة مرور جديدة")
    person.type(PASSPHRASE)
    person.until("مرّة أخرى: ")
    person.type(PASSPHRASE)
    assert person.end() == 0
    assert (terminal.home / "language").read_text() == "ar\n"


@pytest.mark.parametrize(("first", "second"), [("short", None), (PASSPHRASE, "something else")])
def test_a_weak_or_mistyped_new_one_makes_no_vault(first: str, second: str | None, terminal: Terminal) -> None:
    person = AtTerminal(terminal, "init", "--language", "en")
    person.until("each other are good): ")
    person.type(first)
    if second is not None:
        person.until("Once more: ")
        person.type(second)
    assert person.end() == 2
    assert "ACTS 0" in person.shown
