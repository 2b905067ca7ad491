"""Two slots, always: whoever has one passphrase, or none, cannot tell whether the other is used."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kits.pages import database
from tadamun.core.errors import UsageError, VaultError, WrongPassphrase
from tadamun.crypto.random import SystemRandom
from tadamun.crypto.secret import FOR_TESTS, Secret
from tadamun.store import keyfile, meta, second, slots
from tadamun.store.cipher import connect
from tadamun.store.vault import KEY, Vault
from tadamun.store.wire_schema import open_or_make

RANDOM = SystemRandom()
WORDS, OTHER = "the words of mornings", "the words of bad days"
NAMES = {f"{kind}-{number}.db" for kind in ("vault", "wire") for number in (1, 2)}


def sizes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_size for path in folder.iterdir() if path.suffix == ".db"}


def even(folder: Path) -> bool:
    found = sizes(folder)
    return found["vault-1.db"] == found["vault-2.db"] and found.get("wire-1.db") == found.get("wire-2.db")


def wire(vault: Vault) -> None:
    """A wire store with something in it, as a node has it."""
    store = open_or_make(vault.wire_path, vault.wire_key().reveal(), RANDOM)
    store.execute("CREATE TABLE IF NOT EXISTS much (a)")
    store.execute("INSERT INTO much VALUES (randomblob(100000))")
    store.close()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A vault that has been used."""
    with Vault.create(tmp_path, WORDS, RANDOM, FOR_TESTS) as vault:
        wire(vault)
        with vault.write() as tx:
            meta.put_text(tx, "language", "ar")
            meta.put(tx, "much", RANDOM.bytes(500_000))
    yield tmp_path
    assert even(tmp_path), "whatever was done"


def test_an_unused_slot_is_there_from_the_beginning_and_grows_along(folder: Path) -> None:
    assert set(sizes(folder)) == NAMES
    before = sizes(folder)
    with Vault.open(folder, WORDS) as vault, vault.write() as tx:
        meta.put(tx, "more", RANDOM.bytes(700_000))
    after = sizes(folder)
    assert after["vault-1.db"] > before["vault-1.db"]
    assert even(folder)
    assert len({path.stat().st_mtime_ns for path in folder.glob("*.db")}) == 1, "one time, too"
    made = json.loads((folder / KEY).read_text())
    assert len({len(slot) for slot in made["slots"]}) == 1


def test_the_second_vault_has_a_life_of_its_own(folder: Path) -> None:
    with Vault.open(folder, WORDS) as vault:
        assert second.known(vault) == ""
        second.make(vault, WORDS, OTHER, destroys=False)
        assert second.known(vault) == "opens"
    assert even(folder)
    with Vault.open(folder, OTHER) as other:
        assert second.known(other) == "", "it knows of no other"
        assert meta.text(other.read, "language") == "ar"
        assert meta.get(other.read, "much") is None
        wire(other)
        with other.write() as tx:
            meta.put(tx, "life", RANDOM.bytes(2_000_000))
    assert even(folder)
    with Vault.open(folder, WORDS) as vault:
        assert len(meta.get(vault.read, "much") or b"") == 500_000
        assert meta.get(vault.read, "life") is None
        assert vault.read.execute("PRAGMA integrity_check") == [("ok",)]
        wire(vault)
    with Vault.open(folder, OTHER) as other:
        assert len(meta.get(other.read, "life") or b"") == 2_000_000


def test_a_second_passphrase_that_destroys_leaves_nothing_of_the_first(folder: Path) -> None:
    with Vault.open(folder, WORDS) as vault:
        second.make(vault, WORDS, OTHER, destroys=True)
        key = database(folder, WORDS)[1]
    held = (folder / KEY).open("rb")  # the same bytes on the disk, whatever becomes of the name
    with held:
        Vault.open(folder, OTHER).close()
        assert held.read() == (folder / KEY).read_bytes()
    with pytest.raises(WrongPassphrase):
        Vault.open(folder, WORDS)
    Vault.open(folder, OTHER).close()
    # Only the key in the slot is gone; whoever had kept it elsewhere could still read.
    connect(vault.path, key, durable=True).close()


def test_a_wrong_passphrase_destroys_nothing(folder: Path) -> None:
    with Vault.open(folder, WORDS) as vault:
        second.make(vault, WORDS, OTHER, destroys=True)
    before = (folder / KEY).read_bytes()
    for wrong in ("", "x", OTHER + "x"):
        with pytest.raises(WrongPassphrase):
            Vault.open(folder, wrong)
    assert (folder / KEY).read_bytes() == before
    Vault.open(folder, WORDS).close()


def test_one_passphrase_opens_one_vault(folder: Path) -> None:
    with Vault.open(folder, WORDS) as vault:
        with pytest.raises(UsageError, match="of this vault"):
            second.make(vault, WORDS, WORDS, destroys=False)
        with pytest.raises(WrongPassphrase):
            second.make(vault, "wrong", OTHER, destroys=False)
        second.make(vault, WORDS, OTHER, destroys=False)
        with pytest.raises(UsageError, match="in use already"):
            vault.change_passphrase(WORDS, OTHER)
        with pytest.raises(WrongPassphrase):
            vault.change_passphrase(OTHER, "next")
        vault.change_passphrase(WORDS, "next")
    Vault.open(folder, OTHER).close()
    Vault.open(folder, "next").close()


def test_taken_away_the_second_is_noise_again(folder: Path) -> None:
    with Vault.open(folder, WORDS) as vault:
        second.make(vault, WORDS, OTHER, destroys=False)
        key = database(folder, OTHER)[1]
        second.remove(vault)
        assert second.known(vault) == ""
        with pytest.raises(Exception, match="not a database"):
            connect(slots.database(folder, 3 - vault.number), key, durable=True)
    with pytest.raises(WrongPassphrase):
        Vault.open(folder, OTHER)


def test_made_from_the_second_it_takes_the_place_of_the_first(folder: Path) -> None:
    """It cannot know that there is one, and whoever forces its owner must not learn it by trying."""
    with Vault.open(folder, WORDS) as vault:
        second.make(vault, WORDS, OTHER, destroys=False)
    with Vault.open(folder, OTHER) as other:
        second.make(other, OTHER, "a third", destroys=False)
    with pytest.raises(WrongPassphrase):
        Vault.open(folder, WORDS)
    Vault.open(folder, "a third").close()


def test_cut_short_the_first_is_as_it_was(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch, Vault.open(folder, WORDS) as vault:

        def killed(*_: object) -> None:
            raise KeyboardInterrupt

        patch.setattr(keyfile, "put", killed)
        with pytest.raises(KeyboardInterrupt):
            second.make(vault, WORDS, OTHER, destroys=True)
        assert second.known(vault) == ""
    with pytest.raises(VaultError):
        Vault.open(folder, OTHER)
    with Vault.open(folder, WORDS) as vault:
        second.make(vault, WORDS, OTHER, destroys=False)
    Vault.open(folder, OTHER).close()


def test_whoever_was_killed_grows_along_next_time(folder: Path) -> None:
    path, _ = database(folder, WORDS)
    with path.open("ab") as file:
        file.write(RANDOM.bytes(3 * 8192))
    Vault.open(folder, WORDS).close()
    with Vault.open(folder, WORDS) as vault:
        (pages,) = vault.read.execute("PRAGMA page_count")[0]
        assert pages * 8192 == path.stat().st_size


def test_what_was_destroyed_stays_destroyed_in_pages_that_were_added(folder: Path) -> None:
    """Growing writes over the noise with empty pages, so nothing of the old file stands in them."""
    with Vault.open(folder, WORDS) as vault:
        second.make(vault, WORDS, OTHER, destroys=False)
    with Vault.open(folder, OTHER) as other, other.write() as tx:
        meta.put(tx, "life", RANDOM.bytes(9_000_000))
    with Vault.open(folder, WORDS) as vault:
        (free,) = vault.read.execute("PRAGMA freelist_count")[0]
        assert free * 8192 > 8_000_000
        with vault.write() as tx:
            meta.put(tx, "room", RANDOM.bytes(7_000_000))
    assert even(folder)


@given(st.binary(min_size=0, max_size=300), st.integers(0, 3))
def test_a_slot_that_was_changed_opens_nothing(noise: bytes, at: int) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / KEY
        opened = keyfile.Opened(Secret(b"k" * 32), 1 + at % 2)
        keyfile.make(path, opened, WORDS, FOR_TESTS, RANDOM)
        assert keyfile.read(path, WORDS).key == opened.key
        raw = bytearray(path.read_bytes())
        start = raw.index(b'"slots"')
        for n, byte in enumerate(noise):
            raw[start + (n * 7 + at) % (len(raw) - start)] ^= byte & 3
        path.write_bytes(bytes(raw))
        try:
            found = keyfile.read(path, WORDS)
        except VaultError:
            return
        assert found.key == opened.key, "the change fell into the other slot"
