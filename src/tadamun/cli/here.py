"""The circumstances of one command: where the vault is, who reads, whether a program or a person does.

This file does not know any command, nor how a call is made.
"""

from __future__ import annotations

import os
import stat
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from tadamun.cli.service import Hands
from tadamun.core.errors import UsageError
from tadamun.i18n.tongue import Language
from tadamun.i18n.words import _, say

PASSPHRASE_FILE: Final = "TADAMUN_PASSPHRASE_FILE"  # noqa: S105 - the name of a variable that names a file
MAX_PASSPHRASE: Final = 1024  # bytes


def default_home() -> Path:
    """TADAMUN_HOME, else `tadamun` in the XDG data folder (XDG Base Directory Specification)."""
    if chosen := os.environ.get("TADAMUN_HOME"):
        return Path(chosen).expanduser()
    data = os.environ.get("XDG_DATA_HOME", "")
    # The specification has relative paths ignored.
    return (Path(data) if data.startswith("/") else Path.home() / ".local" / "share") / "tadamun"


@dataclass(slots=True)
class Here:
    """home: the node's folder. space: what was given by --space, "" for the only one. json: a program reads.
    colour: styles are welcome. width: columns of the terminal. now: one reading of the clock for the whole command."""

    hands: Hands
    home: Path
    language: Language
    space: str
    json: bool
    colour: bool
    width: int
    now: int
    live: bool  # someone watches stderr: a progress line makes sense
    alone: bool = False  # a call was made, and no node ran

    def passphrase(self, question: str = "") -> str:
        """From the file that TADAMUN_PASSPHRASE_FILE names, else asked, hidden. Raises UsageError.

        It is never taken from an argument or a variable: both can be read by others on the computer.
        """
        named = os.environ.get(PASSPHRASE_FILE)
        if named:
            return passphrase_from(Path(named))
        return self.asked(question or _("Passphrase"))

    def asked(self, question: str) -> str:
        """A secret typed at the terminal, not shown. Raises UsageError where there is no terminal to ask at."""
        if not sys.stdin.isatty():
            raise UsageError(
                "There is no terminal to ask for the passphrase. Nothing was done. Write it to a file that only you "
                "can read, and name that file in TADAMUN_PASSPHRASE_FILE."
            )
        return str(click.prompt(question, hide_input=True, err=True))


def make_here(hands: Hands, home: Path | None, language: Language, space: str, json: bool) -> Here:
    """Read the circumstances once, from the process."""
    tty = sys.stdout.isatty()
    return Here(
        hands=hands,
        home=home or default_home(),
        language=language,
        space=space,
        json=json,
        colour=tty and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb",
        width=_columns() if tty else 80,
        now=int(time.time()),
        live=sys.stderr.isatty() and not json,
    )


def _columns() -> int:
    try:
        return max(40, min(os.get_terminal_size().columns, 120))
    except OSError:
        return 80


def passphrase_from(path: Path) -> str:
    """The file's first line. Others' right to read it is told, not refused: containers mount such files so."""
    try:
        with path.open("rb") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                click.echo(
                    say("Others on this computer can read {file}. Close it: chmod 600.", file=str(path)), err=True
                )
            line = file.read(MAX_PASSPHRASE + 1).split(b"\n", 1)[0].rstrip(b"\r")
        if not line or len(line) > MAX_PASSPHRASE:
            raise ValueError
        return line.decode()
    except (OSError, ValueError) as error:
        raise UsageError(
            "No passphrase could be read from {file}, which TADAMUN_PASSPHRASE_FILE names. Nothing was done. "
            "Its first line is to hold the passphrase, in UTF-8.",
            file=str(path),
        ) from error
