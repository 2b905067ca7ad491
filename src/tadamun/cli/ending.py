"""How a command ends: its exit code, and one humane line when something went wrong (docs/guides/exit-codes.md).

Never a traceback: what nobody foresaw is told by the places in the code it passed, which hold nothing of the person's.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

import click

from tadamun.cli.showing import as_json
from tadamun.core.errors import LocalError, whereabouts
from tadamun.core.words import N_
from tadamun.i18n.words import say

FINE, UNEXPECTED, INTERRUPTED = 0, 1, 130  # the others come with their errors

_UNFORESEEN = N_(
    "Something happened that should not. What was confirmed before is kept. Please tell those who make Tadamun this "
    "line, which holds nothing of yours: {places}"
)


def end_well(act: Callable[[], Any], json: bool) -> int:
    """Do it and return the exit code, having told the person (or, under --json, the program on stdout) what failed."""
    try:
        act()
        sys.stdout.flush()
    except click.exceptions.Exit as asked:
        return asked.exit_code
    except LocalError as error:
        text = say(error.message, **error.arguments)
        _tell(json, error.code, text, message=error.message, arguments=error.arguments)
        return error.code
    except click.ClickException as error:
        text = error.format_message()
        hint = _hint(error)
        _tell(json, error.exit_code, f"{text}\n{hint}" if hint and not json else text, message=text, arguments={})
        return error.exit_code
    except (click.Abort, KeyboardInterrupt, EOFError):
        if not json:
            click.echo(err=True)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader (`head`, a pager) has seen enough. Python would complain at exit when it flushes what is left.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return FINE
    except Exception as error:
        places = whereabouts(error)
        _tell(json, UNEXPECTED, say(_UNFORESEEN, places=places), message=_UNFORESEEN, arguments={"places": places})
        return UNEXPECTED
    return FINE


def _tell(json: bool, code: int, text: str, *, message: str, arguments: dict[str, str | int]) -> None:
    if json:
        error = {"code": code, "text": text, "message": message, "arguments": arguments}
        click.echo(as_json({"error": error}))
    else:
        click.echo(text, err=True)


def _hint(error: click.ClickException) -> str:
    """After a slip of the fingers: where the right spelling is explained."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return ""  # it is the help
    if not isinstance(error, click.UsageError):
        return ""
    command = error.ctx.command_path if error.ctx is not None else "tadamun"
    return say("See: {command}", command=f"{command} --help")
