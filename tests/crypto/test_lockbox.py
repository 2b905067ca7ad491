"""HPKE as RFC 9180 has it, and boxes that open for one key and one purpose only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cryptography_vectors
import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from hypothesis import given
from hypothesis import strategies as st
from seeded import SPACE, Seeded

from tadamun.core.errors import Reason, RemoteError
from tadamun.crypto import labels
from tadamun.crypto.lockbox import BoxKey, open_box, seal_to, usable
from tadamun.crypto.secret import Secret

OWN = Path(__file__).parent.parent / "vectors" / "hpke.json"

# The points of small order on Curve25519 and its twist, in all encodings (https://cr.yp.to/ecdh.html).
LOW_ORDER = [
    "00" * 32,
    "01" + "00" * 31,
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]


def cases() -> list[dict[str, Any]]:
    """Base mode of our suite: from the whole set where it is installed, which the selection must be part of."""
    with (Path(cryptography_vectors.__file__).parent / "HPKE" / "test-vectors.json").open() as file:
        suite = {"mode": 0, "kem_id": 0x20, "kdf_id": 0x01, "aead_id": 0x03}
        return [case for case in json.load(file) if suite.items() <= case.items()]


def test_selection_is_of_the_whole() -> None:
    (whole,) = cases()
    (own,) = json.loads(OWN.read_text())
    assert own["encryptions"] == whole["encryptions"][:3]
    assert [name for name in own if name != "encryptions" and own[name] != whole[name]] == []


@pytest.mark.parametrize("case", json.loads(OWN.read_text()))
def test_opens_what_rfc_9180_sealed(case: dict[str, Any]) -> None:
    """RFC 9180 A.2.1, up to what `cryptography`'s single-shot API lets in.

    It takes `info` and no `aad`, and every published ciphertext has an aad; it takes no ephemeral key either. So the
    figures are reached from the other side: the published key and nonce are shown to give the published ciphertext,
    then the same key and nonce, with no aad, make a box that ours must open with the published private key and info.
    This checks decapsulation and the key schedule to the last bit. Not reachable: making `enc` from the published
    ephemeral key, sequence numbers above 0, and the exporter; nothing here uses them but the first, inside the library.
    """
    key, nonce, enc = (bytes.fromhex(case[name]) for name in ("key", "base_nonce", "enc"))
    first = case["encryptions"][0]
    plain = bytes.fromhex(first["pt"])
    assert first["nonce"] == case["base_nonce"]
    cipher = ChaCha20Poly1305(key)
    assert cipher.encrypt(nonce, plain, bytes.fromhex(first["aad"])).hex() == first["ct"]
    box_key = BoxKey(Secret(bytes.fromhex(case["skRm"])))
    assert box_key.raw.hex() == case["pkRm"]
    box = enc + cipher.encrypt(nonce, plain, None)
    assert open_box(box_key, box, bytes.fromhex(case["info"])) == plain
    with pytest.raises(RemoteError):
        open_box(box_key, enc + bytes.fromhex(first["ct"]), bytes.fromhex(case["info"]))  # its aad is not empty


@given(plain=st.binary(max_size=500), info=st.binary(max_size=100))
def test_round_trip(plain: bytes, info: bytes) -> None:
    key = BoxKey.make(Seeded())
    assert open_box(key, seal_to(key.public, plain, info), info) == plain
    assert open_box(key, seal_to(key.raw, Secret(plain), info), info) == plain


def test_size_and_freshness() -> None:
    key = BoxKey.make(Seeded())
    one, two = (seal_to(key.raw, bytes(32), b"") for _ in range(2))
    assert len(one) == 32 + 32 + 16
    assert one[:32] != two[:32]


def test_key_is_kept_as_a_secret() -> None:
    key = BoxKey.make(Seeded())
    assert BoxKey.from_secret(Secret.from_text(key.secret.to_text())).public == key.public


def test_every_flipped_bit_is_refused() -> None:
    key = BoxKey.make(Seeded())
    box = seal_to(key.raw, bytes(32), b"info")
    for at in range(8 * len(box)):
        spoilt = (int.from_bytes(box, "big") ^ (1 << at)).to_bytes(len(box), "big")
        with pytest.raises(RemoteError) as refused:
            open_box(key, spoilt, b"info")
        assert refused.value.reason is Reason.CANNOT_OPEN


def test_another_key_or_purpose() -> None:
    key, other = BoxKey.make(Seeded(b"a")), BoxKey.make(Seeded(b"b"))
    box = seal_to(key.raw, bytes(32), b"info")
    for wrong_key, info in ((other, b"info"), (key, b"Info"), (key, b"")):
        with pytest.raises(RemoteError) as refused:
            open_box(wrong_key, box, info)
        assert refused.value.reason is Reason.CANNOT_OPEN


@given(box=st.binary(max_size=120))
def test_anything_else_is_the_peers_fault(box: bytes) -> None:
    with pytest.raises(RemoteError):
        open_box(BoxKey.make(Seeded()), box, b"")


@pytest.mark.parametrize("point", LOW_ORDER)
def test_points_that_make_every_secret_zero(point: str) -> None:
    """RFC 7748 section 6.1; RFC 9180 section 7.1.4. One such key in a bundle must not stop a rotation for all, and
    what is sealed to it must not be readable under the secret that everybody knows."""
    for raw in (bytes.fromhex(point), bytes.fromhex(point)[:31] + bytes((bytes.fromhex(point)[31] | 0x80,))):
        assert not usable(raw)
        box = seal_to(raw, bytes(32), b"")
        assert len(box) == 32 + 32 + 16
        assert usable(box[:32])
        with pytest.raises(RemoteError):
            open_box(BoxKey.make(Seeded()), raw + bytes(48), b"")


@given(public=st.binary(max_size=40) | st.text(max_size=50))
def test_sealing_to_anything_raises_remote_errors_only(public: bytes | str) -> None:
    if usable(public):
        assert len(seal_to(public, b"", b"")) == 48
    elif isinstance(public, str) or len(public) != 32:
        with pytest.raises(RemoteError):
            seal_to(public, b"", b"")


def test_no_two_purposes_share_an_info() -> None:
    other = "6b" * 32
    infos = [
        labels.lockbox(SPACE, other, other),
        labels.bucket_box(SPACE, other, other),
        labels.whisper(SPACE, other),
        labels.join(SPACE, other),
        labels.welcome(SPACE, other),
    ]
    assert len(set(infos)) == len(infos)
    with pytest.raises(RemoteError):
        labels.lockbox(SPACE, other, other[:-1])
