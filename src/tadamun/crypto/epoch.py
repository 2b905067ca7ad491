"""An epoch: everything that follows from one 32-byte secret and its scope (docs/protocol/3-seal.md, 3.1, 3.6-3.8).

The scope is the space's id, or that of a direct-message channel or bucket, which are epochs of their own. Which epoch
is clean and to whom its secret goes is the control log's affair, not known here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from tadamun.core.b64 import from_b64, raw32, to_b64
from tadamun.core.errors import Reason, RemoteError
from tadamun.core.ports import Random
from tadamun.crypto import labels
from tadamun.crypto.keys import SigningKey
from tadamun.crypto.secret import NONCE, TAG, Secret


class EpochKeys:
    """The keys of an epoch. scope, id: hex. mailbox: the key whose public half relays see in `p`."""

    __slots__ = ("conversation", "history", "id", "lan", "mailbox", "scope", "secret")

    def __init__(self, scope: str | bytes, secret: Secret) -> None:
        """secret: 32 bytes. Raises RemoteError(MALFORMED) on a scope or secret of another size."""
        salt = raw32(scope)
        if len(secret.view()) != 32:
            raise RemoteError(Reason.MALFORMED, "an epoch secret has 32 bytes")
        self.scope = salt.hex()
        self.secret = secret
        self.id = hashlib.sha256(labels.EPOCH_ID + salt + secret.view()).hexdigest()
        self.conversation = secret.derive(labels.CONVERSATION, salt)
        self.history = secret.derive(labels.HISTORY, salt)
        self.lan = secret.derive(labels.LAN, salt)
        self.mailbox = _mailbox(secret, salt)

    @classmethod
    def from_secret(cls, scope: str | bytes, secret: Secret) -> EpochKeys:
        return cls(scope, secret)

    @classmethod
    def make(cls, scope: str | bytes, random: Random) -> EpochKeys:
        return cls(scope, Secret.make(random))

    def link(self, parent: EpochKeys, random: Random) -> str:
        """The parent's secret for holders of this epoch (3.6): `b64(nonce ‖ ChaCha20-Poly1305)`."""
        nonce = random.bytes(NONCE)
        cipher = ChaCha20Poly1305(self.history.view())
        return to_b64(nonce + cipher.encrypt(nonce, parent.secret.view(), self._link_aad(parent.id)))

    def open_link(self, parent: str, link: str) -> Secret:
        """The secret of the parent epoch with that id. Raises RemoteError: MALFORMED, CANNOT_OPEN; also when what
        was linked is not that epoch's secret, for whoever wrote the link may lie."""
        raw = from_b64(link, NONCE + 32 + TAG)
        try:
            secret = Secret(
                ChaCha20Poly1305(self.history.view()).decrypt(raw[:NONCE], raw[NONCE:], self._link_aad(parent))
            )
        except InvalidTag:
            raise RemoteError(Reason.CANNOT_OPEN, "link") from None
        if not is_epoch(self.scope, parent, secret):
            raise RemoteError(Reason.CANNOT_OPEN, "link to another epoch")
        return secret

    def _link_aad(self, parent: str) -> bytes:
        return raw32(self.id) + raw32(parent)

    def __repr__(self) -> str:
        return "<epoch keys>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("epoch keys are not copied or pickled")


def is_epoch(scope: str | bytes, epoch: str, secret: Secret) -> bool:
    """Whether the secret is that epoch's: its id commits to it. Ask of every secret a peer hands over."""
    return hashlib.sha256(labels.EPOCH_ID + raw32(scope) + secret.view()).hexdigest() == epoch


def bucket_scope(space: str, expires_at: int, nonce: bytes) -> str:
    """Scope of a bucket (3.7): expiry in 8 bytes, big endian; nonce: 32 random bytes."""
    return hashlib.sha256(labels.BUCKET + raw32(space) + expires_at.to_bytes(8, "big") + raw32(nonce)).hexdigest()


def channel_id(space: str, one: str, other: str) -> str:
    """Id of the direct-message channel of two members (3.8), the same from both sides."""
    low, high = sorted((raw32(one), raw32(other)))
    return hashlib.sha256(labels.CHANNEL + raw32(space) + low + high).hexdigest()


def circle_id(space: str, members: Iterable[str]) -> str:
    """Id of the channel of a circle (3.9): of its members, the author's own among them, whatever their order."""
    return hashlib.sha256(labels.CIRCLE + raw32(space) + b"".join(sorted(map(raw32, set(members))))).hexdigest()


def _mailbox(secret: Secret, salt: bytes) -> SigningKey:
    """The first counter that gives a valid scalar; practically always 0."""
    for counter in range(256):
        try:
            return SigningKey(secret.derive(labels.MAILBOX + bytes((counter,)), salt))
        except ValueError:
            continue
    raise RemoteError(Reason.MALFORMED, "no mailbox key")
