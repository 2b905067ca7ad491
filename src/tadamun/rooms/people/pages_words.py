"""What several pages of people say alike: roles, who decides, languages, QR codes. This file does not know pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from tadamun.core.words import N_
from tadamun.i18n import formats
from tadamun.i18n.words import _, say

STEWARD: Final = 50
DAY: Final = 86_400  # seconds
ROLES: Final = {
    100: N_("founder"),
    50: N_("steward"),
    20: N_("moderator"),
    10: N_("member"),
    0: N_("newcomer"),
}
ACTS: Final = {
    "write": N_("write"),
    "invite": N_("make invitations"),
    "admit": N_("let people in"),
    "moderate": N_("retract what others wrote"),
    "remove": N_("remove people of a lower role"),
    "amend": N_("change the charter"),
}
DECIDES: Final = {
    "alone": N_("You can do this alone. It takes effect at once, on each device as soon as it hears of it."),
    "together": N_(
        "You cannot do this alone: you propose it, and it takes effect when enough have signed."
        " Signatures needed: {needed}. Members who can sign: {electors}."
    ),
    "few": N_(
        "You cannot do this alone, and there are too few who could sign. Signatures needed: {needed}. Members who can"
        " sign: {electors}. It becomes possible when there are more stewards."
    ),
    "nobody": N_("Your role does not let you do this. The charter says who can."),
    "this": N_("This is the device you are using: it cannot shut itself out. Do it from another one of yours."),
}
# Spoken where this program is used, each in its own letters, "" where many computers lack these; others are typed.
LANGUAGES: Final = (
    ("ar", "العربية"), ("ku", "Kurdî"), ("ckb", "کوردی"), ("fa", "فارسی"), ("tr", "Türkçe"), ("he", "עברית"),
    ("hy", "Հայերեն"), ("ur", "اردو"), ("am", ""), ("ti", ""), ("so", "Soomaali"), ("sw", "Kiswahili"),
    ("zgh", "Tamaziɣt"), ("en", "English"), ("fr", "Français"), ("es", "Español"), ("de", "Deutsch"),
    ("ru", "Русский"),
)  # fmt: skip


def role(level: int) -> str:
    """What a level is called; a level without a name by its number."""
    return _(ROLES[level]) if level in ROLES else say("level {level}", level=level)


def decides(told: Mapping[str, Any]) -> str:
    """Who decides, of anything that has {who, needed, electors}."""
    who = str(told["who"])
    if who == "together" and told["needed"] > told["electors"]:
        who = "few"
    return say(DECIDES[who], needed=told["needed"], electors=told["electors"])


def possible(told: Mapping[str, Any]) -> bool:
    """Whether one can do it, or propose it with some hope."""
    return bool(told["who"] == "alone" or (told["who"] == "together" and told["needed"] <= told["electors"]))


def may(level: int, acts: Iterable[Mapping[str, Any]]) -> str:
    """What somebody of that level may do alone, by the space's charter."""
    able = [_(ACTS[one["act"]]) for one in acts if one["level"] <= level and (level or one["act"] == "write")]
    return say("May {acts}.", acts=formats.listed(able)) if able else _("May read.")


def languages(tags: Iterable[str]) -> str:
    return formats.listed([formats.tongue(tag) for tag in tags])


def qr(content: str) -> str:
    """The QR code as an address of an image, black on white whatever the theme: cameras want it so."""
    import segno

    made = segno.make(content, error="m" if len(content) < 200 else "l", micro=False)
    return str(made.svg_data_uri(border=3, omitsize=True, encode_minimal=True, light="#fff"))


def levels_up_to(most: int) -> list[int]:
    """The named levels that somebody of level `most` may give, the usual one first."""
    return [level for level in (10, 0, 20, 50, 100) if level <= most]
