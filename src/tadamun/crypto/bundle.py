"""A device's bundle: the public halves of its keys, with the proof that whoever lists the key holds it (2.1).

What is signed is core's (core/control/digests.py); this file signs it and checks it.
"""

from __future__ import annotations

from tadamun.core.control.bodies import Bundle
from tadamun.core.control.digests import bundle_digest
from tadamun.crypto.keys import SigningKey, verify_digest
from tadamun.crypto.lockbox import BoxKey, usable


def make_bundle(signing: SigningKey, box: BoxKey, prekey: BoxKey) -> Bundle:
    """The bundle of a device with these keys, all made for one space."""
    proof = signing.sign_digest(bundle_digest(signing.public, box.public, prekey.public))
    return Bundle(key=signing.public, hpke=box.public, prekey=prekey.public, proof=proof)


def holds(bundle: Bundle) -> bool:
    """Whether the proof verifies and both X25519 keys can be sealed to. bundle: as decoded, fields in shape."""
    if not (usable(bundle.hpke) and usable(bundle.prekey)):
        return False
    return verify_digest(bundle.key, bundle_digest(bundle.key, bundle.hpke, bundle.prekey), bundle.proof)
