"""The vault opens with its passphrase only, for one process at a time, and what it confirmed is there afterwards."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from kits.pages import database, decrypted
from tadamun.core.errors import VaultError
from tadamun.crypto.random import SystemRandom
from tadamun.crypto.secret import FOR_TESTS
from tadamun.store import cipher, meta, migrations
from tadamun.store.vault import Vault

RANDOM = SystemRandom()
WORDS = "كلمة سر طويلة and long"


def new(folder: Path) -> Vault:
    return Vault.create(folder, WORDS, RANDOM, FOR_TESTS)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "vault.lock"}


def write_then_fail(vault: Vault) -> None:
    with vault.write() as tx:
        meta.put_text(tx, "a", "1")
        raise ZeroDivisionError


def write_much(vault: Vault) -> None:
    with vault.write() as tx:
        meta.put_text(tx, "kept", "no")
        meta.put(tx, "big", os.urandom(4_000_000))


def test_what_was_written_is_there_after_reopening(tmp_path: Path) -> None:
    with new(tmp_path) as vault:
        with vault.write() as tx:
            meta.put_text(tx, "language", "ar")
            meta.put_number(tx, "cursor", 7)
            meta.count(tx, "bad-id")
            meta.count(tx, "bad-id", 2)
        key = vault.wire_key()
        assert meta.text(vault.read, "language") == "ar"
    with Vault.open(tmp_path, WORDS) as vault:
        assert meta.text(vault.read, "language") == "ar"
        assert meta.number(vault.read, "cursor") == 7
        assert meta.number(vault.read, "no such", 3) == 3
        assert meta.counters(vault.read) == {"bad-id": 3}
        assert vault.wire_key() == key
        assert vault.size() > 4096


def test_only_the_owner_can_list_or_read_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "vault"
    with new(folder):
        assert folder.stat().st_mode & 0o777 == 0o700
        for path in folder.iterdir():
            assert path.stat().st_mode & 0o077 == 0, path.name


def test_wrong_passphrase_says_what_to_do_and_changes_nothing(tmp_path: Path) -> None:
    new(tmp_path).close()
    before = files(tmp_path)
    for wrong in ("", WORDS + " ", "another"):
        with pytest.raises(VaultError, match="Type it again") as caught:
            Vault.open(tmp_path, wrong)
        assert WORDS not in str(caught.value)
    assert files(tmp_path) == before
    Vault.open(tmp_path, WORDS).close()


def test_no_vault_and_a_vault_already(tmp_path: Path) -> None:
    with pytest.raises(VaultError, match="tadamun init"):
        Vault.open(tmp_path, WORDS)
    new(tmp_path).close()
    before = files(tmp_path)
    with pytest.raises(VaultError, match="already"):
        new(tmp_path)
    assert files(tmp_path) == before


def test_a_second_process_is_told_who_has_it(tmp_path: Path) -> None:
    with new(tmp_path):
        script = (
            "import sys; from pathlib import Path; from tadamun.store.vault import Vault\n"
            "try: Vault.open(Path(sys.argv[1]), sys.argv[2])\n"
            "except Exception as error: print(type(error).__name__, error)"
        )
        run = subprocess.run(
            [sys.executable, "-c", script, tmp_path, WORDS], capture_output=True, text=True, check=True
        )
        assert run.stdout.startswith(f"VaultInUse The vault is in use by process {os.getpid()}.")
    Vault.open(tmp_path, WORDS).close()


def test_changing_the_passphrase(tmp_path: Path) -> None:
    with new(tmp_path) as vault:
        with pytest.raises(VaultError, match="Type it again"):
            vault.change_passphrase("wrong", "next")
        vault.change_passphrase(WORDS, "next")
    with pytest.raises(VaultError, match="Type it again"):
        Vault.open(tmp_path, WORDS)
    Vault.open(tmp_path, "next").close()
    assert not (tmp_path / "vault.key.new").exists()


def test_newer_key_file_and_newer_schema_are_left_alone(tmp_path: Path) -> None:
    with new(tmp_path) as vault:
        path, key = database(tmp_path, WORDS)
        with vault.write() as tx:
            tx.execute("PRAGMA user_version = 99")
    before = files(tmp_path)
    with pytest.raises(VaultError, match="newer Tadamun"):
        Vault.open(tmp_path, WORDS)
    assert files(tmp_path)[path.name] == before[path.name]
    raw = cipher.connect(path, key, durable=True)
    assert raw.execute("PRAGMA user_version").fetchone() == (99,)
    raw.close()
    made = json.loads((tmp_path / "vault.key").read_text())
    (tmp_path / "vault.key").write_text(json.dumps({"version": 3, "new": made}))
    before = files(tmp_path)
    with pytest.raises(VaultError, match="newer Tadamun"):
        Vault.open(tmp_path, WORDS)
    assert files(tmp_path) == before


@pytest.mark.parametrize(
    "change",
    [
        {"memory_kib": 2**40},
        {"memory_kib": 0},
        {"passes": 10**9},
        {"lanes": 0},
        {"lanes": 4096},
        {"salt": ""},
        {"slots": []},
        {"slots": ["", ""]},
        {"slots": ["AAAA"] * 2},
        {"slots": [""] * 1000},
        {"version": 0},
        {"version": "1"},
        {"more": 1},
        {"salt": None},
    ],
    ids=str,
)
def test_a_changed_key_file_opens_nothing_and_exhausts_nothing(tmp_path: Path, change: dict[str, object]) -> None:
    new(tmp_path).close()
    made = json.loads((tmp_path / "vault.key").read_text())
    (tmp_path / "vault.key").write_text(json.dumps(made | change))
    before = files(tmp_path)
    with pytest.raises(VaultError):
        Vault.open(tmp_path, WORDS)
    assert files(tmp_path) == before


@pytest.mark.parametrize("what", [b"", b"\x00" * 100, b"[" * 100_000, b"{}", os.urandom(500)], ids=range(5))
def test_a_damaged_key_file_is_said_to_be_so(tmp_path: Path, what: bytes) -> None:
    new(tmp_path).close()
    (tmp_path / "vault.key").write_bytes(what)
    with pytest.raises(VaultError, match="key file is damaged"):
        Vault.open(tmp_path, WORDS)


@pytest.mark.parametrize("what", [b"text, not a database" * 500, os.urandom(8192)], ids=["text", "noise"])
def test_a_damaged_database_is_said_to_be_so_and_left(tmp_path: Path, what: bytes) -> None:
    new(tmp_path).close()
    path, _ = database(tmp_path, WORDS)
    path.write_bytes(what)
    with pytest.raises(VaultError, match="vault is damaged"):
        Vault.open(tmp_path, WORDS)
    assert path.read_bytes() == what


def test_parts_that_are_missing_are_named(tmp_path: Path) -> None:
    new(tmp_path).close()
    path, _ = database(tmp_path, WORDS)
    path.rename(tmp_path / "kept")
    with pytest.raises(VaultError, match="lost its database"):
        Vault.open(tmp_path, WORDS)
    (tmp_path / "kept").rename(path)
    (tmp_path / "vault.key").rename(tmp_path / "kept")
    with pytest.raises(VaultError, match="lost its key file"):
        Vault.open(tmp_path, WORDS)
    with pytest.raises(VaultError, match="key file is missing"):
        new(tmp_path)
    (tmp_path / "kept").rename(tmp_path / "vault.key")
    Vault.open(tmp_path, WORDS).close()


def test_a_creation_cut_short_can_be_done_again(tmp_path: Path) -> None:
    class Failing(SystemRandom):
        count = 0

        def bytes(self, count: int) -> bytes:
            self.count += 1
            if self.count == 3:  # the salt: a database is made by then
                raise KeyboardInterrupt
            return super().bytes(count)

    with pytest.raises(KeyboardInterrupt):
        Vault.create(tmp_path, WORDS, Failing(), FOR_TESTS)
    assert list(tmp_path.glob("vault-*.db"))
    new(tmp_path).close()
    Vault.open(tmp_path, WORDS).close()


def test_a_transaction_is_whole_or_nothing(tmp_path: Path) -> None:
    with new(tmp_path) as vault:
        with pytest.raises(ZeroDivisionError):
            write_then_fail(vault)
        assert meta.get(vault.read, "a") is None
        with vault.write() as tx:
            meta.put_text(tx, "a", "2")
            assert meta.get(vault.read, "a") is None  # readers see what is committed
        assert meta.text(vault.read, "a") == "2"
        with pytest.raises(RuntimeError, match="within a transaction"), vault.write() as tx, vault.write():
            meta.put_text(tx, "a", "3")
        for what in (vault.scrub, vault.close):
            with pytest.raises(RuntimeError, match="within a transaction"), vault.write():
                what()
        assert meta.text(vault.read, "a") == "2"
        with pytest.raises(VaultError):
            meta.put_text(vault.read, "a", "4")


def test_threads_take_turns(tmp_path: Path) -> None:
    with new(tmp_path) as vault:

        def add() -> None:
            for _ in range(25):
                with vault.write() as tx:
                    meta.put_number(tx, "n", meta.number(tx, "n") + 1)
                meta.number(vault.read, "n")

        threads = [threading.Thread(target=add) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert meta.number(vault.read, "n") == 100


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    with new(tmp_path) as vault:
        with vault.write() as tx:
            meta.put_text(tx, "kept", "yes")
            (pages,) = tx.execute("PRAGMA page_count")[0]
            tx.execute(f"PRAGMA max_page_count = {pages + 5}")
        with pytest.raises(VaultError, match="disk is full"):
            write_much(vault)
        assert meta.text(vault.read, "kept") == "yes"
        with vault.write() as tx:
            tx.execute(f"PRAGMA max_page_count = {pages + 5000}")
            meta.put(tx, "big", bytes(1_000_000))
    with Vault.open(tmp_path, WORDS) as vault:
        assert meta.text(vault.read, "kept") == "yes"
        assert vault.read.execute("PRAGMA integrity_check") == [("ok",)]


def test_a_disk_that_refuses_to_write_loses_nothing(tmp_path: Path) -> None:
    """The system itself refuses (a limit on file sizes), so that SQLite sees the failure of a real write."""
    with new(tmp_path) as vault:
        with vault.write() as tx:
            meta.put_text(tx, "kept", "yes")
        before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, hard))
        try:
            with pytest.raises(VaultError, match="Nothing was lost"):
                write_much(vault)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            signal.signal(signal.SIGXFSZ, before)
        assert meta.text(vault.read, "kept") == "yes"
        with vault.write() as tx:
            meta.put(tx, "big", os.urandom(1_000_000))
    with Vault.open(tmp_path, WORDS) as vault:
        assert vault.read.execute("PRAGMA integrity_check") == [("ok",)]


def test_an_old_vault_is_brought_up_to_date_with_what_it_holds(tmp_path: Path) -> None:
    new(tmp_path).close()
    path, key = database(tmp_path, WORDS)
    path.unlink()
    old = cipher.connect(path, key, durable=True)
    migrations.migrate(old, upto=1)
    assert migrations.version_of(old) == 1
    old.execute("INSERT INTO meta VALUES ('language', x'6172')")
    old.close()
    with Vault.open(tmp_path, WORDS) as vault:
        assert meta.text(vault.read, "language") == "ar"
        assert vault.read.execute("PRAGMA user_version") == [(len(migrations.steps()),)]
        assert len(migrations.steps()) > 1
        fresh = set(vault.read.execute("SELECT type, name, sql FROM sqlite_master"))
    with new(tmp_path / "new") as vault:
        assert set(vault.read.execute("SELECT type, name, sql FROM sqlite_master")) == fresh


def test_a_step_that_fails_leaves_the_old_version(tmp_path: Path) -> None:
    raw = cipher.connect(tmp_path / "x.db", b"k" * 32, durable=True)
    migrations.migrate(raw, upto=1)
    raw.execute("CREATE TABLE search (n)")  # in the way of step 2
    with pytest.raises(Exception, match="already exists"):
        migrations.migrate(raw)
    assert migrations.version_of(raw) == 1
    raw.execute("DROP TABLE search")
    migrations.migrate(raw)
    assert migrations.version_of(raw) == len(migrations.steps())
    raw.close()


def test_nothing_readable_on_the_disk_and_nothing_left_after_destroying(tmp_path: Path) -> None:
    marker = b"planted-marker-5519"
    with new(tmp_path) as vault:
        with vault.write() as tx:
            for n in range(200):
                meta.put(tx, f"k{n}", marker * 40)
        for name, raw in files(tmp_path).items():
            assert marker not in raw, name
        path, key = database(tmp_path, WORDS)
        assert marker in decrypted(path, key)  # the search itself would find it
        with vault.write() as tx:
            for n in range(200):
                meta.remove(tx, f"k{n}")
        vault.scrub()
        assert marker not in decrypted(path, key)


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    new(tmp_path).close()
    for key in (bytes(32), os.urandom(32)):
        with pytest.raises(Exception, match="not a database"):
            cipher.connect(database(tmp_path, WORDS)[0], key, durable=True)


WRITER = """
import sys
from pathlib import Path
from tadamun.store import meta
from tadamun.store.vault import Vault
vault = Vault.open(Path(sys.argv[1]), sys.argv[2])
start = meta.number(vault.read, "n")
for n in range(start + 1, start + 100_000):
    with vault.write() as tx:
        meta.put(tx, f"row{n}", b"x" * (n % 3000))
        meta.put_number(tx, "n", n)
    print(n, flush=True)
"""


def test_killed_at_any_moment_all_that_was_confirmed_is_there(tmp_path: Path) -> None:
    new(tmp_path).close()
    for attempt in range(4):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, tmp_path, WORDS], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            lines = iter(writer.stdout)
            confirmed = 0
            for _ in range(3 + attempt * 17 + os.urandom(1)[0] % 20):
                confirmed = int(next(lines))
            writer.kill()
            confirmed = max([confirmed, *(int(line) for line in lines if line.endswith("\n"))])
        with Vault.open(tmp_path, WORDS) as vault:
            last = meta.number(vault.read, "n")
            assert confirmed <= last <= confirmed + 1
            rows = {key for (key,) in vault.read.execute("SELECT key FROM meta WHERE key LIKE 'row%'")}
            assert rows == {f"row{n}" for n in range(1, last + 1)}
            assert vault.read.execute("PRAGMA integrity_check") == [("ok",)]
