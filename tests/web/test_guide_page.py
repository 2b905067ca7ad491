"""The safety guide: all of it on one page, every way from it leads somewhere, and the terminal says the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kits.fake_hands import Fake, Terminal
from kits.visitor import Pages
from tadamun.cli.app import build
from tadamun.i18n.guide import GUIDE

pytestmark = pytest.mark.anyio


async def test_every_chapter_is_there_and_leads_to_its_setting(pages: Pages) -> None:
    await pages.space()
    safety = await pages.get(pages.url("settings_safety"))
    assert f'href="{pages.url("guide")}"' in safety.text
    shown = await pages.get(pages.url("guide"))
    for one in GUIDE:
        assert one.heading in shown.words
        assert all(line in shown.words for line in one.lines)
        if one.page:
            assert f'href="{pages.url(one.page)}"' in shown.text
            assert (await pages.get(pages.url(one.page))).status == 200
    assert "tadamun " not in shown.words


@pytest.mark.parametrize(("language", "title"), [("en", "If you are frightened now"), ("ar", "عند الخوف الآن")])
def test_the_terminal_says_it_without_a_vault(tmp_path: Path, language: str, title: str) -> None:
    terminal = Terminal(tmp_path)
    terminal.app = build({}, Fake())
    told = terminal.run("--language", language, "guide")
    assert told.exit_code == 0
    assert title in told.stdout
    assert len(re.findall("^• ", told.stdout, re.M)) == sum(len(one.lines) for one in GUIDE)


def test_sentences_are_short() -> None:
    for one in GUIDE:
        for line in one.lines:
            assert all(len(sentence.split()) <= 20 for sentence in re.split(r"(?<=[.:])\s", line)), line
