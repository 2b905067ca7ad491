"""`tadamun export` and `tadamun import`: moving out and moving in.

Paths are made absolute here: the node that reads or writes the file may run in another folder.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from tadamun.cli.common import N_, Here, _, ask, command, say, say_count, show

SHOWN: Final = 10  # skipped entries that are listed


@command(
    "export",
    help=N_(
        "Write the space's events that you can read to a file, one JSON object a line.\n\n"
        "The file is not encrypted: keep it where nobody else reads it."
    ),
    example="tadamun export beirut.jsonl",
)
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help=N_("The file to write."))
def export(here: Here, path: Path) -> None:
    show(
        here,
        ask(here, "node.export", {"path": str(path.absolute()), "space": here.space}),
        lambda done: (
            say_count(
                "{count} event is in {file}.", "{count} events are in {file}.", done["events"], file=done["path"]
            ),
            _("The file is not encrypted: whoever has it can read it."),
        ),
    )


@command(
    "import",
    help=N_(
        "Bring an archive in, as posts of your own: a mailing list or forum, as JSON lines or mbox.\n\n"
        "Every member of the space will be able to read it."
    ),
    example=("tadamun import forum.jsonl", "tadamun import list.mbox --format mbox --space Beirut"),
)
@click.argument(
    "path",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help=N_("The archive to read."),
)
@click.option(
    "--format",
    "written",
    type=click.Choice(["auto", "jsonl", "mbox"]),
    default="auto",
    show_default=True,
    help=N_("How the archive is written."),
)
def import_(here: Here, path: Path, written: str) -> None:
    asked = {"path": str(path.absolute()), "format": written, "space": here.space}

    def human(done: dict[str, Any]) -> list[str]:
        lines = [say_count("{count} post was brought in.", "{count} posts were brought in.", done["imported"])]
        skipped = done["skipped"]
        if skipped:
            lines.append(say_count("{count} was left out:", "{count} were left out:", len(skipped)))
            lines += ["  " + say("line {line}: {why}", line=one["line"], why=one["why"]) for one in skipped[:SHOWN]]
            if len(skipped) > SHOWN:
                lines.append("  " + _("… and more; --json lists them all."))
        return lines

    show(here, ask(here, "node.import", asked, sends=True), human)
