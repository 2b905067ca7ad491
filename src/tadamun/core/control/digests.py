"""What is hashed and signed in the control log: one function a digest.

Sources: docs/protocol/1-events.md 1.2, 2-control.md 2.1 and 2.3, 4-joining.md 4.2. Keys
and ids are lower-case hex; digests are 32 bytes. This file does not sign or verify.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from tadamun.core.b64 import from_b64
from tadamun.core.body import spell
from tadamun.core.control.bodies import Cosigned


def space_id(founder_key: str, genesis_content: str) -> str:
    """SHA256("tadamun/space/v1" ‖ founder device key ‖ content bytes of the genesis), in hex."""
    return _hash("tadamun/space/v1", bytes.fromhex(founder_key), genesis_content.encode()).hex()


def bundle_digest(member: str, key: str, hpke: str, prekey: str) -> bytes:
    """What a device signs to be listed under a member: nobody else can list it. hpke, prekey: unpadded base64url."""
    return _hash("tadamun/bundle/v1", bytes.fromhex(member), bytes.fromhex(key), from_b64(hpke), from_b64(prekey))


def join_proof_digest(space: str, device: str, hpke: str) -> bytes:
    """What the invite key signs for a joiner. hpke: unpadded base64url of 32 bytes."""
    return _hash("tadamun/join-proof/v1", bytes.fromhex(space), bytes.fromhex(device), from_b64(hpke))


def act_digest(space: str, kind: int, content_without_cosign: str) -> bytes:
    """What co-signers of a majority act sign; the content is the act's with `"cosign":[]`."""
    return _hash("tadamun/act/v1", bytes.fromhex(space), kind.to_bytes(2, "big"), content_without_cosign.encode())


def without_cosign(body: Cosigned) -> str:
    """The content of an act as its co-signers sign it."""
    return spell(msgspec.structs.replace(body, cosign=()))


def checkpoint_digest(space: str, height: int, state: str, heads: Sequence[str]) -> bytes:
    """What names a checkpoint before anybody has signed it; heads: its `auth`, sorted."""
    return _hash(
        "tadamun/checkpoint/v1",
        bytes.fromhex(space),
        height.to_bytes(8, "big"),
        bytes.fromhex(state),
        *(bytes.fromhex(head) for head in heads),
    )


def signing_digest(checkpoint: bytes, time: int) -> bytes:
    """What a signer of a checkpoint signs: its digest, and when they sign (Unix seconds)."""
    return _hash("tadamun/checkpoint-time/v1", checkpoint, time.to_bytes(8, "big"))


def quorum(electorate: int) -> int:
    """How many of that many electors sign a checkpoint: more than two thirds."""
    return 2 * electorate // 3 + 1


def majority(electorate: frozenset[str], target: str = "") -> int:
    """How many must co-sign an act on `target` ("": on nobody): more than half of the others, at least two."""
    return max(2, len(electorate - {target}) // 2 + 1)


def _hash(label: str, *parts: bytes) -> bytes:
    digest = hashlib.sha256(label.encode())
    for part in parts:
        digest.update(part)
    return digest.digest()
