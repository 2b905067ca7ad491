"""How answers look: aligned, calm, in the person's direction. The same for every command.

This file does not know what it shows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import click

from tadamun.cli.here import Here
from tadamun.i18n.bidi import clean, columns, has_rtl, isolate
from tadamun.i18n.tongue import current

SHORT: Final = 8  # characters of an id that people see; four or more are understood

# What JSON leaves raw but a terminal may act on or be turned by: C1, direction marks, lone surrogates.
_RAW: Final = re.compile("[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def show(here: Here, result: Any, human: Callable[[Any], str | Iterable[str]]) -> None:
    """Print the result: as one JSON document under --json, else as `human` puts it (a text, or lines)."""
    if here.json:
        click.echo(as_json(result))
        return
    shown = human(result)
    for line in (shown,) if isinstance(shown, str) else shown:
        click.echo(line, color=here.colour)


def as_json(result: Any) -> str:
    """One line of JSON, in the letters people wrote, safe to look at in a terminal."""
    text = json.dumps(result, ensure_ascii=False, separators=(",", ":"))
    return _RAW.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def short(identifier: str) -> str:
    """The beginning of an id, enough to name it by."""
    return clean(identifier[:SHORT], lines=False)


def name(text: str) -> str:
    """Somebody's words (a name, a title) on a line of ours: one line, harmless, in its own direction."""
    text = clean(text, lines=False)
    return isolate(text) if text and (current().rtl or has_rtl(text)) else text


def paint(here: Here, text: str, *, bold: bool = False, dim: bool = False, colour: str = "") -> str:
    """The text styled if this terminal wants it."""
    return click.style(text, bold=bold or None, dim=dim or None, fg=colour or None) if here.colour else text


def table(here: Here, rows: Sequence[Sequence[str]], heads: Sequence[str] = ()) -> list[str]:
    """Rows as aligned lines, two spaces between columns; the heads, if any, dim above them."""
    everything = [heads, *rows] if heads else list(rows)
    if not everything:
        return []
    widths = [max(columns(click.unstyle(cell)) for cell in column) for column in zip(*everything, strict=True)]
    lines = [
        "  ".join(_pad(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in everything
    ]
    if heads:
        lines[0] = paint(here, lines[0], dim=True)
    return lines


def once(rows: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The rows with each heading said once: it stands for the lines below it too."""
    return [("" if at and rows[at - 1][0] == head else head, value) for at, (head, value) in enumerate(rows)]


def _pad(cell: str, width: int) -> str:
    return cell + " " * (width - columns(click.unstyle(cell)))


def paragraph(here: Here, text: str, indent: str = "") -> list[str]:
    """Somebody's text of any length, cleaned and wrapped at words to the terminal, each line indented."""
    room = max(20, here.width - columns(indent))
    lines: list[str] = []
    for source in clean(text).split("\n"):
        line = ""
        for word in source.split():
            if line and columns(line) + 1 + columns(word) > room:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}" if line else word
        lines.append(line)
    return [(indent + (isolate(line) if has_rtl(line) else line)).rstrip() for line in lines]
