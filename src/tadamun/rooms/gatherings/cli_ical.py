"""`tadamun gathering export`, `import`: gatherings to and from other calendars."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from tadamun.cli.common import N_, Here, UsageError, _, ask, command, name, say, say_count, show
from tadamun.rooms.gatherings.cli import gathering

MOST = 256 * 1024  # bytes of a calendar file


@command(
    "export",
    under=gathering,
    help=N_(
        "Write gatherings into a calendar file.\n\nOther programs read it, and many send it on to companies: with --as"
        " only the time is in it, under a title of your choice. A sealed meeting point is never in it."
    ),
    example=('tadamun gathering export plans.ics --as "Appointment"', "tadamun gathering export one.ics 3fa9"),
)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help=N_("Where to write it."))
@click.argument("gatherings", metavar="ID", nargs=-1, help=N_("Which; else all that are to come."))
@click.option("--as", "instead", default="", metavar="TITLE", help=N_("What stands there instead of everything else."))
def export(here: Here, file: Path, gatherings: tuple[str, ...], instead: str) -> None:
    asked = {"space": here.space, "gatherings": list(gatherings), "instead": instead}
    made = ask(here, "gathering.export", asked)
    try:
        with file.open("x", encoding="utf-8", newline="") as out:
            out.write(made["calendar"])
    except OSError:
        raise UsageError("That file cannot be written, or is there already. Choose another name.") from None
    show(here, {"file": str(file), "count": made["count"]}, lambda it: say("Written: {file}", file=it["file"]))


@command(
    "import",
    under=gathering,
    help=N_("Read a calendar file; with --yes, call what is in it. Everyone in the space reads that."),
    example=("tadamun gathering import plans.ics", "tadamun gathering import plans.ics --yes"),
)
@click.argument(
    "file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help=N_("A file that ends in .ics.")
)
@click.option("--yes", is_flag=True, help=N_("Call them."))
def import_(here: Here, file: Path, yes: bool) -> None:
    try:
        with file.open("rb") as given:
            text = given.read(MOST + 1).decode(errors="replace")
    except OSError:
        raise UsageError("That file cannot be read. Nothing was done.") from None
    asked = {"space": here.space, "calendar": text}
    if yes:
        done = ask(here, "gathering.import", asked, sends=True)
        show(here, done, lambda it: say_count("{count} was called.", "{count} were called.", len(it["ids"])))
        return

    def human(it: dict[str, Any]) -> list[str]:
        from tadamun.rooms.gatherings import words  # here, so that help starts without msgspec and Babel

        lines = [f"{name(one['title'])}: {words.when(one)[0]}" for one in it["found"]]
        return [*lines, _("To call them, run this with --yes.")]

    show(here, ask(here, "gathering.read_calendar", asked), human)
