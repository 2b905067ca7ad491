"""One space's texts are taken out of full text, whichever way is the shorter; the others' stay."""

from __future__ import annotations

import pytest

from tadamun.core.room import SearchText
from tadamun.store import search
from tadamun.store.vault import Vault

ONE, TWO = 1, 2


@pytest.mark.parametrize(("own", "others"), [(3, 30), (30, 3), (5, 5), (4, 0), (0, 4)])
def test_only_the_others_texts_are_found_afterwards(vault: Vault, own: int, others: int) -> None:
    texts = [(f"{n:064x}", SearchText(f"walnut number {n}", "a" * 64, ("family",), n)) for n in range(max(own, others))]
    with vault.write() as tx:
        search.put_many(tx, ONE, texts[:own])
        search.put_many(tx, TWO, texts[:others])
    with vault.write() as tx:
        search.clear(tx, ONE)
    for query in ("walnut", "alnu", ""):
        assert search.find(vault.read, ONE, query, 99) == []
        assert len(search.find(vault.read, TWO, query, 99)) == others
    assert len(search.find(vault.read, TWO, "walnut", 99, topic="family")) == others
    for table in ("search_words", "search_parts"):
        with vault.write() as tx:
            tx.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 0)")
    if not others:
        left = [
            row
            for table in ("search_words_data", "search_parts_data")
            for row in vault.read.execute(f"SELECT * FROM {table}")
        ]
        assert b"walnut" not in repr(left).encode()
    with vault.write() as tx:
        search.put_many(tx, ONE, texts[:1])
    assert len(search.find(vault.read, ONE, "walnut", 9)) == 1
