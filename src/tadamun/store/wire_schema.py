"""The wire store's tables. Its file holds only what relays may see; it can be deleted and fetched again.

So there are no migrations: a file of another version, a damaged one, or one under another key makes way for a new one.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from tadamun.core.errors import LocalError, VaultError
from tadamun.core.ports import Random
from tadamun.store import cipher, slots

Explain = Callable[[Exception], LocalError | None]

VERSION: Final = 1
SEALED: Final = 3700  # the kind of which a store holds most; the others have indexes of their own

# mailbox: the first "p" tag of a sealed event, numbered; 0 for other kinds. All other single-letter tags are in `tags`.
_TABLES: Final = f"""
CREATE TABLE mailboxes (n INTEGER PRIMARY KEY, p TEXT NOT NULL UNIQUE, bytes INTEGER NOT NULL);
CREATE TABLE events (
  arrival INTEGER PRIMARY KEY AUTOINCREMENT,
  id BLOB NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  pubkey BLOB NOT NULL,
  mailbox INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  size INTEGER NOT NULL,
  raw BLOB NOT NULL
);
CREATE INDEX by_mailbox ON events (mailbox, created_at, id, expires_at);
CREATE INDEX by_expiry ON events (expires_at) WHERE expires_at > 0;
CREATE INDEX by_kind ON events (kind, created_at) WHERE kind <> {SEALED};
CREATE INDEX by_author ON events (pubkey, created_at) WHERE kind <> {SEALED};
CREATE TABLE tags (
  name TEXT NOT NULL, value TEXT NOT NULL, arrival INTEGER NOT NULL, PRIMARY KEY (name, value, arrival)
) WITHOUT ROWID;
CREATE INDEX tags_of ON tags (arrival);
CREATE TABLE deleted (id BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID
"""


def open_or_make(path: Path, key: bytes, random: Random) -> Any:
    """A write connection to the store at `path`; started anew if it cannot be read with this key.

    synchronous=NORMAL: losing power may lose the last seconds, which peers give again. Raises VaultError (disk full).
    """
    try:
        try:
            return _prepare(path, key, random)
        except cipher.Failure as error:
            if not cipher.is_damaged(error):
                raise
        forget(path)
        return _prepare(path, key, random)
    except cipher.Failure as error:
        raise cipher.explain(error) or error from error
    except OSError as error:
        raise VaultError(
            "The store of sealed events at {path} cannot be made. Nothing was lost: free some space, or make the "
            "folder writable, and do it again.",
            path=str(path),
        ) from error


def explainer(path: Path) -> Explain:
    """What to tell the person. A store found damaged in use is deleted then, so that the next start begins anew."""

    def explain(error: Exception) -> LocalError | None:
        if not cipher.is_damaged(error):
            return cipher.explain(error)
        forget(path)
        return VaultError(
            "The store of sealed events was damaged and has been deleted. Nothing you wrote is lost: start again, and "
            "it is fetched from others."
        )

    return explain


def forget(path: Path) -> None:
    """Delete the store with all that SQLite keeps beside it."""
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)


def _prepare(path: Path, key: bytes, random: Random) -> Any:
    connection = cipher.connect(path, key, durable=False)
    try:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if version not in (0, VERSION):
            connection.close()
            forget(path)
            connection = cipher.connect(path, key, durable=False)
            version = 0
        if version == 0:
            _make(connection, random)
        for table in ("meta", "mailboxes", "sqlite_sequence"):  # damage here would keep the store from opening
            connection.execute(f"SELECT * FROM {table}").fetchall()
        slots.grow(connection, path)
        return connection
    except BaseException:
        connection.close()
        raise


def _make(connection: Any, random: Random) -> None:
    with cipher.transaction(connection):
        for statement in _TABLES.split(";\n"):
            connection.execute(statement)
        # Arrival numbers begin anew with the file; this name tells whoever follows them.
        connection.execute("INSERT INTO meta VALUES ('identity', ?)", (random.bytes(16).hex(),))
        connection.execute(f"PRAGMA user_version = {VERSION}")
