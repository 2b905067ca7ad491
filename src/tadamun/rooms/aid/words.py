"""What is said in words, on pages and in a terminal alike: kinds of help, how soon, conditions, states, steps.

This file does not know pages or commands.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tadamun.core.words import N_

DIRECTIONS: Final = {"request": N_("Request"), "offer": N_("Offer")}
CATEGORIES: Final = {
    "money": N_("Money"),
    "housing": N_("Housing"),
    "job": N_("Work"),
    "transport": N_("Transport"),
    "health": N_("Health care"),
    "mental-health": N_("Mental health"),
    "legal": N_("Law and papers"),
    "company": N_("Company"),
    "things": N_("Things"),
    "skills": N_("Skills"),
    "mentoring": N_("Mentoring"),
}
URGENCIES: Final = {
    "2d": N_("Within one or two days"),
    "5d": N_("Within three to five days"),
    "7d": N_("Within a week"),
    "any": N_("It can wait"),
}
CONDITIONS: Final = {
    "elsewhere": N_("Only people who are not from my town or region"),
    "near": N_("Only people from my town or region"),
    "language": N_("Only people who speak one of my languages"),
    "settled": N_("No newcomers"),
}
# The same, as those read it who are meant.
DEMANDS: Final = {
    "elsewhere": N_("Only for people from another place"),
    "near": N_("Only for people from the same place"),
    "language": N_("Only for people who speak one of the languages"),
    "settled": N_("Not for newcomers"),
}
STATES: Final = {
    "open": N_("Still open"),
    "claimed": N_("Somebody will do it"),
    "under-way": N_("Under way"),
    "done": N_("Done"),
    "withdrawn": N_("Withdrawn"),
    "expired": N_("Its time is over"),
}
PARTS: Final = {
    "claimed": N_("will do it"),
    "under-way": N_("is doing it"),
    "done": N_("has done it"),
    "given-up": N_("gave it up"),
    "declined": N_("was thanked, and not chosen"),
}
# Of one's own request or offer, or one's own part in another's.
STEPS: Final = {
    "claimed": N_("I will do it"),
    "under-way": N_("I have begun"),
    "done": N_("It is done"),
    "given-up": N_("I give it up"),
    "withdrawn": N_("Withdraw it"),
    "open": N_("Open it again"),
}
# Of somebody's part in one's own.
STEPS_OF: Final = {
    "under-way": N_("It has begun"),
    "done": N_("It is done"),
    "declined": N_("No, thank you"),
}
REASONS: Final[Mapping[str, str]] = {
    "soon": N_("It is needed soon"),
    "place": N_("In the same place"),
    "tag": N_("Both speak of {which}"),
    "language": N_("A language you share: {which}"),
    "nobody": N_("Nobody has claimed it yet"),
}
