"""`vault.key`: the vault's random key, wrapped by what Argon2id makes of the passphrase.

Small JSON that can be copied beside the vault: version, salt, cost, wrapped key; nothing in it hints at the passphrase.
The header is bound to the wrapped key, so a lowered cost or another salt opens nothing.
"""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Final

import msgspec

from tadamun.core.errors import VaultError, WrongPassphrase
from tadamun.core.ports import Random
from tadamun.crypto.secret import SALT, Cost, Secret, WrongKey, stretch, unwrap, wrap

VERSION: Final = 1
MAX_BYTES: Final = 4096


class _Version(msgspec.Struct):
    version: int


class _KeyFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    salt: bytes
    memory_kib: int
    passes: int
    lanes: int
    wrapped: bytes


def write(path: Path, key: Secret, passphrase: str, cost: Cost, random: Random) -> None:
    """Wrap the key and put the file in place, whole or not at all, on the disk when this returns.

    Raises VaultError (disk full), UsageError (no such text).
    """
    salt = random.bytes(SALT)
    aad = _bound(VERSION, salt, cost)
    wrapped = wrap(key, stretch(passphrase, salt, cost), aad, random)
    made = _KeyFile(VERSION, salt, cost.memory_kib, cost.passes, cost.lanes, wrapped)
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


def read(path: Path, passphrase: str) -> Secret:
    """The vault's key. Raises WrongPassphrase, VaultError (newer version, damaged); nothing is changed."""
    made = _decode(path)
    cost = Cost(made.memory_kib, made.passes, made.lanes)
    try:
        return unwrap(made.wrapped, stretch(passphrase, made.salt, cost), _bound(made.version, made.salt, cost))
    except WrongKey as error:
        raise WrongPassphrase(
            "The passphrase does not open this vault. Nothing was changed. Type it again; mind the keyboard's language "
            "and Caps Lock. There is no other way in: without it, join your spaces anew from invites."
        ) from error


def sync_folder(folder: Path) -> None:
    """A new name in a folder is on the disk only once the folder itself was written."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


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
    if len(raw) > MAX_BYTES or made.version != VERSION or not SALT <= len(made.salt) <= 64:
        raise damaged
    return made


def _bound(version: int, salt: bytes, cost: Cost) -> bytes:
    """What the wrapped key is bound to."""
    parts = (version, base64.b64encode(salt).decode(), cost.memory_kib, cost.passes, cost.lanes)
    return b"tadamun/vault-key/v1" + msgspec.json.encode(parts)
