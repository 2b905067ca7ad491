"""Events as NIP-01 has them: their one serialisation, their id, their strict decoding.

This file does not know signatures (crypto does), spaces, or sealing. An `Event` from `parse` has the right shape and
size and nothing more is promised of it; `crypto.keys.verify` makes a `Genuine` of it.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Final

import msgspec

from tadamun.core.errors import Reason, RemoteError
from tadamun.core.limits import MAX_KIND, MAX_SEALED, MAX_TAG_ITEMS, MAX_TAGS

Tag = tuple[str, ...]
Tags = tuple[Tag, ...]

Hex32 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}\\Z")]
Hex64 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{128}\\Z")]


def is_hex(text: str, length: int) -> bool:
    """True for that many lower-case hexadecimal digits, an even number. Takes a third of the time of a pattern."""
    try:
        return len(text) == length and bytes.fromhex(text).hex() == text  # `fromhex` forgives capitals and white space
    except ValueError:
        return False


def is_hex32(text: str) -> bool:
    """True for 32 bytes in lower-case hexadecimal: an id or a public key."""
    return is_hex(text, 64)


class Draft(msgspec.Struct, frozen=True):
    """What somebody is about to sign. `created_at` is in Unix seconds and only ever shown, never trusted."""

    kind: int
    content: str
    tags: Tags
    created_at: int


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A NIP-01 event. Field order is the order of its JSON here; ids and keys are lower-case hex.

    Decode it by `parse` alone: that id, key and signature are hex is seen there, in a fifth of the time that patterns
    take.
    """

    id: str
    pubkey: str
    created_at: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
    kind: Annotated[int, msgspec.Meta(ge=0, le=MAX_KIND)]
    tags: Annotated[
        tuple[Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=MAX_TAG_ITEMS)], ...],
        msgspec.Meta(max_length=MAX_TAGS),
    ]
    content: str
    sig: str

    def tag(self, name: str) -> Tag | None:
        """The first tag of that name, or None."""
        for tag in self.tags:
            if tag[0] == name:
                return tag
        return None


_decoder: Final = msgspec.json.Decoder(Event)
_encoder: Final = msgspec.json.Encoder()


def event_id(pubkey: str, created_at: int, kind: int, tags: Tags, content: str) -> str:
    """NIP-01: SHA-256 of the UTF-8 JSON array `[0, pubkey, created_at, kind, tags, content]`, no white space.

    Control characters below 0x20 that NIP-01 does not list are written `\\u00xx`, as JSON demands and every
    implementation in use does.
    """
    return hashlib.sha256(_encoder.encode((0, pubkey, created_at, kind, tags, content))).hexdigest()


def id_of(event: Event) -> str:
    """The id that the event should have."""
    return event_id(event.pubkey, event.created_at, event.kind, event.tags, event.content)


def to_json(event: Event) -> bytes:
    """The event's JSON as this project writes it: fields in declaration order, no white space."""
    return _encoder.encode(event)


def parse(raw: bytes | str, limit: int = MAX_SEALED) -> Event:
    """Decode one event of at most `limit` bytes. Checks shape and size, not the id and not the signature.

    Raises RemoteError (TOO_LARGE, MALFORMED).
    """
    if len(raw) > limit:
        raise RemoteError(Reason.TOO_LARGE)
    try:
        event = _decoder.decode(raw)
    except (ValueError, RecursionError) as error:
        raise RemoteError(Reason.MALFORMED) from error
    if len(event.id) != 64 or len(event.pubkey) != 64 or not is_hex(event.id + event.pubkey + event.sig, 256):
        raise RemoteError(Reason.MALFORMED)
    return event
