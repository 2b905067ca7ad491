"""What is said about gatherings in kinds of our own, 3760 to 3769: a strict struct each (docs/protocol/kinds.md)."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, get_args

import msgspec

from tadamun.core.b64 import from_b64
from tadamun.core.body import read
from tadamun.core.errors import Reason, RemoteError
from tadamun.core.event import Event, Hex32, Tags
from tadamun.core.limits import MAX_INTEGER
from tadamun.core.text import allowed_line, allowed_text
from tadamun.rooms.gatherings.nip52 import HOUR, Plan, plan_allowed

MAX_REASON = 500  # characters
MAX_ORGANISERS = 16
MAX_SEATED = 400
MAX_BRIEFING = 16 * 1024  # bytes
MAX_SHARES = 16
MAX_WATCHERS = 8
LONGEST_OUT: Final = 31 * 86_400  # seconds

Role = Literal["organiser", "marshal", "medic", "legal", "media"]
ROLES: Final[tuple[str, ...]] = get_args(Role)

Version = Annotated[int, msgspec.Meta(ge=1, le=MAX_INTEGER)]
Count = Annotated[int, msgspec.Meta(ge=0, le=MAX_INTEGER)]
Moment = Annotated[int, msgspec.Meta(ge=1, le=2**40)]  # Unix seconds
Length = Annotated[int, msgspec.Meta(ge=0, le=7 * 86_400)]  # seconds
WORDS: Final = "[a-z]{4,8}( [a-z]{4,8}){19,32}"  # a share, as SLIP-39 writes it
Words = Annotated[str, msgspec.Meta(pattern=f"^{WORDS}\\Z")]
Box = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{1,6000}\\Z")]  # b64
Short = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{1,800}\\Z")]
Bytes32 = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{43}\\Z")]
Bytes16 = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{22}\\Z")]
Need = Annotated[int, msgspec.Meta(ge=2, le=MAX_SHARES)]
Marks = Annotated[tuple[Hex32, ...], msgspec.Meta(min_length=2, max_length=MAX_SHARES)]


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What all have in common: the version of the schema."""

    v: Literal[1] = 1


class About(Body, frozen=True, forbid_unknown_fields=True):
    """of: the gathering (of 3767, 3769: or the watch) that it is about, by the id of the event that opens it."""

    of: Hex32


class Change(About, frozen=True, forbid_unknown_fields=True):
    """3760: the whole plan anew. version counts up from 1."""

    version: Version
    plan: Plan


class Cancel(About, frozen=True, forbid_unknown_fields=True):
    """3761: it does not take place, for good. moderates: said by a moderator, who need not organise it."""

    moderates: bool
    reason: str


class Door(About, frozen=True, forbid_unknown_fields=True):
    """3762, a register of whoever opened the gathering. organisers: who else may change it (sorted member ids).
    seated: who has a place for sure (sorted). going, maybe: how many told the organisers alone."""

    version: Version
    organisers: Annotated[tuple[Hex32, ...], msgspec.Meta(max_length=MAX_ORGANISERS)]
    seated: Annotated[tuple[Hex32, ...], msgspec.Meta(max_length=MAX_SEATED)]
    going: Count
    maybe: Count


class Briefing(About, frozen=True, forbid_unknown_fields=True):
    """3763, in private: what those who have a role are to know. members: who has it (sorted)."""

    version: Version
    role: Role
    members: Annotated[tuple[Hex32, ...], msgspec.Meta(min_length=1, max_length=60)]
    text: str


class Key(Body, frozen=True, forbid_unknown_fields=True):
    """3764: the author's device can be told things in boxes for this key (X25519); its highest `seq` holds."""

    key: Bytes32


class Point(About, frozen=True, forbid_unknown_fields=True):
    """3765: the meeting point, sealed. need: of the shares named by `marks` (sorted SHA-256) so many open `box`.
    opens: from when on the shares are given out."""

    version: Version
    need: Need
    marks: Marks
    opens: Moment
    box: Box


class Share(About, frozen=True, forbid_unknown_fields=True):
    """3766, to one member: the share of the meeting point that they keep."""

    share: Words


class Release(About, frozen=True, forbid_unknown_fields=True):
    """3767: a share given out: of a meeting point to all, of a card to those who wait for its author."""

    share: Words


class Watch(Body, frozen=True, forbid_unknown_fields=True):
    """3768, to those who wait: the author means to be back by then.

    gathering: the one they go to, or "". after `legal_after` seconds more the legal contact is told, `card_after` later
    the card opens, by `need` of the shares named by `marks`. codes: the hashes, sorted, of the two tokens that end it,
    made with `salt`. boxes: for devices of those who wait: their share, and which code is said under force.
    """

    gathering: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?\\Z")]
    back_by: Moment
    legal_after: Length
    card_after: Length
    buddies: Annotated[tuple[Hex32, ...], msgspec.Meta(min_length=1, max_length=MAX_WATCHERS)]
    legal: Hex32
    need: Need
    marks: Marks
    codes: tuple[Hex32, Hex32]
    salt: Bytes16
    card: Box
    boxes: Annotated[tuple[Short, ...], msgspec.Meta(min_length=1, max_length=40)]


class Back(About, frozen=True, forbid_unknown_fields=True):
    """3769, to those who wait: the author is back. token: what the code they typed comes to."""

    token: Bytes32


Own = Change | Cancel | Door | Briefing | Key | Point | Share | Release | Watch | Back

BODIES: Final[dict[int, type[Own]]] = {
    3760: Change,
    3761: Cancel,
    3762: Door,
    3763: Briefing,
    3764: Key,
    3765: Point,
    3766: Share,
    3767: Release,
    3768: Watch,
    3769: Back,
}
CHANGE, CANCEL, DOOR, BRIEFING, KEY, POINT, SHARE, RELEASE, WATCH, BACK = BODIES

_decoders: Final[dict[int, msgspec.json.Decoder[Any]]] = {kind: msgspec.json.Decoder(t) for kind, t in BODIES.items()}


def decode(event: Event, rest: Tags) -> Own:
    """The body of an event of these kinds. Raises RemoteError (MALFORMED, NOT_CANONICAL, UNKNOWN_KIND)."""
    body: Own = read(_decoders[event.kind], event.content, rest)
    if not _well(body):
        raise RemoteError(Reason.MALFORMED)
    return body


def _well(body: Own) -> bool:
    """What a schema cannot say. Raises RemoteError(MALFORMED) for what is no base64url."""
    match body:
        case Change():
            return plan_allowed(body.plan)
        case Cancel():
            return allowed_line(body.reason, MAX_REASON)
        case Door():
            return in_order(body.organisers) and in_order(body.seated)
        case Briefing():
            return in_order(body.members) and allowed_text(body.text, MAX_BRIEFING)
        case Point():
            from_b64(body.box)
            return in_order(body.marks) and body.need <= len(body.marks) and body.opens % 60 == 0
        case Watch():
            named = {body.legal, *body.buddies}
            for text in (body.card, *body.boxes):
                from_b64(text)
            return (
                len(from_b64(body.salt, 16)) == 16
                and in_order(body.buddies)
                and len(named) == len(body.buddies) + 1 == len(body.marks)
                and in_order(body.marks)
                and body.need <= len(body.marks)
                and in_order(body.codes)
                and body.back_by % 60 == 0
            )
        case Key():
            return len(from_b64(body.key, 32)) == 32
        case Back():
            return len(from_b64(body.token, 32)) == 32
        case Share() | Release():
            return True


def in_order(ids: tuple[str, ...]) -> bool:
    """True if no id stands twice and all are sorted."""
    return list(ids) == sorted(set(ids))


def ends(watch: Watch) -> int:
    """The full hour at which everything of a watch is destroyed: a week after the card may open."""
    return -(-(watch.back_by + watch.legal_after + watch.card_after + 7 * 86_400) // HOUR) * HOUR
