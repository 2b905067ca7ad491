"""NIP-44 version 2: padded, authenticated text under a conversation key, on `cryptography`'s HKDF, ChaCha20 and HMAC.

The seal uses `encrypt` and `decrypt` with an epoch's key. `conversation_key` (ECDH between two people's keys) is for
writing to people on the open network by NIP-17, and for the published vectors.

Stricter than the NIP in one point: base64 whose unused last bits are not zero is refused, so that a payload has one
spelling. Not here: the extension for plaintexts above 65,535 bytes; no event of ours is that long.
"""

from __future__ import annotations

import binascii
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from tadamun.core.errors import Reason, RemoteError
from tadamun.crypto import curve
from tadamun.crypto.secret import Secret

MAX_PLAINTEXT: Final = 65_535  # bytes
VERSION: Final = 2
NONCE: Final = 32  # bytes
MAC: Final = 32  # bytes
# Lengths that a payload of the version can have: of the smallest and the largest padding, as base64 and as bytes.
_MIN_TEXT, _MAX_TEXT = 132, 87_472
_MIN_BYTES, _MAX_BYTES = 99, 65_603

_SHA256: Final = SHA256()
# ChaCha20 of `cryptography` wants the block counter before the nonce (RFC 8439 §2.4): four zero bytes.
_COUNTER: Final = bytes(4)


def conversation_key(private: Secret, public: str) -> Secret:
    """NIP-44 step 1: HKDF-extract of the shared x coordinate with salt "nip44-v2".

    public: x-only, hex. Raises RemoteError(MALFORMED) when either is no key of the curve.
    """
    try:
        shared = curve.shared_x(private.view(), bytes.fromhex(public))
    except ValueError as error:
        raise RemoteError(Reason.MALFORMED, "no key of the curve") from error
    return Secret(HKDF.extract(_SHA256, b"nip44-v2", shared))


def message_keys(conversation: Secret | bytes, nonce: bytes) -> tuple[bytes, bytes, bytes]:
    """NIP-44 step 3: ChaCha20 key (32), ChaCha20 nonce (12), HMAC key (32), by HKDF-expand to 76 bytes."""
    key = conversation if isinstance(conversation, bytes) else conversation.view()
    if len(key) != 32 or len(nonce) != NONCE:
        raise ValueError("conversation key and nonce are 32 bytes each")
    keys = HKDFExpand(_SHA256, 76, nonce).derive(key)
    return keys[:32], keys[32:44], keys[44:]


def padded_length(length: int) -> int:
    """NIP-44's steps: powers of two up to 256 (at least 32), then eighths of the next power of two."""
    if length <= 32:
        return 32
    power = 1 << (length - 1).bit_length()
    step = 32 if power <= 256 else power // 8
    return step * ((length - 1) // step + 1)


def pad(plaintext: bytes) -> bytes:
    """Length in two bytes, the text, zeros. Raises ValueError unless it has 1 to 65,535 bytes."""
    length = len(plaintext)
    if not 1 <= length <= MAX_PLAINTEXT:
        raise ValueError("a plaintext has 1 to 65535 bytes")
    return length.to_bytes(2, "big") + plaintext + bytes(padded_length(length) - length)


def unpad(padded: bytes) -> bytes:
    """The text of `pad`; its zeros are not looked at, they are under the MAC. Raises RemoteError(CANNOT_OPEN)."""
    length = int.from_bytes(padded[:2], "big")
    if length == 0 or len(padded) != 2 + padded_length(length):
        raise RemoteError(Reason.CANNOT_OPEN, "padding")
    return padded[2 : 2 + length]


def encrypt(conversation: Secret | bytes, nonce: bytes, plaintext: str | bytes) -> str:
    """The base64 payload. nonce: 32 random bytes, never used twice. Raises ValueError on a length outside 1-65,535."""
    chacha_key, chacha_nonce, mac_key = message_keys(conversation, nonce)
    text = plaintext.encode() if isinstance(plaintext, str) else plaintext
    cipher = Cipher(ChaCha20(chacha_key, _COUNTER + chacha_nonce), None).encryptor().update(pad(text))
    mac = HMAC(mac_key, _SHA256)
    mac.update(nonce + cipher)
    return binascii.b2a_base64(b"\x02" + nonce + cipher + mac.finalize(), newline=False).decode("ascii")


def decrypt(conversation: Secret | bytes, payload: str) -> bytes:
    """The plaintext. Raises RemoteError: MALFORMED for what is no payload of version 2, CANNOT_OPEN for a wrong key
    or altered bytes. The MAC is checked, in constant time, before anything is deciphered."""
    raw = _unarmour(payload)
    nonce = raw[1:33]
    chacha_key, chacha_nonce, mac_key = message_keys(conversation, nonce)
    mac = HMAC(mac_key, _SHA256)
    mac.update(raw[1:-MAC])
    try:
        mac.verify(raw[-MAC:])
    except InvalidSignature:
        raise RemoteError(Reason.CANNOT_OPEN, "mac") from None
    return unpad(Cipher(ChaCha20(chacha_key, _COUNTER + chacha_nonce), None).decryptor().update(raw[33:-MAC]))


def _unarmour(payload: str) -> bytes:
    """Base64 to bytes `version ‖ nonce ‖ ciphertext ‖ mac`, lengths and version checked."""
    if not _MIN_TEXT <= len(payload) <= _MAX_TEXT:
        raise RemoteError(Reason.MALFORMED, "length of the payload")
    try:
        raw = msgspec.convert(payload, bytes)  # base64, strict, four times as quick as binascii's strict mode
    except ValueError as error:
        raise RemoteError(Reason.MALFORMED, "not base64") from error
    if not _MIN_BYTES <= len(raw) <= _MAX_BYTES or raw[0] != VERSION:
        raise RemoteError(Reason.MALFORMED, "no payload of version 2")
    # Padded base64 has two or four bits that decoding ignores; only zeros there are the canonical spelling.
    left = len(raw) % 3
    if left and binascii.b2a_base64(raw[-left:], newline=False).decode("ascii") != payload[-4:]:
        raise RemoteError(Reason.MALFORMED, "base64 is not canonical")
    return raw
