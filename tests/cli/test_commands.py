"""What each command asks of the node, and what it makes of the answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kits.fake_hands import ID, PASSPHRASE, Terminal
from tadamun.core.errors import NotAllowed, Unreachable, UsageError, VaultError

LINK = "tadamun:join#AQxyz"

# What was typed → the call and its parameters.
ASKED: list[tuple[list[str], str, dict[str, Any]]] = [
    (
        ["space", "new", "Beirut Circle", "--as", "Nour", "--pronouns", "she/her", "--speaks", "ar", "--speaks", "en"],
        "space.new",
        {
            "name": "Beirut Circle",
            "called": "Nour",
            "pronouns": "she/her",
            "languages": ["ar", "en"],
            "about": "",
            "history": "all",
            "newcomer_days": 0,
        },
    ),
    (["space"], "space.list", {}),
    (["space", "list"], "space.list", {}),
    (["space", "charter", "--space", "B"], "space.charter", {"space": "B"}),
    (
        ["space", "amend", "--newcomer-days", "30", "--invite", "member", "--alone", "50"],
        "space.amend",
        {"space": "", "newcomer_days": 30, "invite": 10, "amend": 50},
    ),
    (["invite"], "invite.new", {"space": "", "uses": 1, "expires": 604_800, "level": 10}),
    (
        ["invite", "--uses", "3", "--expires", "12h", "--role", "newcomer"],
        "invite.new",
        {"space": "", "uses": 3, "expires": 43_200, "level": 0},
    ),
    (["invite", "--role", "التنسيق"], "invite.new", {"space": "", "uses": 1, "expires": 604_800, "level": 50}),
    (["invite", "list"], "invite.list", {"space": ""}),
    (["invite", "revoke", "3fa9"], "invite.revoke", {"space": "", "key": "3fa9"}),
    (
        ["join", LINK, "--as", "Sam", "--timeout", "30s"],
        "join",
        {"link": LINK, "called": "Sam", "pronouns": "", "languages": [], "timeout": 30},
    ),
    (["members"], "people.list", {"space": ""}),
    (["role", "Sam", "moderator"], "members.level", {"space": "", "member": "Sam", "level": 20}),
    (["role", "Sam", "7"], "members.level", {"space": "", "member": "Sam", "level": 7}),
    (
        ["remove", "Sam", "--reason", "r"],
        "members.remove",
        {"space": "", "member": "Sam", "reason": "r", "undo": False},
    ),
    (["leave", "--space", "B"], "members.leave", {"space": "B", "anyway": False}),
    (["acts"], "acts.list", {"space": ""}),
    (["acts", "list"], "acts.list", {"space": ""}),
    (["acts", "cosign", "3fa9"], "acts.cosign", {"space": "", "id": "3fa9"}),
    (["devices"], "devices.list", {"space": ""}),
    (["devices", "list"], "devices.list", {"space": ""}),
    (["devices", "add"], "devices.add", {"space": ""}),
    (["devices", "links"], "devices.links", {"space": ""}),
    (["devices", "withdraw", "3fa9"], "devices.withdraw", {"space": "", "key": "3fa9"}),
    (["wipe", "--yes"], "node.wipe", {"confirm": "wipe"}),
    (["devices", "revoke", "3fa9"], "devices.revoke", {"space": "", "device": "3fa9"}),
    (["peers"], "peers.list", {}),
    (["peers", "list"], "peers.list", {}),
    (["peers", "add", "ws://a:1"], "peers.add", {"address": "ws://a:1"}),
    (["peers", "remove", "wss://a/x?y"], "peers.remove", {"address": "wss://a/x?y"}),
    (["status"], "node.status", {}),
    (["doctor"], "node.doctor", {}),
    (["rebuild"], "node.rebuild", {}),
    (["export", "/tmp/a.jsonl"], "node.export", {"path": "/tmp/a.jsonl", "space": ""}),
    (
        ["import", "/dev/null", "--format", "mbox"],
        "node.import",
        {"path": "/dev/null", "format": "mbox", "space": ""},
    ),
]
each = pytest.mark.parametrize(("typed", "call", "params"), ASKED, ids=[" ".join(one[0]) for one in ASKED])


@each
def test_the_node_is_asked(typed: list[str], call: str, params: dict[str, Any], terminal: Terminal) -> None:
    language = ("--language", "ar") if "التنسيق" in typed else ()
    result = terminal.run(*typed, *language)
    assert result.exit_code == 0, result.stderr
    assert terminal.fake.asked == [(call, params)]
    assert result.stdout.strip()


@each
def test_the_answer_as_json(typed: list[str], call: str, params: dict[str, Any], terminal: Terminal) -> None:
    language = ("--language", "ar") if "التنسيق" in typed else ()
    result = terminal.run("--json", *typed, *language)
    assert result.exit_code == 0
    assert result.stdout.count("\n") == 1
    assert json.loads(result.stdout) == terminal.fake.answers[call]
    assert result.stderr == ""


@each
def test_arabic_answers_are_in_arabic(typed: list[str], call: str, params: dict[str, Any], terminal: Terminal) -> None:
    result = terminal.run(*typed, LANG="ar_LB.UTF-8")
    assert result.exit_code == 0
    assert any("\u0620" <= sign <= "\u064a" for sign in result.stdout)


@each
def test_only_joining_needs_the_network_at_once(
    typed: list[str], call: str, params: dict[str, Any], terminal: Terminal
) -> None:
    language = ("--language", "ar") if "التنسيق" in typed else ()
    terminal.run(*typed, *language)
    assert terminal.fake.opened == [call == "join"]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("Nobody here goes by that name."), 2),
        (NotAllowed("Only stewards."), 3),
        (Unreachable("Nobody was reached."), 4),
        (VaultError("The disk is full."), 5),
        (RuntimeError("a name inside"), 1),
    ],
)
@each
def test_errors_end_with_their_code(
    typed: list[str], call: str, params: dict[str, Any], error: Exception, code: int, terminal: Terminal
) -> None:
    language = ("--language", "ar") if "التنسيق" in typed else ()
    terminal.fake.answers[call] = error
    result = terminal.run(*typed, *language)
    assert result.exit_code == code
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert "a name inside" not in result.stderr
    assert result.stderr.count("\n") == 1


def test_status_tells_what_one_has_to_see_to(terminal: Terminal) -> None:
    assert "To see to Nour is not back." in " ".join(terminal.run("status").stdout.split())


def test_a_proposal_tells_how_others_agree(terminal: Terminal) -> None:
    terminal.answer("members.remove", {"done": False, "proposal": ID})
    result = terminal.run("remove", "Sam")
    assert "proposed" in result.stdout
    assert f"tadamun acts cosign {ID[:8]}" in result.stdout


def test_what_goes_out_later_is_said_when_no_node_runs(terminal: Terminal) -> None:
    assert "tadamun up" in terminal.run("remove", "Sam").stderr
    assert terminal.run("members").stderr == ""


def test_paths_are_the_persons_not_the_nodes(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    terminal.run("export", "here.jsonl")
    assert terminal.fake.asked[-1][1]["path"] == str(tmp_path / "here.jsonl")


def test_an_archive_that_is_not_there_is_not_asked_for(terminal: Terminal) -> None:
    result = terminal.run("import", "/nowhere/list.mbox")
    assert result.exit_code == 2
    assert terminal.fake.asked == []


@pytest.mark.parametrize("wrapped", [f"  {LINK}\n", "tadamun:join\n  #AQ\r\n xyz", "tadamun:join#A Qxyz"])
def test_a_link_from_a_pipe_survives_broken_lines(wrapped: str, terminal: Terminal) -> None:
    terminal.run("join", "-", "--as", "Sam", typing=wrapped)
    assert terminal.fake.asked[-1][1]["link"] == LINK


def test_an_empty_link_is_refused(terminal: Terminal) -> None:
    assert terminal.run("join", "-", typing="  \n").exit_code == 2
    assert terminal.fake.asked == []


@pytest.mark.parametrize(
    "typed",
    [
        ["invite", "--uses", "0"],
        ["invite", "--uses", "-1"],
        ["invite", "--expires", "7"],
        ["invite", "--expires", "-7d"],
        ["invite", "--expires", "9999999d"],
        ["invite", "--role", "101"],
        ["invite", "--role", "queen"],
        ["invite", "--role", "٥"],
        ["role", "Sam", "-1"],
        ["role", "Sam"],
        ["peers", "add", "http://a"],
        ["peers", "add", "ws://a b"],
        ["peers", "add", "ws://" + "a" * 300],
        ["up", "--listen", "a:b"],
        ["up", "--listen", "0.0.0.0:70000"],
        ["up", "--peer", "a:1"],
        ["keep"],
        ["space", "new", "X"],
        ["members", "--space"],
        ["invite", "--uses", "3", "list"],
        ["import", "/dev/null", "--format", "csv"],
    ],
    ids=" ".join,
)
def test_what_makes_no_sense_is_not_asked(typed: list[str], terminal: Terminal) -> None:
    result = terminal.run(*typed)
    assert result.exit_code == 2
    assert terminal.fake.asked == terminal.fake.acts == []
    assert "--help" in result.stderr


def test_hostile_names_cannot_act_on_the_terminal(terminal: Terminal) -> None:
    terminal.fake.answers["people.list"][0]["name"] = "\x1b[2J\x1b]0;owned\x07Nour\u202e\nroot"
    result = terminal.run("members")
    assert "\x1b" not in result.stdout
    assert "\x07" not in result.stdout
    assert "\u202e" not in result.stdout
    assert len([line for line in result.stdout.split("\n") if "Nour" in line and "root" in line]) == 1
    as_json = terminal.run("members", "--json").stdout
    assert "\u202e" not in as_json
    assert json.loads(as_json)[0]["name"] == "\x1b[2J\x1b]0;owned\x07Nour\u202e\nroot"


def test_doctor_fails_if_a_check_fails(terminal: Terminal) -> None:
    assert terminal.run("doctor").exit_code == 0
    terminal.fake.answers["node.doctor"] = {
        "checks": [
            {"name": "a", "ok": True, "message": "Fine.", "arguments": {}},
            {"name": "b", "ok": False, "message": "Bad: {what}.", "arguments": {"what": "clock"}},
        ]
    }
    result = terminal.run("doctor")
    assert result.exit_code == 1
    assert result.stdout == "✓ Fine.\n✗ Bad: clock.\n"
    assert terminal.run("doctor", "--json").exit_code == 1


def test_rebuild_fails_if_something_differed(terminal: Terminal) -> None:
    assert terminal.run("rebuild").exit_code == 0
    terminal.answer("node.rebuild", {"events": 3, "same": False})
    assert terminal.run("rebuild").exit_code == 1


def test_import_shows_ten_of_many_left_out(terminal: Terminal) -> None:
    skipped = [{"line": n, "why": "not JSON"} for n in range(40)]
    terminal.answer("node.import", {"imported": 0, "skipped": skipped})
    lines = terminal.run("import", "/dev/null").stdout.rstrip().split("\n")
    assert len(lines) == 13
    assert "--json" in lines[-1]


def test_a_qr_code_only_for_eyes(terminal: Terminal) -> None:
    assert "█" not in terminal.run("invite").stdout
    shown = terminal.run("invite", "--qr").stdout
    assert "█" in shown
    assert max(len(line) for line in shown.split("\n") if "█" in line) <= 80
    terminal.fake.answers["invite.new"]["link"] = "tadamun:join#" + "A" * 900
    assert "too narrow" in terminal.run("invite", "--qr").stdout


def test_a_link_that_leads_nowhere_says_so(terminal: Terminal) -> None:
    for call, typed in (("invite.new", ["invite"]), ("devices.add", ["devices", "add"])):
        assert "no address" not in terminal.run(*typed).stdout
        terminal.fake.answers[call]["leads_to"] = []
        assert "no address" in terminal.run(*typed).stdout


def test_nothing_is_shown_as_nothing(terminal: Terminal) -> None:
    for call, typed in (("space.list", "space"), ("acts.list", "acts"), ("peers.list", "peers")):
        terminal.answer(call, [])
        assert len(terminal.run(typed).stdout.strip().split("\n")) == 1
    terminal.answer("invite.list", [])
    assert "No invite" in terminal.run("invite", "list").stdout


def test_init_keeps_the_language_for_later(terminal: Terminal) -> None:
    result = terminal.run("init", "--language", "ar-u-nu-arab")
    assert result.exit_code == 0
    assert terminal.fake.acts == [("create", terminal.home, PASSPHRASE, "ar-u-nu-arab")]
    assert "الخيارات:" in terminal.run("members", "--help").stdout
    terminal.answer("members.leave", {})
    assert "٣ أعضاء" in terminal.run("space").stdout


def test_init_makes_the_folder_the_owners_alone(terminal: Terminal) -> None:
    home = terminal.home / "deep" / "er"
    assert terminal.run("init", "--home", str(home)).exit_code == 0
    assert home.stat().st_mode & 0o777 == 0o700


def test_init_where_nothing_can_be_written(terminal: Terminal) -> None:
    result = terminal.run("init", "--home", "/proc/tadamun")
    assert result.exit_code == 5
    assert terminal.fake.acts == []


def test_without_a_vault_every_command_says_what_to_do(terminal: Terminal) -> None:
    for typed in (["members"], ["up", "--no-pages"], ["status"]):
        result = terminal.run(*typed, "--home", "/nowhere/at/all")
        assert result.exit_code == 2
        assert "tadamun init" in result.stderr
    assert terminal.fake.opened == []


def test_the_demo_is_honest(terminal: Terminal) -> None:
    assert terminal.run("demo").exit_code == 0
    terminal.fake.good = False
    assert terminal.run("demo").exit_code == 1
    told = terminal.run("demo", "--json")
    assert told.exit_code == 1
    assert json.loads(told.stdout) == {"good": False, "told": ["Nour founds a space."]}


@pytest.mark.parametrize("typed", [["wipe"], ["space", "forget", "حلقة بيروت"], ["--json", "wipe"]], ids=" ".join)
def test_what_nothing_brings_back_is_not_done_by_a_pipe(typed: list[str], terminal: Terminal) -> None:
    result = terminal.run(*typed)
    assert result.exit_code == 2
    assert "--yes" in result.output
    assert terminal.fake.asked == []


@pytest.mark.parametrize("which", ["حلقة بيروت", ID[:6]])
def test_a_space_is_taken_off_by_its_name_or_id(which: str, terminal: Terminal) -> None:
    result = terminal.run("space", "forget", which, "--yes")
    assert result.exit_code == 0
    assert terminal.fake.asked == [("space.list", {}), ("space.forget", {"space": ID, "confirm": ID})]
    assert "is gone from this computer." in result.output
    assert "Copies on other members' devices stay" in result.output


@pytest.mark.parametrize("which", ["Nobody's", "حلقة", "", ID[:3], "f" * 64])
def test_a_space_that_is_not_meant_stays(which: str, terminal: Terminal) -> None:
    result = terminal.run("space", "forget", which, "--yes")
    assert result.exit_code == 2
    assert [call for call, _ in terminal.fake.asked] == ["space.list"]


def test_of_two_spaces_of_one_name_the_id_tells(terminal: Terminal) -> None:
    one, two = ({"space": i * 64, "name": "Circle", "members": 1, "me": ID, "status": "member"} for i in "ab")
    terminal.answer("space.list", [one, two])
    assert terminal.run("space", "forget", "circle", "--yes").exit_code == 2
    terminal.run("space", "forget", "bbbb", "--yes")
    assert terminal.fake.asked[-1] == ("space.forget", {"space": "b" * 64, "confirm": "b" * 64})
