"""`vault.key`: which passphrase opens which database, wrapped by what Argon2id makes of the passphrase.

Small JSON that can be copied beside the vault: version, salt, cost, and always the same number of slots of one size. A
slot that is used and one that holds noise cannot be told apart without its passphrase, so nobody sees how many there
are (docs/adr/0017-slots.md). The header is bound to each slot, so a lowered cost or another salt opens nothing.
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
SLOTS: Final = 4
MAX_BYTES: Final = 4096
KEY_BYTES: Final = 32
_PLAIN: Final = 64  # number, what opening destroys, zeros, key
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
    """What a passphrase led to. key: of database `number`; slot: where that stands; destroys: slots that become noise
    whenever this one is opened."""

    key: Secret
    number: int
    slot: int
    destroys: tuple[int, ...] = ()


def make(path: Path, key: Secret, number: int, passphrase: str, cost: Cost, random: Random) -> Opened:
    """A new file with one slot in use, at a place left to chance.

    In place whole or not at all, on the disk when this returns. Raises VaultError (disk full), UsageError (no such
    text).
    """
    empty = _KeyFile(VERSION, random.bytes(SALT), cost.memory_kib, cost.passes, cost.lanes, _noise(random))
    opened = Opened(key, number, random.below(SLOTS))
    _replace(path, _with(empty, opened, passphrase, random))
    return opened


def read(path: Path, passphrase: str) -> Opened:
    """What the passphrase opens. Raises WrongPassphrase, VaultError (newer version, damaged); nothing is changed."""
    return _read(_decode(path), passphrase)


def put(path: Path, opened: Opened, passphrase: str, random: Random) -> None:
    """Write one slot anew, under a passphrase. Raises VaultError, and UsageError if that passphrase is another slot's.

    Whoever has one passphrase learns nothing of the others by trying: they would have to know it already.
    """
    made = _decode(path)
    try:
        other = _read(made, passphrase)
    except WrongPassphrase:
        pass
    else:
        if other.slot != opened.slot:
            raise UsageError("This passphrase is in use already. Nothing was changed. Choose another.")
    _replace(path, _with(made, opened, passphrase, random))


def destroy(path: Path, slots: tuple[int, ...], random: Random) -> None:
    """Make noise of these slots, over their old bytes. Raises VaultError."""
    made = _decode(path)
    noise = _noise(random)
    kept = tuple(noise[n] if n in slots else slot for n, slot in enumerate(made.slots))
    raw = msgspec.json.encode(msgspec.structs.replace(made, slots=kept))
    try:
        file = os.open(path, os.O_WRONLY)
        try:
            os.pwrite(file, raw, 0)  # as long as what stands there: slots have one size
            os.fsync(file)
        finally:
            os.close(file)
    except OSError as error:
        raise VaultError("The vault's key file could not be written. Nothing was changed. Try again.") from error


def sync_folder(folder: Path) -> None:
    """A new name in a folder is on the disk only once the folder itself was written."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _noise(random: Random) -> tuple[bytes, ...]:
    return tuple(random.bytes(_SLOT) for _ in range(SLOTS))


def _read(made: _KeyFile, passphrase: str) -> Opened:
    stretched = stretch(passphrase, made.salt, made.cost)
    found = None
    for n, slot in enumerate(made.slots):  # all of them, so that the time tells nothing of the place
        try:
            found = _opened(unwrap(slot, stretched, _bound(made, n)), n)
        except WrongKey:
            continue
    if found is None:
        raise WrongPassphrase(
            "The passphrase does not open this vault. Nothing was changed. Type it again; mind the keyboard's language "
            "and Caps Lock. There is no other way in: without it, join your spaces anew from invites."
        )
    return found


def _opened(plain: Secret, slot: int) -> Opened:
    raw = plain.view()
    destroys = tuple(n for n in range(SLOTS) if raw[1] >> n & 1 and n != slot)
    return Opened(Secret(raw[-KEY_BYTES:]), raw[0], slot, destroys)


def _with(made: _KeyFile, opened: Opened, passphrase: str, random: Random) -> _KeyFile:
    destroys = sum(1 << n for n in opened.destroys)
    head = bytes((opened.number, destroys)).ljust(_PLAIN - KEY_BYTES, b"\0")
    plain = Secret(head + opened.key.reveal())
    stretched = stretch(passphrase, made.salt, made.cost)
    slots = list(made.slots)
    slots[opened.slot] = wrap(plain, stretched, _bound(made, opened.slot), random)
    return msgspec.structs.replace(made, slots=tuple(slots))


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
    if len(raw) > MAX_BYTES or made.version != VERSION or len(made.salt) != SALT or sizes != [_SLOT] * SLOTS:
        raise damaged
    return made


def _bound(made: _KeyFile, slot: int) -> bytes:
    """What a wrapped key is bound to."""
    parts = (made.version, base64.b64encode(made.salt).decode(), made.memory_kib, made.passes, made.lanes, slot)
    return b"tadamun/vault-key/v2" + msgspec.json.encode(parts)
