"""What is said of stories in words, on pages and in a terminal alike. This file does not know pages or commands."""

from __future__ import annotations

from typing import Final

from tadamun.core.words import N_

# What stands in a story that tells of somebody or somewhere.
FINDINGS: Final = {
    "name": N_("A member is called so, and may be meant: {what}"),
    "mention": N_("The id of a member stands in it: {what}"),
    "place": N_("A place is named: {what}"),
    "day": N_("The day is told: {what}"),
}
