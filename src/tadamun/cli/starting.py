"""`tadamun init` and `tadamun passphrase`: the vault's beginning, and its passphrase.

A passphrase comes from a hidden prompt or from a file's first line; never from an argument or a variable.
"""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import Final

import click

from tadamun.cli.common import N_, Here, UsageError, _, command, say, show
from tadamun.cli.here import PASSPHRASE_FILE, passphrase_from
from tadamun.cli.progress import progress
from tadamun.cli.settings import save_language
from tadamun.core.errors import VaultError
from tadamun.i18n.tongue import SPOKEN, Language, choose, parse

LEAST: Final = 8  # characters of a passphrase that somebody makes up at the prompt


@command(
    "init",
    help=N_(
        "Make your vault, where everything of yours is kept, encrypted.\n\n"
        "You choose a passphrase. Nobody can give it back to you: write it down where only you find it."
    ),
    example=("tadamun init", "tadamun init --language ar"),
    space=False,
)
def init(here: Here) -> None:
    language = _asked_language(here)
    passphrase = _new_passphrase(here, named=None)
    try:
        here.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with progress(here.live):
            here.hands.create(here.home, passphrase, language.tag)
        save_language(here.home, language.tag)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise VaultError("The disk is full. No vault was made: free some space and do it again.") from error
        raise VaultError(
            "The folder {folder} cannot be written. No vault was made. Choose another with --home.",
            folder=str(here.home),
        ) from error
    show(
        here,
        {"home": str(here.home), "language": language.tag},
        lambda made: (
            say("Your vault is ready in {folder}.", folder=made["home"]),
            _('Next: `tadamun space new "NAME" --as YOU`, or `tadamun join "LINK" --as YOU`.'),
        ),
    )


@command(
    "passphrase",
    help=N_(
        "Change the passphrase of your vault.\n\n"
        "With --second, make a second vault behind another passphrase, for whoever forces you to unlock: one that "
        "opens it, or one that also destroys the key of this one. What was in the second vault before is gone."
    ),
    example=(
        "tadamun passphrase",
        "tadamun passphrase --new-file ~/new-passphrase",
        "tadamun passphrase --second opens",
    ),
    space=False,
)
@click.option(
    "--new-file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help=N_("A file whose first line is the new passphrase."),
)
@click.option(
    "--second",
    type=click.Choice(["opens", "destroys", "none"]),
    help=N_("Make a second vault that its passphrase opens, or opens and destroys this one; or have none any more."),
)
def passphrase(here: Here, new_file: Path | None, second: str | None) -> None:
    if second is not None:
        _second(here, new_file, second)
        return
    old = here.passphrase(_("Passphrase until now"))
    new = _new_passphrase(here, new_file, from_variable=False)
    with progress(here.live):
        here.hands.change(here.home, old, new)
    show(here, {"changed": True}, lambda changed: _("The passphrase is changed. The old one opens nothing any more."))


def _second(here: Here, new_file: Path | None, what: str) -> None:
    mine = here.passphrase(_("Passphrase of this vault"))
    new = "" if what == "none" else _new_passphrase(here, new_file, from_variable=False)
    with progress(here.live):
        here.hands.second(here.home, mine, new, "" if what == "none" else what)
    told = {
        "opens": N_("The second vault is made. Lock, and open it with its passphrase: give it a life of its own."),
        "destroys": N_(
            "The second vault is made. Whenever its passphrase is given, the key of this one is destroyed first."
        ),
        "none": N_("What was in the other slot is gone."),
    }
    show(here, {"second": what}, lambda made: _(told[what]))


def _asked_language(here: Here) -> Language:
    """The language to keep: asked of a person who did not say it by --language; else the one in use."""
    if not sys.stdin.isatty() or not here.live or click.get_current_context().params.get("language"):
        return here.language
    # Said in both, for whoever reads one of them.
    answer = click.prompt(
        "Language / اللغة", default=here.language.code, type=click.Choice(SPOKEN), show_choices=True, err=True
    )
    chosen = here.language if answer == here.language.code else parse(answer)
    assert chosen is not None, "only spoken languages can be chosen"
    choose(chosen)
    return chosen


def _new_passphrase(here: Here, named: Path | None, from_variable: bool = True) -> str:
    """A new passphrase: from the named file, from the one TADAMUN_PASSPHRASE_FILE names, or asked twice."""
    if named is not None:
        return passphrase_from(named)
    if from_variable and os.environ.get(PASSPHRASE_FILE):
        return here.passphrase()
    first = here.asked(_("New passphrase (seven words that have nothing to do with each other are good)"))
    if len(first) < LEAST:
        raise UsageError(
            "That passphrase is too short to protect anybody. Nothing was done. Take at least {least} characters.",
            least=LEAST,
        )
    if here.asked(_("Once more")) != first:
        raise UsageError("The two were not the same. Nothing was done. Try again.")
    return first
