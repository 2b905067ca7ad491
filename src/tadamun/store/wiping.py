"""Destroying what one person has on this computer: the key first, by which all the rest becomes noise, then the rest.

Overwriting reaches the bytes only where the disk writes in place; flash drives and some file systems keep old copies
for a while. What is then left of the key file is wrapped by the passphrase. This file does not ask who is sure.
"""

from __future__ import annotations

import os
from pathlib import Path

from tadamun.core.errors import VaultError
from tadamun.core.ports import Random
from tadamun.store.keyfile import sync_folder
from tadamun.store.slots import every
from tadamun.store.vault import BEGUN, KEY


def wipe(folder: Path, random: Random, besides: tuple[str, ...] = ()) -> None:
    """Destroy the vault in a folder, both slots with their wire stores; besides: further files of the folder.

    Killed in between, it leaves the mark of a vault that is yet to be made, so that what remains counts as none and is
    made anew. Open connections keep working on files that have no name any more. Raises VaultError if the key could
    not be destroyed; then nothing else was touched.
    """
    key = folder / KEY
    mark = folder / (KEY + BEGUN)
    try:
        mark.touch(mode=0o600)
        for path in (key, key.with_name(key.name + ".new")):
            if path.exists():
                _overwrite(path, random)
                path.unlink()
        sync_folder(folder)
    except OSError as error:
        raise VaultError(
            "The key file {file} could not be destroyed. Delete it yourself: without it nothing here can be read.",
            file=str(key),
        ) from error
    for path in (*every(folder), *(folder / name for name in besides)):
        path.unlink(missing_ok=True)
    mark.unlink(missing_ok=True)
    sync_folder(folder)


def _overwrite(path: Path, random: Random) -> None:
    size = path.stat().st_size
    file = os.open(path, os.O_WRONLY)
    try:
        os.write(file, random.bytes(size))
        os.fsync(file)
    finally:
        os.close(file)
