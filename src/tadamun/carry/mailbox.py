"""Which mailbox a sealed event is for, read from its JSON alone: all that a carrier needs to know of it."""

from __future__ import annotations

from typing import Final

import msgspec

SEALED: Final = 3700  # the kind of a sealed event (docs/protocol/3-seal.md)


class _Tags(msgspec.Struct):
    tags: list[list[str]]


_decode: Final = msgspec.json.Decoder(_Tags).decode


def mailbox_of(raw: bytes) -> str:
    """The public key in the first `p` tag, "" when there is none. Only the tags are decoded. Raises nothing."""
    try:
        tags = _decode(raw).tags
    except (ValueError, RecursionError):
        return ""
    return next((tag[1] for tag in tags if len(tag) > 1 and tag[0] == "p"), "")
