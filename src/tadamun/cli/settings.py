"""What is known before the vault is open: the language chosen at `init`, in a file beside the vault.

It holds nothing else: the file can be read by whoever holds the computer.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final

FILE: Final = "language"
_LIMIT: Final = 64  # bytes


def saved_language(home: Path) -> str:
    """The language's tag as saved, or "" if none was. Whatever is odd about the file counts as none."""
    try:
        with (home / FILE).open("rb") as file:
            return file.read(_LIMIT).decode("ascii").strip()
    except (OSError, ValueError):
        return ""


def save_language(home: Path, tag: str) -> None:
    """Keep it for the next commands. Raises OSError."""
    path = home / FILE
    path.touch(mode=0o600)
    path.write_text(tag + "\n", encoding="ascii")


def keep_language(home: Path, tag: str) -> None:
    """The same if it is another than before, and if it can be: what it is about is kept in the vault as well."""
    if saved_language(home) != tag:
        with suppress(OSError):
            save_language(home, tag)
