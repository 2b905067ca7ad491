"""The tags that every event of a space begins with (docs/protocol/1-events.md, 1.3).

`split` reads them, `tags` writes them; both know one spelling only. This file does not know what the rest of the tags
or the content mean.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import Final

from tadamun.core.b64 import from_b64, to_b64
from tadamun.core.errors import Reason, RemoteError
from tadamun.core.event import Event, Tag, Tags, event_id, is_hex32
from tadamun.core.genuine import Frame, Proof
from tadamun.core.limits import MAX_INTEGER, MAX_PARENTS, MAX_PERIOD, MAX_RING, MAX_SLOTS, MAX_UNDER

HOUR: Final = 3_600  # seconds; expiry times are multiples of it, so that they tell little

_NUMBER: Final = re.compile("0|[1-9][0-9]{0,18}")
_SCOPE: Final = re.compile("[a-z][a-z0-9.-]{0,39}")
_BEGINNING: Final = [("h",), ("auth",), ("cp",)]
_PLACE: Final = frozenset({"log", "mask", "under"})  # where an event stands among its author's
_OWN: Final = frozenset({"h", "auth", "cp", "dm", "prev", "expiration"}) | _PLACE


def split(event: Event) -> Frame:
    """The frame of an event, with the tags after it as `rest`.

    Raises RemoteError: MALFORMED without a frame, TOO_LARGE with too many ids, else NOT_CANONICAL.
    """
    tags = event.tags
    if len(tags) < 4 or [tag[:1] for tag in tags[:3]] != _BEGINNING or not tags[3] or tags[3][0] not in _PLACE:
        raise RemoteError(Reason.MALFORMED)
    space, auth, height = _head(*tags[:3])
    where = tags[3]
    seq, previous, under, mask = 0, "", "", None
    if where[0] == "mask":
        mask = _proof(where)
    elif where[0] == "under":
        under, seq = _under(where)
    else:
        seq, previous = _log(where)
    at = 4
    channel, at = _single(tags, at, "dm")
    if channel and not is_hex32(channel):
        raise RemoteError(Reason.NOT_CANONICAL)
    prev: tuple[str, ...] = ()
    if at < len(tags) and tags[at] and tags[at][0] == "prev":
        prev = _ids(tags[at])
        if not prev:
            raise RemoteError(Reason.NOT_CANONICAL)
        at += 1
    expiration, at = _single(tags, at, "expiration")
    expires_at = _number(expiration) if expiration else 0
    rest = tags[at:]
    if expires_at % HOUR or expiration == "0" or (rest and any(not tag or tag[0] in _OWN for tag in rest)):
        raise RemoteError(Reason.NOT_CANONICAL)
    if (mask is not None or under) and (channel or expires_at or event.created_at % HOUR):
        raise RemoteError(Reason.NOT_CANONICAL)
    return Frame(
        space=space,
        auth=auth,
        height=height,
        seq=seq,
        previous=previous,
        prev=prev,
        expires_at=expires_at,
        mask=mask,
        under=under,
        rest=rest,
        channel=channel,
    )


def tags(frame: Frame) -> Tags:
    """The tags of a frame, `rest` included. `auth` and `prev` are sorted here."""
    made: list[Tag] = [
        ("h", frame.space),
        ("auth", *sorted(frame.auth)),
        ("cp", str(frame.height)),
        _place(frame),
    ]
    if frame.channel:
        made.append(("dm", frame.channel))
    if frame.prev:
        made.append(("prev", *sorted(frame.prev)))
    if frame.expires_at:
        made.append(("expiration", str(frame.expires_at)))
    return (*made, *frame.rest)


def unproven(pubkey: str, created_at: int, kind: int, content: str, tags: Tags) -> bytes:
    """What the proof of an event under a one-time key is about, 32 bytes: the id it would have with no proof in it."""
    without = (*tags[:3], (*tags[3][:-1], ""), *tags[4:])
    return bytes.fromhex(event_id(pubkey, created_at, kind, without, content))


def _place(frame: Frame) -> Tag:
    if frame.mask is not None:
        mask = frame.mask
        ring = to_b64(bytes.fromhex("".join(mask.ring)))
        return "mask", mask.scope, str(mask.period), str(mask.slot), ring, mask.tag, mask.proof
    if frame.under:
        return "under", frame.under, str(frame.seq)
    return "log", str(frame.seq), frame.previous


def _log(tag: Tag) -> tuple[int, str]:
    if len(tag) != 3:
        raise RemoteError(Reason.NOT_CANONICAL)
    seq = _number(tag[1])
    if not is_hex32(tag[2]) if seq else tag[2] != "":
        raise RemoteError(Reason.NOT_CANONICAL)
    return seq, tag[2]


def _under(tag: Tag) -> tuple[str, int]:
    if len(tag) != 3 or not is_hex32(tag[1]):
        raise RemoteError(Reason.NOT_CANONICAL)
    seq = _number(tag[2])
    if not 1 <= seq <= MAX_UNDER:
        raise RemoteError(Reason.TOO_LARGE)
    return tag[1], seq


def _proof(tag: Tag) -> Proof:
    if len(tag) != 7 or _SCOPE.fullmatch(tag[1]) is None:
        raise RemoteError(Reason.NOT_CANONICAL)
    period, slot = _number(tag[2]), _number(tag[3])
    if period > MAX_PERIOD or slot >= MAX_SLOTS or len(tag[4]) > 2 * 32 * MAX_RING:
        raise RemoteError(Reason.TOO_LARGE)
    packed = from_b64(tag[4]).hex()
    ring = tuple(packed[at : at + 64] for at in range(0, len(packed), 64))
    if not 2 <= len(ring) <= MAX_RING or len(ring[-1]) != 64 or any(one >= after for one, after in pairwise(ring)):
        raise RemoteError(Reason.NOT_CANONICAL)
    from_b64(tag[5], 32)
    from_b64(tag[6], 32 * (len(ring) + 1))
    return Proof(scope=tag[1], period=period, slot=slot, ring=ring, tag=tag[5], proof=tag[6])


@lru_cache(maxsize=1024)  # thousands of events cite the same heads
def _head(own: Tag, auth: Tag, height: Tag) -> tuple[str, tuple[str, ...], int]:
    """Space, cited heads, and their height."""
    if len(own) != 2 or len(height) != 2 or not is_hex32(own[1]):
        raise RemoteError(Reason.NOT_CANONICAL)
    return own[1], _ids(auth), _number(height[1])


def _number(text: str) -> int:
    if _NUMBER.fullmatch(text) is None or (number := int(text)) > MAX_INTEGER:
        raise RemoteError(Reason.NOT_CANONICAL)
    return number


def _ids(tag: Tag) -> tuple[str, ...]:
    ids = tag[1:]
    if len(ids) > MAX_PARENTS:
        raise RemoteError(Reason.TOO_LARGE)
    if not all(map(is_hex32, ids)) or any(one >= after for one, after in pairwise(ids)):
        raise RemoteError(Reason.NOT_CANONICAL)
    return ids


def _single(tags: Tags, at: int, name: str) -> tuple[str, int]:
    """The value of an optional tag of one value, and where to read on."""
    if at < len(tags) and tags[at] and tags[at][0] == name:
        if len(tags[at]) != 2 or not tags[at][1]:
            raise RemoteError(Reason.NOT_CANONICAL)
        return tags[at][1], at + 1
    return "", at
