"""`vault.key`: which passphrase opens which database, wrapped by what Argon2id makes of the passphrase.

Small JSON that can be copied beside the vault: version, salt, cost, and always two slots of one size. A slot that is
used and one that holds noise cannot be told apart without its passphrase, so nobody sees whether there is a second one
(docs/adr/0018-two-slots.md). The header is bound to each slot, so a lowered cost or another salt opens nothing.
"""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from tadamun.core.errors import UsageError, VaultError, WrongPassphrase
from tadamun.core.ports import Random
from tadamun.crypto.secret import NONCE, SALT, TAG, Cost, Secret, WrongKey, stretch, unwrap, wrap

VERSION: Final = 2
NUMBERS: Final = (1, 2)  # of the slots, and of the databases they open
MAX_BYTES: Final = 4096
KEY_BYTES: Final = 32
_PLAIN: Final = KEY_BYTES + 32  # key, whether opening destroys, zeros
_SLOT: Final = NONCE + _PLAIN + TAG


class _Version(msgspec.Struct):
    version: int


class _KeyFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    salt: bytes
    memory_kib: int
    passes: int
    lanes: int
    slots: tuple[bytes, ...]

    @property
    def cost(self) -> Cost:
        return Cost(self.memory_kib, self.passes, self.lanes)


@dataclass(frozen=True, slots=True)
class Opened:
    """What a passphrase led to. key: of database `number`; destroys: opening it makes noise of the other slot."""

    key: Secret
    number: int
    destroys: bool = False

    @property
    def other(self) -> int:
        """The number of the other slot."""
        return NUMBERS[2 - self.number]


def make(path: Path, opened: Opened, passphrase: str, cost: Cost, random: Random) -> None:
    """A new file with one slot in use.

    In place whole or not at all, on the disk when this returns. Raises VaultError (disk full), UsageError (no such
    text).
    """
    empty = _KeyFile(VERSION, random.bytes(SALT), cost.memory_kib, cost.passes, cost.lanes, _noise(random))
    _replace(path, _with(empty, opened, passphrase, random))


def read(path: Path, passphrase: str) -> Opened:
    """What the passphrase opens. Raises WrongPassphrase, VaultError (newer version, damaged); nothing is changed."""
    return _read(_decode(path), passphrase)


def put(path: Path, opened: Opened, passphrase: str, random: Random) -> None:
    """Write one slot anew, under a passphrase. Raises VaultError, and UsageError if that passphrase is another slot's.

    Whoever has one passphrase learns nothing of the others by trying: they would have to know it already.
    """
    made = _decode(path)
    try:
        taken = _read(made, passphrase).number != opened.number
    except WrongPassphrase:
        taken = False
    if taken:
        raise UsageError("This passphrase is in use already. Nothing was changed. Choose another.")
    _replace(path, _with(made, opened, passphrase, random))


def destroy(path: Path, number: int, random: Random) -> None:
    """Make noise of a slot, over its old bytes. Raises VaultError."""
    made = _decode(path)
    raw = msgspec.json.encode(_put(made, number, random.bytes(_SLOT)))
    try:
        file = os.open(path, os.O_WRONLY)
        try:
            os.pwrite(file, raw, 0)  # as long as what stands there: slots have one size
            os.fsync(file)
        finally:
            os.close(file)
    except OSError as error:
        raise VaultError("The vault's key file could not be written. Nothing was changed. Try again.") from error


def wrong() -> WrongPassphrase:
    """What is said of a passphrase that does not open this."""
    return WrongPassphrase(
        "The passphrase does not open this vault. Nothing was changed. Type it again; mind the keyboard's language "
        "and Caps Lock. There is no other way in: without it, join your spaces anew from invites."
    )


def sync_folder(folder: Path) -> None:
    """A new name in a folder is on the disk only once the folder itself was written."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _noise(random: Random) -> tuple[bytes, ...]:
    return tuple(random.bytes(_SLOT) for _ in NUMBERS)


def _read(made: _KeyFile, passphrase: str) -> Opened:
    stretched = stretch(passphrase, made.salt, made.cost)
    found = None
    for number, slot in zip(NUMBERS, made.slots, strict=True):  # both, so that the time does not tell which
        try:
            plain = unwrap(slot, stretched, _bound(made, number))
        except WrongKey:
            continue
        raw = plain.view()
        found = Opened(Secret(raw[:KEY_BYTES]), number, bool(raw[KEY_BYTES]))
    if found is None:
        raise wrong()
    return found


def _with(made: _KeyFile, opened: Opened, passphrase: str, random: Random) -> _KeyFile:
    plain = Secret((opened.key.reveal() + bytes((opened.destroys,))).ljust(_PLAIN, b"\0"))
    stretched = stretch(passphrase, made.salt, made.cost)
    return _put(made, opened.number, wrap(plain, stretched, _bound(made, opened.number), random))


def _put(made: _KeyFile, number: int, slot: bytes) -> _KeyFile:
    kept = zip(NUMBERS, made.slots, strict=True)
    return msgspec.structs.replace(made, slots=tuple(slot if n == number else old for n, old in kept))


def _replace(path: Path, made: _KeyFile) -> None:
    fresh = path.with_name(path.name + ".new")
    try:
        file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.write(file, msgspec.json.encode(made))
            os.fsync(file)
        finally:
            os.close(file)
        os.replace(fresh, path)
        sync_folder(path.parent)
    except OSError as error:
        raise VaultError(
            "The vault's key file could not be written. Nothing was lost: free some space and do it again."
        ) from error


def _decode(path: Path) -> _KeyFile:
    damaged = VaultError(
        "The vault's key file is damaged, so the vault stays closed. Nothing was changed. Put back a copy of {file}.",
        file=path.name,
    )
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise VaultError(
            "The vault's key file {file} cannot be read. Nothing was changed. Put back a copy, or make it readable.",
            file=path.name,
        ) from error
    try:
        version = msgspec.json.decode(raw, type=_Version).version
        if version > VERSION:
            raise VaultError(
                "This vault was written by a newer Tadamun. Nothing was changed: install the newer version to open it."
            )
        made = msgspec.json.decode(raw, type=_KeyFile)
    except (ValueError, RecursionError) as error:
        raise damaged from error
    sizes = [len(slot) for slot in made.slots]
    if len(raw) > MAX_BYTES or made.version != VERSION or len(made.salt) != SALT or sizes != [_SLOT, _SLOT]:
        raise damaged
    return made


def _bound(made: _KeyFile, number: int) -> bytes:
    """What a wrapped key is bound to."""
    parts = (made.version, base64.b64encode(made.salt).decode(), made.memory_kib, made.passes, made.lanes, number)
    return b"tadamun/vault-key/v2" + msgspec.json.encode(parts)
