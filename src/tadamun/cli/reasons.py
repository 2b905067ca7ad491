"""Why events from elsewhere were dropped or set aside, in words: for each counter of `tadamun status`."""

from __future__ import annotations

from typing import Final

from tadamun.core.errors import Reason
from tadamun.core.words import N_
from tadamun.i18n.words import _

WORDS: Final[dict[str, str]] = {
    Reason.MALFORMED: N_("not in the shape of an event"),
    Reason.TOO_LARGE: N_("too large"),
    Reason.BAD_ID: N_("with a wrong id"),
    Reason.BAD_SIGNATURE: N_("wrongly signed"),
    Reason.CANNOT_OPEN: N_("sealed so that you cannot open it"),
    Reason.NOT_CANONICAL: N_("not in the one spelling allowed"),
    Reason.UNKNOWN_KIND: N_("of a kind unknown here (kept for later)"),
    Reason.WRONG_SPACE: N_("from another space"),
    Reason.NOT_MEMBER: N_("from somebody who is no member"),
    Reason.NOT_ALLOWED: N_("against the space's rules"),
    Reason.AFTER_REMOVAL: N_("from somebody removed before"),
    Reason.EQUIVOCATION: N_("one of two that contradict each other"),
    Reason.REPLAYED: N_("a repetition"),
    Reason.EXPIRED: N_("past its time"),
    Reason.PARKED_OVERFLOW: N_("waiting for others that never came"),
    Reason.OVER_QUOTA: N_("more than there is room for"),
    Reason.TOO_FAST: N_("sent too fast"),
    Reason.TOO_SLOW: N_("asked for, but not taken in time"),
    Reason.PROTOCOL: N_("not as the protocol has it"),
}


def reason_words(reason: str) -> str:
    """The counter's meaning in the current language; a counter of a newer node by its own name."""
    return _(WORDS[reason]) if reason in WORDS else reason
