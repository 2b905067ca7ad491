"""Opening one SQLCipher file, and what its failures mean to the person whose disk it is on.

Every setting that secrecy or durability hangs on is here, once, for the vault and the wire store alike. This file does
not know what the tables mean.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlcipher3 import dbapi2 as sqlite

from tadamun.core.errors import LocalError, VaultError

KEY_BYTES: Final = 32
APPLICATION: Final = 0x7AD4  # PRAGMA application_id of files of ours
# KiB of pages, for writing: random ids fall on all pages of an index, and each is deciphered anew.
CACHE: Final = 16 * 1024
# Bytes a page and what authenticates it: a third less in large transactions than with SQLCipher's own choice
# (docs/adr/0011-pages-of-the-databases.md).
PAGE: Final = 8192
HMAC: Final = "HMAC_SHA256"

Failure: Final[type[Exception]] = sqlite.Error
Busy: Final = sqlite.SQLITE_BUSY

_FULL: Final = {sqlite.SQLITE_FULL, sqlite.SQLITE_IOERR, sqlite.SQLITE_CANTOPEN, sqlite.SQLITE_READONLY}
_DAMAGED: Final = {sqlite.SQLITE_CORRUPT, sqlite.SQLITE_NOTADB}


def connect(path: Path, key: bytes, *, durable: bool, read_only: bool = False) -> Any:
    """A connection to the encrypted file at `path` (made if missing, readable by its owner only) with a 32-byte key.

    durable: a commit survives loss of power (synchronous=FULL); otherwise it survives a killed process, and what was
    lost can be fetched again. The key is used raw: whoever holds it derived or unwrapped it already, so SQLCipher's own
    derivation would cost time and add nothing.
    Raises sqlite's own errors; `explain` turns them into words.
    """
    if len(key) != KEY_BYTES:
        raise ValueError("a database key has 32 bytes")
    if not path.exists():  # SQLite would create it by the umask; its journal copies this file's mode
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    connection = _unlocked(path, key)
    try:
        # Off on purpose: see docs/adr/0006-cipher-memory-security.md.
        connection.execute("PRAGMA cipher_memory_security = OFF")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("PRAGMA foreign_keys = ON")
        if read_only:
            connection.execute("PRAGMA query_only = ON")
        else:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute(f"PRAGMA cache_size = {-CACHE}")
            connection.execute("PRAGMA journal_size_limit = 16777216")
    except BaseException:
        connection.close()
        raise
    return connection


def _unlocked(path: Path, key: bytes) -> Any:
    """A connection that the key fits. Raises sqlite's error if it does not."""
    connection = sqlite.connect(str(path), isolation_level=None, check_same_thread=False, cached_statements=256)
    try:
        connection.execute("PRAGMA cipher_log_level = NONE")  # it would write to stderr what `explain` says better
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute(f"PRAGMA cipher_page_size = {PAGE}")
        connection.execute(f"PRAGMA cipher_hmac_algorithm = {HMAC}")
        connection.execute("PRAGMA busy_timeout = 10000")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the first page decides
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def transaction(connection: Any) -> Iterator[None]:
    """All that the block executes, or nothing of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # some failures have rolled back already
            connection.execute("ROLLBACK")
        raise


def code_of(error: Exception) -> int:
    """SQLite's primary result code (the low byte); 0 if it has none."""
    return int(getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF


def is_full(error: Exception) -> bool:
    """The disk is full, or cannot be read or written."""
    return code_of(error) in _FULL


def is_damaged(error: Exception) -> bool:
    """The file is no database, or not under this key, or its pages fail their checks."""
    return code_of(error) in _DAMAGED


def explain(error: Exception) -> LocalError | None:
    """What to tell the person, or None when the fault is the program's own and should be seen as such."""
    code = code_of(error)
    if code == sqlite.SQLITE_CORRUPT and str(error).startswith("fts5:"):
        return VaultError('The index for searching is damaged, nothing else. Make it anew with "tadamun rebuild".')
    if code == sqlite.SQLITE_FULL:
        return VaultError("The disk is full. Nothing was lost: free some space and do it again.")
    if code in _FULL:
        return VaultError(
            "The disk could not be read or written. Nothing was lost: check that it has free space and is writable, "
            "free some space, and do it again."
        )
    if code in _DAMAGED:
        return VaultError("The vault is damaged. Put back a copy of its folder, or join your spaces anew from invites.")
    if code == sqlite.SQLITE_BUSY:
        return VaultError("The vault is busy with something else. Nothing was lost: do it again in a moment.")
    return None
