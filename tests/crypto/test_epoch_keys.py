"""What follows from an epoch's secret, computed a second time with the standard library alone."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seeded import SPACE, Seeded

from tadamun.core.b64 import from_b64, raw32, to_b64
from tadamun.core.control.digests import bundle_digest
from tadamun.core.errors import Reason, RemoteError
from tadamun.crypto.epoch import EpochKeys, bucket_scope, channel_id, circle_id, is_epoch
from tadamun.crypto.invite import Invite
from tadamun.crypto.keys import SigningKey
from tadamun.crypto.link import Link, encode
from tadamun.crypto.safety import safety_number
from tadamun.crypto.secret import Secret

OWN: dict[str, Any] = json.loads((Path(__file__).parent.parent / "vectors" / "tadamun.json").read_text())


def hkdf(ikm: bytes, salt: bytes, info: bytes) -> bytes:
    """RFC 5869 for 32 bytes: extract, then one block of expand."""
    return hmac.digest(hmac.digest(salt or bytes(32), ikm, "sha256"), info + b"\x01", "sha256")


@given(scope=st.binary(min_size=32, max_size=32), secret=st.binary(min_size=32, max_size=32))
def test_derivations(scope: bytes, secret: bytes) -> None:
    """docs/protocol/3-seal.md, 3.1 and 5-sync.md."""
    keys = EpochKeys.from_secret(scope, Secret(secret))
    assert keys.scope == scope.hex()
    assert keys.id == hashlib.sha256(b"tadamun/epoch-id/v1" + scope + secret).hexdigest()
    assert keys.conversation.reveal() == hkdf(secret, scope, b"tadamun/conversation/v1")
    assert keys.history.reveal() == hkdf(secret, scope, b"tadamun/history/v1")
    assert keys.lan.reveal() == hkdf(secret, scope, b"tadamun/lan/v1")
    assert keys.mailbox.secret.reveal() == hkdf(secret, scope, b"tadamun/mailbox/v1\x00")
    assert is_epoch(scope, keys.id, Secret(secret))
    assert not is_epoch(scope, keys.id, Secret(hashlib.sha256(secret).digest()))


def test_published_figures() -> None:
    """tests/vectors/tadamun.json, for other implementations."""
    given_, want = OWN["given"], OWN["derived"]
    epoch = EpochKeys(given_["space"], Secret(bytes.fromhex(given_["secret"])))
    invite = Invite(given_["space"], Secret(bytes.fromhex(given_["invite_secret"])))
    one, other = given_["member_one"], given_["member_two"]
    link = Link(given_["space"], invite.secret, from_b64(given_["hpke"]), given_["anchor"], tuple(given_["hints"]))
    assert {
        "epoch_id": epoch.id,
        "conversation": epoch.conversation.reveal().hex(),
        "history": epoch.history.reveal().hex(),
        "lan": epoch.lan.reveal().hex(),
        "mailbox": epoch.mailbox.public,
        "invite_key": invite.key.public,
        "invite_mailbox": invite.mailbox.mailbox.public,
        "channel": channel_id(given_["space"], one, other),
        "circle": circle_id(given_["space"], (one, other, given_["anchor"])),
        "bucket_scope": bucket_scope(given_["space"], given_["expiry"], bytes.fromhex(given_["secret"])),
        "safety": " ".join(safety_number(given_["space"], one, other).groups()),
        "bundle_digest": bundle_digest(one, given_["device"], given_["hpke"], given_["prekey"]).hex(),
        "join_link": encode(link),
        "device_link": encode(replace(link, member=one)),
    } == want


def test_the_same_text_gives_the_same_keys() -> None:
    epoch = EpochKeys.make(SPACE, Seeded())
    assert EpochKeys.from_secret(bytes.fromhex(SPACE), epoch.secret).id == epoch.id


def test_two_scopes_share_nothing() -> None:
    """One secret by mistake in two spaces still gives nothing that links them."""
    one, two = (EpochKeys(scope, Secret(bytes(32))) for scope in ("aa" * 32, "bb" * 32))
    assert one.id != two.id
    assert one.mailbox.public != two.mailbox.public
    assert one.conversation != two.conversation


@pytest.mark.parametrize("scope", ["", "aa" * 31, "AA" * 32, "aa" * 32 + "\n", b"x" * 31])
def test_what_is_no_scope(scope: str | bytes) -> None:
    with pytest.raises(RemoteError) as refused:
        EpochKeys.from_secret(scope, Secret(bytes(32)))
    assert refused.value.reason is Reason.MALFORMED


@pytest.mark.parametrize("length", [0, 31, 33])
def test_secret_of_another_size(length: int) -> None:
    with pytest.raises(RemoteError):
        EpochKeys.from_secret(SPACE, Secret(bytes(length)))


def test_history_link(random: Seeded) -> None:
    parent, child = (EpochKeys.make(SPACE, random) for _ in range(2))
    link = child.link(parent, random)
    assert child.open_link(parent.id, link) == parent.secret
    assert len(from_b64(link)) == 12 + 32 + 16


def test_history_link_of_another(random: Seeded) -> None:
    parent, child, stranger = (EpochKeys.make(SPACE, random) for _ in range(3))
    link = child.link(parent, random)
    for holder, name in ((stranger, parent.id), (parent, parent.id), (child, stranger.id)):
        with pytest.raises(RemoteError) as refused:
            holder.open_link(name, link)
        assert refused.value.reason is Reason.CANNOT_OPEN


def test_history_link_that_lies(random: Seeded) -> None:
    """Whoever may write links could put in a secret of their own; the parent's id commits to the right one."""

    class Liar(EpochKeys):
        __slots__ = ()

        def named(self, other: str) -> Liar:
            self.id = other
            return self

    parent, child = (EpochKeys.make(SPACE, random) for _ in range(2))
    lie = child.link(Liar.make(SPACE, random).named(parent.id), random)  # type: ignore[attr-defined]  # a forger has no types
    with pytest.raises(RemoteError) as refused:
        child.open_link(parent.id, lie)
    assert refused.value.detail == "link to another epoch"


def test_history_link_every_byte_counts(random: Seeded) -> None:
    parent, child = (EpochKeys.make(SPACE, random) for _ in range(2))
    raw = from_b64(child.link(parent, random))
    for at in range(len(raw)):
        with pytest.raises(RemoteError):
            child.open_link(parent.id, to_b64(raw[:at] + bytes((raw[at] ^ 1,)) + raw[at + 1 :]))


@given(link=st.text(max_size=100), parent=st.text(max_size=70))
def test_history_link_of_rubbish(link: str, parent: str) -> None:
    child = EpochKeys.make(SPACE, Seeded())
    with pytest.raises(RemoteError):
        child.open_link(parent, link)


def test_channel_is_the_same_from_both_sides() -> None:
    assert channel_id(SPACE, "aa" * 32, "bb" * 32) == channel_id(SPACE, "bb" * 32, "aa" * 32)
    assert channel_id(SPACE, "aa" * 32, "bb" * 32) != channel_id("bb" * 32, "aa" * 32, SPACE)


def test_invite_follows_from_its_secret(random: Seeded) -> None:
    """docs/protocol/4-joining.md, 4.1."""
    made = Invite.make(SPACE, random)
    again = Invite(SPACE, Secret(made.secret.reveal()))
    assert (again.key.public, again.mailbox.id) == (made.key.public, made.mailbox.id)
    raw = made.secret.reveal()
    assert made.key.secret.reveal() == hkdf(raw, b"", b"tadamun/invite-sign/v1")
    assert made.mailbox.secret.reveal() == hkdf(raw, b"", b"tadamun/invite-mailbox/v1")
    assert made.key.public != made.mailbox.mailbox.public


@given(st.binary(max_size=80))
def test_base64url_round_trip(data: bytes) -> None:
    assert from_b64(to_b64(data)) == data
    assert "=" not in to_b64(data)


@pytest.mark.parametrize("text", ["A", "AB", "AA==", "A A", "AA+/", "AA\n", "ÀÀ", "AAAAB", "-_=", "A" * 5])
def test_base64url_has_one_spelling(text: str) -> None:
    with pytest.raises(RemoteError) as refused:
        from_b64(text)
    assert refused.value.reason is Reason.MALFORMED


def test_raw32_takes_ids_only() -> None:
    assert raw32("aa" * 32) == raw32(b"\xaa" * 32)
    assert SigningKey.make(Seeded()).public == raw32(SigningKey.make(Seeded()).public).hex()
    for wrong in ("", "aa" * 33, "Aa" * 32, b"", b"x" * 33):
        with pytest.raises(RemoteError):
            raw32(wrong)
