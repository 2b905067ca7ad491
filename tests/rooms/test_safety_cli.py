"""`tadamun safety` as typed, on the real rooms without a node, in both languages."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from rooms_town import Town, member
from test_rooms_cli import NOUR, SAM, Typing

from tadamun.crypto.random import SystemRandom

LINA = member(0xC3)


@pytest.fixture
def tadamun(tmp_path: Path) -> Typing:
    typing = Typing(tmp_path)
    typing.hands.town = Town({NOUR: 100, SAM: 10, LINA: 10, **{member(n): 10 for n in range(0xD0, 0xD4)}})
    for node in typing.hands.town.nodes.values():
        node.random = SystemRandom()  # type: ignore[assignment] - numbers must differ between nodes
    for who, called in ((NOUR, "Nour"), (SAM, "Sam"), (LINA, "Lina")):
        typing("profile", "--name", called, who=who)
    return typing


def told(tadamun: Typing, *typed: str, who: str = NOUR) -> Any:
    return json.loads(tadamun(*typed, "--json", who=who))


def test_ones_own_peace(tadamun: Typing) -> None:
    assert "filter no word" in tadamun("safety")
    tadamun("post", "a spider", "--title", "Eight legs", who=SAM)
    assert "What has this word is folded" in tadamun("safety", "filter", "spiders")
    read = tadamun("read")
    assert "Folded: it has a word you filter." in read
    assert "Eight legs" not in read
    assert "Eight legs" in tadamun("read", "--open")
    assert "(folded)" in tadamun("threads")
    tadamun("safety", "filter", "spiders", "--undo")
    assert "They are not told." in tadamun("safety", "mute", "Sam")
    assert "Folded: you mute whoever wrote it." in tadamun("read")
    assert "direct messages are not shown" in tadamun("safety", "block", "Sam")
    assert "blocked" in tadamun("safety")
    assert "حظر" in tadamun("safety", language="ar")
    assert "as before" in tadamun("safety", "mute", "Sam", "--undo")
    assert tadamun.result("safety", "filter", " ").exit_code == 2


def test_a_case_from_its_report_to_its_end(tadamun: Typing) -> None:
    post = told(tadamun, "post", "go away", who=SAM)["id"]
    made = told(tadamun, "safety", "report", post[:8], "--why", "at me", who=LINA)
    case = made["case"][:8]
    assert [one["name"] for one in made["readers"]] == ["Nour"]
    assert "your turn" in tadamun("safety", "cases")
    shown = tadamun("safety", "case", case)
    for part in ("go away", "Reported by Lina", "at me"):
        assert part in shown
    assert "heard first" in tadamun.result("safety", "decide", case, "warned", "--words", "no").output
    assert "There is time to answer until" in tadamun("safety", "question", case, "How was that meant?", "--days", "2")
    assert "How was that meant?" in tadamun("safety", "case", case, who=SAM)
    assert "with the moderators" in tadamun("safety", "answer", case, "As a joke", who=SAM)
    assert "It is decided." in tadamun("safety", "decide", case, "warned", "--words", "Please do not")
    assert "you read it" in tadamun("safety", "noted", case, who=SAM)
    judges = told(tadamun, "safety", "appeal", case, "panel", "Unfair", who=SAM)["judges"]
    assert len(judges) == 5
    said = count()
    for one in judges:
        vote = "aside" if one["member"] == LINA else "reverse"
        if next(said) < 4:
            tadamun("safety", "judge", case, vote, who=one["member"])
    assert "the decision does not hold" in tadamun("safety", "case", case, who=SAM)
    assert "closed" in tadamun("safety", "close", case, "--words", "The warning is taken back")
    assert "مغلقة" in tadamun("safety", "case", case, language="ar")
