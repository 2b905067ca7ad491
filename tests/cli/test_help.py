"""Every command explains itself: with an example, in both languages, quickly."""

from __future__ import annotations

import importlib
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from kits.fake_hands import Fake, Terminal
from tadamun.cli.app import OWN, build
from tadamun.cli.command import Worded

try:
    ROOMS = importlib.import_module("tadamun.main").COMMANDS
except (ImportError, AttributeError):
    ROOMS = {}


def walk(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from walk(command, (*path, name))


COMMANDS = dict(walk(build(ROOMS, Fake())))
each = pytest.mark.parametrize("path", COMMANDS, ids=" ".join)


@pytest.fixture
def whole(terminal: Terminal) -> Terminal:
    terminal.app = build(ROOMS, terminal.fake)
    return terminal


def test_own_commands_are_all_there() -> None:
    assert set(OWN) <= {path[0] for path in COMMANDS}
    assert len(COMMANDS) > 30


@each
def test_help_has_an_example_of_this_command(path: tuple[str, ...], whole: Terminal) -> None:
    result = whole.run(*path, "--help")
    assert result.exit_code == 0
    command = COMMANDS[path]
    assert isinstance(command, Worded)
    assert command.examples
    for example in command.examples:
        assert example in result.stdout
    lines = [shlex.split(example) for example in command.examples]
    assert any(line[: len(path) + 1] == ["tadamun", *path] for line in lines)
    assert command.help
    assert len(command.get_short_help_str()) <= 120


@each
def test_examples_are_understood(path: tuple[str, ...], whole: Terminal) -> None:
    """An example that the command itself would refuse teaches a mistake."""
    for example in COMMANDS[path].examples:  # type: ignore[attr-defined]  # Worded, as checked above
        words = shlex.split(example.split(" < ")[0])[1:]
        words = [word.replace("forum.jsonl", "/dev/null").replace("list.mbox", "/dev/null") for word in words]
        context: click.Context = whole.app.make_context("tadamun", words, obj=whole.fake)
        while isinstance(context.command, click.Group) and context._protected_args:
            name, command, rest = context.command.resolve_command(context, [*context._protected_args, *context.args])
            assert command is not None
            context = command.make_context(name, rest, parent=context)


@each
def test_every_command_takes_the_shared_options(path: tuple[str, ...]) -> None:
    options = {option for param in COMMANDS[path].params for option in param.opts}
    assert {"--json", "--home", "--language"} <= options


@each
@pytest.mark.parametrize("how", ["option", "environment", "saved"])
def test_help_is_in_arabic(path: tuple[str, ...], how: str, whole: Terminal) -> None:
    match how:
        case "option":
            result = whole.run(*path, "--help", "--language", "ar", LANG="en_US.UTF-8")
        case "environment":
            result = whole.run(*path, "--help", LANG="ar_LB.UTF-8")
        case _:
            (whole.home / "language").write_text("ar\n")
            result = whole.run(*path, "--help", LANG="en_US.UTF-8")
    assert result.exit_code == 0
    assert "مثال:" in result.stdout
    assert "الخيارات:" in result.stdout
    # Whatever explains is in Arabic: no English word outside of code, names of options and examples.
    explained = [param.help for param in COMMANDS[path].params if getattr(param, "help", None)]
    for sentence in [COMMANDS[path].help or "", *explained]:
        assert sentence not in result.stdout


GUIDE = (Path(__file__).parents[2] / "docs/guides/commands.md").read_text()


@each
def test_the_guide_lists_it(path: tuple[str, ...]) -> None:
    assert f"`{' '.join(path)}`" in GUIDE


def test_the_language_can_be_said_anywhere(whole: Terminal) -> None:
    for typed in (
        ("--language", "ar", "members", "--help"),
        ("--language=ar", "members", "--help"),
        ("members", "--language=ar", "--help"),
        ("members", "--help", "--language", "ar"),
    ):
        assert "الخيارات:" in whole.run(*typed).stdout
    assert "Options:" in whole.run("members", "--help").stdout


def test_an_unknown_language_is_refused(whole: Terminal) -> None:
    result = whole.run("members", "--language", "tlh")
    assert result.exit_code == 2
    assert "tlh is not a language" in result.stderr


def test_clicks_own_errors_are_in_arabic_too(whole: Terminal) -> None:
    for typed in (
        ("nonsense",),
        ("members", "--nonsense"),
        ("join",),
        ("members", "surplus"),
        ("invite", "--uses", "x"),
    ):
        result = whole.run(*typed, "--language", "ar")
        assert result.exit_code == 2
        sentence = result.stderr.split("\n")[0]
        assert re.search("[\u0621-\u064a]{3}", sentence), sentence


def test_no_command_at_all_shows_the_help(whole: Terminal) -> None:
    result = whole.run()
    assert result.exit_code == 2
    assert "tadamun init" in result.stderr


def test_the_version_is_told(whole: Terminal) -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", whole.run("--version").stdout)


@pytest.mark.parametrize(
    "typed", [["--help"], ["invite", "--help"], ["members", "--help", "--language", "ar"]], ids=str
)
def test_help_imports_nothing_slow(typed: list[str]) -> None:
    """A start is quick because of what it does not import; a stopwatch here would measure the neighbours."""
    script = (
        "import sys, tadamun.main; from tadamun.cli.app import build\n"
        f"try: build({dict(ROOMS)!r}, None).main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "slow = {'asyncio', 'babel', 'msgspec', 'segno', 'cryptography', 'sqlcipher3', 'websockets', 'coincurve',"
        " 'jinja2', 'starlette', 'uvicorn'}\n"
        "print(sorted(slow & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script, *typed], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
