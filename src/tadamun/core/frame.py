"""The tags that every event of a space begins with (docs/protocol/1-events.md, 1.3).

`split` reads them, `tags` writes them; both know one spelling only. This file does not know what the rest of the tags
or the content mean.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from tadamun.core.errors import Reason, RemoteError
from tadamun.core.event import Event, Tag, Tags, is_hex32
from tadamun.core.genuine import Frame
from tadamun.core.limits import MAX_INTEGER, MAX_PARENTS

HOUR: Final = 3_600  # seconds; expiry times are multiples of it, so that they tell little

_NUMBER: Final = re.compile("0|[1-9][0-9]{0,18}")
_OWN: Final = frozenset({"h", "auth", "cp", "log", "dm", "prev", "expiration"})


def split(event: Event) -> Frame:
    """The frame of an event, with the tags after it as `rest`.

    Raises RemoteError: MALFORMED without a frame, TOO_LARGE with too many ids, else NOT_CANONICAL.
    """
    tags = event.tags
    if len(tags) < 4 or tuple(tag[0] for tag in tags[:4] if tag) != ("h", "auth", "cp", "log"):
        raise RemoteError(Reason.MALFORMED)
    own, auth, height, log = tags[:4]
    if len(own) != 2 or len(height) != 2 or len(log) != 3 or not is_hex32(own[1]):
        raise RemoteError(Reason.NOT_CANONICAL)
    seq = _number(log[1])
    if not is_hex32(log[2]) if seq else log[2] != "":
        raise RemoteError(Reason.NOT_CANONICAL)
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
    if expires_at % HOUR or expiration == "0" or any(not tag or tag[0] in _OWN for tag in rest):
        raise RemoteError(Reason.NOT_CANONICAL)
    return Frame(
        space=own[1],
        auth=_ids(auth),
        height=_number(height[1]),
        seq=seq,
        previous=log[2],
        prev=prev,
        expires_at=expires_at,
        rest=rest,
        channel=channel,
    )


def tags(frame: Frame) -> Tags:
    """The tags of a frame, `rest` included. `auth` and `prev` are sorted here."""
    made: list[Tag] = [
        ("h", frame.space),
        ("auth", *sorted(frame.auth)),
        ("cp", str(frame.height)),
        ("log", str(frame.seq), frame.previous),
    ]
    if frame.channel:
        made.append(("dm", frame.channel))
    if frame.prev:
        made.append(("prev", *sorted(frame.prev)))
    if frame.expires_at:
        made.append(("expiration", str(frame.expires_at)))
    return (*made, *frame.rest)


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
