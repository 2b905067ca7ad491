"""Secrets do not show, passphrases stretch as published, wraps open for the right key only."""

from __future__ import annotations

import copy
import gc
import io
import json
import logging
import pickle
import traceback
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from seeded import Device

from tadamun.core.errors import UsageError, VaultError
from tadamun.crypto.epoch import EpochKeys
from tadamun.crypto.invite import Invite
from tadamun.crypto.secret import DEFAULT, FOR_TESTS, Cost, Secret, WrongKey, stretch, unwrap, wrap

VECTORS = Path(__file__).parent.parent / "vectors"
MARKER = b"planted-marker-of-32-bytes-here!"


class Fixed:
    """Randomness that is what a published vector says."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def bytes(self, count: int) -> bytes:
        assert count == len(self._data)
        return self._data

    def below(self, bound: int) -> int:
        raise AssertionError("not asked for")


def shown_somewhere(text: str) -> bool:
    return any(form in text for form in ("planted", MARKER.hex(), repr(list(MARKER))[1:20]))


def test_never_shows() -> None:
    secret = Secret(MARKER)
    stream = io.StringIO()
    logger = logging.getLogger("tests.secret")
    logger.addHandler(handler := logging.StreamHandler(stream))
    logger.error("%s %r %s", secret, secret, {"key": secret})
    logger.removeHandler(handler)
    texts = [repr(secret), str(secret), f"{secret} {secret!r} {secret:>20}", repr([secret]), stream.getvalue()]
    try:
        raise RuntimeError(secret)
    except RuntimeError as error:
        texts.append("".join(traceback.TracebackException.from_exception(error, capture_locals=True).format()))
    # The module's own MARKER is on the traceback's source lines as a name only; its value must not be.
    assert [text for text in texts if shown_somewhere(text)] == []
    assert all("<secret>" in text for text in texts)


def test_holders_do_not_show_either(device: Device, epoch: EpochKeys) -> None:
    for holder in (device.signing, device.box, epoch, Invite(epoch.scope, Secret(MARKER))):
        assert repr(holder) == str(holder)
        assert repr(holder).startswith("<")
        assert len(repr(holder)) < 20  # a word, no key and no address to follow


@pytest.mark.parametrize("encode", [pickle.dumps, copy.copy, copy.deepcopy, json.dumps, msgspec.json.encode])
def test_is_not_copied_or_encoded(encode: object, device: Device, epoch: EpochKeys) -> None:
    assert callable(encode)
    for holder in (Secret(MARKER), device.signing, device.box, epoch, Invite(epoch.scope, Secret(MARKER))):
        with pytest.raises(TypeError):
            encode(holder)


def test_is_not_hashed() -> None:
    with pytest.raises(TypeError):
        hash(Secret(MARKER))


def test_compares_by_value_and_only_with_its_like() -> None:
    assert Secret(MARKER) == Secret(MARKER)
    assert Secret(MARKER) != Secret(MARKER[:-1] + b"?")
    assert Secret(MARKER) != Secret(MARKER[:-1])
    assert Secret(MARKER) != MARKER


def test_wiped_when_dropped() -> None:
    secret = Secret(MARKER)
    view = secret.view()
    assert bytes(view) == MARKER
    del secret
    gc.collect()
    assert bytes(view) == bytes(32)


def test_wiped_when_told() -> None:
    secret = Secret(MARKER)
    view = secret.view()
    secret.wipe()
    secret.wipe()
    assert bytes(view) == bytes(32)
    for use in (secret.reveal, secret.view, secret.to_text, lambda: secret.derive(b"x"), lambda: secret == secret):
        with pytest.raises(ValueError, match="wiped"):
            use()


def test_source_may_be_overwritten() -> None:
    source = bytearray(MARKER)
    secret = Secret(source)
    source[:] = bytes(32)
    assert secret.reveal() == MARKER


def test_text_round_trip() -> None:
    assert Secret.from_text(Secret(MARKER).to_text()) == Secret(MARKER)


@pytest.mark.parametrize("case", json.loads((VECTORS / "hkdf.json").read_text()))
def test_derive_is_hkdf(case: dict[str, str]) -> None:
    """RFC 5869 A.1-A.3. Ours always takes 32 bytes, which are the first 32 of any longer output."""
    derived = Secret(bytes.fromhex(case["ikm"])).derive(bytes.fromhex(case["info"]), bytes.fromhex(case["salt"]))
    assert derived.reveal().hex() == case["okm"][:64]


def test_stretch_is_argon2id() -> None:
    """Argon2 reference implementation, src/test.c: Argon2id, version 0x13, t=2, m=2^16 KiB, p=1."""
    key = stretch("password", b"somesalt", Cost(memory_kib=65_536, passes=2, lanes=1))
    assert key.reveal().hex() == "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"


def test_default_cost_is_no_less_than_recommended() -> None:
    """RFC 9106 section 4, second option: 64 MiB and three passes."""
    assert DEFAULT.memory_kib >= 64 * 1024
    assert DEFAULT.passes >= 3


def test_every_part_of_stretching_counts() -> None:
    base = stretch("قوس قزح", bytes(16), FOR_TESTS)
    assert base == stretch("قوس قزح", bytes(16), FOR_TESTS)
    assert base == stretch(Secret("قوس قزح".encode()), bytes(16), FOR_TESTS)
    assert base != stretch("قوس قزج", bytes(16), FOR_TESTS)
    assert base != stretch("قوس قزح", bytes(15) + b"\x01", FOR_TESTS)
    assert base != stretch("قوس قزح", bytes(16), Cost(memory_kib=40, passes=1, lanes=1))
    assert base != stretch("قوس قزح", bytes(16), Cost(memory_kib=32, passes=2, lanes=1))


def test_keyboards_that_compose_differently_agree() -> None:
    assert stretch("café آ ﻻ", bytes(16), FOR_TESTS) == stretch("cafe\u0301 \u0627\u0653 لا", bytes(16), FOR_TESTS)


def test_bytes_that_are_no_text_are_refused_in_words() -> None:
    with pytest.raises(UsageError, match="terminal"):
        stretch("\udcff", bytes(16), FOR_TESTS)


def test_salt_too_short() -> None:
    with pytest.raises(ValueError, match="salt"):
        stretch("x", bytes(7), FOR_TESTS)


@pytest.mark.parametrize(
    "cost", [(0, 1, 1), (2**40, 1, 1), (65_536, 0, 1), (65_536, 2**31, 1), (65_536, 1, 0), (65_536, 1, 17), (8, 1, 2)]
)
def test_costs_out_of_range_are_refused_before_any_work(cost: tuple[int, int, int]) -> None:
    with pytest.raises(VaultError, match="Restore"):
        Cost(*cost)


def test_wrap_is_chacha20_poly1305() -> None:
    """RFC 8439 section 2.8.2."""
    plain = (
        b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
        b"sunscreen would be it."
    )
    nonce = bytes.fromhex("070000004041424344454647")
    key = Secret(bytes(range(0x80, 0xA0)))
    wrapped = wrap(Secret(plain), key, bytes.fromhex("50515253c0c1c2c3c4c5c6c7"), Fixed(nonce))
    assert wrapped.hex() == nonce.hex() + (
        "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b"
        "1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
        "3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691"
    )


@given(key=st.binary(max_size=80), aad=st.binary(max_size=20))
def test_wrap_round_trip(key: bytes, aad: bytes) -> None:
    with_ = Secret(MARKER)
    assert unwrap(wrap(Secret(key), with_, aad, Fixed(bytes(12))), with_, aad) == Secret(key)


def test_unwrap_refuses_everything_else() -> None:
    with_ = Secret(MARKER)
    wrapped = wrap(Secret(bytes(32)), with_, b"aad", Fixed(bytes(12)))
    spoilt = [
        bytes(b ^ (1 << bit) if i == at else b for i, b in enumerate(wrapped)) for at in range(60) for bit in (0, 7)
    ]
    for wrong in (*spoilt, wrapped[:-1], wrapped[:27], b""):
        with pytest.raises(WrongKey):
            unwrap(wrong, with_, b"aad")
    with pytest.raises(WrongKey):
        unwrap(wrapped, Secret(bytes(32)), b"aad")
    with pytest.raises(WrongKey) as refused:
        unwrap(wrapped, with_, b"other")
    assert "passphrase" in str(refused.value)
    assert refused.value.code == VaultError.code
