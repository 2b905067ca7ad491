"""What can be said about gatherings: in the kinds of NIP-52 (nip52.py), and in our own (own.py)."""

from __future__ import annotations

from typing import Final

from tadamun.core.errors import Reason, RemoteError
from tadamun.core.event import Event, Tags
from tadamun.rooms.gatherings import nip52, own
from tadamun.rooms.gatherings.nip52 import ANSWER, DAYS, TIMES, Answer, Opening
from tadamun.rooms.gatherings.own import Own

Body = Opening | Answer | Own

KINDS: Final = frozenset({DAYS, TIMES, ANSWER, *own.BODIES})
PRIVATE: Final = frozenset({ANSWER, own.BRIEFING, own.SHARE, own.RELEASE, own.WATCH, own.BACK})


def decode(event: Event, rest: Tags) -> Body:
    """The body of an event of this room. Raises RemoteError (MALFORMED, NOT_CANONICAL, UNKNOWN_KIND)."""
    if event.kind in own.BODIES:
        return own.decode(event, rest)
    if event.kind in KINDS:
        return nip52.decode(event, rest)
    raise RemoteError(Reason.UNKNOWN_KIND)
