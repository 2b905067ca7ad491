"""Single values under a name: settings, cursors, the wire store's key."""

from __future__ import annotations

from tadamun.core.ports import Tables
from tadamun.store.tables import one


def get(tables: Tables, key: str) -> bytes | None:
    """The value under that name, or None."""
    row = one(tables.execute("SELECT value FROM meta WHERE key = ?", (key,)))
    return None if row is None else bytes(row[0])


def beginning(tables: Tables, start: str) -> list[tuple[str, bytes]]:
    """All names that begin so, with their values, in order. start: without the signs that GLOB reads (`*?[`)."""
    rows = tables.execute("SELECT key, value FROM meta WHERE key GLOB ? ORDER BY key", (start + "*",))
    return [(key, bytes(value)) for key, value in rows]


def put(tx: Tables, key: str, value: bytes) -> None:
    tx.execute(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, value),
    )


def remove(tx: Tables, key: str) -> None:
    tx.execute("DELETE FROM meta WHERE key = ?", (key,))


def text(tables: Tables, key: str, default: str = "") -> str:
    """A setting that is text."""
    value = get(tables, key)
    return default if value is None else value.decode()


def put_text(tx: Tables, key: str, value: str) -> None:
    put(tx, key, value.encode())


def number(tables: Tables, key: str, default: int = 0) -> int:
    """A setting or cursor that is a whole number."""
    value = get(tables, key)
    return default if value is None else int(value)


def put_number(tx: Tables, key: str, value: int) -> None:
    put(tx, key, b"%d" % value)


def count(tx: Tables, reason: str, by: int = 1) -> None:
    """Add to a counter (`core.errors.Reason` values: why bytes from elsewhere were dropped)."""
    tx.execute(
        "INSERT INTO counters (reason, n) VALUES (?, ?) ON CONFLICT (reason) DO UPDATE SET n = n + excluded.n",
        (reason, by),
    )


def counters(tables: Tables) -> dict[str, int]:
    """All counters that are not zero."""
    return dict(tables.execute("SELECT reason, n FROM counters ORDER BY reason"))
