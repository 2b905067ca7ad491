"""What the wire store keeps of an event beside its JSON: one row, its tags, and which mailboxes it is addressed to."""

from __future__ import annotations

from typing import Final

import msgspec

from tadamun.core.event import Event, to_json
from tadamun.store.wire_schema import SEALED

OVERHEAD: Final = 200  # bytes a row takes beside its JSON, indexes included
SEPARATOR: Final = b"\x1e"  # cannot occur in JSON, so pages of events are read as one value


class Row(msgspec.Struct, frozen=True):
    """boxes: mailboxes of a sealed event; box: the first one, whose quota it uses, "" for public kinds together.

    tags: (name, value) to look up by. size: bytes that count against quotas.
    """

    event: Event
    raw: bytes
    expires_at: int
    boxes: tuple[str, ...]
    tags: tuple[tuple[str, str], ...]
    size: int
    box: str


def row(event: Event, raw: bytes) -> Row:
    """Read an event's tags once."""
    expires_at = 0
    found: dict[tuple[str, str], None] = {}
    for tag in event.tags:
        if len(tag) < 2:
            continue
        if len(tag[0]) == 1 and tag[0].isascii() and tag[0].isalpha():
            found[(tag[0], tag[1])] = None
        elif tag[0] == "expiration" and not expires_at:
            expires_at = _seconds(tag[1])
    boxes: tuple[str, ...] = ()
    if event.kind == SEALED:
        boxes = tuple(value for name, value in found if name == "p" and value)
        if boxes:
            del found[("p", boxes[0])]
    if SEPARATOR in raw:
        raw = to_json(event)
    return Row(event, raw, expires_at, boxes, tuple(found), len(raw) + OVERHEAD, boxes[0] if boxes else "")


def _seconds(text: str) -> int:
    """NIP-40's time; 0 (never) for what is no time. "0" itself is long ago."""
    if text.isascii() and text.isdigit() and len(text) <= 18:
        return max(int(text), 1)
    return 0
