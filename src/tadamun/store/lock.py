"""One process at a time: the lock file beside the vault, held as long as the vault is open.

The system releases it when the process ends, however it ends, so a killed node leaves nothing to clean up.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from tadamun.core.errors import VaultInUse


class Lock:
    """An exclusive lock on `path`, taken at once. Raises VaultInUse naming the process that has it."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(self._file, 20, 0).decode("ascii", "replace").strip()
            os.close(self._file)
            raise VaultInUse(
                "The vault is in use by process {process}. Stop it (Ctrl+C where it runs), or let your command go "
                "through it.",
                process=holder or "?",
            ) from error
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, str(os.getpid()).encode(), 0)

    @property
    def held(self) -> bool:
        return self._file >= 0

    def release(self) -> None:
        """Let the next process in. Doing it twice is harmless."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
