"""Plain SQL on one connection, as `core.ports.Tables`, quick for thousands of rows.

A statement run once a row gives up and takes back the interpreter's lock once a row; beside one busy thread each of
those costs up to 5 ms. `many` therefore hands a whole batch of insertions to SQLite as one statement over json_each:
13 µs a row alone and 34 beside a busy thread, where executemany takes 15 and 500 (bench/store.py).
This file does not know whose tables they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from threading import RLock
from typing import Any, Final

import msgspec

from tadamun.core.errors import LocalError
from tadamun.store.cipher import Failure, explain

BATCH: Final = 2_000  # rows a statement: bounds what is held twice in memory
FEW: Final = 8  # below this many rows the packing costs more than it saves

_INSERT: Final = re.compile(
    r"\s*((?:INSERT(?:\s+OR\s+\w+)?|REPLACE)\s+INTO\s+\w+\s*(?:\([^()]*\))?)\s*"
    r"VALUES\s*\(\s*\?(?:\s*,\s*\?)*\s*\)([^?]*)",
    re.IGNORECASE,
)
_PLAIN: Final = frozenset({str, int, bool, type(None)})
_BLOB: Final = frozenset({bytes, type(None)})
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
        """The statement once a row, in order; insertions as one statement a batch. Raises as `execute`."""
        with self._lock:
            try:
                for start in range(0, len(rows), BATCH):
                    self._batch(sql, rows[start : start + BATCH])
            except Failure as error:
                raise self._explain(error) or error from error

    def close(self) -> None:
        with self._lock:
            self._raw.close()

    def _batch(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        blobs = _blob_columns(rows) if len(rows) >= FEW else None
        packed_sql = None if blobs is None else packed(sql, len(rows[0]), blobs)
        if blobs is None or packed_sql is None:
            self._raw.executemany(sql, rows)
            return
        text, blob = pack(rows, blobs)
        self._raw.execute(packed_sql, (text.decode(), blob) if blobs else (text.decode(),))


def _blob_columns(rows: Sequence[Sequence[Any]]) -> tuple[int, ...] | None:
    """Which columns hold bytes; None if a value cannot travel through JSON unchanged, or rows differ in length."""
    if len(set(map(len, rows))) != 1:
        return None
    blobs = []
    for index, column in enumerate(zip(*rows, strict=True)):
        types = set(map(type, column))
        if types <= _PLAIN:
            if int in types and not all(-(2**63) <= v < 2**63 for v in column if type(v) is int):
                return None
        elif types <= _BLOB:
            blobs.append(index)
        else:
            return None
    return tuple(blobs)


@lru_cache(maxsize=256)
def packed(sql: str, width: int, blobs: tuple[int, ...]) -> str | None:
    """The insertion `sql` reworded to read its rows from `pack`'s JSON (?1) and bytes (?2); None if it is no such."""
    found = _INSERT.fullmatch(sql)
    if found is None or found[0].count("?") != width:
        return None
    columns = []
    at = 0
    for index in range(width):
        if index in blobs:
            columns.append(f"substr(?2, value->>{at}, value->>{at + 1})")
            at += 2
        else:
            columns.append(f"value->>{at}")
            at += 1
    # "WHERE true" keeps a following ON CONFLICT from being read as the join's.
    return f"{found[1]} SELECT {', '.join(columns)} FROM json_each(?1) WHERE true {found[2]}"


def pack(rows: Sequence[Sequence[Any]], blobs: tuple[int, ...]) -> tuple[bytes, bytes]:
    """Rows as JSON in which bytes are (place from 1, length), and all those bytes one after the other."""
    if not blobs:
        return _encode(rows), b""
    here = set(blobs)
    pieces: list[bytes] = []
    place = 1
    slim: list[list[Any]] = []
    for row in rows:
        values: list[Any] = []
        for index, value in enumerate(row):
            if index not in here:
                values.append(value)
            elif value is None:
                values += (None, None)
            else:
                values += (place, len(value))
                pieces.append(value)
                place += len(value)
        slim.append(values)
    pieces.append(b"\0")  # SQLite takes a part of an empty value for NULL
    return _encode(slim), b"".join(pieces)


def one(rows: list[tuple[Any, ...]]) -> tuple[Any, ...] | None:
    """The first row, or None."""
    return rows[0] if rows else None


def listed(ids: Sequence[str]) -> str:
    """Hexadecimal ids as the JSON list that `unhex(value) … FROM json_each(?)` reads: one statement for any number."""
    return _encode(list(ids)).decode()
