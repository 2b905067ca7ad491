"""The command line as a whole: which commands there are, in what language, and how it ends.

`main` adds the rooms' commands by name and place, so that a command's file is imported only when it is asked for.
This file does not know what any command does.
"""

from __future__ import annotations

import gettext
import importlib
import io
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click

from tadamun.cli.command import Family, shared_options
from tadamun.cli.ending import end_well
from tadamun.cli.here import default_home
from tadamun.cli.service import Hands
from tadamun.cli.settings import saved_language
from tadamun.core.errors import UsageError
from tadamun.core.words import N_
from tadamun.i18n.tongue import Language, choose, from_environment, parse
from tadamun.i18n.words import DOMAIN, LOCALES

# Command → "module:attribute", in the order people meet them.
OWN: Final[Mapping[str, str]] = {
    "init": "tadamun.cli.starting:init",
    "space": "tadamun.cli.spaces:space",
    "up": "tadamun.cli.running:up",
    "pages": "tadamun.cli.running:pages",
    "invite": "tadamun.cli.joining:invite",
    "join": "tadamun.cli.joining:join",
    "members": "tadamun.cli.membership:members",
    "role": "tadamun.cli.membership:role",
    "remove": "tadamun.cli.membership:remove",
    "leave": "tadamun.cli.membership:leave",
    "acts": "tadamun.cli.acts:acts",
    "devices": "tadamun.cli.devices:devices",
    "peers": "tadamun.cli.peers:peers",
    "keep": "tadamun.cli.running:keep",
    "status": "tadamun.cli.care:status",
    "doctor": "tadamun.cli.care:doctor",
    "rebuild": "tadamun.cli.care:rebuild",
    "export": "tadamun.cli.moving:export",
    "import": "tadamun.cli.moving:import_",
    "passphrase": "tadamun.cli.starting:passphrase",
    "wipe": "tadamun.cli.destroying:wipe",
    "guide": "tadamun.cli.guide:guide",
    "demo": "tadamun.cli.running:demo",
}


class App(Family):
    """The group of all commands. `hands` is what `main` does for them."""

    hands: Hands
    places: Mapping[str, str]

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = self.places.get(cmd_name)
        if place is None:
            return None
        module, attribute = place.split(":")
        found = getattr(importlib.import_module(module), attribute)
        assert isinstance(found, click.Command)
        return found

    def main(self, args: Sequence[str] | None = None, *_: Any, **__: Any) -> Any:
        """Run and exit (SystemExit) as Click does, but errors end as docs/guides/exit-codes.md says."""
        typed = list(sys.argv[1:] if args is None else args)

        def act() -> None:
            speak(language_of(typed))
            with self.make_context("tadamun", typed, obj=self.hands) as context:
                self.invoke(context)

        speak(from_environment(os.environ))
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")  # a terminal without the letters shows their numbers
        raise SystemExit(end_well(act, json="--json" in typed))


def build(rooms: Mapping[str, str], hands: Hands) -> App:
    """The command line. rooms: the rooms' commands, name → "module:attribute", shown after `join`."""
    places = dict(OWN)
    at = list(places).index("members")
    ordered = [*list(places.items())[:at], *rooms.items(), *list(places.items())[at:]]
    app = App("tadamun", help=N_("Communities that live on their members' own computers."), no_args_is_help=True)
    app.params += [*shared_options(space=False), _version_option()]
    app.examples = ("tadamun init", 'tadamun space new "Beirut Circle" --as Nour', "tadamun up")
    app.hands, app.places = hands, dict(ordered)
    return app


def _version_option() -> click.Option:
    def tell(context: click.Context, option: click.Parameter, asked: bool) -> None:
        if asked:
            from importlib.metadata import version

            click.echo(version("tadamun"))
            context.exit()

    told = N_("Print the version of Tadamun.")
    return click.Option(["--version"], is_flag=True, expose_value=False, is_eager=True, callback=tell, help=told)


def language_of(typed: Sequence[str]) -> Language:
    """The language of this command line, known before Click reads it: its errors and its help are to be in it too.

    Raises UsageError for a --language that is not spoken.
    """
    asked = _value(typed, "--language")
    if asked is not None:
        language = parse(asked)
        if language is None:
            raise UsageError("{language} is not a language Tadamun speaks yet. Choose en or ar.", language=asked)
        return language
    home = _value(typed, "--home")
    return from_environment(os.environ, saved_language(Path(home) if home else default_home()))


def speak(language: Language) -> None:
    """Say everything in it from now on, Click's own sentences too: those ask the standard library's domain."""
    choose(language)
    os.environ["LANGUAGE"] = language.code
    gettext.bindtextdomain(DOMAIN, str(LOCALES))
    gettext.textdomain(DOMAIN)


def _value(typed: Sequence[str], option: str) -> str | None:
    """The last value given for an option, in either spelling, before `--`."""
    found: str | None = None
    for at, word in enumerate(typed):
        if word == "--":
            break
        if word == option and at + 1 < len(typed):
            found = typed[at + 1]
        elif word.startswith(option + "="):
            found = word[len(option) + 1 :]
    return found
