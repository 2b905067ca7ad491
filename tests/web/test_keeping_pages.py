"""What lies on this computer: seen, taken along, taken off, wiped."""

from __future__ import annotations

import json

import pytest

from kits.visitor import PASSPHRASE, Pages
from tadamun.store import log

pytestmark = pytest.mark.anyio


async def test_what_is_stored_and_how_large(pages: Pages) -> None:
    space = await pages.space("Beirut Circle")
    shown = await pages.get(pages.url("keeping"))
    assert "Beirut Circle" in shown.words
    assert " kB" in shown.words
    assert pages.url("export", of=space) in shown.text


async def test_a_copy_is_a_file_of_all_one_can_read(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "PAGE", 10)
    space = await pages.space("Beirut Circle")
    for number in range(43):
        await pages.call("talk.post", space=space, text=f"post {number}")
    page = pages.url("export", of=space)
    assert "not encrypted" in (await pages.get(page)).words
    copy = await pages.post(page, {})
    assert copy.headers["content-disposition"] == f'attachment; filename="export-{space[:8]}.jsonl"'
    assert copy.headers["cache-control"] == "no-store"
    lines = [json.loads(line) for line in copy.text.splitlines()]
    told = await pages.call("node.export", space=space, path=str(pages.home / "copy.jsonl"))
    assert len(lines) == told["events"] > 43
    assert copy.body == (pages.home / "copy.jsonl").read_bytes()
    assert "Beirut" not in copy.headers["content-disposition"], "a name in a list of downloads tells"


async def test_a_space_that_is_not_there(pages: Pages) -> None:
    for name in ("export", "forget"):
        shown = await pages.get(pages.url(name, of="f" * 64))
        assert shown.status >= 400
        assert "There is no such space" in shown.words


async def test_a_space_is_taken_off_after_a_tick(pages: Pages) -> None:
    space = await pages.space("Beirut Circle")
    page = pages.url("forget", of=space)
    shown = await pages.get(page)
    assert "What you wrote stays with the others" in shown.words
    assert (await pages.post(page, {})).status == 422
    assert len(await pages.call("space.list")) == 1
    shown = await pages.post(page, {"sure": "1"})
    assert shown.path == pages.url("keeping")
    assert "Beirut Circle is gone" in shown.words.replace("  ", " ")
    assert await pages.call("space.list") == []


@pytest.mark.parametrize(("language", "word"), [("en", "wipe"), ("ar", "محو"), ("ar", "wipe")])
async def test_everything_is_destroyed_after_a_typed_word(pages: Pages, language: str, word: str) -> None:
    await pages.space("Beirut Circle")
    await pages.call("node.prefer", language=language)
    page = pages.url("wipe")
    for typed in ("", "yes", "wip"):
        shown = await pages.post(page, {"word": typed})
        assert shown.status == 422
    assert (pages.home / "vault.key").exists()
    shown = await pages.post(page, {"word": f" {word} "})
    assert shown.status == 200
    assert "Beirut" not in shown.text
    assert not (pages.home / "vault.key").exists()
    await pages.until(lambda house: house.state == "fresh")
    assert (await pages.get(pages.url("home"))).path == pages.url("welcome")


async def test_what_was_typed_to_wipe_does_nothing_when_it_is_sent_again(pages: Pages) -> None:
    page = pages.url("wipe")
    token = (await pages.get(page)).token(page)
    await pages.post(page, {"word": "wipe"}, token=token)
    await pages.until(lambda house: house.trouble is not None)
    await pages.house.create(PASSPHRASE, "en")
    await pages.post(page, {"word": "wipe"}, token=token)
    assert (pages.home / "vault.key").exists(), "going back and sending again destroys no new vault"
