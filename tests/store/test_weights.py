"""How many events there are of which sort, and which numbers were given twice: as a look at all of them would tell."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from store.test_log import DM, ONE, TWO, add, made
from tadamun.core.errors import VaultError
from tadamun.core.ports import Tables
from tadamun.store import cipher, log, spaces
from tadamun.store.migrations import migrate
from tadamun.store.tables import Connection
from tadamun.store.vault import Vault

COUNTED = "SELECT space, room, kind, count(*), sum(length(raw)) FROM log GROUP BY space, room, kind ORDER BY 1, 2, 3"
DOUBLED = "SELECT space, device, channel, seq FROM log GROUP BY space, device, channel, seq HAVING count(*) > 1"


def agree(tables: Tables) -> bool:
    """Whether what is kept is what a look at everything finds."""
    kept = tables.execute("SELECT * FROM weights ORDER BY space, room, kind")
    twice = tables.execute("SELECT space, device, channel, seq FROM twice")
    return kept == tables.execute(COUNTED) and sorted(twice) == sorted(tables.execute(DOUBLED))


def test_they_stay_true_whatever_comes_and_goes(vault: Vault) -> None:
    chance = Random(5)
    entries = [
        made(
            ("some", n), space=chance.randint(1, 2), device=chance.choice((ONE, TWO)), channel=chance.choice(("", DM)),
            seq=chance.randint(0, 20), kind=chance.choice((11, 14, 3700)), room=chance.choice(("talk", "")),
        )
        for n in range(120)
    ]  # fmt: skip
    for start in range(0, len(entries), 30):
        batch = entries[start : start + 30]
        add(vault, *batch, *batch[:3])  # some come twice
        with vault.write() as tx:
            log.note_doubled(tx, [entry.id for entry in batch])
            assert agree(tx)
            log.remove(tx, [entry.id for entry in chance.sample(entries[: start + 30], 12)])
            assert agree(tx)
    assert vault.read.execute(DOUBLED)  # else nothing was shown of them
    assert log.count(vault.read, 1) == sum(events for _, _, events, _ in log.weights(vault.read, 1)) > 0
    with vault.write() as tx:
        spaces.remove(tx, 1)
    assert (log.weights(vault.read, 1), log.twice(vault.read, 1)) == ([], [])
    assert agree(vault.read)


def test_a_vault_from_before_is_counted_once(tmp_path: Path) -> None:
    raw = cipher.connect(tmp_path / "old.db", b"k" * 32, durable=True)
    try:
        migrate(raw, upto=3)
        tables = Connection(raw)
        log.append(tables, [made(n, seq=n % 7, kind=11 + n % 2) for n in range(20)])
        migrate(raw)
        assert agree(tables)
        assert log.twice(tables, 1)[0] == (ONE, "", 0)
        log.append(tables, [made("later", seq=40)])
        assert agree(tables)
    finally:
        raw.close()


def test_a_vault_is_looked_through_beside_its_readers(vault: Vault) -> None:
    add(vault, made("one"))
    assert vault.sound()
    vault.close()
    with pytest.raises(VaultError, match="busy"):
        vault.sound()
