"""The secret of a circle: every device of it hears, nobody else learns more than a multiple of sixteen."""

from __future__ import annotations

import pytest
from seeded import SPACE, Seeded

from tadamun.core.b64 import from_b64, raw32, to_b64
from tadamun.core.errors import Reason, RemoteError
from tadamun.crypto import circle, labels
from tadamun.crypto.circle import MOST_BOXES, SIZE, attend, convene
from tadamun.crypto.epoch import channel_id, circle_id
from tadamun.crypto.lockbox import BoxKey, seal_to
from tadamun.crypto.secret import Secret

MEMBERS = tuple(f"{n:02x}" * 32 for n in (3, 1, 2))
AUTHOR = "cc" * 32


def test_all_hear_it_and_nobody_else(random: Seeded) -> None:
    keys = [BoxKey.make(random) for _ in range(5)]
    secret = Secret.make(random)
    (boxes,), roll = convene(secret, MEMBERS, [key.public for key in keys], SPACE, AUTHOR, random, 2**63 - 1)
    for key in keys:
        heard = attend(key, boxes, roll, SPACE, AUTHOR)
        assert heard is not None
        assert (heard.secret, heard.members, heard.expires_at) == (secret, tuple(sorted(MEMBERS)), 2**63 - 1)
    assert attend(BoxKey.make(random), boxes, roll, SPACE, AUTHOR) is None
    assert attend(keys[0], boxes, roll, SPACE, "dd" * 32) is None, "copied by another author"
    assert attend(keys[0], boxes, roll, "dd" * 32, AUTHOR) is None, "copied to another space"


@pytest.mark.parametrize(("devices", "parts"), [(3, [16]), (16, [16]), (17, [32]), (130, [128, 16])])
def test_others_count_in_sixteens(random: Seeded, devices: int, parts: list[int]) -> None:
    keys = [BoxKey.make(random).public for _ in range(devices)]
    made, roll = convene(Secret.make(random), MEMBERS, keys, SPACE, AUTHOR, random)
    assert [len(part) for part in made] == parts
    assert all(len(part) <= MOST_BOXES for part in made)
    assert {len(from_b64(box)) for part in made for box in part} == {SIZE}
    other, _ = convene(Secret.make(random), MEMBERS, keys, SPACE, AUTHOR, random)
    assert not {box for part in made for box in part} & {box for part in other for box in part}
    assert len(from_b64(roll)) == 12 + 16 * 32 + 16


def test_rolls_of_three_and_of_sixteen_are_of_one_length(random: Seeded) -> None:
    lengths = set()
    for count in (3, 16):
        members = [f"{n:02x}" * 32 for n in range(1, count + 1)]
        lengths.add(len(convene(Secret.make(random), members, [], SPACE, AUTHOR, random)[1]))
    assert len(lengths) == 1


def test_boxes_are_shuffled(random: Seeded) -> None:
    """The place of a box must not tell whose it is."""
    key = BoxKey.make(random)
    places = set()
    for _ in range(30):
        (boxes,), roll = convene(Secret.make(random), MEMBERS, [key.public], SPACE, AUTHOR, random)
        places.add([attend(key, [box], roll, SPACE, AUTHOR) is not None for box in boxes].index(True))
    assert len(places) > 4


def forged(random: Seeded, rows: list[bytes], key: BoxKey, expires_at: int = 0) -> tuple[list[str], str]:
    """What a member's device of its own accord may send."""
    secret = Secret.make(random)
    box = seal_to(key.raw, secret.reveal() + expires_at.to_bytes(8, "big"), labels.circle_box(SPACE, AUTHOR))
    cipher, nonce = circle._cipher(secret, SPACE), random.bytes(12)
    return [to_b64(box)], to_b64(nonce + cipher.encrypt(nonce, b"".join(rows), raw32(SPACE) + raw32(AUTHOR)))


ONES = [bytes([n]) * 32 for n in range(1, 66)]
EMPTY = bytes(32)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [*ONES[:2], *[EMPTY] * 14],
        [ONES[1], ONES[0], ONES[2], *[EMPTY] * 13],
        [ONES[0], ONES[0], ONES[1], *[EMPTY] * 13],
        [EMPTY, *ONES[:3], *[EMPTY] * 12],
        [*ONES[:3], *[EMPTY] * 29],
        ONES[:3],
        [*ONES[:15], b"\x10"],
        [*ONES, *[EMPTY] * 15],
    ],
    ids=["none", "two", "out of order", "twice", "a gap", "too much padding", "none", "cut short", "sixty-five"],
)
def test_rolls_that_lie(random: Seeded, rows: list[bytes]) -> None:
    key = BoxKey.make(random)
    boxes, roll = forged(random, rows, key)
    with pytest.raises(RemoteError) as refused:
        attend(key, boxes, roll, SPACE, AUTHOR)
    assert refused.value.reason is Reason.MALFORMED


def test_other_lies(random: Seeded) -> None:
    key = BoxKey.make(random)
    rows = [*ONES[:3], *[EMPTY] * 13]
    boxes, roll = forged(random, rows, key, 2**63)
    with pytest.raises(RemoteError):
        attend(key, boxes, roll, SPACE, AUTHOR)
    boxes, _ = forged(random, rows, key)
    for roll in (forged(random, rows, key)[1], "AAAA", ""):
        with pytest.raises(RemoteError) as refused:
            attend(key, boxes, roll, SPACE, AUTHOR)
        assert refused.value.reason is Reason.CANNOT_OPEN
    with pytest.raises(RemoteError) as refused:
        attend(key, boxes * (MOST_BOXES + 1), roll, SPACE, AUTHOR)
    assert refused.value.reason is Reason.TOO_LARGE


def test_a_circles_channel_is_its_members_and_no_other_channel() -> None:
    assert circle_id(SPACE, MEMBERS) == circle_id(SPACE, reversed(MEMBERS)) == circle_id(SPACE, (*MEMBERS, MEMBERS[0]))
    assert circle_id(SPACE, MEMBERS) != circle_id(SPACE, MEMBERS[:2])
    assert circle_id(SPACE, MEMBERS) != circle_id("dd" * 32, MEMBERS)
    assert circle_id(SPACE, MEMBERS[:2]) != channel_id(SPACE, *MEMBERS[:2])
