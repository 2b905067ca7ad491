"""BIP340 as published; an event is genuine only if its id and signature are."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from seeded import Device

from tadamun.core.errors import Reason, RemoteError
from tadamun.core.event import Draft, Event, parse, to_json
from tadamun.core.genuine import Genuine
from tadamun.crypto import curve
from tadamun.crypto.keys import Prover, SigningKey, flaw, verify, verify_digest
from tadamun.crypto.random import SystemRandom
from tadamun.crypto.secret import Secret

VECTORS = Path(__file__).parent.parent / "vectors"
WHOLE = VECTORS.parent.parent.parent / "shared" / "vectors" / "bip340.csv"
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def cases() -> list[dict[str, str]]:
    if WHOLE.exists():
        with WHOLE.open() as file:
            return [{name.replace(" ", "_"): value for name, value in row.items()} for row in csv.DictReader(file)]
    found: list[dict[str, str]] = json.loads((VECTORS / "bip340.json").read_text())
    return found


def test_selection_is_of_the_whole() -> None:
    selected = json.loads((VECTORS / "bip340.json").read_text())
    assert len(selected) == 16
    assert [case for case in selected if case not in cases()] == []


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["index"])
def test_bip340(case: dict[str, str]) -> None:
    key, message, signature = (bytes.fromhex(case[name]) for name in ("public_key", "message", "signature"))
    assert curve.verify(key, message, signature) is (case["verification_result"] == "TRUE")
    if len(message) == 32:
        good = verify_digest(key.hex(), message, signature.hex())
        assert good is (case["verification_result"] == "TRUE")
        if case["secret_key"]:
            secret = Secret(bytes.fromhex(case["secret_key"]))
            pair = curve.pair_of(secret.view())
            assert curve.public_of(pair) == key
            assert curve.sign(pair, message, bytes.fromhex(case["aux_rand"])) == signature


@pytest.mark.parametrize("number", [0, ORDER, ORDER + 1, 2**256 - 1])
def test_what_is_no_private_key(number: int) -> None:
    with pytest.raises(ValueError, match="private key"):
        SigningKey.from_secret(Secret(number.to_bytes(32, "big")))


@pytest.mark.parametrize("length", [0, 31, 33])
def test_private_key_of_another_length(length: int) -> None:
    with pytest.raises(ValueError, match="private key"):
        SigningKey.from_secret(Secret(b"\x01" * length))


def test_make_skips_what_is_no_private_key() -> None:
    class Unlucky:
        def __init__(self) -> None:
            self.draws = [b"\x01" * 32, bytes(32), b"\xff" * 32]

        def bytes(self, count: int) -> bytes:
            return self.draws.pop()

        def below(self, bound: int) -> int:
            raise AssertionError("not asked for")

    assert SigningKey.make(Unlucky()).secret == Secret(b"\x01" * 32)


def test_pair_is_wiped() -> None:
    secret = Secret(b"\x01" * 32)
    pair = curve.pair_of(secret.view())
    assert any(bytes(curve.ffi.buffer(pair)))
    curve.wipe(pair)
    assert not any(bytes(curve.ffi.buffer(pair)))


def test_key_keeps_its_secret() -> None:
    key = SigningKey.make(SystemRandom())
    assert SigningKey.from_secret(Secret.from_text(key.secret.to_text())).public == key.public


def test_signing_gives_what_verifies(device: Device) -> None:
    genuine = device.signing.sign(Draft(1, "x", (("t", "a"),), 0))
    assert genuine.event.pubkey == device.signing.public
    assert verify(genuine.event) == genuine
    assert verify(parse(to_json(genuine.event))) == genuine


def test_two_signatures_differ(device: Device) -> None:
    """The auxiliary randomness is used."""
    assert device.signing.sign_digest(bytes(32)) != device.signing.sign_digest(bytes(32))


def test_prover_is_the_signer_port(device: Device) -> None:
    prover = Prover(device.signing)
    event = prover.sign(Draft(22242, "", (("challenge", "x"),), 1))
    assert event.pubkey == prover.public
    assert flaw(event) is None


def altered(event: Event, **fields: object) -> Event:
    return msgspec.structs.replace(event, **fields)


def test_every_altered_field_is_refused(post: Genuine) -> None:
    event = post.event
    changes: list[dict[str, object]] = [
        {"content": event.content + " "},
        {"kind": event.kind + 1},
        {"created_at": event.created_at + 1},
        {"tags": ()},
        {"tags": (*event.tags, ("x",))},
        {"pubkey": "00" * 32},
        {"id": "00" * 32},
    ]
    for change in changes:
        with pytest.raises(RemoteError) as refused:
            verify(altered(event, **change))
        assert refused.value.reason is Reason.BAD_ID


@given(at=st.integers(0, 511))
def test_every_flipped_bit_of_a_signature_is_refused(post: Genuine, at: int) -> None:
    flipped = (int(post.event.sig, 16) ^ (1 << at)).to_bytes(64, "big").hex()
    with pytest.raises(RemoteError) as refused:
        verify(altered(post.event, sig=flipped))
    assert refused.value.reason is Reason.BAD_SIGNATURE


def test_somebody_elses_signature(post: Genuine) -> None:
    other = SigningKey.make(SystemRandom())
    with pytest.raises(RemoteError) as refused:
        verify(altered(post.event, sig=other.sign_digest(bytes.fromhex(post.event.id))))
    assert refused.value.reason is Reason.BAD_SIGNATURE


@pytest.mark.parametrize("spoil", [lambda s: s + "\n", lambda s: s[:-1] + "\n", lambda s: s[:-2], lambda s: " " * 128])
def test_signature_not_spelled_as_hex(post: Genuine, spoil: object) -> None:
    """`bytes.fromhex` forgives white space; one signature has one spelling all the same."""
    assert callable(spoil)
    assert flaw(altered(post.event, sig=spoil(post.event.sig))) is Reason.BAD_SIGNATURE
    assert not verify_digest(post.event.pubkey, bytes.fromhex(post.event.id), spoil(post.event.sig))


@given(key=st.text(max_size=66), digest=st.binary(max_size=33), signature=st.text(max_size=130))
def test_verify_digest_never_raises(key: str, digest: bytes, signature: str) -> None:
    assert verify_digest(key, digest, signature) is False


SPOILT: Final[tuple[Callable[[str], str], ...]] = (
    lambda s: s + "\n",
    lambda s: s[:-1] + "\n",
    lambda s: s[:-2],
    lambda s: s + "00",
    lambda s: "AB" + s[2:],
    lambda s: " " * len(s),
    lambda s: "٠" + s[1:],
    lambda s: "x" + s[1:],
    lambda s: "",
)


@pytest.mark.parametrize("field", ["id", "pubkey", "sig"])
@pytest.mark.parametrize("spoil", SPOILT)
def test_hex_has_one_spelling(post: Genuine, field: str, spoil: Callable[[str], str]) -> None:
    raw = to_json(altered(post.event, **{field: spoil(getattr(post.event, field))}))
    with pytest.raises(RemoteError) as refused:
        parse(raw)
    assert refused.value.reason is Reason.MALFORMED


def test_one_too_short_and_one_too_long_are_not_right_together(post: Genuine) -> None:
    event = post.event
    with pytest.raises(RemoteError):
        parse(to_json(altered(event, pubkey=event.pubkey + event.sig[:2], sig=event.sig[2:])))
