"""Bytes as text, in the one spelling the protocol has: unpadded base64url (RFC 4648 §5) and lower-case hex.

Decoding takes the canonical spelling only, so that no two texts stand for the same bytes.
"""

from __future__ import annotations

import binascii
import re
from base64 import urlsafe_b64encode
from typing import Final

from tadamun.core.errors import Reason, RemoteError
from tadamun.core.event import is_hex32

_URLSAFE: Final = re.compile(r"[A-Za-z0-9_-]*")
_TO_STANDARD: Final = str.maketrans("-_", "+/")


def to_b64(data: bytes | bytearray | memoryview) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_b64(text: str, length: int | None = None) -> bytes:
    """The bytes of `text`, exactly `length` of them if given. Raises RemoteError(MALFORMED)."""
    if _URLSAFE.fullmatch(text) is None:
        raise RemoteError(Reason.MALFORMED, "not base64url")
    try:
        data = binascii.a2b_base64(text.translate(_TO_STANDARD) + "=" * (-len(text) % 4), strict_mode=True)
    except ValueError as error:
        raise RemoteError(Reason.MALFORMED, "not base64url") from error
    if to_b64(data) != text or (length is not None and len(data) != length):
        raise RemoteError(Reason.MALFORMED, "not the canonical base64url, or not of the right length")
    return data


def raw32(name: str | bytes) -> bytes:
    """An id or key as its 32 bytes, which is how it enters hashes; from lower-case hex or bytes already.

    Raises RemoteError(MALFORMED) on anything else.
    """
    if isinstance(name, bytes) and len(name) == 32:
        return name
    if isinstance(name, str) and is_hex32(name):
        return bytes.fromhex(name)
    raise RemoteError(Reason.MALFORMED, "not 32 bytes")
