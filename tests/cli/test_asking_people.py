"""By which way a command reaches the vault: the running node's door, or the vault itself."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import click
import pytest

from kits.fake_hands import Fake, Terminal
from tadamun.cli import asking
from tadamun.cli.app import build
from tadamun.cli.common import N_, Here, command, converse, show
from tadamun.cli.here import make_here
from tadamun.core.errors import NotAllowed, UsageError, VaultError, VaultInUse
from tadamun.i18n.tongue import ENGLISH
from tadamun.node import door
from tadamun.node.doorway import opened


@contextmanager
def node(home: Path) -> Iterator[Fake]:
    """A node that answers at the door, in a thread; what it was asked is in the fake."""
    behind = Fake()
    loop = asyncio.new_event_loop()
    ended: list[BaseException] = []

    with opened(home) as listening:

        async def serve() -> None:
            with suppress(asyncio.CancelledError):
                await door.serve(listening, behind.call, lambda reason: None)

        task = loop.create_task(serve())

        def run() -> None:
            try:
                loop.run_until_complete(task)
            except BaseException as error:
                ended.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield behind
        finally:
            loop.call_soon_threadsafe(task.cancel)
            thread.join(20)
            loop.close()
    assert ended == []


def test_a_running_node_is_asked_and_no_passphrase_wanted(terminal: Terminal) -> None:
    with node(terminal.home) as behind:
        result = terminal.run("members", TADAMUN_PASSPHRASE_FILE="/nowhere")
        assert result.exit_code == 0
        assert "Nour" in result.stdout
        assert behind.asked == [("people.list", {"space": ""})]
    assert terminal.fake.opened == []


def test_what_a_running_node_sends_is_not_said_to_wait(terminal: Terminal) -> None:
    with node(terminal.home):
        assert terminal.run("remove", "Sam").stderr == ""


def test_status_says_whether_a_node_runs(terminal: Terminal) -> None:
    with node(terminal.home):
        assert "is running, for" in terminal.run("status").stdout
        assert '"running":true' in terminal.run("status", "--json").stdout
    assert "not running" in terminal.run("status").stdout
    assert '"running":false' in terminal.run("status", "--json").stdout


def test_a_second_node_is_refused_before_a_passphrase_is_wanted(terminal: Terminal) -> None:
    with node(terminal.home):
        result = terminal.run("up", TADAMUN_PASSPHRASE_FILE="/nowhere")
        assert result.exit_code == 5
        assert "already" in result.stderr
    assert terminal.fake.acts == []


def test_the_nodes_refusal_is_the_commands(terminal: Terminal) -> None:
    with node(terminal.home) as behind:
        behind.answers["members.remove"] = NotAllowed("Nothing was done.")
        assert terminal.run("remove", "Sam").exit_code == 3
        result = terminal.run("remove", "Sam", "--language", "ar")
        assert result.stderr == "لم يُنفَّذ شيء.\n"


def test_a_stale_socket_does_not_stop_a_command(terminal: Terminal) -> None:
    import socket

    left = socket.socket(socket.AF_UNIX)
    left.bind(str(terminal.home / "node.sock"))
    left.close()
    assert terminal.run("members").exit_code == 0
    assert terminal.fake.opened == [False]


def busy() -> VaultInUse:
    return VaultInUse("The vault is in use.")


def test_a_command_waits_for_another_that_holds_the_vault(terminal: Terminal) -> None:
    terminal.fake.fails = [busy(), busy()]
    assert terminal.run("members").exit_code == 0
    assert terminal.fake.opened == [False]


def test_but_not_for_ever(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(call: asking.Asked) -> None:
        raise AssertionError("the vault was never free")

    for name, value in terminal.environment.items():
        if value is not None:
            monkeypatch.setenv(name, value)
    terminal.fake.fails = [busy() for _ in range(50)]
    here = make_here(terminal.fake, terminal.home, ENGLISH, "", json=False)
    with pytest.raises(VaultInUse):
        asking._inside(here, script, online=False, patience=0.0)


def test_a_node_that_was_only_starting_is_asked_once_it_answers(terminal: Terminal) -> None:
    with node(terminal.home) as behind:
        place = terminal.home / "node.sock"
        hidden = terminal.home / "hidden"
        os.rename(place, hidden)

        class Starting(Fake):
            def open(self, home: Path, passphrase: str, online: bool) -> Any:
                os.rename(hidden, place)
                raise busy()

        result = Terminal.run(_with(terminal, Starting()), "members")
        assert result.exit_code == 0
        assert behind.asked == [("people.list", {"space": ""})]


def _with(terminal: Terminal, fake: Fake) -> Terminal:
    terminal.fake = fake
    terminal.app = build({}, fake)
    return terminal


def test_other_vault_errors_are_not_waited_on(terminal: Terminal) -> None:
    terminal.fake.fails = [VaultError("The disk is full.")]
    assert terminal.run("members").exit_code == 5
    assert terminal.fake.fails == []
    assert terminal.fake.opened == []


# Several calls in one command


@command("follow", help=N_("Nothing was done."), example="tadamun follow")
def follow(here: Here) -> None:
    async def script(call: asking.Asked) -> list[Any]:
        return [await call("members.leave", {"turn": turn}) for turn in range(3)]

    show(here, converse(here, script), lambda got: f"{len(got)} turns")


@command("fail", help=N_("Nothing was done."), example="tadamun fail")
@click.argument("what")
def fail(here: Here, what: str) -> None:
    raise UsageError(what)


ROOMS: Mapping[str, str] = {"follow": f"{__name__}:follow", "fail": f"{__name__}:fail"}
TURNS = [("members.leave", {"turn": turn}) for turn in range(3)]


def test_a_conversation_by_the_door(terminal: Terminal) -> None:
    terminal.app = build(ROOMS, terminal.fake)
    with node(terminal.home) as behind:
        assert terminal.run("follow").stdout == "3 turns\n"
        assert behind.asked == TURNS


def test_a_conversation_with_the_vault_itself(terminal: Terminal) -> None:
    terminal.app = build(ROOMS, terminal.fake)
    assert terminal.run("follow").stdout == "3 turns\n"
    assert terminal.fake.asked == TURNS
    assert terminal.fake.opened == [True]


def test_rooms_commands_stand_after_join(terminal: Terminal) -> None:
    terminal.app = build(ROOMS, terminal.fake)
    order = terminal.app.list_commands(click.Context(terminal.app))
    assert order.index("join") + 1 == order.index("follow")
    assert terminal.run("fail", "Nothing was done.").exit_code == 2
