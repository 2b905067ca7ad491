"""What is sealed opens to the same, for holders of the epoch only, and tells a relay nothing."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seeded import SPACE, Device, Seeded

from tadamun.core.errors import Reason, RemoteError, UsageError
from tadamun.core.event import Draft, Event, to_json
from tadamun.core.genuine import Genuine
from tadamun.core.limits import MAX_INNER, MAX_SEALED
from tadamun.crypto import nip44
from tadamun.crypto.epoch import EpochKeys
from tadamun.crypto.keys import SigningKey, verify
from tadamun.crypto.random import SystemRandom
from tadamun.crypto.seal import KIND, SPREAD, open_many, open_sealed, seal

NOW = 1_760_000_000
# What JSON can carry: no lone surrogates.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


def sealed_as(epoch: EpochKeys, plain: bytes) -> Event:
    """An outer event around anything at all, as a hostile member can make it."""
    payload = nip44.encrypt(epoch.conversation, bytes(32), plain)
    return SigningKey.make(Seeded()).sign_event(Draft(KIND, payload, (("p", epoch.mailbox.public),), NOW))


@settings(max_examples=60)
@given(
    content=TEXT,
    kind=st.integers(0, 65_535),
    tags=st.lists(st.lists(TEXT, min_size=1, max_size=4).map(tuple), max_size=5).map(tuple),
    created_at=st.integers(0, 2**63 - 1),
)
def test_open_undoes_seal(
    device: Device, epoch: EpochKeys, content: str, kind: int, tags: tuple[tuple[str, ...], ...], created_at: int
) -> None:
    inner = device.signing.sign(Draft(kind, content, tags, created_at))
    outer = seal(inner, epoch, now=NOW, random=SystemRandom())
    assert open_sealed(outer, epoch) == inner
    assert open_many([to_json(outer)], epoch) == open_many([to_json(outer)], epoch, False) == [inner]


def test_what_a_relay_sees(post: Genuine, epoch: EpochKeys, random: Seeded) -> None:
    one, two = (seal(post, epoch, now=NOW, random=random) for _ in range(2))
    for outer in (one, two):
        verify(outer)
        assert outer.kind == 3700
        assert outer.tags == (("p", epoch.mailbox.public),)
        assert outer.pubkey not in (post.event.pubkey, epoch.mailbox.public)
        raw = to_json(outer)
        for inside in (post.event.id, post.event.pubkey, SPACE, post.event.content, epoch.id):
            assert inside.encode() not in raw
    assert one.pubkey != two.pubkey
    assert one.content[:48] != two.content[:48]


def test_time_lies_within_two_days_before(post: Genuine, epoch: EpochKeys, random: Seeded) -> None:
    times = [seal(post, epoch, now=NOW, random=random).created_at for _ in range(200)]
    assert all(NOW - SPREAD < time <= NOW for time in times)
    assert max(times) - min(times) > SPREAD * 0.9


def test_expiry_is_told_to_relays(post: Genuine, epoch: EpochKeys, random: Seeded) -> None:
    outer = seal(post, epoch, now=NOW, random=random, expires_at=7200)
    assert outer.tags == (("p", epoch.mailbox.public), ("expiration", "7200"))
    with pytest.raises(ValueError, match="3600"):
        seal(post, epoch, now=NOW, random=random, expires_at=7201)


def test_largest_fits_and_one_more_is_refused_in_words(device: Device, epoch: EpochKeys, random: Seeded) -> None:
    empty = len(to_json(device.signing.sign(Draft(11, "", (), NOW)).event))
    largest = device.signing.sign(Draft(11, "x" * (MAX_INNER - empty), (), NOW))
    outer = seal(largest, epoch, now=NOW, random=random)
    assert len(to_json(outer)) <= MAX_SEALED
    assert open_many([to_json(outer)], epoch) == [largest]
    with pytest.raises(UsageError, match="Shorten it"):
        seal(device.signing.sign(Draft(11, "x" * (MAX_INNER - empty + 1), (), NOW)), epoch, now=NOW, random=random)


def test_another_epoch_opens_nothing(post: Genuine, epoch: EpochKeys, random: Seeded) -> None:
    outer = seal(post, epoch, now=NOW, random=random)
    stranger = EpochKeys.make(SPACE, random)
    with pytest.raises(RemoteError) as refused:
        open_sealed(outer, stranger)
    assert refused.value.reason is Reason.CANNOT_OPEN
    assert open_many([to_json(outer)], stranger) == [Reason.CANNOT_OPEN]


def test_kind_is_looked_at(post: Genuine, epoch: EpochKeys, random: Seeded) -> None:
    outer = msgspec.structs.replace(seal(post, epoch, now=NOW, random=random), kind=1059)
    with pytest.raises(RemoteError):
        open_sealed(outer, epoch)


def hostile(device: Device) -> list[tuple[Reason, bytes]]:
    """Plaintexts that a member could seal, with what becomes of them."""
    event = device.signing.sign(Draft(11, "x", (("h", SPACE),), NOW)).event
    fields = json.loads(to_json(event))

    def with_(**changed: object) -> bytes:
        return json.dumps({**fields, **changed}).encode()

    return [
        (Reason.MALFORMED, b"x"),
        (Reason.MALFORMED, b"\xff\xfe"),
        (Reason.MALFORMED, b"null"),
        (Reason.MALFORMED, b"[" * 30_000),
        (Reason.MALFORMED, b'{"id":' * 5_000),
        (Reason.MALFORMED, to_json(event)[:-1]),
        (Reason.MALFORMED, to_json(event) + b"{}"),
        (Reason.MALFORMED, with_(extra=1)),
        (Reason.MALFORMED, with_(created_at=-1)),
        (Reason.MALFORMED, with_(created_at=2**63)),
        (Reason.MALFORMED, with_(created_at=1.5)),
        (Reason.MALFORMED, with_(kind=65_536)),
        (Reason.MALFORMED, with_(kind=True)),
        (Reason.MALFORMED, with_(tags=[[]])),
        (Reason.MALFORMED, with_(tags=[["x"]] * 2_001)),
        (Reason.MALFORMED, with_(tags=[["x"] * 301])),
        (Reason.MALFORMED, with_(id=event.id.upper())),
        (Reason.MALFORMED, with_(sig=event.sig + "\n")),
        (Reason.MALFORMED, to_json(event).replace(b'"x"', b'"\\ud800"')),
        (Reason.TOO_LARGE, to_json(event) + b" " * MAX_INNER),
        (Reason.BAD_ID, with_(content="y")),
        (Reason.BAD_ID, with_(id="00" * 32)),
        (Reason.BAD_SIGNATURE, with_(sig="00" * 64)),
    ]


def test_every_hostile_plaintext_has_its_reason(device: Device, epoch: EpochKeys) -> None:
    for reason, plain in hostile(device):
        outer = sealed_as(epoch, plain)
        with pytest.raises(RemoteError) as refused:
            open_sealed(outer, epoch)
        assert refused.value.reason is reason
        assert open_many([to_json(outer)], epoch) == open_many([to_json(outer)], epoch, False) == [reason]


def test_a_key_that_is_on_no_point(epoch: EpochKeys) -> None:
    """BIP340 case 5; the id is right."""
    inner = Draft(11, "x", (), NOW)
    from tadamun.core.event import event_id

    key = "eefdea4cdb677750a420fee807eacf21eb9898ae79b9768766e4faa04a2d4a34"
    event = Event(event_id(key, NOW, 11, (), "x"), key, inner.created_at, 11, (), "x", "11" * 64)
    assert open_many([to_json(sealed_as(epoch, to_json(event)))], epoch) == [Reason.BAD_SIGNATURE]


@given(batch=st.lists(st.binary(max_size=200), max_size=5), outside=st.booleans())
def test_a_batch_never_raises(epoch: EpochKeys, batch: list[bytes], outside: bool) -> None:
    assert all(isinstance(answer, Reason) for answer in open_many(batch, epoch, outside))


def test_a_bad_one_spoils_no_other(post: Genuine, epoch: EpochKeys, random: Seeded) -> None:
    good = seal(post, epoch, now=NOW, random=random)
    too_large = b" " * (MAX_SEALED + 1)
    answers = open_many([b"", b'{"content":1}', to_json(good), too_large, "é".encode() * 200, b"["], epoch)
    bad = Reason.MALFORMED
    assert answers == [bad, bad, post, Reason.TOO_LARGE, bad, bad]


def test_errors_carry_nothing_of_the_content(device: Device, epoch: EpochKeys) -> None:
    for _, plain in hostile(device):
        with pytest.raises(RemoteError) as refused:
            open_sealed(sealed_as(epoch, plain), epoch)
        assert device.signing.public not in str(refused.value)
        assert len(str(refused.value)) < 60
