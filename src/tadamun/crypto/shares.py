"""A text that nobody reads until k of n people put their shares together.

A random key of 32 bytes seals the text (ChaCha20-Poly1305, RFC 8439) and is split by SLIP-39 (SatoshiLabs, group
threshold 1, one group of k of n, no passphrase, iteration exponent 0: there is nothing to stretch). The key is dropped
at once. A share is a line of English words, so that it can also be read out on a telephone; k - 1 of them tell nothing.
Each is named beforehand by its hash, so that a wrong one is known by itself: SLIP-39 only notices that something is
wrong. The library draws its randomness from the system itself.

Who holds the shares, and when they are given out, this file does not know.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

import shamir_mnemonic
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from tadamun.core.errors import Reason, RemoteError
from tadamun.core.ports import Random
from tadamun.crypto.secret import NONCE, TAG, Secret

MOST: Final = 16  # shares (SLIP-39's limit)
LEAST: Final = 2  # needed: one that suffices would be no sharing
BLOCK: Final = 256  # bytes: the length of a box tells the text's to so many only
LONGEST: Final = 4 * 1024  # bytes of text


def seal(text: str, context: bytes, need: int, count: int, random: Random) -> tuple[bytes, list[str]]:
    """(the box, `count` shares of which any `need` open it). context: what the box is bound to.

    The box is `nonce (12) ‖ AEAD(length (2, big endian) ‖ text ‖ zeros)`. Raises ValueError for figures that make no
    sense.
    """
    content = text.encode()
    if not LEAST <= need <= count <= MOST or len(content) > LONGEST:
        raise ValueError("no such sharing")
    padded = len(content).to_bytes(2, "big") + content
    padded += bytes(-len(padded) % BLOCK)
    key = Secret.make(random)
    nonce = random.bytes(NONCE)
    box = nonce + ChaCha20Poly1305(key.view()).encrypt(nonce, padded, context)
    [shares] = shamir_mnemonic.generate_mnemonics(1, [(need, count)], key.reveal(), iteration_exponent=0)
    key.wipe()
    return box, shares


def mark(share: str) -> str:
    """The name of a share: SHA-256 of its words, hex. It tells nothing of them: they hold more than 256 bits."""
    return hashlib.sha256(share.encode()).hexdigest()


def open_box(box: bytes, context: bytes, shares: Sequence[str]) -> str:
    """The text, by exactly as many different shares as are needed. Raises RemoteError(CANNOT_OPEN)."""
    try:
        key = recover(shares)
        if len(box) < NONCE + TAG:
            raise InvalidTag
        padded = ChaCha20Poly1305(key.view()).decrypt(box[:NONCE], box[NONCE:], context)
        length = int.from_bytes(padded[:2], "big")
        if length > len(padded) - 2:
            raise InvalidTag
        return padded[2 : 2 + length].decode()
    except (InvalidTag, ValueError, shamir_mnemonic.MnemonicError):
        raise RemoteError(Reason.CANNOT_OPEN, "shared box") from None


def recover(shares: Sequence[str], passphrase: bytes = b"") -> Secret:
    """What was split. Raises ValueError or the library's MnemonicError (which is one of Exception's own)."""
    return Secret(shamir_mnemonic.combine_mnemonics(shares, passphrase))
