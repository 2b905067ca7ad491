"""Something sealed for one device: HPKE base mode (RFC 9180: DHKEM-X25519-HKDF-SHA256, HKDF-SHA256, ChaCha20-Poly1305).

Single-shot, aad empty, sequence number 0: a box is `enc (32) ‖ ct`. Which `info` binds a box is in labels.py.
"""

from __future__ import annotations

from typing import Final, NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from tadamun.core.b64 import from_b64, to_b64
from tadamun.core.errors import Reason, RemoteError
from tadamun.core.ports import Random
from tadamun.crypto.secret import Secret

ENC: Final = 32  # bytes of the encapsulated key
TAG: Final = 16  # bytes

_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


class BoxKey:
    """An X25519 private key that boxes are made for. `public`: base64url; `raw`: 32 bytes; `secret`: to keep."""

    __slots__ = ("_key", "public", "raw", "secret")

    def __init__(self, secret: Secret) -> None:
        """secret: 32 bytes, any (RFC 7748 clamps). Raises ValueError on another length."""
        self._key = X25519PrivateKey.from_private_bytes(secret.view())
        self.secret = secret
        self.raw = self._key.public_key().public_bytes_raw()
        self.public = to_b64(self.raw)

    @classmethod
    def make(cls, random: Random) -> BoxKey:
        return cls(Secret.make(random))

    @classmethod
    def from_secret(cls, secret: Secret) -> BoxKey:
        return cls(secret)

    def __repr__(self) -> str:
        return "<box key>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a box key is not copied or pickled")


# Exchanged with nobody: it only finds out whether a public key is a usable point.
_PROBE: Final = X25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


def usable(public: str | bytes) -> bool:
    """Whether a box for the key can be opened by anyone: 32 bytes, and none of the low-order points that make every
    secret zero (RFC 7748 §6.1). Never raises."""
    try:
        _PROBE.exchange(X25519PublicKey.from_public_bytes(_bytes_of(public)))
    except (ValueError, RemoteError):
        return False
    return True


def seal_to(public: str | bytes, plaintext: bytes | Secret, info: bytes) -> bytes:
    """The box for a public key (base64url or 32 bytes). HPKE's ephemeral key is the library's, from the system.

    A low-order point, to which nothing can be sealed, gets a box that nobody can open: whoever listed such a key harms
    themselves, and cannot stop the rotation that shuts them out. Raises RemoteError(MALFORMED) on what is not 32 bytes.
    """
    content = plaintext.view() if isinstance(plaintext, Secret) else plaintext
    raw = _bytes_of(public)
    if len(raw) != ENC:
        raise RemoteError(Reason.MALFORMED, "no X25519 key")
    try:
        return _SUITE.encrypt(content, X25519PublicKey.from_public_bytes(raw), info=info)
    except ValueError:
        return _SUITE.encrypt(content, X25519PrivateKey.generate().public_key(), info=info)


def open_box(key: BoxKey, box: bytes, info: bytes) -> bytes:
    """What the box holds. Raises RemoteError(CANNOT_OPEN): for another key, another `info`, or altered."""
    if len(box) < ENC + TAG:
        raise RemoteError(Reason.CANNOT_OPEN, "box too short")
    try:
        return _SUITE.decrypt(box, key._key, info=info)
    except (InvalidTag, ValueError):
        raise RemoteError(Reason.CANNOT_OPEN, "box") from None


def _bytes_of(public: str | bytes) -> bytes:
    return from_b64(public, 32) if isinstance(public, str) else public
