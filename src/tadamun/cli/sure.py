"""Asking once more before what cannot be undone: only a person at a terminal, and only if they did not say --yes."""

from __future__ import annotations

import sys

import click

from tadamun.cli.here import Here
from tadamun.core.errors import UsageError
from tadamun.i18n.words import _


def certain(here: Here, yes: bool, question: str) -> None:
    """The same for what nothing brings back: a program or a pipe has to say --yes. Raises UsageError."""
    if not yes and (here.json or not sys.stdin.isatty()):
        raise UsageError("Nothing was done, because it cannot be undone. Add --yes if you are sure.")
    sure(here, yes, question)


def sure(here: Here, yes: bool, question: str) -> None:
    """Return if it is to be done. Raises UsageError if the person thought better of it."""
    if yes or here.json or not sys.stdin.isatty():
        return
    answer = click.prompt(f"{question} [{_('yes')}/{_('no')}]", default=_("no"), show_default=False, err=True)
    if str(answer).strip().casefold() not in {"y", "yes", _("yes").casefold()}:
        raise UsageError("Nothing was done.")
