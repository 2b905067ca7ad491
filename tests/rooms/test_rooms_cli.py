"""The rooms' commands as typed, on real rooms without a node."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from rooms_town import Town, member

from kits.fake_hands import Fake, Terminal
from tadamun.cli.app import build
from tadamun.core.ports import Audience
from tadamun.main import COMMANDS
from tadamun.rooms.talk.actions import post
from tadamun.rooms.talk.bodies import Thread

NOUR, SAM = member(0xA1), member(0xB2)


class Hands(Fake):
    """Calls are answered by the rooms, for whoever `who` is."""

    def __init__(self, town: Town) -> None:
        super().__init__()
        self.town = town
        self.who = NOUR
        self.waits: list[Callable[[], object]] = []  # what happens elsewhere before each wait; then Ctrl-C

    async def call(self, name: str, params: Mapping[str, Any]) -> Any:
        if name == "talk.wait" and not self.waits:
            raise KeyboardInterrupt
        if name == "talk.wait":
            self.waits.pop(0)()
        result = await self.town.nodes[self.who].call(name, **params)
        self.town.pass_on()
        return result


class Typing:
    def __init__(self, folder: Path) -> None:
        self.terminal = Terminal(folder)
        self.hands = Hands(Town({NOUR: 100, SAM: 10}))
        self.terminal.app = build(COMMANDS, self.hands)

    def __call__(self, *typed: str, who: str = NOUR, typing: str | None = None, language: str = "en") -> str:
        result = self.result(*typed, who=who, typing=typing, language=language)
        assert result.exit_code == 0, result.output
        return result.stdout

    def result(self, *typed: str, who: str = NOUR, typing: str | None = None, language: str = "en") -> Result:
        self.hands.who = who
        return self.terminal.run("--language", language, *typed, typing=typing)


@pytest.fixture
def tadamun(tmp_path: Path) -> Typing:
    typing = Typing(tmp_path)
    typing("profile", "--name", "Nour", "--pronouns", "she/her")
    typing("profile", "--name", "Sam", who=SAM)
    return typing


def test_writing_reading_answering(tadamun: Typing) -> None:
    said = json.loads(tadamun("post", "Good morning", "--topic", "family", "--title", "Hello", "--json"))
    tadamun("post", "-", "--reply-to", said["id"][:6], who=SAM, typing="صباح النور\nagain\n")
    tadamun("react", said["id"][:6], "♥", who=SAM)
    shown = tadamun("read", said["id"][:8], who=SAM)
    assert [line.strip() for line in shown.split("\n") if "morning" in line or "again" in line] == [
        "Good morning",
        "again",
    ]
    for part in ("Nour", "Hello", "#family", "صباح النور", "♥ 1", said["id"][:8]):
        assert part in shown
    assert "new" in shown
    assert "new" not in tadamun("read", who=SAM)
    assert "There is nothing here." in tadamun("read", "--unread", who=SAM)
    assert "1 comment" in tadamun("threads")
    assert "Good morning" in tadamun("search", "morning")
    tadamun("react", said["id"], "♥", "--undo", who=SAM)
    tadamun("edit", said["id"], "Good evening")
    assert "Good evening" in tadamun("read", "--from", "Nour")
    tadamun("retract", said["id"], "--reason", "mistake")
    assert "(retracted by the author)" in tadamun("read")
    assert "evening" not in tadamun("read", "--json")


def test_a_warning_folds_the_text(tadamun: Typing) -> None:
    tadamun("post", "the hard part", "--warning", "violence")
    assert "hard part" not in tadamun("read")
    assert "violence" in tadamun("read")
    assert "hard part" in tadamun("read", "--open")
    assert "hard part" not in tadamun("threads")


def test_messages(tadamun: Typing) -> None:
    tadamun("message", "Sam", "only you", "--expires", "1d")
    assert "only you" not in tadamun("read", who=SAM)
    shown = tadamun("read", "--private", "--from", "Nour", who=SAM)
    assert "only you" in shown
    assert "to you alone" in shown
    assert "disappears" in shown


@pytest.mark.parametrize("as_json", [False, True])
def test_watching_shows_each_arrival_once_until_interrupted(tadamun: Typing, as_json: bool) -> None:
    town = tadamun.hands.town

    def nour_says(text: str) -> None:
        town.nodes[NOUR].utter(post(Thread(text), Audience()))
        town.pass_on()

    nour_says("before")
    tadamun.hands.waits = [lambda: None, lambda: nour_says("first"), lambda: nour_says("second"), lambda: None]
    result = tadamun.result("watch", *(["--json"] if as_json else []), who=SAM)
    assert result.exit_code == 130
    if as_json:
        assert [json.loads(line)["text"] for line in result.stdout.splitlines()] == ["first", "second"]
    else:
        assert result.stdout.count("first") == result.stdout.count("second") == 1
        assert "before" not in result.stdout
    assert tadamun("read", "--unread", "--json", who=SAM).count('"text"') == 1


def test_people(tadamun: Typing) -> None:
    assert "You vouch for Sam." in tadamun("vouch", "Sam", "--note", "met")
    assert "Nour vouches for them." in tadamun("who", "Sam")
    tadamun("vouch", "Sam", "--undo")
    assert "vouches" not in tadamun("who", "Sam")
    ours, theirs = tadamun("safety-number", "Sam"), tadamun("safety-number", "Nour", who=SAM)
    assert ours.split("\n")[2:5] == theirs.split("\n")[2:5]
    assert "▄" in tadamun("safety-number", "Sam", "--qr")
    assert "verified" in tadamun("safety-number", "Sam", "--verified")
    assert "she/her" in tadamun("profile")


def test_everything_is_said_in_arabic_too(tadamun: Typing) -> None:
    tadamun("post", "hello", language="ar")
    assert "hello" in tadamun("read", language="ar")
    tadamun("safety-number", "Sam", language="ar")


@pytest.mark.parametrize(
    "typed",
    [("post", ""), ("read", "zz"), ("who", "Nobody"), ("edit", "abcdef12"), ("search", " "), ("react", "ffffffff")],
)
def test_slips_end_with_a_sentence_and_code_2(tadamun: Typing, typed: tuple[str, ...]) -> None:
    result = tadamun.result(*typed)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.strip().endswith(".")


def test_a_terminal_is_not_repainted_by_a_post(tadamun: Typing) -> None:
    assert tadamun.result("post", "\x1b[2J").exit_code == 2
    tadamun("post", "a\u202eb")
    assert "\u202e" not in tadamun("read")
    assert "\u202e" not in tadamun("read", "--json")
