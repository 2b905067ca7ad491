"""The link in a picture of its QR code: a photograph or a screenshot that somebody chose.

Pillow decodes, within bounds and only the formats in which such pictures come; zxing-cpp reads the code. Both block for
up to a second: callers run this in a thread. Nothing of the picture is kept.
"""

from __future__ import annotations

import io
import struct
import warnings
from typing import Final

from PIL import Image as Pillow

from tadamun.core.errors import UsageError
from tadamun.core.words import N_

MOST: Final = 12 * 2**20  # bytes
MOST_PIXELS: Final = 24_000_000
LONGEST: Final = 2_400  # pixels of the longer side that are looked at
FORMATS: Final = ("JPEG", "PNG", "WEBP")
OURS: Final = "tadamun:"
# What Pillow raises over broken files, by way of its plugins.
_BROKEN: Final = (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, struct.error,
                  OverflowError, MemoryError, Warning)  # fmt: skip


def read(data: bytes) -> str:
    """The link. Raises UsageError: too large, no picture, no code of ours in it."""
    if len(data) > MOST:
        raise UsageError(TOO_LARGE)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Pillow.DecompressionBombWarning)
            with Pillow.open(io.BytesIO(data), formats=FORMATS) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise UsageError(TOO_LARGE)
                if opened.format == "JPEG":
                    opened.draft("L", (LONGEST, LONGEST))
                grey = opened.convert("L")
        grey.thumbnail((LONGEST, LONGEST))
    except UsageError:
        raise
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning) as error:
        raise UsageError(TOO_LARGE) from error
    except _BROKEN as error:
        raise UsageError(NO_CODE) from error
    import zxingcpp  # only when a picture is there to be read

    found = zxingcpp.read_barcodes(grey, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    for code in found:
        if code.text.strip().lower().startswith(OURS):
            return str(code.text.strip())
    raise UsageError(NO_CODE)


TOO_LARGE: Final = N_(
    "That picture is too large to look through. Nothing was sent. Cut it down to the code, or paste the link instead."
)
NO_CODE: Final = N_(
    "No code with an invitation was found in that file. Nothing was sent. Take the picture again, straight and with "
    "the whole code in it, or paste the link instead."
)
