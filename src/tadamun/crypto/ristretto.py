"""ristretto255 (RFC 9496) through the libsodium that rbcl brings: the few calls that ring signatures rest on.

Points and scalars are 32 bytes in their one encoding (§4.3; scalars little endian, below the order). Nothing here
computes, it only passes bytes. libsodium's multiplication takes the same time for every scalar; what a call returns is
`bytes`, which Python does not wipe.

rbcl carries libsodium inside a Python file and writes it to a temporary file at each start, to load it from there, and
leaves that behind. So it is loaded when first needed, from a folder of its own that is removed at once.
"""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import suppress
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any, Final

SIZE: Final = 32  # bytes of a point, and of a scalar
WIDE: Final = 64  # bytes that a point or a scalar is made of evenly
ORDER: Final = 2**252 + 27742317777372353535851937790883648493  # RFC 9496 §4
FIELD: Final = 2**255 - 19
IDENTITY: Final = bytes(SIZE)

_LOADING: Final = Lock()


@lru_cache(maxsize=1)
def _library() -> Any:
    """rbcl, loaded. Raises OSError where no folder allows a library to be loaded from it."""
    with _LOADING:
        if "rbcl" in sys.modules:
            return sys.modules["rbcl"]
        try:
            return _load_from(None)
        except OSError:
            # Some systems let nothing be run from where temporary files lie; from where packages lie they must.
            spec = find_spec("rbcl")
            if spec is None or spec.origin is None:
                raise
            return _load_from(str(Path(spec.origin).parent))


def _load_from(parent: str | None) -> Any:
    folder, before = tempfile.mkdtemp(dir=parent), tempfile.tempdir
    tempfile.tempdir = folder
    try:
        import rbcl

        return rbcl
    finally:
        tempfile.tempdir = before
        # What is mapped stays so without its name; where a file in use cannot be removed (Windows), it is left behind.
        with suppress(OSError):
            for left in Path(folder).glob("*.so"):
                left.unlink()
            os.rmdir(folder)


def is_point(data: bytes) -> bool:
    """Whether it is the encoding of a point other than the identity. Not for secrets."""
    if len(data) != SIZE or data == IDENTITY:
        return False
    # §4.3.1, step 1. libsodium 1.0.18, which rbcl 1.1 brings, overlooks the highest bit: a point would have two
    # spellings, and a key two tags.
    if int.from_bytes(data, "little") >= FIELD:
        return False
    return bool(_library().crypto_core_ristretto255_is_valid_point(data))


def is_scalar(data: bytes) -> bool:
    """Whether it is the encoding of a scalar other than zero. Not for secrets: it takes as long as it takes."""
    return len(data) == SIZE and 0 < int.from_bytes(data, "little") < ORDER


def scalar_of(wide: bytes) -> bytes:
    """The scalar that 64 even bytes give (§4.4)."""
    made: bytes = _library().crypto_core_ristretto255_scalar_reduce(wide)
    return made


def point_of(wide: bytes) -> bytes:
    """The point that 64 even bytes give, of which nobody knows the logarithm (§4.3.4)."""
    made: bytes = _library().crypto_core_ristretto255_from_hash(wide)
    return made


def of_base(scalar: bytes) -> bytes:
    """scalar · G. The scalar is not zero."""
    made: bytes = _library().crypto_scalarmult_ristretto255_base(scalar)
    return made


def times(scalar: bytes, point: bytes) -> bytes:
    """scalar · point. Neither is zero, and the point was checked."""
    made: bytes = _library().crypto_scalarmult_ristretto255(scalar, point)
    return made


def plus(one: bytes, other: bytes) -> bytes:
    """The sum of two points, which were checked or computed."""
    made: bytes = _library().crypto_core_ristretto255_add(one, other)
    return made


def less_product(one: bytes, two: bytes, three: bytes) -> bytes:
    """one − two · three, of scalars."""
    sodium = _library()
    product = sodium.crypto_core_ristretto255_scalar_mul(two, three)
    made: bytes = sodium.crypto_core_ristretto255_scalar_sub(one, product)
    return made
