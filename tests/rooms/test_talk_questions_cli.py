"""Asking without a name from a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from rooms_town import Town, member
from test_rooms_cli import NOUR, SAM, Typing


@pytest.fixture
def tadamun(tmp_path: Path) -> Typing:
    typing = Typing(tmp_path)
    typing.hands.town = Town({NOUR: 100, SAM: 10, **{member(n): 10 for n in range(1, 9)}})
    return typing


def test_a_question_is_asked_read_and_answered(tadamun: Typing) -> None:
    said = tadamun("ask", "how did you tell them?", "--title", "Parents", "--within", "1d", who=SAM)
    assert "one of 10 who may have asked" in said
    assert "24 hours" in said
    read = tadamun("read")
    assert "Somebody, one of 10" in read
    assert "how did you tell them?" in read
    assert "Somebody, one of 10" in tadamun("threads")
    listed = tadamun("questions", who=SAM)
    assert "Parents" in listed
    assert "3 more times" in listed
    assert "Parents" not in tadamun("questions")


def test_its_key_is_let_go(tadamun: Typing) -> None:
    tadamun("ask", "once?", who=SAM)
    identity = tadamun("questions", who=SAM).splitlines()[-1].split()[0]
    assert "destroyed" in tadamun("let-go", identity, who=SAM)
    assert tadamun.result("let-go", identity, who=SAM).exit_code == 2


def test_among_few_one_is_told(tmp_path: Path) -> None:
    tadamun = Typing(tmp_path)
    assert "2 members could have asked" in tadamun("questions")
    assert tadamun.result("ask", "?").exit_code == 3


def test_in_arabic(tadamun: Typing) -> None:
    said = tadamun("ask", "كيف؟", who=SAM, language="ar")
    assert "١٠" in said or "10" in said
    assert "one of" not in tadamun("read", language="ar")
