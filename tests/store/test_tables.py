"""A batch handed over as one statement writes what row after row would have written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tadamun.store.cipher import connect
from tadamun.store.tables import Connection, repeated

VALUES = (
    st.none() | st.integers(-(2**63), 2**63 - 1) | st.text() | st.binary() | st.booleans() | st.floats(allow_nan=False)
)
INSERT = "INSERT INTO t (a, b, c) VALUES (?, ?, ?)"


@pytest.fixture
def tables(tmp_path: Path) -> Connection:
    connection = Connection(connect(tmp_path / "x.db", b"k" * 32, durable=False))
    connection.execute("CREATE TABLE t (n INTEGER PRIMARY KEY, a, b, c)")
    connection.execute("CREATE TABLE u (a PRIMARY KEY, b)")
    return connection


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(VALUES, VALUES, VALUES), max_size=40))
def test_any_rows(tables: Connection, rows: list[tuple[Any, ...]]) -> None:
    tables.execute("DELETE FROM t")
    for row in rows:
        tables.execute(INSERT, row)
    slowly = tables.execute("SELECT a, typeof(a), b, typeof(b), c, typeof(c) FROM t ORDER BY n")
    tables.execute("DELETE FROM t")
    tables.many(INSERT, rows)
    assert tables.execute("SELECT a, typeof(a), b, typeof(b), c, typeof(c) FROM t ORDER BY n") == slowly


@pytest.mark.parametrize("column", [st.binary(), st.none() | st.binary(), st.text(), st.integers(0, 5) | st.none()])
def test_columns_of_one_kind(tables: Connection, column: st.SearchStrategy[Any]) -> None:
    @settings(max_examples=30, deadline=None)
    @given(st.lists(st.tuples(column, st.text(), st.integers(-(2**63), 2**63 - 1)), min_size=8, max_size=40))
    def check(rows: list[tuple[Any, ...]]) -> None:
        tables.execute("DELETE FROM t")
        tables.many(INSERT, rows)
        assert tables.execute("SELECT a, b, c FROM t ORDER BY n") == rows

    check()


def test_more_rows_than_one_batch_and_what_follows_the_values(tables: Connection) -> None:
    rows = [(f"k{n % 3000}", n) for n in range(6000)]
    tables.many("INSERT INTO u VALUES (?,?) ON CONFLICT (a) DO UPDATE SET b = b + excluded.b", rows)
    assert tables.execute("SELECT count(*), sum(b) FROM u") == [(3000, sum(range(6000)))]
    tables.many("INSERT OR IGNORE INTO u (a, b) VALUES (?, ?)", [(f"k{n}", 0) for n in range(4000)])
    assert tables.execute("SELECT count(*) FROM u WHERE b = 0") == [(1000,)]
    tables.many("REPLACE INTO u (a, b) VALUES (?, ?)", [(f"k{n}", 7) for n in range(4000)])
    assert tables.execute("SELECT DISTINCT b FROM u") == [(7,)]
    tables.many("UPDATE u SET b = ? WHERE a = ?", [(8, f"k{n}") for n in range(20)])
    assert tables.execute("SELECT count(*) FROM u WHERE b = 8") == [(20,)]


@pytest.mark.parametrize(
    "row",
    [(1, 2), (1, 2, 3, 4), (2**63, 1, 1), (object(), 1, 1), ("\ud800", 1, 1)],
    ids=["few", "many", "big", "odd", "half"],
)
def test_what_sqlite_refuses_is_refused_in_a_batch_too(tables: Connection, row: tuple[Any, ...]) -> None:
    with pytest.raises(Exception):  # noqa: B017 - whichever SQLite gives
        tables.many(INSERT, [row] * 20)
    assert tables.execute("SELECT count(*) FROM t") == [(0,)]


def test_only_plain_insertions_are_reworded() -> None:
    assert repeated(INSERT, 2, 3) == INSERT + ", (?, ?, ?)"
    assert repeated("REPLACE INTO t VALUES ('delete', ?)", 2, 1) == "REPLACE INTO t VALUES ('delete', ?), ('delete', ?)"
    for sql in ("UPDATE t SET a = ?", "INSERT INTO t SELECT ?", "INSERT INTO t (a) VALUES (?), (?)", "DELETE FROM t"):
        assert repeated(sql, 2, 1) is None
    assert repeated(INSERT, 2, 2) is None
    assert repeated(INSERT, 11_000, 3) is None
    assert repeated("INSERT INTO t (a) VALUES (?) ON CONFLICT DO UPDATE SET a = ?", 2, 2) is None
    assert repeated("INSERT INTO t (a) VALUES (lower(?))", 2, 1) is None


def test_rows_of_unequal_length_do_not_lend_each_other_values(tables: Connection) -> None:
    rows = [(1, 2, 3)] * 15 + [(1, 2), (3, 4, 5, 6)] + [(1, 2, 3)] * 15
    tables.execute("BEGIN")
    with pytest.raises(Exception):  # noqa: B017 - whichever SQLite gives
        tables.many(INSERT, rows)
    assert tables.execute("SELECT count(*) FROM t WHERE a <> 1") == [(0,)]
    tables.execute("ROLLBACK")
