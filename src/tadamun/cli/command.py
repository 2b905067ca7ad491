"""What every command of Tadamun has: an example, --json, --home, --language, help in the person's language.

Texts of commands and options are msgids, put into words when the help is shown. This file does not know any command.
"""

from __future__ import annotations

import copy
import functools
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import click

from tadamun.cli.here import Here, make_here
from tadamun.core.words import N_
from tadamun.i18n.tongue import current
from tadamun.i18n.words import _

_SENTENCE: Final = re.compile(r"(?<=[.!?؟])\s")
_SHARED: Final = ("json", "home", "language", "space")


def shared_options(space: bool) -> list[click.Option]:
    """The options that every command takes, made anew each time: Click parameters belong to one command."""
    options = [
        click.Option(["--json"], is_flag=True, help=N_("Print the answer as JSON, for programs.")),
        click.Option(
            ["--home"],
            type=click.Path(path_type=Path, file_okay=False),
            metavar="FOLDER",
            help=N_("Where your vault is kept (or TADAMUN_HOME)."),
        ),
        click.Option(["--language"], metavar="LANG", help=N_("en or ar; digits too, as in ar-u-nu-arab.")),
    ]
    if space:
        options.insert(
            0, click.Option(["--space"], default="", metavar="NAME", help=N_("Which space, if you are in several."))
        )
    return options


class Worded(click.Command):
    """A command whose texts are msgids. examples: whole command lines, shown as they are typed."""

    examples: Sequence[str] = ()

    def get_short_help_str(self, limit: int = 45) -> str:
        """The first sentence."""
        return _SENTENCE.split(_(self.help or ""), maxsplit=1)[0]

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for part in _(self.help or "").split("\n\n"):
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(part)

    def format_arguments(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if self.examples:
            with formatter.section(_("Example")):
                for example in self.examples:
                    formatter.write(" " * formatter.current_indent + example + "\n")
        self._write(ctx, formatter, _("Arguments"), [one for one in self.get_params(ctx) if _is_argument(one)])

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self._write(ctx, formatter, _("Options"), [one for one in self.get_params(ctx) if not _is_argument(one)])

    def _write(
        self, ctx: click.Context, formatter: click.HelpFormatter, head: str, params: Sequence[click.Parameter]
    ) -> None:
        """A section of the help that explains these, in the current language."""
        records = []
        for param in params:
            worded = copy.copy(param)
            if isinstance(worded, click.Option | click.Argument) and worded.help:
                worded.help = _(worded.help)
            record = worded.get_help_record(ctx)
            if record is not None:
                records.append(record)
        if records:
            with formatter.section(head):
                formatter.write_dl(records)


class Family(Worded, click.Group):
    """A command with commands of its own (`invite`, `invite list`); alone, it does the act that has its name."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        Worded.format_options(self, ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = []
        for named in self.list_commands(ctx):
            found = self.get_command(ctx, named)
            assert found is not None, "every listed command can be had"
            rows.append((named, found.get_short_help_str()))
        with formatter.section(_("Commands")):
            formatter.write_dl(rows)


def command(
    name: str,
    *,
    help: str,
    example: str | Sequence[str],
    space: bool = True,
    under: Family | None = None,
    family: bool = False,
) -> Callable[[Callable[..., None]], Any]:
    """Make a command of a function that takes a `Here` first and then what Click's options and arguments give.

    help: msgid, its first line short. example: one or more whole command lines. space: whether --space makes sense.
    under: the family it belongs to. family: it can have commands under it (then the result is a `Family`).
    """

    def make(function: Callable[..., None]) -> click.Command:
        @click.pass_context
        @functools.wraps(function)
        def run(context: click.Context, /, **given: Any) -> None:
            for shared in _SHARED:
                given.pop(shared, None)
            if context.invoked_subcommand is None:
                function(here_of(context), **given)
            else:
                _refuse_own_options(context)

        made: Worded = click.command(name, cls=Family if family else Worded, help=help)(run)
        made.params += shared_options(space)
        made.examples = (example,) if isinstance(example, str) else tuple(example)
        if isinstance(made, Family):
            made.invoke_without_command = True
            made.no_args_is_help = False
        if under is not None:
            under.add_command(made)
        return made

    return make


def _is_argument(param: click.Parameter) -> bool:
    return isinstance(param, click.Argument)


def here_of(context: click.Context) -> Here:
    """The circumstances, each as given nearest to the command: `tadamun --json invite list` is `invite list --json`."""
    given: dict[str, Any] = {}
    at: click.Context | None = context
    while at is not None:
        for shared in _SHARED:
            given[shared] = given.get(shared) or at.params.get(shared)
        at = at.parent
    return make_here(context.obj, given["home"], current(), given["space"] or "", bool(given["json"]))


def _refuse_own_options(context: click.Context) -> None:
    """`invite --uses 3 list` is a slip: the option would do nothing."""
    for param in context.command.params:
        typed = context.get_parameter_source(param.name or "") is click.core.ParameterSource.COMMANDLINE
        if typed and param.name not in _SHARED:
            raise click.NoSuchOption(param.opts[0], ctx=context)
