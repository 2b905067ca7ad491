"""How well full text finds, on posts and questions judged by people reading them (search_set.json)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tadamun.core.room import SearchText
from tadamun.crypto.random import SystemRandom
from tadamun.crypto.secret import FOR_TESTS
from tadamun.store import search
from tadamun.store.vault import Vault

SET: dict[str, Any] = json.loads((Path(__file__).parent / "search_set.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vault]:
    with Vault.create(tmp_path_factory.mktemp("vault"), "x", SystemRandom(), FOR_TESTS) as vault:
        with vault.write() as tx:
            search.put_many(tx, 1, [(post["id"], SearchText(post["text"], "aa" * 32)) for post in SET["posts"]])
        yield vault


def test_recall_and_precision(vault: Vault) -> None:
    assert len(SET["queries"]) >= 40
    given = right = wanted = 0
    report = []
    for asked in SET["queries"]:
        found, relevant = set(search.find(vault.read, 1, asked["query"], 50)), set(asked["relevant"])
        given, right, wanted = given + len(found), right + len(found & relevant), wanted + len(relevant)
        if found != relevant:
            report.append(f"{asked['query']}: missed {sorted(relevant - found)}, wrongly {sorted(found - relevant)}")
    summary = f"recall {right / wanted:.3f}, precision {right / given:.3f}\n" + "\n".join(report)
    assert right / wanted >= 0.9, summary
    assert right / given >= 0.95, summary
    print(summary)
