"""What a wipe leaves, also when it is cut short."""

from __future__ import annotations

from pathlib import Path

import pytest

from kits.sealed import SeededRandom
from tadamun.core.errors import VaultError
from tadamun.crypto.secret import FOR_TESTS
from tadamun.store import keyfile, wiping
from tadamun.store.vault import KEY, Vault

WORDS = "a passphrase"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Vault.create(tmp_path / "home", WORDS, SeededRandom(1), FOR_TESTS).close()
    for name in ("wire-1.db", "wire-2.db", "wire-2.db-wal", "keep.me"):
        (tmp_path / "home" / name).write_bytes(b"x")
    return tmp_path / "home"


def test_only_what_is_not_ours_is_left(folder: Path) -> None:
    wiping.wipe(folder, SeededRandom(2))
    assert {path.name for path in folder.iterdir()} == {"keep.me", "vault.lock"}
    assert not Vault.exists(folder)
    Vault.create(folder, "another", SeededRandom(3), FOR_TESTS).close()
    with pytest.raises(VaultError):
        Vault.open(folder, WORDS)


def test_the_key_is_overwritten_in_place_before_its_name_goes(folder: Path) -> None:
    before = (folder / KEY).read_bytes()
    held = (folder / KEY).open("rb")  # the same bytes on the disk, whatever becomes of the name
    wiping.wipe(folder, SeededRandom(2))
    with held:
        left = held.read()
    assert len(left) == len(before)
    assert before[10:40] not in left


@pytest.mark.parametrize("at", ["vault-1.db", "wire-2.db-wal"])
def test_cut_short_it_counts_as_no_vault_and_a_new_one_can_be_made(
    folder: Path, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlink = Path.unlink

    def killed(path: Path, missing_ok: bool = False) -> None:
        if path.name == at:
            raise KeyboardInterrupt
        unlink(path, missing_ok=missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", killed)
        with pytest.raises(KeyboardInterrupt):
            wiping.wipe(folder, SeededRandom(2))
    assert not (folder / KEY).exists()
    assert not Vault.exists(folder)
    with pytest.raises(VaultError, match="no vault"):
        Vault.open(folder, WORDS)
    Vault.create(folder, WORDS, SeededRandom(3), FOR_TESTS).close()
    Vault.open(folder, WORDS).close()


def test_a_key_that_cannot_be_destroyed_is_told_of(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError

    with monkeypatch.context() as patch:
        patch.setattr(wiping, "_overwrite", refused)
        with pytest.raises(VaultError):
            wiping.wipe(folder, SeededRandom(2))
    assert keyfile.read(folder / KEY, WORDS)
    Vault.open(folder, WORDS).close()
