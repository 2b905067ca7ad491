"""What is said in words, on pages and in a terminal alike: kinds of help, how soon, conditions, states, steps.

This file does not know pages or commands.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tadamun.core.words import N_
from tadamun.i18n.words import say, say_count

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
SORTS: Final = {
    "organisation": N_("Organisation"),
    "shelter": N_("Shelter"),
    "clinic": N_("Clinic"),
    "lawyer": N_("Lawyer"),
    "hotline": N_("Hotline"),
    "other": N_("Something else"),
}
# How sure one can be of a resource by the reader's clock.
TRUST: Final = {
    "trusted": N_("Checked"),
    "stale": N_("Checked long ago: make sure before you rely on it"),
    "unchecked": N_("Nobody has checked it"),
    "closed": N_("Somebody says that it is not there any more"),
    "gone": N_("Taken out of the directory"),
}
WORDS: Final = {
    "good": N_("It is as told here"),
    "mind": N_("Mind something"),
    "closed": N_("It is not there any more"),
    "none": N_("I take back what I said"),
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
    "withdrawn": N_("Withdraw this"),
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
ENTRIES: Final = {
    "waiting": N_("not confirmed yet"),
    "confirmed": N_("confirmed"),
    "refused": N_("refused: it does not count"),
    "withdrawn": N_("withdrawn: it does not count"),
    "forgiven": N_("forgiven"),
}
HINTS: Final = {
    "given-much": N_("You gave much more than came back. You may rest, ask for something, or forgive it."),
    "taken-much": N_("Much came to you. Nobody collects it: give back what you can, when you can."),
}
DELAYS: Final = {
    600: N_("Within ten minutes: it is urgent"),
    7200: N_("Within two hours"),
    43_200: N_("Within half a day: hardest to guess"),
}
PAIRS: Final = {
    "waiting": N_("waiting for an answer"),
    "accepted": N_("agreed"),
    "declined": N_("declined"),
    "withdrawn": N_("withdrawn"),
    "ended": N_("ended"),
}


def amount(unit: str, count: int) -> str:
    """So much: `2 hours 30 minutes`, `3 units`."""
    if unit == "units":
        return say_count("{count} unit", "{count} units", count)
    hours, minutes = divmod(count, 60)
    parts = [say_count("{count} hour", "{count} hours", hours)] if hours else []
    parts += [say_count("{count} minute", "{count} minutes", minutes)] if minutes or not hours else []
    return " ".join(parts)


def owed(one: Mapping[str, Any]) -> list[str]:
    """What a balance comes to, of anything that has {minutes, units}; nothing if nothing is owed."""
    told = []
    for unit in ("minutes", "units"):
        if one[unit]:
            much = amount(unit, abs(one[unit]))
            told.append(say("You are owed {amount}" if one[unit] > 0 else "You owe {amount}", amount=much))
    return told
