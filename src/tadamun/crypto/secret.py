"""What must not be seen: a type that holds it, a passphrase made into a key, a key wrapped by another.

What this can promise: a `Secret` never prints, compares in constant time, cannot be pickled or encoded by accident, and
the buffer it owns is overwritten when it is dropped. What it cannot: Python and the libraries make short-lived copies
(`reveal` is one), and those are freed without being overwritten; so are the open vault's pages
(docs/adr/0006-cipher-memory-security.md).
"""

from __future__ import annotations

import hmac
import unicodedata
from dataclasses import dataclass
from typing import Final, NoReturn

from argon2.exceptions import HashingError
from argon2.low_level import ARGON2_VERSION, Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tadamun.core.b64 import from_b64, to_b64
from tadamun.core.errors import UsageError, VaultError
from tadamun.core.ports import Random

NONCE: Final = 12  # bytes, RFC 8439
TAG: Final = 16  # bytes, RFC 8439
SALT: Final = 16  # bytes; what RFC 9106 §3.1 recommends
MIN_SALT: Final = 8  # bytes; what it demands


class Secret:
    """Bytes to keep. `reveal` is for `crypto` and the store only; a test reads the source tree and holds that."""

    __slots__ = ("_data", "_gone")

    def __init__(self, data: bytes | bytearray | memoryview) -> None:
        self._data = bytearray(data)
        self._gone = False

    @classmethod
    def make(cls, random: Random, length: int = 32) -> Secret:
        return cls(random.bytes(length))

    @classmethod
    def from_text(cls, text: str, length: int = 32) -> Secret:
        """From base64url, as bodies carry it inside the seal. Raises RemoteError(MALFORMED)."""
        return cls(from_b64(text, length))

    def to_text(self) -> str:
        """Base64url, for a body that will be sealed, and for nothing else."""
        return to_b64(self.view())

    def reveal(self) -> bytes:
        """A copy as bytes; keep it no longer than the call it is for. Raises ValueError once wiped."""
        return bytes(self.view())

    def view(self) -> memoryview:
        """The bytes without a copy, read-only, for libraries that take a buffer.

        Zeros as soon as the secret is dropped, so hold on to that as well. Raises ValueError once wiped.
        """
        if self._gone:
            raise ValueError("this secret was wiped")
        return memoryview(self._data).toreadonly()

    def derive(self, info: bytes, salt: bytes = b"") -> Secret:
        """HKDF-SHA256 (RFC 5869) with this as IKM, L = 32. An empty salt is 32 zero bytes, as the RFC says."""
        return Secret(HKDF(SHA256(), 32, salt, info).derive(self.view()))

    def wipe(self) -> None:
        """Overwrite it now. Safe to call twice."""
        self._gone = True
        self._data[:] = bytes(len(self._data))

    def __del__(self) -> None:
        # A constructor that raised has left no buffer.
        if hasattr(self, "_data"):
            self._data[:] = bytes(len(self._data))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self.view(), other.view())

    # A hash would be a fingerprint of the value that dictionaries compare in variable time.
    __hash__ = None  # type: ignore[assignment]  # typeshed's declared way of saying "unhashable"

    def __repr__(self) -> str:
        return "<secret>"

    def __format__(self, spec: str) -> str:
        return format("<secret>", spec)

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a secret is not copied or pickled")


@dataclass(frozen=True, slots=True)
class Cost:
    """What Argon2id is told to spend: memory in KiB, passes over it, lanes (threads).

    Raises VaultError when the figures are out of any sane range: they are read from a file before the passphrase
    is checked, and must not be able to exhaust the machine or to weaken a new vault unseen.
    """

    memory_kib: int
    passes: int
    lanes: int

    def __post_init__(self) -> None:
        lanes_fit = 1 <= self.lanes <= 16
        if not (lanes_fit and 8 * self.lanes <= self.memory_kib <= 4 * 1024 * 1024 and 1 <= self.passes <= 64):
            raise VaultError(
                "The vault's settings for the passphrase make no sense, so the file is damaged or was tampered with. "
                "Nothing was changed. Restore the file from a copy."
            )


# About 0.4 s on two cores of 2020. RFC 9106's option for little memory (64 MiB, three passes) with four times the
# passes: old computers can afford the time sooner than the memory.
DEFAULT: Final = Cost(memory_kib=64 * 1024, passes=12, lanes=2)
FOR_TESTS: Final = Cost(memory_kib=32, passes=1, lanes=1)  # for tests and demonstrations; protects nothing


def stretch(passphrase: Secret | str, salt: bytes, cost: Cost = DEFAULT) -> Secret:
    """A 32-byte key from a passphrase by Argon2id (RFC 9106), version 1.3.

    A text is NFKC-normalised first, as NIP-49 does: keyboards differ in how they compose the same letter. salt: `SALT`
    bytes, of its own. Raises UsageError when the text has no UTF-8 form, VaultError when the machine lacks the memory.
    """
    if len(salt) < MIN_SALT:
        raise ValueError("salt shorter than 8 bytes")
    if isinstance(passphrase, str):
        try:
            given = unicodedata.normalize("NFKC", passphrase).encode("utf-8")
        except UnicodeEncodeError:
            raise UsageError(
                "The passphrase contains bytes that are no letters in this terminal's encoding. "
                "Type it again, or set the terminal to UTF-8."
            ) from None
    else:
        given = passphrase.reveal()
    try:
        key = hash_secret_raw(
            given, salt, cost.passes, cost.memory_kib, cost.lanes, 32, Type.ID, version=ARGON2_VERSION
        )
    except HashingError as error:
        raise VaultError(
            "There is not enough free memory to check the passphrase ({megabytes} MB are needed). "
            "Nothing was changed. Close other programs and try again.",
            megabytes=cost.memory_kib // 1024,
        ) from error
    return Secret(key)


class WrongKey(VaultError):
    """What was wrapped does not open: another passphrase, or the bytes were damaged."""

    def __init__(self) -> None:
        super().__init__("The passphrase is not the right one, or the file is damaged. Nothing was changed. Try again.")


def wrap(key: Secret, with_: Secret, aad: bytes, random: Random) -> bytes:
    """`nonce (12) ‖ ChaCha20-Poly1305 (RFC 8439)` of `key` under the 32-byte `with_`, bound to `aad`."""
    nonce = random.bytes(NONCE)
    return nonce + ChaCha20Poly1305(with_.view()).encrypt(nonce, key.view(), aad)


def unwrap(wrapped: bytes, with_: Secret, aad: bytes) -> Secret:
    """The secret that `wrap` put in. Raises WrongKey."""
    if len(wrapped) < NONCE + TAG:
        raise WrongKey
    try:
        return Secret(ChaCha20Poly1305(with_.view()).decrypt(wrapped[:NONCE], wrapped[NONCE:], aad))
    except InvalidTag:
        raise WrongKey from None
