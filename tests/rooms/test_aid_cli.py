"""`tadamun aid` as typed, on the real room without a node, in both languages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from test_rooms_cli import NOUR, SAM, Typing

from tadamun.crypto.random import SystemRandom


@pytest.fixture
def tadamun(tmp_path: Path) -> Typing:
    typing = Typing(tmp_path)
    for node in typing.hands.town.nodes.values():
        node.random = SystemRandom()  # type: ignore[assignment] - keys must differ between nodes
    typing("profile", "--name", "Nour")
    typing("profile", "--name", "Sam", who=SAM)
    return typing


def told(tadamun: Typing, *typed: str, who: str = NOUR) -> Any:
    return json.loads(tadamun(*typed, "--json", who=who))


def test_from_asking_to_done(tadamun: Typing) -> None:
    item = told(
        tadamun, "aid", "ask", "transport", "To the clinic", "--place", "Beirut", "--soon", "5d", "--speaks", "ar",
        "--tag", "stairs", "--only", "settled", "--text", "On Monday.",
    )["id"]  # fmt: skip
    shown = tadamun("aid", who=SAM)
    for part in ("To the clinic", "Nour", "Beirut", "Within three to five days", item[:8]):
        assert part in shown
    tadamun("aid", "means", "--kind", "transport", "--place", "Beirut", "--speaks", "ar", who=SAM)
    assert "In the same place" in tadamun("aid", "fits", who=SAM)
    assert "Somebody will do it" in tadamun("aid", "claim", item[:6], who=SAM)
    assert "Under way" in tadamun("aid", "begin", item[:6], "--member", "Sam")
    whole = tadamun("aid", "show", item[:6])
    for part in ("On Monday.", "Sam: is doing it", "Not for newcomers", "#stairs", "Arabic"):
        assert part in whole
    tadamun("aid", "change", item[:6], "--title", "To the hospital")
    assert "Done" in tadamun("aid", "done", item[:6], who=SAM)
    assert "There is nothing here." in tadamun("aid", "list", "--requests")
    assert "To the hospital" in tadamun("aid", "list", "--state", "done", "--search", "hospital")
    assert "To the hospital" in tadamun("aid", "list", "--helping", "--state", "", who=SAM)
    tadamun("aid", "withdraw", item[:6])
    assert "(withdrawn)" in tadamun("aid", "list", "--state", "withdrawn")
    tadamun("aid", "reopen", item[:6])


def test_refusals_say_what_to_do(tadamun: Typing) -> None:
    wrong = tadamun.result("aid", "ask", "housing", "A room", "--place", "Hamra 12")
    assert wrong.exit_code == 2
    assert "Never write an address here" in wrong.output
    assert tadamun.result("aid", "ask", "weapons", "x").exit_code == 2
    assert "too few to hide among" in tadamun("aid", "blind")
    blind = tadamun.result("aid", "ask", "money", "Rent", "--blind")
    assert blind.exit_code == 3
    assert "There is nothing here." in tadamun("aid"), "nothing is said with a name that was to be said without"


def test_the_ledger(tadamun: Typing) -> None:
    entry = told(tadamun, "aid", "ledger", "give", "Sam", "--time", "90m", "--note", "boxes")["id"]
    assert "Something waits for you" in tadamun("aid", "ledger", who=SAM)
    assert "boxes" in tadamun("aid", "ledger", "with", "Nour", who=SAM)
    tadamun("aid", "ledger", "confirm", entry[:8], who=SAM)
    assert "You owe 1 hour 30 minutes" in tadamun("aid", "ledger", who=SAM)
    assert "عليك" in tadamun("aid", "ledger", who=SAM, language="ar")
    tadamun("aid", "ledger", "forgive", "Sam")
    assert "Nothing is owed." in tadamun("aid", "ledger")
    other = told(tadamun, "aid", "ledger", "give", "Sam", "--units", "3", "--took")["id"]
    tadamun("aid", "ledger", "withdraw", other[:8])
    refused = told(tadamun, "aid", "ledger", "give", "Sam", "--units", "3")["id"]
    tadamun("aid", "ledger", "refuse", refused[:8], who=SAM)
    assert tadamun.result("aid", "ledger", "give", "Sam").exit_code == 2


def test_mentors(tadamun: Typing) -> None:
    offer = told(tadamun, "aid", "offer", "mentoring", "Ask me anything", "--tag", "family")["id"]
    told(tadamun, "aid", "ask", "mentoring", "Somebody to listen", "--tag", "family", who=SAM)
    assert "Ask me anything" in tadamun("aid", "mentors", "suggest", who=SAM)
    pair = told(tadamun, "aid", "mentors", "ask", offer[:8], "--text", "About my mother", who=SAM)["id"]
    assert "About my mother" in tadamun("aid", "mentors")
    assert "as many as you offered" in tadamun("aid", "mentors", "accept", pair[:8])
    assert "ended" in tadamun("aid", "mentors", "end", pair[:8], who=SAM)
    assert "About my mother" not in tadamun("aid", "mentors")


def test_the_directory_and_files(tadamun: Typing, tmp_path: Path) -> None:
    key = told(
        tadamun, "aid", "directory", "add", "--name", "عيادة الضوء", "--sort", "clinic", "--phone", "+961 1",
        "--checked", "--warnings", "Ask first.",
    )["resource"]  # fmt: skip
    assert "عيادة الضوء" in tadamun("aid", "directory", "list", "--search", "doctor", who=SAM)
    tadamun("aid", "directory", "word", key[:8], "mind", "--note", "Second door", who=SAM)
    whole = tadamun("aid", "directory", "show", key[:8])
    for part in ("Ask first.", "Second door", "+961 1", "Checked"):
        assert part in whole
    for name in ("places.csv", "places.json"):
        file = tmp_path / name
        tadamun("aid", "directory", "export", str(file))
        assert tadamun.result("aid", "directory", "export", str(file)).exit_code == 2, "nothing is written over"
        assert "Here already: 1" in tadamun("aid", "directory", "import", str(file))
    new = tmp_path / "new.csv"
    new.write_text("name,country\nOne,LB\nTwo,Lebanon\n", encoding="utf-8")
    assert "Entry 2" in tadamun("aid", "directory", "import", str(new))
    new.write_text("name,country\nOne,LB\n", encoding="utf-8")
    assert "New: 1" in tadamun("aid", "directory", "import", str(new), "--try")
    assert "One" not in tadamun("aid", "directory")
    tadamun("aid", "directory", "import", str(new))
    assert "One" in tadamun("aid", "directory")
    new.write_bytes("name\n\xff".encode("latin-1"))
    assert tadamun.result("aid", "directory", "import", str(new)).exit_code == 2
    tadamun("aid", "directory", "change", key[:8], "--name", "Another")
    tadamun("aid", "directory", "remove", key[:8])
    assert "Another" not in tadamun("aid", "directory")
