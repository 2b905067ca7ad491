"""Words for what the node names by a key: why events were set aside, how it stands with a peer, what an act does.

A key of a newer node that has no words here is shown as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tadamun.core.errors import Reason
from tadamun.core.words import N_
from tadamun.i18n.bidi import clean
from tadamun.i18n.words import _

REASONS: Final[Mapping[str, str]] = {
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


# carry/status.py; "off": the node runs without carriers, or has not gone there yet.
STATES: Final[Mapping[str, str]] = {
    "connecting": N_("connecting"),
    "reconciling": N_("catching up"),
    "live": N_("connected"),
    "waiting": N_("not reached, tries again"),
    "off": N_("not connected"),
}
# store/peers.py: who told us of an address.
SOURCES: Final[Mapping[str, str]] = {
    "typed": N_("added by you"),
    "invite": N_("from an invite"),
    "announced": N_("told by a member"),
    "lan": N_("on the local network"),
}
# A space as this node stands in it.
STANDINGS: Final[Mapping[str, str]] = {
    "joining": N_("waiting to be let in"),
    "member": "",
    "out": N_("you are no member any more"),
}
# What a proposed act does, and to whom.
ACTS: Final[Mapping[str, str]] = {
    "remove": N_("remove {name}"),
    "level": N_("change the role of {name}"),
    "revoke": N_("shut out a device of {name}"),
    "admit": N_("admit {name}"),
    "charter": N_("amend the charter"),
}


def term(words: Mapping[str, str], key: str) -> str:
    """The key's words in the current language."""
    return _(words[key]) if key in words else clean(key, lines=False)
