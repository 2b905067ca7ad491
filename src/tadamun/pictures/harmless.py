"""Pictures made harmless before they are kept: decoded within bounds, turned upright, everything but the pixels
dropped, and encoded anew. Where and when it was taken, with what device, and what editors left inside is gone then.

The decoders are Pillow's. They see only four formats, only what is small enough, and not before the header has said so.
These calls block for up to some seconds: callers run them in a thread, one at a time.
"""

from __future__ import annotations

import hashlib
import io
import struct
import warnings
from typing import Final

from PIL import Image as Pillow
from PIL import ImageOps

from tadamun.core.errors import UsageError
from tadamun.core.imeta import MAX_BYTES, TYPES, Image

MAX_FILE: Final = 32 * 2**20  # bytes of what somebody chooses
MAX_PIXELS: Final = 24_000_000
LONGEST: Final = 2_048  # pixels of the longer side that are kept
FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF")
_QUALITIES: Final = (85, 75, 62, 50)
_SMALLER: Final = 0.75  # of each side, when no quality is enough
# What Pillow raises over broken files, by way of its plugins.
_BROKEN: Final = (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, struct.error,
                  OverflowError, MemoryError, Pillow.DecompressionBombError, Warning)  # fmt: skip


def clean(data: bytes, alt: str = "") -> tuple[Image, bytes]:
    """The picture as it may be sent: of an animation its first frame, opaque ones as JPEG, others as WebP. The same
    bytes give the same. Raises UsageError."""
    if len(data) > MAX_FILE:
        raise UsageError("That file is larger than {most} MB. Choose a smaller picture.", most=MAX_FILE // 2**20)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Pillow.DecompressionBombWarning)
            with Pillow.open(io.BytesIO(data), formats=FORMATS) as opened:
                width, height = opened.size
                if width * height > MAX_PIXELS:
                    raise UsageError(
                        "That picture has more than {most} million pixels. Make it smaller, then choose it again.",
                        most=MAX_PIXELS // 1_000_000,
                    )
                opened.seek(0)
                if opened.format == "JPEG":
                    opened.draft("RGB", (LONGEST, LONGEST))  # decodes at a fraction of the size where that is enough
                upright = ImageOps.exif_transpose(opened)
                clear = "A" in upright.getbands() or "transparency" in upright.info
                pixels = upright.convert("RGBA" if clear else "RGB")
        pixels.thumbnail((LONGEST, LONGEST), Pillow.Resampling.LANCZOS)
        made = _encoded(pixels, clear)
    except UsageError:
        raise
    except _BROKEN as error:
        raise UsageError(
            "That file is no picture that can be read: choose a JPEG, PNG, WebP or GIF. Nothing was sent."
        ) from error
    width, height = pixels.size if made[1] is None else made[1]
    kind = "image/webp" if clear else "image/jpeg"
    return Image(hashlib.sha256(made[0]).hexdigest(), kind, len(made[0]), width, height, alt), made[0]


def sound(data: bytes, named: Image) -> bool:
    """Whether bytes from elsewhere are a picture of the type and size that was named, by their header alone."""
    if len(data) != named.size or hashlib.sha256(data).hexdigest() != named.hash:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Pillow.DecompressionBombWarning)
            with Pillow.open(io.BytesIO(data), formats=[one.removeprefix("image/").upper() for one in TYPES]) as opened:
                found = f"image/{(opened.format or '').lower()}", opened.size, getattr(opened, "n_frames", 1)
    except _BROKEN:
        return False
    return found == (named.type, (named.width, named.height), 1)


def _encoded(pixels: Pillow.Image, clear: bool) -> tuple[bytes, tuple[int, int] | None]:
    """The best of the qualities that fits, at smaller and smaller sizes. A new image carries no metadata over."""
    while True:
        bare = Pillow.new(pixels.mode, pixels.size)
        bare.paste(pixels)
        for quality in _QUALITIES:
            out = io.BytesIO()
            if clear:
                bare.save(out, "WEBP", quality=quality, method=4)
            else:
                bare.save(out, "JPEG", quality=quality, optimize=True)
            if out.tell() <= MAX_BYTES:
                return out.getvalue(), bare.size
        pixels = pixels.resize(
            (max(1, int(pixels.width * _SMALLER)), max(1, int(pixels.height * _SMALLER))), Pillow.Resampling.LANCZOS
        )
