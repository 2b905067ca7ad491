"""libsecp256k1, through coincurve's binding: the six calls that everything with BIP340 keys rests on.

coincurve's own classes keep the private key as `bytes` that cannot be wiped, rebuild the key pair at every
signature and check each one again: 76 µs, where the two calls that are needed take 20 µs. So the library is called
directly, on buffers that belong to us. Nothing here computes; it only passes buffers.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from coincurve._libsecp256k1 import ffi, lib
from coincurve.context import GLOBAL_CONTEXT

# coincurve has randomised this context (blinding against side channels). It is not written to afterwards, hence
# threads may share it (secp256k1.h, "a constructed context can safely be used from multiple threads").
_CTX: Final = GLOBAL_CONTEXT.ctx
_PAIR_SIZE: Final = ffi.sizeof("secp256k1_keypair")
_ZEROS: Final = bytes(_PAIR_SIZE)

_parse_key: Final = lib.secp256k1_xonly_pubkey_parse
_verify: Final = lib.secp256k1_schnorrsig_verify
_new: Final = ffi.new

Pair = Any  # a `secp256k1_keypair *`; cffi has no types to offer


def pair_of(secret: memoryview) -> Pair:
    """The key pair of a 32-byte private key. Raises ValueError for zero, or at or above the curve order."""
    pair = _new("secp256k1_keypair *")
    if len(secret) != 32 or not lib.secp256k1_keypair_create(_CTX, pair, ffi.from_buffer("unsigned char[]", secret)):
        raise ValueError("not a private key")
    return pair


def wipe(pair: Pair) -> None:
    """Overwrite the key pair."""
    ffi.memmove(pair, _ZEROS, _PAIR_SIZE)


def public_of(pair: Pair) -> bytes:
    """The x-only public key, 32 bytes (BIP340)."""
    key = _new("secp256k1_xonly_pubkey *")
    out = _new("unsigned char[32]")
    lib.secp256k1_keypair_xonly_pub(_CTX, key, ffi.NULL, pair)
    lib.secp256k1_xonly_pubkey_serialize(_CTX, out, key)
    return bytes(ffi.buffer(out))


def sign(pair: Pair, digest: bytes, aux: bytes) -> bytes:
    """BIP340 signature, 64 bytes, of a 32-byte digest, with 32 bytes of auxiliary randomness."""
    if len(digest) != 32 or len(aux) != 32:
        raise ValueError("digest and auxiliary randomness are 32 bytes each")
    out = _new("unsigned char[64]")
    if not lib.secp256k1_schnorrsig_sign32(_CTX, out, digest, pair, aux):
        raise ValueError("signing failed")
    return bytes(ffi.buffer(out))


@lru_cache(maxsize=4096)
def _parsed(key: bytes) -> Any:
    """The point of an x-only key, or None if it is on no point. Cached: a square root each, and authors write often."""
    point = _new("secp256k1_xonly_pubkey *")
    return point if _parse_key(_CTX, point, key) else None


def verify(key: bytes, message: bytes, signature: bytes) -> bool:
    """BIP340 verification. key: 32 bytes; message: of any length; signature: 64 bytes."""
    if len(key) != 32 or len(signature) != 64:
        return False
    point = _parsed(key)
    return point is not None and bool(_verify(_CTX, signature, message, len(message), point))


def _copy_x(out: Any, x: Any, _y: Any, _data: Any) -> int:
    ffi.memmove(out, x, 32)
    return 1


_take_x: Final = ffi.callback("int(unsigned char *, unsigned char *, unsigned char *, void *)", _copy_x)


def shared_x(secret: memoryview, public: bytes) -> bytes:
    """ECDH in constant time: the unhashed x coordinate, 32 bytes, as NIP-04 and NIP-44 use it. Raises ValueError."""
    point = _new("secp256k1_pubkey *")
    if len(public) != 32 or not lib.secp256k1_ec_pubkey_parse(_CTX, point, b"\x02" + public, 33):
        raise ValueError("not a public key")
    out = _new("unsigned char[32]")
    private = ffi.from_buffer("unsigned char[]", secret)
    if len(secret) != 32 or not lib.secp256k1_ecdh(_CTX, out, point, private, _take_x, ffi.NULL):
        raise ValueError("not a private key")
    return bytes(ffi.buffer(out))
