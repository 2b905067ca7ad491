"""A device's bundle: the public halves of its keys, with its proof that it is that member's device (2.1).

What is signed is core's (core/control/digests.py); this file signs it and checks it.
"""

from __future__ import annotations

from tadamun.core.control.bodies import Bundle
from tadamun.core.control.digests import bundle_digest
from tadamun.crypto.keys import SigningKey, verify_digest
from tadamun.crypto.lockbox import BoxKey, usable


def make_bundle(member: str, signing: SigningKey, box: BoxKey, prekey: BoxKey) -> Bundle:
    """The bundle of a device with these keys, all made for one space. member: its own key for a first device."""
    proof = signing.sign_digest(bundle_digest(member, signing.public, box.public, prekey.public))
    return Bundle(key=signing.public, hpke=box.public, prekey=prekey.public, proof=proof)


def holds(bundle: Bundle, member: str) -> bool:
    """Is it of a device of that member, with keys that can be sealed to? bundle: as decoded, fields in shape."""
    if not (usable(bundle.hpke) and usable(bundle.prekey)):
        return False
    return verify_digest(bundle.key, bundle_digest(member, bundle.key, bundle.hpke, bundle.prekey), bundle.proof)
