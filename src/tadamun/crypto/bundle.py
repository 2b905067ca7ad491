"""A device's keys, and the bundle that shows their public halves to a space (docs/protocol/2-control.md, 2.1).

All keys are random and made for one space on one device; nothing links the devices of two spaces.
"""

from __future__ import annotations

import hashlib
from typing import Final, NoReturn

import msgspec

from tadamun.core.event import is_hex32
from tadamun.core.ports import Random
from tadamun.crypto import labels
from tadamun.crypto.keys import SigningKey, verify_digest
from tadamun.crypto.lockbox import BoxKey, usable
from tadamun.crypto.text import from_b64, raw32

PROOF_LENGTH: Final = 128  # characters: hex of a BIP340 signature


class Bundle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """key: hex; hpke, prekey: base64url X25519 public keys; proof: BIP340 by `key` over all three, hex."""

    key: str
    hpke: str
    prekey: str
    proof: str


class Device:
    """The private side: the signing key, the key that lockboxes are made for, and the first prekey."""

    __slots__ = ("box", "prekey", "signing")

    def __init__(self, signing: SigningKey, box: BoxKey, prekey: BoxKey) -> None:
        self.signing = signing
        self.box = box
        self.prekey = prekey

    @classmethod
    def make(cls, random: Random) -> Device:
        return cls(SigningKey.make(random), BoxKey.make(random), BoxKey.make(random))

    def bundle(self) -> Bundle:
        """The public halves with the proof that whoever lists the key holds it."""
        key, box, prekey = self.signing.public, self.box.public, self.prekey.public
        return Bundle(key, box, prekey, self.signing.sign_digest(digest(key, box, prekey)))

    def __repr__(self) -> str:
        return "<device>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a device's keys are not copied or pickled")


def digest(key: str, hpke: str, prekey: str) -> bytes:
    """What `proof` signs. Raises RemoteError(MALFORMED) when one is not spelled as a key."""
    return hashlib.sha256(labels.BUNDLE + raw32(key) + from_b64(hpke, 32) + from_b64(prekey, 32)).digest()


def holds(key: str, hpke: str, prekey: str, proof: str) -> bool:
    """Whether the bundle is good: the proof verifies, and both X25519 keys can be sealed to. Never raises."""
    if not is_hex32(key) or len(proof) != PROOF_LENGTH or not (usable(hpke) and usable(prekey)):
        return False
    return verify_digest(key, digest(key, hpke, prekey), proof)


def join_digest(space: str, device: str, hpke: str) -> bytes:
    """What the invite key signs for a joiner (4.2): this device, with this HPKE key, in this space."""
    return hashlib.sha256(labels.JOIN_PROOF + raw32(space) + raw32(device) + from_b64(hpke, 32)).digest()
