"""The databases of a vault's two slots: always two pairs of files, of one size; whoever has no key sees noise.

One pair is read and written; the other is somebody else's, or nobody's. What grows is followed by noise at the end of
its twin, and a database that finds its file longer than itself grows into it. Sizes are even whenever a vault was
closed; while one is open, and after a kill, they may differ for a while (docs/adr/0018-two-slots.md says what that
tells). This file knows no keys.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

from tadamun.core.ports import Random
from tadamun.store.cipher import Failure, is_full, transaction
from tadamun.store.keyfile import NUMBERS

LEFTOVERS: Final = ("", "-wal", "-shm", "-journal")  # a database and what SQLite keeps beside it
_STEP: Final = 1 << 20  # bytes of noise at a time
_BLOB: Final = 16 << 20  # bytes of a row that fills; SQLite holds none of it in memory


def database(folder: Path, number: int) -> Path:
    return folder / f"vault-{number}.db"


def wire(folder: Path, number: int) -> Path:
    return folder / f"wire-{number}.db"


def every(folder: Path) -> list[Path]:
    """All files of all slots that are there."""
    bases = [path for number in NUMBERS for path in (database(folder, number), wire(folder, number))]
    paths = [base.with_name(base.name + end) for base in bases for end in LEFTOVERS]
    return [path for path in paths if path.exists()]


def begun(folder: Path) -> bool:
    """Whether there is any database."""
    return any(database(folder, number).exists() for number in NUMBERS)


def remove(path: Path) -> None:
    """A database and what lies beside it."""
    for end in LEFTOVERS:
        path.with_name(path.name + end).unlink(missing_ok=True)


def grow(connection: Any, path: Path) -> None:
    """Let a database grow into its file, where noise was added to that while the database was closed.

    SQLite heeds the length written in the first page and would cut the rest off: pages are taken by a table that goes
    again, and stay for what comes. Where the disk has no room for the log of that, it is for the next time.
    """
    if _missing(connection, path) <= 0:
        return
    try:
        _fill(connection, path)
    except Failure as error:
        if not is_full(error):
            raise


def _fill(connection: Any, path: Path) -> None:
    with transaction(connection):
        connection.execute("CREATE TABLE filler (zeros BLOB)")
        while (missing := _missing(connection, path)) > 0:
            free, size = _pragma(connection, "freelist_count"), _pragma(connection, "page_size")
            # One page less than what is missing: a row takes some of its own.
            blob = min(_BLOB, max(1, missing + free - 1) * (size - 128))
            connection.execute("INSERT INTO filler VALUES (zeroblob(?))", (blob,))
        connection.execute("DROP TABLE filler")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def even(folder: Path, random: Random) -> None:
    """Bring the files of both slots to one size. Raises OSError (disk full): the next time does it."""
    for kind in (database, wire):
        paths = [kind(folder, number) for number in NUMBERS]
        sizes = [path.stat().st_size if path.exists() else 0 for path in paths]
        for path, size in zip(paths, sizes, strict=True):
            _add_noise(path, max(sizes) - size, random)


def same_time(folder: Path) -> None:
    """The files of both slots were last written at one time, as far as a listing shows."""
    there = [path for path in every(folder) if path.suffix == ".db"]
    latest = max((path.stat().st_mtime_ns for path in there), default=0)
    for path in there:
        os.utime(path, ns=(latest, latest))


def _add_noise(path: Path, size: int, random: Random) -> None:
    if size <= 0:
        return
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        while size > 0:
            size -= os.write(file, random.bytes(min(size, _STEP)))
    finally:
        os.close(file)


def _missing(connection: Any, path: Path) -> int:
    """How many pages the file is longer than its database."""
    return path.stat().st_size // _pragma(connection, "page_size") - _pragma(connection, "page_count")


def _pragma(connection: Any, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])
