"""Plain SQL on one connection, as `core.ports.Tables`, quick for thousands of rows.

A statement run once a row gives up and takes back the interpreter's lock once a row; beside one busy thread each of
those costs up to a millisecond. `many` therefore inserts up to a thousand rows by one statement with as many VALUES:
7 µs a row of 17 columns, as executemany takes when nothing else is running (bench/store.py).
This file does not know whose tables they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain
from threading import RLock
from typing import Any, Final

import msgspec

from tadamun.core.errors import LocalError
from tadamun.store.cipher import Failure, explain

# Rows a statement, the most first: batches are of 250, 500, 1,000 and 2,000. Few sizes, so that each statement is
# compiled once and kept.
SIZES: Final = (1_000, 250, 50, 10)
MOST_VALUES: Final = 32_766  # SQLITE_MAX_VARIABLE_NUMBER

_INSERT: Final = re.compile(
    r"(\s*(?:INSERT(?:\s+OR\s+\w+)?|REPLACE)\s+INTO\s+\w+\s*(?:\([^()]*\))?\s*VALUES\s*)"
    r"(\((?:\s*(?:\?|'\w+')\s*,)*\s*\?\s*\))([^?]*)",
    re.IGNORECASE,
)
_encode: Final = msgspec.json.Encoder().encode


class Connection:
    """One SQLCipher connection that threads may share: each statement runs alone."""

    def __init__(self, raw: Any, explain: Callable[[Exception], LocalError | None] = explain) -> None:
        """explain: what to tell the person when SQLite fails; None where the fault is the program's own."""
        self._raw = raw
        self._explain = explain
        self._lock = RLock()

    def execute(self, sql: str, arguments: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows. Raises VaultError when the disk or the file is at fault."""
        with self._lock:
            try:
                rows: list[tuple[Any, ...]] = self._raw.execute(sql, arguments).fetchall()
                return rows
            except Failure as error:
                raise self._explain(error) or error from error

    def many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """The statement once a row, in order; insertions many at a time. Raises as `execute`."""
        with self._lock:
            try:
                self._many(sql, rows)
            except Failure as error:
                raise self._explain(error) or error from error

    def close(self) -> None:
        with self._lock:
            self._raw.close()

    def _many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        done = 0
        if len(rows) >= SIZES[-1] and len(set(map(len, rows))) == 1:
            for size in SIZES:
                statement = repeated(sql, size, len(rows[0]))
                while statement is not None and len(rows) - done >= size:
                    self._raw.execute(statement, tuple(chain.from_iterable(rows[done : done + size])))
                    done += size
        self._raw.executemany(sql, rows[done:] if done else rows)


@lru_cache(maxsize=256)
def repeated(sql: str, size: int, width: int) -> str | None:
    """The insertion `sql` of one row of `width` values, for `size` rows; None if it is no such."""
    found = _INSERT.fullmatch(sql)
    if found is None or found[2].count("?") != width or size * width > MOST_VALUES:
        return None
    return found[1] + ", ".join([found[2]] * size) + found[3]


def one(rows: list[tuple[Any, ...]]) -> tuple[Any, ...] | None:
    """The first row, or None."""
    return rows[0] if rows else None


def listed(ids: Sequence[str]) -> str:
    """Hexadecimal ids as the JSON list that `unhex(value) … FROM json_each(?)` reads: one statement for any number."""
    return _encode(list(ids)).decode()
