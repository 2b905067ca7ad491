"""The vault: one folder with everything readable, under one passphrase, open in one process at a time.

The folder holds `vault.key` (two slots for a wrapped key), for each slot a database of this file and a wire store,
whose key lies in the vault (slots.py), and `vault.lock`. Writing is one transaction at a time on one connection;
readers have another and see what was last committed. What a transaction confirmed survives a loss of power.
This file does not know what the tables mean: modules beside it do, each over a `Tables`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock as ThreadLock
from threading import get_ident
from typing import Any, Final

from tadamun.core.errors import VaultError
from tadamun.core.ports import Random, Tables
from tadamun.crypto.random import SystemRandom
from tadamun.crypto.secret import DEFAULT, Cost, Secret
from tadamun.store import cipher, keyfile, meta, slots
from tadamun.store.lock import Lock
from tadamun.store.migrations import migrate
from tadamun.store.tables import Connection

KEY, LOCK = "vault.key", "vault.lock"
BEGUN: Final = ".begun"  # the mark of a creation that has not ended
_WIRE_KEY: Final = "wire-key"


class Vault:
    """An open vault. Make one with `create` or `open`; it is a context manager that closes itself."""

    def __init__(
        self, folder: Path, lock: Lock | None, number: int, random: Random, writer: Any, reader: Any, looker: Any
    ) -> None:
        """Not called directly."""
        self.folder = folder
        self.number = number
        self.random = random
        self._lock = lock
        self._raw = writer
        self._writer = Connection(writer)
        self._reader = Connection(reader)
        self._looking = looker
        self._looker = Connection(looker)
        self._writing = ThreadLock()
        self._writes: int | None = None  # the thread inside `write`

    @staticmethod
    def exists(folder: Path) -> bool:
        """Whether there is one in the folder, or what is left of one."""
        if (folder / KEY).exists():
            return True
        return slots.begun(folder) and not (folder / (KEY + BEGUN)).exists()

    @classmethod
    def create(cls, folder: Path, passphrase: str, random: Random, cost: Cost = DEFAULT) -> Vault:
        """A new vault in `folder` (made if missing, 0700). Raises VaultError if one is there, or its parts are."""
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
        except OSError as error:
            raise VaultError(
                "The folder {folder} cannot be made or used for a vault. Choose another.", folder=str(folder)
            ) from error
        lock = Lock(folder / LOCK)
        try:
            if (folder / KEY).exists():
                raise VaultError(
                    "There is a vault already in {folder}. Use it, or choose another folder.", folder=str(folder)
                )
            started = folder / (KEY + BEGUN)
            if slots.begun(folder) and not started.exists():
                raise VaultError(
                    "The folder {folder} holds a vault whose key file is missing. "
                    "Put back a copy of {file}, or choose another folder.",
                    folder=str(folder),
                    file=KEY,
                )
            # A creation that was cut short leaves this mark: what it made holds nothing yet and may be made again.
            started.touch(mode=0o600)
            for path in slots.every(folder):
                path.unlink()
            # Which of the two comes first is left to chance: the other one is as likely to be the first.
            opened = keyfile.Opened(Secret.make(random), keyfile.NUMBERS[random.below(2)])
            vault = cls._connect(folder, lock, opened, random)
            try:
                vault.begin()
                keyfile.make(folder / KEY, opened, passphrase, cost, random)
            except BaseException:
                vault.close()
                raise
            started.unlink()
            return vault
        except BaseException:
            lock.release()
            raise

    @classmethod
    def open(cls, folder: Path, passphrase: str, random: Random | None = None) -> Vault:
        """The vault in the slot that this passphrase opens. random: the system's, if none is given.

        Raises VaultError: none there, in use, wrong passphrase, newer version, damaged. Nothing is changed then.
        """
        random = random or SystemRandom()
        if not (folder / KEY).exists():
            if cls.exists(folder):
                raise VaultError(
                    "The vault in {folder} has lost its key file. Put back a copy of {file}.",
                    folder=str(folder),
                    file=KEY,
                )
            raise VaultError('There is no vault in {folder} yet. Make one with "tadamun init".', folder=str(folder))
        lock = Lock(folder / LOCK)
        try:
            opened = keyfile.read(folder / KEY, passphrase)
            if opened.destroys:
                keyfile.destroy(folder / KEY, opened.other, random)
            path = slots.database(folder, opened.number)
            if not path.exists():
                raise VaultError(
                    "The vault in {folder} has lost its database. Put back a copy of {file}, or join your spaces anew.",
                    folder=str(folder),
                    file=path.name,
                )
            return cls._connect(folder, lock, opened, random)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def _connect(cls, folder: Path, lock: Lock | None, slot: keyfile.Opened, random: Random) -> Vault:
        path, key = slots.database(folder, slot.number), slot.key.reveal()
        opened: list[Any] = []
        try:
            writer = cipher.connect(path, key, durable=True)
            opened.append(writer)
            migrate(writer)
            slots.grow(writer, path)
            for _ in ("reader", "looker"):
                opened.append(cipher.connect(path, key, durable=True, read_only=True))
        except BaseException as error:
            for connection in opened:
                connection.close()
            if isinstance(error, cipher.Failure):
                raise cipher.explain(error) or error from error
            raise
        return cls(folder, lock, slot.number, random, *opened)

    def beside(self, slot: keyfile.Opened) -> Vault:
        """A new vault in the other slot of this folder, as long as this one is open: it has no lock of its own."""
        return self._connect(self.folder, None, slot, self.random)

    def begin(self) -> None:
        """What every vault holds before anything is put into it."""
        with self.write() as tx:
            meta.put(tx, _WIRE_KEY, self.random.bytes(cipher.KEY_BYTES))

    @property
    def read(self) -> Tables:
        """What was last committed. Writing through it is refused."""
        return self._reader

    @contextmanager
    def write(self) -> Iterator[Tables]:
        """One transaction: all of it is on the disk when the block ends, or nothing of it happened.

        Waits for another thread's transaction to end; within one's own thread a second is refused (RuntimeError), for
        it would be half of the first. Raises VaultError (disk full, damaged), having rolled back.
        """
        self._refuse_within()
        with self._writing:
            self._writes = get_ident()
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                try:
                    yield self._writer
                    self._writer.execute("COMMIT")
                except BaseException:
                    if self._raw.in_transaction:  # some failures have rolled back already
                        self._raw.execute("ROLLBACK")
                    raise
            finally:
                self._writes = None

    def change_passphrase(self, old: str, new: str) -> None:
        """Wrap the same key anew; the file is replaced whole. Raises VaultError when `old` is wrong or another
        vault's, UsageError when `new` is another vault's."""
        keyfile.put(self.folder / KEY, self.mine(old), new, self.random)

    def mine(self, passphrase: str) -> keyfile.Opened:
        """What the passphrase of this vault opens. Raises WrongPassphrase for any other, also for another slot's."""
        opened = keyfile.read(self.folder / KEY, passphrase)
        if opened.number != self.number:
            raise keyfile.wrong()
        return opened

    def wire_key(self) -> Secret:
        """The key of the wire store beside it."""
        kept = meta.get(self._reader, _WIRE_KEY)
        if kept is None:
            raise VaultError(
                "The vault is damaged. Put back a copy of its folder, or join your spaces anew from invites."
            )
        return Secret(kept)

    @property
    def path(self) -> Path:
        """The database's file."""
        return slots.database(self.folder, self.number)

    @property
    def wire_path(self) -> Path:
        return slots.wire(self.folder, self.number)

    def scrub(self) -> None:
        """After destroying something: empty the write-ahead log, in which older versions of pages remain.

        A reader in the middle of a statement puts it off; the next scrub, or closing, does it.
        """
        self._refuse_within()
        with self._writing:
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def size(self) -> int:
        """Bytes on the disk."""
        paths = (self.path.with_name(self.path.name + end) for end in ("", "-wal"))
        return sum(path.stat().st_size for path in paths if path.exists())

    def sound(self) -> bool:
        """Whether the whole file is as SQLite left it. Takes seconds of a large one: for a thread, and on a connection
        of its own, so that nobody waits for it. Closing the vault ends it, then it raises VaultError."""
        try:
            return bool(self._looker.execute("PRAGMA quick_check(1)") == [("ok",)])
        except cipher.Failure as error:
            raise VaultError(
                "The vault is busy with something else. Nothing was lost: do it again in a moment."
            ) from error

    def close(self) -> None:
        """Let go of the files. Doing it twice is harmless."""
        self._refuse_within()
        with suppress(cipher.Failure):
            self._looking.interrupt()
        self._looker.close()
        with self._writing:
            self._reader.close()
            self._writer.close()
            if self._lock is not None and self._lock.held:
                self.even()
                slots.same_time(self.folder)
                self._lock.release()

    def even(self) -> None:
        """Bring the files of both slots to one size, as far as the disk has room; quick if they are."""
        with suppress(OSError):
            slots.even(self.folder, self.random)

    def _refuse_within(self) -> None:
        if self._writes == get_ident():
            raise RuntimeError("this cannot be done within a transaction")

    def __enter__(self) -> Vault:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
