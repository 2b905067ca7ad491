"""Linkable ring signatures: "one of these n keys says this, and says it once under this scope", and not which.

LSAG (Liu, Wei, Wong: Linkable Spontaneous Anonymous Group Signature for Ad Hoc Groups, ACISP 2004, §4) over
ristretto255, with the tag bound to a scope: T = v · H(scope) instead of v · H(ring), so that one key leaves one tag
under a scope whatever the ring, and tags under different scopes cannot be told to belong together (decisional
Diffie-Hellman). Verification follows docs/protocol/6-masked.md, 6.2, step by step.

Deviations from the paper: the challenge binds scope, ring, tag and message by one hash with lengths, and each step its
position; nonces are hashed from the key, the message and fresh bytes together, so that a poor source of randomness
cannot show the key. What others can measure does not depend on which key is one's own: each step does the same, in the
same number. This file does not know who belongs to a ring.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from tadamun.core.ports import Random
from tadamun.crypto import labels, ristretto
from tadamun.crypto.ristretto import SIZE
from tadamun.crypto.secret import Secret

LEAST: Final = 2  # keys in a ring
MOST: Final = 128


def make_key(random: Random) -> Secret:
    """A fresh private key: a scalar that is not zero."""
    while True:
        key = ristretto.scalar_of(random.bytes(ristretto.WIDE))
        if any(key):
            return Secret(key)


def is_key(secret: Secret) -> bool:
    """Whether a secret that somebody handed over is a private key."""
    return ristretto.is_scalar(secret.reveal())


def public_of(secret: Secret) -> bytes:
    """The public key, 32 bytes."""
    return ristretto.of_base(secret.reveal())


def is_public(key: bytes) -> bool:
    """Whether it can stand in a ring: a point in its one encoding, and not the identity."""
    return ristretto.is_point(key)


def tag_of(secret: Secret, scope: bytes) -> bytes:
    """What a key leaves under a scope, 32 bytes: always the same."""
    return ristretto.times(secret.reveal(), _point_of(scope))


def sign(secret: Secret, ring: Sequence[bytes], scope: bytes, message: bytes, random: Random) -> bytes:
    """The proof, 32 · (n + 1) bytes: the challenge at the first key, then an answer for each.

    ring: sorted, without repeats, one's own public key among them. Raises ValueError if it is not so.
    """
    own = public_of(secret)
    if not is_ring(ring) or own not in ring:
        raise ValueError("a ring is sorted, of 2 to 128 different keys, one's own among them")
    base, count = _point_of(scope), len(ring)
    tag = tag_of(secret, scope)
    bound = _bound(ring, scope, message, tag)
    seed = Secret(hashlib.sha512(labels.RING_NONCE + secret.view() + random.bytes(ristretto.WIDE) + bound).digest())
    answers = [
        ristretto.scalar_of(hashlib.sha512(labels.RING_NONCE + seed.view() + place.to_bytes(4, "big")).digest())
        for place in range(count)
    ]
    mine = ring.index(own)
    nonce = answers[mine]
    challenge = _challenge(bound, mine, ristretto.of_base(nonce), ristretto.times(nonce, base))
    first = challenge
    for step in range(1, count):
        place = (mine + step) % count
        if place == 0:
            first = challenge
        challenge = _step(bound, place, ring[place], base, tag, challenge, answers[place])
    if mine == 0:
        first = challenge
    answers[mine] = ristretto.less_product(nonce, challenge, secret.reveal())
    proof = b"".join((first, *answers))
    if not verify(ring, scope, message, tag, proof):
        raise ValueError("the proof that was made does not hold: this machine's memory may be failing")
    return proof


def verify(ring: Sequence[bytes], scope: bytes, message: bytes, tag: bytes, proof: bytes) -> bool:
    """Whether somebody with one of these keys said the message under the scope, leaving that tag. Never raises on what
    a peer wrote. 0.2 ms a key."""
    if not is_ring(ring) or len(proof) != SIZE * (len(ring) + 1):
        return False
    scalars = [proof[at : at + SIZE] for at in range(0, len(proof), SIZE)]
    if not all(map(ristretto.is_scalar, scalars)) or not all(map(ristretto.is_point, (tag, *ring))):
        return False
    base, bound = _point_of(scope), _bound(ring, scope, message, tag)
    challenge = scalars[0]
    for place, key in enumerate(ring):
        challenge = _step(bound, place, key, base, tag, challenge, scalars[place + 1])
        if not any(challenge):  # nobody will ever see it, and the library would refuse to go on
            return False
    return challenge == scalars[0]


def is_ring(ring: Sequence[bytes]) -> bool:
    """Whether these are 2 to 128 different strings of 32 bytes, sorted."""
    return (
        LEAST <= len(ring) <= MOST
        and all(len(key) == SIZE for key in ring)
        and all(one < after for one, after in pairwise(ring))
    )


def _step(bound: bytes, place: int, key: bytes, base: bytes, tag: bytes, challenge: bytes, answer: bytes) -> bytes:
    """The challenge after a place: of answer · G + challenge · key and answer · H + challenge · T."""
    left = ristretto.plus(ristretto.of_base(answer), ristretto.times(challenge, key))
    right = ristretto.plus(ristretto.times(answer, base), ristretto.times(challenge, tag))
    return _challenge(bound, place, left, right)


def _challenge(bound: bytes, place: int, left: bytes, right: bytes) -> bytes:
    digest = hashlib.sha512(labels.RING_STEP + bound + place.to_bytes(4, "big") + left + right)
    return ristretto.scalar_of(digest.digest())


def _bound(ring: Sequence[bytes], scope: bytes, message: bytes, tag: bytes) -> bytes:
    """All that a proof is about, in one hash: every part has its length before it, or has but one."""
    parts = (
        labels.RING,
        len(scope).to_bytes(8, "big"),
        scope,
        len(ring).to_bytes(4, "big"),
        *ring,
        tag,
        len(message).to_bytes(8, "big"),
        message,
    )
    return hashlib.sha512(b"".join(parts)).digest()


def _point_of(scope: bytes) -> bytes:
    return ristretto.point_of(hashlib.sha512(labels.RING_SCOPE + scope).digest())
