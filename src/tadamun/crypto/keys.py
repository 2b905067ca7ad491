"""Signing keys and the check that makes an event genuine (BIP340, NIP-01).

With seal.py and worker.py this is where a `Genuine` comes from; everything behind that type relies on it.
"""

from __future__ import annotations

from typing import Final, NoReturn

from tadamun.core.errors import Reason, RemoteError
from tadamun.core.event import Draft, Event, event_id, id_of, is_hex32
from tadamun.core.genuine import Genuine
from tadamun.core.ports import Random
from tadamun.crypto import curve
from tadamun.crypto.random import SystemRandom
from tadamun.crypto.secret import Secret

_SYSTEM: Final = SystemRandom()


class SigningKey:
    """A BIP340 private key. `public` is its x-only public key in hex. Wiped when dropped."""

    __slots__ = ("_pair", "_random", "public", "secret")

    def __init__(self, secret: Secret, random: Random = _SYSTEM) -> None:
        """Raises ValueError when the 32 bytes are no private key (zero, or at or above the curve order).

        random: gives the auxiliary randomness of BIP340, which hardens signing against side channels and faults.
        """
        self._pair = curve.pair_of(secret.view())
        self._random = random
        self.secret = secret
        self.public = curve.public_of(self._pair).hex()

    @classmethod
    def make(cls, random: Random) -> SigningKey:
        """A fresh key."""
        while True:
            try:
                return cls(Secret.make(random), random)
            except ValueError:
                continue  # one of 2¹²⁸ draws is no scalar

    @classmethod
    def from_secret(cls, secret: Secret, random: Random = _SYSTEM) -> SigningKey:
        """The key that these 32 bytes are. Raises ValueError as the constructor."""
        return cls(secret, random)

    def sign(self, draft: Draft) -> Genuine:
        """The event, signed. The signature is checked before it leaves (BIP340, "Default Signing"): the device's log is
        a chain of ids, and one signature spoilt by a bad bit of memory would break it for all others for ever."""
        event = self.sign_event(draft)
        if not verify_digest(self.public, bytes.fromhex(event.id), event.sig):
            raise ValueError("the signature that was made does not verify: this machine's memory may be failing")
        return Genuine(event)

    def sign_event(self, draft: Draft) -> Event:
        """As `sign`, without the second check: for keys used once and proofs nobody keeps."""
        name = event_id(self.public, draft.created_at, draft.kind, draft.tags, draft.content)
        signature = self.sign_digest(bytes.fromhex(name))
        return Event(name, self.public, draft.created_at, draft.kind, draft.tags, draft.content, signature)

    def sign_digest(self, digest: bytes) -> str:
        """BIP340 signature, in hex, of a 32-byte digest."""
        return curve.sign(self._pair, digest, self._random.bytes(32)).hex()

    def __del__(self) -> None:
        if hasattr(self, "_pair"):
            curve.wipe(self._pair)

    def __repr__(self) -> str:
        return "<signing key>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a signing key is not copied or pickled")


class Prover:
    """The `Signer` port (core/ports.py) over a key: what carriers get, to prove a mailbox by NIP-42."""

    __slots__ = ("_key",)

    def __init__(self, key: SigningKey) -> None:
        self._key = key

    @property
    def public(self) -> str:
        return self._key.public

    def sign(self, draft: Draft) -> Event:
        return self._key.sign_event(draft)


def verify(event: Event) -> Genuine:
    """Recompute the id (NIP-01), then check the signature (BIP340). Raises RemoteError BAD_ID or BAD_SIGNATURE."""
    reason = flaw(event)
    if reason is not None:
        raise RemoteError(reason)
    return Genuine(event)


def recall(event: Event) -> Genuine:
    """An event read back from one's own vault, where it came only after `verify`; it is not checked again."""
    return Genuine(event)


def flaw(event: Event) -> Reason | None:
    """What `verify` would raise, as a value, for batches: an exception costs as much as a tenth of a signature."""
    if id_of(event) != event.id:
        return Reason.BAD_ID
    # `fromhex` forgives white space, hence the lengths; `parse` looked, but not every event was decoded.
    if len(event.pubkey) != 64 or len(event.sig) != 128:
        return Reason.BAD_SIGNATURE
    try:
        good = curve.verify(bytes.fromhex(event.pubkey), bytes.fromhex(event.id), bytes.fromhex(event.sig))
    except ValueError:
        good = False
    return None if good else Reason.BAD_SIGNATURE


def verify_digest(key: str, digest: bytes, signature: str) -> bool:
    """Whether `signature` (hex of 64 bytes) is by `key` (hex, x-only) over the 32-byte digest. Never raises."""
    if not is_hex32(key) or len(digest) != 32 or len(signature) != 128:
        return False
    try:
        return curve.verify(bytes.fromhex(key), digest, bytes.fromhex(signature))
    except ValueError:
        return False
