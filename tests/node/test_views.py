"""The rooms' tables when a new version of the program opens a vault: what they hold stays where it can."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tadamun.core.room import Room
from tadamun.crypto.random import SystemRandom
from tadamun.crypto.secret import FOR_TESTS
from tadamun.main import parts
from tadamun.node import views
from tadamun.store import meta
from tadamun.store.vault import Vault

PEOPLE, TALK, *_ = parts().rooms
INDEX = next(statement for statement in TALK.tables if "talk_newest" in statement)
TABLE = TALK.tables[0]


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    with Vault.create(tmp_path / "vault", "x", SystemRandom(), FOR_TESTS) as vault:
        views.ready(vault, [PEOPLE, TALK])
        with vault.write() as tx:
            meta.remove(tx, "views-empty")
            tx.execute("INSERT INTO talk_posts (space, id) VALUES (1, x'aa')")
        yield vault


def reopened(vault: Vault, *tables: str) -> tuple[int, bool]:
    """How many posts are there after a program with these tables has opened it, and whether they are to be refolded."""
    views.ready(vault, [PEOPLE, replace(TALK, tables=tables)])
    return len(vault.read.execute("SELECT 1 FROM talk_posts")), bool(meta.text(vault.read, "views-empty"))


def indexes(vault: Vault) -> set[str]:
    return {sql for (sql,) in vault.read.execute("SELECT sql FROM sqlite_master WHERE type = 'index'") if sql}


def test_the_same_tables_stay(vault: Vault) -> None:
    before = indexes(vault)
    assert reopened(vault, *TALK.tables) == (1, False)
    assert indexes(vault) == before


def test_another_index_is_made_and_a_former_one_goes_and_the_rows_stay(vault: Vault) -> None:
    another = "CREATE INDEX talk_otherwise ON talk_posts (space, created_at, id)"
    before = indexes(vault)
    assert reopened(vault, *(s for s in TALK.tables if s != INDEX), another) == (1, False)
    assert indexes(vault) == before - {INDEX} | {another}
    assert reopened(vault, *TALK.tables) == (1, False)
    assert indexes(vault) == before


def test_another_table_is_made_anew_and_filled(vault: Vault) -> None:
    changed = TABLE.replace("reason TEXT", "reason TEXT, more TEXT")
    assert changed != TABLE
    assert reopened(vault, changed, *TALK.tables[1:]) == (0, True)


def test_a_vault_that_says_nothing_of_its_tables_gets_them_anew(vault: Vault) -> None:
    with vault.write() as tx:
        meta.remove(tx, views.VERSION)
    assert reopened(vault, *TALK.tables) == (0, True)


def test_tables_that_were_never_filled_are_filled_after_another_index(vault: Vault) -> None:
    with vault.write() as tx:
        meta.put_text(tx, "views-empty", "1")
    without = [statement for statement in TALK.tables if statement != INDEX]
    assert reopened(vault, *without) == (1, True)


def test_every_table_of_a_room_is_known_by_its_statement(vault: Vault) -> None:
    rooms: list[Room] = [PEOPLE, TALK]
    wanted = {s.strip() for room in rooms for s in room.tables if "INDEX" not in s}
    standing = {sql for (sql,) in vault.read.execute("SELECT sql FROM sqlite_master WHERE type = 'table'")}
    assert wanted <= standing
