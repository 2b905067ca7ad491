"""Bodies of own kinds: JSON objects that accept one spelling only (docs/protocol/1-events.md, section 1.4)."""

from __future__ import annotations

from typing import Any, Final, TypeVar

import msgspec

from tadamun.core.errors import Reason, RemoteError

T = TypeVar("T", bound=msgspec.Struct)

_encode: Final = msgspec.json.Encoder().encode


class _Version(msgspec.Struct):
    v: int


_version: Final = msgspec.json.Decoder(_Version)


def spell(body: msgspec.Struct) -> str:
    """The one spelling: fields in the order of the struct, no white space, all fields present."""
    return _encode(body).decode()


def read(decoder: msgspec.json.Decoder[T], content: str, tags: tuple[tuple[str, ...], ...] = ()) -> T:
    """The body that `content` spells; own kinds have no body tags.

    Raises RemoteError: MALFORMED, NOT_CANONICAL, UNKNOWN_KIND for a version that this program does not know.
    """
    try:
        if _version.decode(content).v != 1:
            raise RemoteError(Reason.UNKNOWN_KIND)
        body: Any = decoder.decode(content)
    except (ValueError, RecursionError) as error:
        raise RemoteError(Reason.MALFORMED) from error
    if tags or spell(body) != content:
        raise RemoteError(Reason.NOT_CANONICAL)
    return body  # type: ignore[no-any-return]  # the decoder's own type
