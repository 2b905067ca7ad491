"""What is said of stories in words, on pages and in a terminal alike. This file does not know pages or commands."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Final

from tadamun.core.words import N_
from tadamun.i18n import formats
from tadamun.i18n.words import say

# What stands in a story that tells of somebody or somewhere.
FINDINGS: Final = {
    "name": N_("A member is called so, and may be meant: {what}"),
    "mention": N_("The id of a member stands in it: {what}"),
    "place": N_("A place is named: {what}"),
    "day": N_("The day is told: {what}"),
}


def finding(sort: str, what: str) -> str:
    """One of them, said. A day is said as a person says it: turned around by the script around it, it would mislead."""
    if sort == "day":
        with suppress(ValueError):  # a day that no month has can be told
            what = formats.full_day(date.fromisoformat(what))
    return say(FINDINGS[sort], what=what)
