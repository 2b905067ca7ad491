"""Status: sentences first, figures behind, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from kits.visitor import Pages
from tadamun.core.errors import Reason
from tadamun.core.ports import Tables
from tadamun.main import ROOM_PAGES
from tadamun.store.vault import Vault
from tadamun.web.render import Templates

pytestmark = pytest.mark.anyio


async def test_sentences_come_before_figures(pages: Pages) -> None:
    space = await pages.space("Beirut Circle")
    await pages.call("talk.post", space=space, text="hello")
    shown = await pages.get(pages.url("status"))
    assert "Beirut Circle" in shown.words
    assert "Nothing that came had to be refused." in shown.words
    assert shown.words.index("Nobody can come to you") < shown.words.index("The figures")
    assert "every 5s" in shown.text


async def test_what_was_refused_is_told_with_its_reason_behind(pages: Pages) -> None:
    pages.node.counters[Reason.BAD_SIGNATURE] += 3
    shown = await pages.get(pages.url("status"))
    assert "3 things that came were not taken in" in shown.words
    assert shown.words.index("things that came") < shown.words.index("wrongly signed 3")


async def test_a_port_that_is_taken_is_told_with_what_to_do(pages: Pages) -> None:
    pages.node.outward.missing = "0.0.0.0:7447"
    for name in ("status", "settings_reach"):
        assert "0.0.0.0:7447 is taken" in (await pages.get(pages.url(name))).words.replace("  ", " ")


async def test_checks_say_what_to_do(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "All is well" in (await pages.get(pages.url("check"))).words
    pages.node.vault.folder.chmod(0o755)
    shown = await pages.get(pages.url("check"))
    assert "Something is to be done" in shown.words
    assert "Change its permissions to 700." in shown.words
    pages.node.vault.folder.chmod(0o700)


class Explained:
    """A vault's reader that asks, of each statement, how it is looked for."""

    def __init__(self, tables: Tables) -> None:
        self.tables, self.plans = tables, list[str]()

    def execute(self, sql: str, arguments: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        self.plans += [row[3] for row in self.tables.execute(f"EXPLAIN QUERY PLAN {sql}", arguments)]
        return self.tables.execute(sql, arguments)

    def many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        self.tables.many(sql, rows)


async def test_neither_status_nor_what_is_stored_looks_through_everything(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = await pages.space("Circle")
    await pages.call("talk.post", space=space, text="hello")
    explained = Explained(pages.node.vault.read)
    monkeypatch.setattr(Vault, "read", explained)
    for name in ("status", "keeping"):
        assert (await pages.get(pages.url(name))).status == 200
    assert any("weights" in plan for plan in explained.plans)
    assert [plan for plan in explained.plans if plan.startswith("SCAN log")] == []


async def test_every_template_is_compiled_before_somebody_asks() -> None:
    templates = Templates(ROOM_PAGES, lambda name, **params: "")
    environment = templates.environment
    assert environment.cache is not None
    await templates.warm()
    assert len(environment.cache) == len(environment.list_templates()) > 40
