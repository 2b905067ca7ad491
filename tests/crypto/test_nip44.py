"""NIP-44 version 2 by the published figures, and what is not a payload."""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tadamun.core.errors import Reason, RemoteError
from tadamun.crypto import nip44
from tadamun.crypto.keys import SigningKey
from tadamun.crypto.secret import Secret

OWN = Path(__file__).parent.parent / "vectors" / "nip44.json"
WHOLE = OWN.parent.parent.parent.parent / "shared" / "vectors" / "nip44.vectors.json"
V2: dict[str, Any] = json.loads((WHOLE if WHOLE.exists() else OWN).read_text())["v2"]
KEY = bytes(range(32))


def secret(text: str) -> Secret:
    return Secret(bytes.fromhex(text))


@pytest.mark.parametrize("case", V2["valid"]["get_conversation_key"])
def test_conversation_key(case: dict[str, str]) -> None:
    assert nip44.conversation_key(secret(case["sec1"]), case["pub2"]) == secret(case["conversation_key"])


@pytest.mark.parametrize("case", V2["invalid"]["get_conversation_key"], ids=lambda case: case["note"])
def test_no_conversation_key(case: dict[str, str]) -> None:
    with pytest.raises(RemoteError) as refused:
        nip44.conversation_key(secret(case["sec1"]), case["pub2"])
    assert refused.value.reason is Reason.MALFORMED


@pytest.mark.parametrize("case", V2["valid"]["get_message_keys"]["keys"])
def test_message_keys(case: dict[str, str]) -> None:
    conversation = secret(V2["valid"]["get_message_keys"]["conversation_key"])
    keys = nip44.message_keys(conversation, bytes.fromhex(case["nonce"]))
    assert [key.hex() for key in keys] == [case["chacha_key"], case["chacha_nonce"], case["hmac_key"]]


@pytest.mark.parametrize(("length", "padded"), V2["valid"]["calc_padded_len"])
def test_padded_length(length: int, padded: int) -> None:
    assert nip44.padded_length(length) == padded


@given(length=st.integers(1, 65_535))
def test_padding_is_monotone_and_at_most_a_quarter(length: int) -> None:
    padded = nip44.padded_length(length)
    assert length <= padded <= max(32, length * 5 // 4 + 31)
    assert padded <= nip44.padded_length(length + 1)


@pytest.mark.parametrize("case", V2["valid"]["encrypt_decrypt"], ids=lambda case: case["payload"][:12])
def test_encrypt_decrypt(case: dict[str, str]) -> None:
    public = SigningKey.from_secret(secret(case["sec2"])).public
    conversation = nip44.conversation_key(secret(case["sec1"]), public)
    assert conversation == secret(case["conversation_key"])
    assert nip44.encrypt(conversation, bytes.fromhex(case["nonce"]), case["plaintext"]) == case["payload"]
    assert nip44.decrypt(conversation, case["payload"]).decode() == case["plaintext"]


@pytest.mark.parametrize("case", V2["valid"].get("encrypt_decrypt_long_msg", []))
def test_long_message(case: dict[str, Any]) -> None:
    """The set gives no checksum for it. 65,535 letters of two bytes each are over version 2's limit of 65,535 bytes,
    hence refused; as many bytes as fit go there and back."""
    conversation, nonce = secret(case["conversation_key"]), bytes.fromhex(case["nonce"])
    with pytest.raises(ValueError, match="65535"):
        nip44.encrypt(conversation, nonce, case["letter"] * case["repeat"])
    longest = case["letter"] * (nip44.MAX_PLAINTEXT // 2)
    assert nip44.decrypt(conversation, nip44.encrypt(conversation, nonce, longest)).decode() == longest


@pytest.mark.parametrize("length", V2["invalid"]["encrypt_msg_lengths"])
def test_lengths_that_are_not_encrypted(length: int) -> None:
    with pytest.raises(ValueError, match="65535"):
        nip44.encrypt(KEY, bytes(32), b"x" * length)


@pytest.mark.parametrize("length", V2["invalid"]["decrypt_msg_lengths"])
def test_lengths_that_are_not_decrypted(length: int) -> None:
    with pytest.raises(RemoteError):
        nip44.decrypt(KEY, base64.b64encode(b"\x02" + bytes(length)).decode())


@pytest.mark.parametrize("case", V2["invalid"]["decrypt"], ids=lambda case: case["payload"][:12])
def test_not_decrypted(case: dict[str, str]) -> None:
    with pytest.raises(RemoteError) as refused:
        nip44.decrypt(secret(case["conversation_key"]), case["payload"])
    assert refused.value.reason in (Reason.MALFORMED, Reason.CANNOT_OPEN)


@given(plain=st.binary(min_size=1, max_size=3000), nonce=st.binary(min_size=32, max_size=32))
def test_round_trip(plain: bytes, nonce: bytes) -> None:
    assert nip44.decrypt(KEY, nip44.encrypt(KEY, nonce, plain)) == plain


@pytest.mark.parametrize("length", [1, 32, 65_535])
def test_shortest_and_longest_fit_the_limits(length: int) -> None:
    assert len(nip44.decrypt(KEY, nip44.encrypt(KEY, bytes(32), b"x" * length))) == length


@pytest.mark.parametrize("length", [16, 40, 70])  # three, so that base64 ends with no, one and two signs of padding
def test_every_flipped_bit_is_refused(length: int) -> None:
    """Of every character, hence also of base64's last one, some bits of which mean nothing."""
    payload = nip44.encrypt(KEY, bytes(32), b"x" * length)
    for at in range(len(payload)):
        for bit in range(8):
            spoilt = payload[:at] + chr(ord(payload[at]) ^ (1 << bit)) + payload[at + 1 :]
            with pytest.raises(RemoteError):
                nip44.decrypt(KEY, spoilt)


def test_padding_endings_occur() -> None:
    endings = {nip44.encrypt(KEY, bytes(32), b"x" * length)[-3:].count("=") for length in (16, 40, 70)}
    assert endings == {0, 1, 2}


def test_wrong_key() -> None:
    with pytest.raises(RemoteError) as refused:
        nip44.decrypt(bytes(32), nip44.encrypt(KEY, bytes(32), "x"))
    assert refused.value.reason is Reason.CANNOT_OPEN


@settings(max_examples=300)
@given(payload=st.text(max_size=300) | st.binary(min_size=99, max_size=300).map(lambda b: base64.b64encode(b).decode()))
def test_anything_else_is_the_peers_fault(payload: str) -> None:
    with pytest.raises(RemoteError):
        nip44.decrypt(KEY, payload)


@given(padded=st.binary(max_size=200))
def test_unpad_never_crashes(padded: bytes) -> None:
    plain = b""
    with suppress(RemoteError):
        plain = nip44.unpad(padded)
    assert not plain or len(padded) == 2 + nip44.padded_length(len(plain))


@pytest.mark.parametrize(("key", "nonce"), [(b"x" * 31, bytes(32)), (KEY, bytes(31))])
def test_keys_and_nonces_of_another_size_are_our_fault(key: bytes, nonce: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        nip44.encrypt(key, nonce, "x")
