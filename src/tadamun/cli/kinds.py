"""Kinds of things that people type to commands: lengths of time, texts from a pipe.

This file does not know any command.
"""

from __future__ import annotations

import re
from typing import Any, Final

import click

from tadamun.i18n.words import say

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_LENGTH: Final = re.compile(r"(\d{1,6})([smhdw])", re.ASCII)


class Length(click.ParamType[int]):
    """A length of time, `7d`, as seconds."""

    name = "length"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        found = _LENGTH.fullmatch(str(value))
        if found is None:
            self.fail(say("{value} is no length of time. Write 30m, 12h, 7d or 2w.", value=str(value)), param, ctx)
        return int(found[1]) * _UNITS[found[2]]


LENGTH: Final = Length()
