"""What can be said about gatherings: in the kinds of NIP-52 (nip52.py), and in our own (3760-3769)."""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeVar

import msgspec

from tadamun.core.body import read
from tadamun.core.errors import Reason, RemoteError
from tadamun.core.event import Event, Hex32, Tags
from tadamun.core.limits import MAX_INTEGER
from tadamun.core.text import allowed_line
from tadamun.rooms.gatherings import nip52
from tadamun.rooms.gatherings.nip52 import ANSWER, DAYS, TIMES, Answer, Opening, Plan

CHANGE: Final = 3760
CANCEL: Final = 3761
DOOR: Final = 3762

MAX_REASON = 500  # characters
MAX_ORGANISERS = 16
MAX_SEATED = 400

Version = Annotated[int, msgspec.Meta(ge=1, le=MAX_INTEGER)]
Count = Annotated[int, msgspec.Meta(ge=0, le=MAX_INTEGER)]


class Own(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What all of our own kinds begin with. of: the gathering, by the id of the event that opens it."""

    v: Literal[1] = 1
    of: Hex32


class Change(Own, frozen=True, forbid_unknown_fields=True):
    """Kind 3760: the whole plan anew. version counts up from 1."""

    version: Version
    plan: Plan


class Cancel(Own, frozen=True, forbid_unknown_fields=True):
    """Kind 3761: it does not take place, for good. moderates: said by a moderator, who need not organise it."""

    moderates: bool
    reason: str


class Door(Own, frozen=True, forbid_unknown_fields=True):
    """Kind 3762, a register of whoever opened the gathering. organisers: who else may change it (sorted member ids).
    seated: who has a place for sure (sorted). going, maybe: how many told the organisers alone."""

    version: Version
    organisers: Annotated[tuple[Hex32, ...], msgspec.Meta(max_length=MAX_ORGANISERS)]
    seated: Annotated[tuple[Hex32, ...], msgspec.Meta(max_length=MAX_SEATED)]
    going: Count
    maybe: Count


_B = TypeVar("_B", bound=Own)

Body = Opening | Answer | Change | Cancel | Door

_change: Final = msgspec.json.Decoder(Change)
_cancel: Final = msgspec.json.Decoder(Cancel)
_door: Final = msgspec.json.Decoder(Door)


def decode(event: Event, rest: Tags) -> Body:
    """The body of an event of this room. Raises RemoteError (MALFORMED, NOT_CANONICAL, UNKNOWN_KIND)."""
    match event.kind:
        case 31922 | 31923 | 31925:
            return nip52.decode(event, rest)
        case 3760:
            change = read(_change, event.content, rest)
            return _checked(change, nip52.plan_allowed(change.plan))
        case 3761:
            cancel = read(_cancel, event.content, rest)
            return _checked(cancel, allowed_line(cancel.reason, MAX_REASON))
        case 3762:
            door = read(_door, event.content, rest)
            return _checked(door, in_order(door.organisers) and in_order(door.seated))
        case _:
            raise RemoteError(Reason.UNKNOWN_KIND)


KINDS: Final = frozenset({DAYS, TIMES, ANSWER, CHANGE, CANCEL, DOOR})


def in_order(ids: tuple[str, ...]) -> bool:
    """True if no id stands twice and all are sorted."""
    return list(ids) == sorted(set(ids))


def _checked(body: _B, well: bool) -> _B:
    if not well:
        raise RemoteError(Reason.MALFORMED)
    return body
