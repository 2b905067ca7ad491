"""Pictures as something said names them: the tag `imeta` (NIP-92), in its one spelling, and how their bytes are cut.

Deviation from NIP-92: there is no `url`. The bytes come as events about what names them, each with a part of them,
sealed and kept as everything else (docs/protocol/kinds.md, "Pictures").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from tadamun.core.errors import Reason, RemoteError
from tadamun.core.text import allowed_line

TAG: Final = "imeta"
TYPES: Final = ("image/jpeg", "image/png", "image/webp")
MOST: Final = 4  # pictures in one post
MAX_BYTES: Final = 256 * 1024  # of one
MAX_SIDE: Final = 4_096  # pixels
MAX_ALT: Final = 1_000  # characters
PART: Final = 27 * 1024  # bytes in each part but the last: as base64 it fits in an inner event with its frame

_FIELDS: Final = ("x", "m", "size", "dim", "alt")
_DIM: Final = re.compile(r"([1-9][0-9]{0,3})x([1-9][0-9]{0,3})")
_SIZE: Final = re.compile(r"[1-9][0-9]{0,5}")
_HASH: Final = re.compile(r"[0-9a-f]{64}")


class Image(msgspec.Struct, frozen=True, gc=False):
    """hash: SHA256 of the bytes. size: how many. width, height: pixels. alt: what it shows, in words; "": not said."""

    hash: str
    type: str
    size: int
    width: int
    height: int
    alt: str = ""

    @property
    def parts(self) -> int:
        """How many parts bring it."""
        return -(-self.size // PART)

    def length(self, part: int) -> int:
        """Bytes of that part (from 0); 0: there is none."""
        return max(0, min(PART, self.size - part * PART)) if part >= 0 else 0


def tag_of(image: Image) -> tuple[str, ...]:
    """The tag, its fields in the one order."""
    fields = (f"x {image.hash}", f"m {image.type}", f"size {image.size}", f"dim {image.width}x{image.height}")
    return (TAG, *fields, *((f"alt {image.alt}",) if image.alt else ()))


def image_of(tag: Sequence[str]) -> Image:
    """What a tag names. Raises RemoteError; that it is spelled canonically is for the caller to see."""
    values = dict(field.partition(" ")[::2] for field in tag[1:])
    size, dim = _SIZE.fullmatch(values.get("size", "")), _DIM.fullmatch(values.get("dim", ""))
    alt = values.get("alt", "")
    if (
        not set(values) <= set(_FIELDS)
        or len(values) != len(tag) - 1
        or not _HASH.fullmatch(values.get("x", ""))
        or values.get("m") not in TYPES
        or size is None
        or dim is None
        or not allowed_line(alt, MAX_ALT)
    ):
        raise RemoteError(Reason.MALFORMED)
    image = Image(values["x"], values["m"], int(size[0]), int(dim[1]), int(dim[2]), alt)
    if image.size > MAX_BYTES or max(image.width, image.height) > MAX_SIDE:
        raise RemoteError(Reason.TOO_LARGE)
    return image


def check(images: Sequence[Image]) -> None:
    """Raises RemoteError for too many, or for one that is named twice."""
    if len(images) > MOST or len({image.hash for image in images}) != len(images):
        raise RemoteError(Reason.MALFORMED)
