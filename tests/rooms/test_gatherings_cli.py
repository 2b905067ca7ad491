"""`tadamun gathering …` as typed, on a real room without a node."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import anyio
import pytest
from rooms_town import NOON, Town, member
from test_rooms_cli import Hands

from kits.fake_hands import Terminal
from tadamun.cli.app import build
from tadamun.crypto import codes
from tadamun.crypto.random import SystemRandom
from tadamun.crypto.secret import FOR_TESTS
from tadamun.main import COMMANDS
from tadamun.rooms.gatherings.errands import errands

NOUR, SAM, RIMA = member(0xA1), member(0xB2), member(0xC3)
CARD = "Insulin, twice a day"


class Typing:
    def __init__(self, folder: Path) -> None:
        self.terminal = Terminal(folder)
        self.town = Town({NOUR: 100, SAM: 10, RIMA: 10})
        for node in self.town.nodes.values():
            node.random = SystemRandom()  # type: ignore[assignment]  # sealing is not to be the same twice
        self.hands = Hands(self.town)
        self.terminal.app = build(COMMANDS, self.hands)

    def __call__(
        self, *typed: str, who: str = NOUR, typing: str | None = None, code: int = 0, language: str = "en"
    ) -> str:
        self.hands.who = who
        result = self.terminal.run("--language", language, *typed, typing=typing)
        assert result.exit_code == code, result.output
        return result.output

    def json(self, *typed: str, **how: Any) -> Any:
        return json.loads(self(*typed, "--json", **how))

    def gathering(self, *typed: str, **how: Any) -> str:
        return self("gathering", *typed, **how)


@pytest.fixture
def tadamun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typing:
    monkeypatch.setattr(codes.token, "__defaults__", (FOR_TESTS,))
    typing = Typing(tmp_path)
    for who, name in ((NOUR, "Nour"), (SAM, "Sam"), (RIMA, "Rima")):
        typing("profile", "--name", name, who=who)
    return typing


def called(tadamun: Typing, *more: str) -> str:
    made = tadamun.json(
        "gathering", "new", "Picnic", "--start", "2025-11-01 18:00", "--zone", "Asia/Beirut", "--topic", "meet-up",
        "--place", "Corniche", *more,
    )  # fmt: skip
    return str(made["id"])


def test_called_shown_changed_and_cancelled(tadamun: Typing) -> None:
    assert "No gatherings here." in tadamun.gathering()
    made = called(tadamun, "--text", "Bring tea.", "--capacity", "5")
    listed = tadamun.gathering(who=SAM)
    for part in ("Picnic", "Saturday, November 1, 2025", "Beirut time", "Corniche", "5 places are free"):
        assert part in listed
    shown = tadamun.gathering("show", made[:6], who=SAM)
    assert "Bring tea." in shown
    assert "Called by Nour." in shown
    assert "بتوقيت" in tadamun.gathering("show", made[:6], language="ar")
    tadamun.gathering("change", made[:6], "--title", "Picnic, inside", "--start", "2025-11-01 19:00")
    assert "Picnic, inside" in tadamun.gathering("--search", "inside", who=SAM)
    assert "Say what to change." in tadamun.gathering("change", made[:6], code=2)
    tadamun.gathering("cancel", made[:6], who=SAM, code=3)
    tadamun.gathering("cancel", made[:6], "--reason", "storm")
    assert "Cancelled" in tadamun.gathering("--month", "2025-11", who=SAM)
    assert "storm" in tadamun.gathering("show", made[:6], who=SAM)


def test_answers_and_organisers(tadamun: Typing) -> None:
    made = called(tadamun)
    assert "You are coming." in tadamun.gathering("come", made[:6], who=SAM)
    assert "The organisers know it" in tadamun.gathering("come", made[:6], "--privately", who=RIMA)
    assert "Rima" not in tadamun.gathering("people", made[:6], who=SAM)
    assert "Rima" in tadamun.gathering("people", made[:6])
    assert "I may come" in tadamun.gathering("come", made[:6], "--maybe", who=SAM)
    tadamun.gathering("come", made[:6], "--no", "--maybe", who=SAM, code=2)
    tadamun.gathering("come", made[:6], "--also", "Rima", who=SAM, code=2)
    tadamun.gathering("organisers", made[:6], "Sam")
    assert "Organised by Nour, Sam." in tadamun.gathering("show", made[:6], who=RIMA).replace("\u2068", "").replace(
        "\u2069", ""
    )
    tadamun.gathering("organisers", made[:6], "--nobody")
    tadamun.gathering("organisers", made[:6], code=2)


def test_roles_and_the_meeting_point(tadamun: Typing) -> None:
    made = called(tadamun)
    tadamun.gathering("brief", made[:6], "medic", "-", "--to", "Sam", typing="The van stands behind the school.\n")
    assert "The van stands behind the school." in tadamun.gathering("roles", made[:6], who=SAM)
    assert "There is no briefing that you may read." in tadamun.gathering("roles", made[:6], who=RIMA)
    sealed = tadamun.gathering(
        "seal", made[:6], "-", "--marshal", "Sam", "--marshal", "Rima", typing="The lighthouse\n"
    )
    assert "2 of 2 shares" in sealed
    told = tadamun.gathering("point", made[:6], who=SAM)
    assert "You keep a share." in told
    assert "lighthouse" not in told
    assert "hold it back" in tadamun.gathering("point", made[:6], "--hold", who=SAM)
    assert "gives it out by itself" in tadamun.gathering("point", made[:6], "--release", who=SAM)
    tadamun.gathering("point", made[:6], "--release", "--hold", who=SAM, code=2)
    assert "The lighthouse" in tadamun.gathering("point", made[:6])


def test_going_out_and_coming_back(tadamun: Typing) -> None:
    called(tadamun)

    async def run() -> None:
        for node in tadamun.town.nodes.values():
            await errands(node, NOON)
        tadamun.town.pass_on()

    anyio.run(run)
    assert "Nobody waits for anybody." in tadamun.gathering("waiting")
    out = ("out", "2025-10-09 22:00", "--zone", "UTC", "--buddy", "Sam", "--legal", "Rima")
    assert "They wait for you." in tadamun.gathering(*out, typing=f"4711\n1147\n{CARD}\n")
    assert "means to be back" in tadamun.gathering("waiting", who=SAM)
    tadamun.gathering("back", typing="0000\n", code=3)
    assert "They are told." in tadamun.gathering("back", typing="1147\n")
    assert "You said that you are back." in tadamun.gathering("waiting")
    assert "I am forced to say so" in tadamun.gathering("waiting", who=RIMA)


def test_calendars(tadamun: Typing, tmp_path: Path) -> None:
    made = called(tadamun, "--text", "kerosene")
    plain, bare = tmp_path / "plain.ics", tmp_path / "bare.ics"
    tadamun.gathering("export", str(plain), made[:6])
    tadamun.gathering("export", str(bare), "--as", "Appointment")
    assert "kerosene" in plain.read_text()
    assert "kerosene" not in bare.read_text()
    assert "SUMMARY:Appointment" in bare.read_text()
    tadamun.gathering("export", str(bare), code=2)  # it is there already
    assert "To call them, run this with --yes." in tadamun.gathering("import", str(plain), who=SAM)
    tadamun.gathering("import", str(plain), "--yes", who=SAM)
    assert tadamun.gathering().count("Picnic") == 2
    tadamun.gathering("import", str(tmp_path / "none.ics"), code=2)
