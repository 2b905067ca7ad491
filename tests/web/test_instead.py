"""What a page says names no command, but where there is nothing else to be done."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from kits.visitor import Pages
from tadamun.i18n import catalogue
from tadamun.web.instead import INSTEAD, instead

pytestmark = pytest.mark.anyio

COMMAND = re.compile(r"\btadamun (?!pages\b)(--)?[a-z]|--space")
# Said where no page is, or where a page has no way of its own.
ELSEWHERE = {
    "This node runs without its pages. Stop it, and start it with `tadamun up` to have them.",
    "The node stopped before it answered. What it had confirmed is kept. See if it runs with `tadamun status`, then "
    "try again.",
    'The index for searching is damaged, nothing else. Make it anew with "tadamun rebuild".',
    'There is no vault in {folder} yet. Make one with "tadamun init".',
    "To see it: tadamun read {id} --open",
}


def named() -> set[str]:
    """Every sentence outside of the command line that names a command, as the source has it."""
    return {
        one.message
        for one in catalogue.found()
        if one.message and COMMAND.search(one.message) and not re.search(r"\bcli", one.file) and one.file != "main.py"
    } | {m for m in ELSEWHERE if m.startswith("This node runs")}


def test_every_sentence_that_names_a_command_has_one_for_pages() -> None:
    left = {one for one in named() - ELSEWHERE - set(INSTEAD) if not one.startswith("You are the last here who can")}
    assert left == set()


def test_nothing_is_kept_that_nobody_says() -> None:
    said = {one.message for one in catalogue.found()}
    assert set(INSTEAD) <= said
    assert said >= ELSEWHERE


@pytest.mark.parametrize("message", INSTEAD, ids=lambda message: message[:30])
def test_the_sentence_for_a_page_names_none_and_fills_what_is_given(message: str) -> None:
    page = instead(message)
    assert not COMMAND.search(page)
    fields = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in (page, message)]
    assert fields[0] <= fields[1]


async def test_a_page_says_it(pages: Pages) -> None:
    space = await pages.space()
    invites = pages.url("invites", space=space)
    token = (await pages.get(invites)).token(invites)
    shown = await pages.post(pages.url("invite", space=space, key="f" * 64), {}, token=token)
    assert "This invitation is not open any more." in shown.words
    assert "tadamun invite" not in shown.words
