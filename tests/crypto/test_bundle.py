"""Bundles prove what they list; names on the local network; whispers."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from seeded import SPACE, Device, Seeded

from tadamun.core.b64 import from_b64, to_b64
from tadamun.core.control.bodies import Bundle
from tadamun.core.control.digests import bundle_digest
from tadamun.core.errors import Reason, RemoteError
from tadamun.core.limits import MAX_LOCKBOXES
from tadamun.crypto import labels, lan
from tadamun.crypto.bundle import holds, make_bundle
from tadamun.crypto.epoch import EpochKeys
from tadamun.crypto.lockbox import BoxKey, seal_to
from tadamun.crypto.random import SystemRandom
from tadamun.crypto.secret import Secret
from tadamun.crypto.whisper import SIZE, hear, whisper

MEMBER = "ab" * 32
NOON = 1_760_000_400 // 3600 * 3600 + 1800


def bundle_of(device: Device) -> Bundle:
    return make_bundle(MEMBER, device.signing, device.box, device.prekey)


def test_a_device_proves_its_bundle(device: Device) -> None:
    bundle = bundle_of(device)
    assert holds(bundle, MEMBER)
    assert not holds(bundle, device.signing.public)  # nobody else can list it
    assert (bundle.key, bundle.hpke, bundle.prekey) == (device.signing.public, device.box.public, device.prekey.public)


def test_devices_share_nothing() -> None:
    one, two = (bundle_of(Device.make(SystemRandom())) for _ in range(2))
    assert not {*msgspec.structs.astuple(one)} & {*msgspec.structs.astuple(two)}


def test_no_field_can_be_swapped(device: Device) -> None:
    bundle, other = bundle_of(device), bundle_of(Device.make(SystemRandom()))
    for field in ("key", "hpke", "prekey", "proof"):
        assert not holds(msgspec.structs.replace(bundle, **{field: getattr(other, field)}), MEMBER)
    assert not holds(msgspec.structs.replace(bundle, hpke=bundle.prekey, prekey=bundle.hpke), MEMBER)


def test_keys_that_nothing_can_be_sealed_to(device: Device) -> None:
    """The proof is right: the device's owner is the liar."""
    zero = to_b64(bytes(32))
    key, box = device.signing.public, device.box.public
    for hpke, prekey in ((zero, box), (box, zero)):
        proof = device.signing.sign_digest(bundle_digest(key, key, hpke, prekey))
        assert not holds(Bundle(key=key, hpke=hpke, prekey=prekey, proof=proof), key)


def test_lan_name_is_known_to_members_only(epoch: EpochKeys, random: Seeded) -> None:
    name = lan.name(epoch.lan, NOON, random)
    assert len(name) == 32
    assert name.isalnum()
    assert name == name.lower()
    assert lan.recognises(epoch.lan, NOON, name)
    assert lan.recognises(epoch.lan, NOON, name.upper())  # DNS does not keep case
    assert not lan.recognises(EpochKeys.make(SPACE, random).lan, NOON, name)


@pytest.mark.parametrize(("hours", "known"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_lan_name_rotates(epoch: EpochKeys, random: Seeded, hours: int, known: bool) -> None:
    """Clocks that differ by less than an hour still meet."""
    assert lan.recognises(epoch.lan, NOON + 3600 * hours, lan.name(epoch.lan, NOON, random)) is known


def test_lan_names_do_not_repeat(epoch: EpochKeys, random: Seeded) -> None:
    assert len({lan.name(epoch.lan, NOON, random) for _ in range(20)}) == 20


@given(name=st.text(max_size=40) | st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=32, max_size=32))
def test_lan_rubbish_is_not_recognised(epoch: EpochKeys, name: str) -> None:
    assert not lan.recognises(epoch.lan, NOON, name)


MEMBERS = ("bb" * 32, "aa" * 32)
AUTHOR = "cc" * 32


def test_both_hear_a_whisper(random: Seeded) -> None:
    keys = [BoxKey.make(random) for _ in range(3)]
    secret = Secret.make(random)
    boxes = whisper(secret, MEMBERS, [key.public for key in keys], SPACE, AUTHOR, random)
    for key in keys:
        heard = hear(key, boxes, SPACE, AUTHOR)
        assert heard is not None
        assert heard.secret == secret
        assert heard.members == ("aa" * 32, "bb" * 32)
    assert hear(BoxKey.make(random), boxes, SPACE, AUTHOR) is None
    assert hear(keys[0], boxes, SPACE, "dd" * 32) is None
    assert hear(keys[0], boxes, "dd" * 32, AUTHOR) is None


@pytest.mark.parametrize(("devices", "boxes"), [(2, 8), (8, 8), (9, 16)])
def test_whispers_look_alike(random: Seeded, devices: int, boxes: int) -> None:
    keys = [BoxKey.make(random).public for _ in range(devices)]
    made = whisper(Secret.make(random), MEMBERS, keys, SPACE, AUTHOR, random)
    assert len(made) == boxes
    assert {len(from_b64(box)) for box in made} == {SIZE}
    # A point's encoding is below 2^255: a padding of random bytes would show by its last bit.
    assert all(from_b64(box)[31] < 0x80 for box in made)


def test_whispers_are_shuffled(random: Seeded) -> None:
    """The place of a box must not tell whose it is."""
    key = BoxKey.make(random)
    places = set()
    for _ in range(40):
        boxes = whisper(Secret.make(random), MEMBERS, [key.public], SPACE, AUTHOR, random)
        places.add([hear(key, [box], SPACE, AUTHOR) is not None for box in boxes].index(True))
    assert len(places) > 4


@pytest.mark.parametrize(
    ("low", "high", "expires_at"),
    [
        ("bb" * 32, "aa" * 32, 0),
        ("aa" * 32, "aa" * 32, 0),
        ("aa" * 32, "bb" * 32, 2**63),
        ("aa" * 32, "bb" * 32, 2**64 - 1),
    ],
)
def test_whispers_that_lie(random: Seeded, low: str, high: str, expires_at: int) -> None:
    """Made by a member's device of its own accord: members out of order or twice, a time no database holds."""
    key = BoxKey.make(random)
    content = bytes(32) + bytes.fromhex(low) + bytes.fromhex(high) + expires_at.to_bytes(8, "big")
    box = to_b64(seal_to(key.raw, content, labels.whisper(SPACE, AUTHOR)))
    with pytest.raises(RemoteError) as refused:
        hear(key, [box], SPACE, AUTHOR)
    assert refused.value.reason is Reason.MALFORMED


def test_whisper_carries_its_expiry(random: Seeded) -> None:
    key = BoxKey.make(random)
    boxes = whisper(Secret.make(random), MEMBERS, [key.public], SPACE, AUTHOR, random, 2**63 - 1)
    heard = hear(key, boxes, SPACE, AUTHOR)
    assert heard is not None
    assert heard.expires_at == 2**63 - 1


def test_whispers_of_rubbish(random: Seeded) -> None:
    key = BoxKey.make(random)
    for boxes in (["x"], [to_b64(bytes(SIZE - 1))], ["A" * 192 + "="]):
        with pytest.raises(RemoteError) as refused:
            hear(key, boxes, SPACE, AUTHOR)
        assert refused.value.reason is Reason.MALFORMED
    with pytest.raises(RemoteError) as refused:
        hear(key, [to_b64(bytes(SIZE))] * (MAX_LOCKBOXES + 1), SPACE, AUTHOR)
    assert refused.value.reason is Reason.TOO_LARGE
    assert hear(key, [to_b64(bytes(SIZE))] * MAX_LOCKBOXES, SPACE, AUTHOR) is None
