"""Reconciliation finds exact differences whatever the sets and the frames, and refuses what is not as NIP-77 says."""

from __future__ import annotations

import hashlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tadamun.carry.reconcile import FINGERPRINT, ID_LIST, MIN_FRAME, Item, Items, Side, varint
from tadamun.core.errors import Reason, RemoteError


def item(number: int, at: int | None = None) -> Item:
    return (1_700_000_000 + number // 3 if at is None else at, hashlib.sha256(str(number).encode()).hexdigest())


def run(asker: Side, answerer: Side, frames: tuple[int, int] = (0, 0)) -> tuple[set[str], set[str], int]:
    """Let two sides talk until the asker is done: what it has alone, what it needs, and the number of rounds."""
    have: list[str] = []
    need: list[str] = []
    message: bytes | None = asker.begin()
    rounds = 0
    while message is not None:
        rounds += 1
        assert rounds < 2_000
        assert not frames[0] or len(message) <= frames[0]
        answer = answerer.answer(message)
        assert answer.reply is not None
        assert answer.have == answer.need == []
        assert not frames[1] or len(answer.reply) <= frames[1]
        step = asker.answer(answer.reply)
        have += step.have
        need += step.need
        message = step.reply
    assert len(have) == len(set(have))
    assert len(need) == len(set(need))
    return set(have), set(need), rounds


# Few distinct times and ids with long common beginnings: bounds then need their whole length.
close_ids = st.builds(lambda a, b: ("00" * 30) + f"{a:02x}{b:02x}", st.integers(0, 3), st.integers(0, 255))
any_ids = st.binary(min_size=32, max_size=32).map(bytes.hex)
items = st.tuples(st.one_of(st.integers(0, 3), st.integers(0, 2**63 - 1)), st.one_of(close_ids, any_ids))
frame_limits = st.sampled_from([0, MIN_FRAME, 5_000, 60_000])


@settings(max_examples=200, deadline=None)
@given(st.sets(items, max_size=150), st.sets(items, max_size=150), st.sets(items, max_size=60), frame_limits)
def test_random_sets_converge_to_the_exact_difference(
    shared: set[Item], mine: set[Item], theirs: set[Item], frame: int
) -> None:
    ours, others = shared | mine, shared | theirs
    # An id at two times is two items but one event; real stores cannot hold that.
    ours = {(at, i) for i, at in {i: at for at, i in sorted(ours)}.items()}
    others = {(at, i) for i, at in {i: at for at, i in sorted(others)}.items()} - {
        (at, i) for at, i in others if any(i == j and at != other for other, j in ours)
    }
    have, need, _ = run(Side(list(ours), frame), Side(list(others), frame), (frame, frame))
    assert have == {i for _, i in ours - others}
    assert need == {i for _, i in others - ours}


@pytest.mark.parametrize(("mine", "theirs"), [(0, 0), (0, 9_000), (9_000, 0), (9_000, 9_000), (31, 32), (1, 0)])
@pytest.mark.parametrize("frames", [(0, 0), (MIN_FRAME, MIN_FRAME), (0, MIN_FRAME), (60_000, MIN_FRAME)])
def test_empty_full_and_disjoint_sets_with_small_frames(mine: int, theirs: int, frames: tuple[int, int]) -> None:
    ours, others = [item(n) for n in range(mine)], [item(-1 - n, 1_700_000_000 + n // 3) for n in range(theirs)]
    have, need, _ = run(Side(ours, frames[0]), Side(others, frames[1]), frames)
    assert have == {i for _, i in ours}
    assert need == {i for _, i in others}


def test_a_full_frame_does_not_hide_a_difference_in_the_range_it_had_no_room_for() -> None:
    """The answerer holds everything but a stretch; the frame fills up inside that stretch."""
    everything = [item(n) for n in range(6_000)]
    for gap in range(0, 6_000, 375):
        partly = everything[:gap] + everything[gap + 375 :]
        have, need, _ = run(Side(everything, MIN_FRAME), Side(partly, MIN_FRAME))
        assert (have, need) == ({i for _, i in everything[gap : gap + 375]}, set())
        have, need, _ = run(Side(partly, MIN_FRAME), Side(everything, MIN_FRAME))
        assert (have, need) == (set(), {i for _, i in everything[gap : gap + 375]})


def test_a_hundred_thousand_items_differing_by_a_hundred_take_little_time() -> None:
    everything = sorted(item(n) for n in range(100_050))
    mine, theirs = everything[:], everything[:]
    del mine[::2001], theirs[1000::2001]
    started = time.process_time()
    have, need, rounds = run(Side(mine, 60_000), Side(theirs, 60_000), (60_000, 60_000))
    spent = time.process_time() - started
    assert have | need == {i for _, i in set(mine) ^ set(theirs)}
    assert len(have | need) == 100
    assert rounds <= 6
    assert spent < 1.0  # 0.15 s on the machine it was written on


def test_fingerprint_is_what_the_protocol_defines() -> None:
    ids = ["ff" * 32, "01" + "00" * 31, "02" + "00" * 31]
    digest = Items([(1, i) for i in ids]).fingerprint(0, 3)
    total = (2**256 - 1 + 1 + 2) % 2**256
    assert digest == hashlib.sha256(total.to_bytes(32, "little") + b"\x03").digest()[:16]
    assert Items([]).fingerprint(0, 0) == hashlib.sha256(bytes(32) + b"\0").digest()[:16]


def test_varints_are_big_endian_base_128() -> None:
    assert [varint(n) for n in (0, 127, 128, 300, 2**64 - 1)] == [
        b"\0",
        b"\x7f",
        b"\x81\0",
        b"\x82\x2c",
        b"\x81" + b"\xff" * 8 + b"\x7f",
    ]


def test_an_empty_side_asks_with_an_empty_list_to_infinity() -> None:
    assert Side([]).begin() == bytes([0x61, 0, 0, ID_LIST, 0])


def test_an_unknown_version_is_answered_with_ours_and_refused_by_the_asker() -> None:
    assert Side([]).answer(b"\x62\0\0\0").reply == b"\x61"
    asker = Side([])
    asker.begin()
    with pytest.raises(RemoteError) as caught:
        asker.answer(b"\x62")
    assert caught.value.reason is Reason.PROTOCOL


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\x00",
        b"\x70",
        b"\x61\0",  # bound ends early
        b"\x61\0\0",  # no mode
        b"\x61\0\0\x03",  # unknown mode
        b"\x61\0\0\x01" + bytes(15),  # fingerprint too short
        b"\x61\0\0\x02\x01" + bytes(31),  # fewer ids than said
        b"\x61\0\0\x02" + varint(2**63),
        b"\x61\x01\x21" + bytes(33) + b"\0",  # prefix too long
        b"\x61\0\x01\0\0",  # infinity with a prefix
        b"\x61\0\0\0\0\0\0",  # twice to infinity
        b"\x61\x05\x01\xff\0\x01\x01\xfe\0",  # backwards
        b"\x61\x80\x01\0\0",  # padded number
        b"\x61" + b"\xff" * 11,
        b"\x61" + varint(2**64 - 1) + b"\0\0" + varint(2**64 - 1) + b"\0\0",  # time over the top
    ],
)
def test_messages_not_as_the_protocol_says_are_refused(message: bytes) -> None:
    with pytest.raises(RemoteError) as caught:
        Side([item(n) for n in range(100)]).answer(message)
    assert caught.value.reason is Reason.PROTOCOL


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.booleans())
def test_junk_gives_an_answer_or_a_protocol_error(junk: bytes, asking: bool) -> None:
    side = Side([item(n) for n in range(200)], MIN_FRAME)
    if asking:
        side.begin()
    reasons: set[Reason] = set()
    try:
        reply = side.answer(b"\x61" + junk).reply
    except RemoteError as error:
        reply = None
        reasons.add(error.reason)
    assert reasons <= {Reason.PROTOCOL}
    assert reply is None or len(reply) <= MIN_FRAME


def test_a_message_made_to_cost_much_costs_little() -> None:
    """Thousands of one-item questions, then thousands of wrong fingerprints: one frame of answer, little time."""
    side = Side([item(n, n + 1) for n in range(100_000)], 60_000)
    wanted = b"".join(b"\x02\0\x02\0" for _ in range(16_000))
    wrong = b"".join(b"\x20\0" + bytes([FINGERPRINT]) + bytes(16) for _ in range(3_200))
    started = time.process_time()
    for bomb in (wanted, wrong):
        reply = side.answer(b"\x61" + bomb).reply
        assert reply is not None
        assert len(reply) <= 60_000
    assert time.process_time() - started < 1.0


def test_a_peer_that_never_ends_is_left() -> None:
    side = Side([item(n) for n in range(100)])
    side.begin()
    question = b"\x61\0\0" + bytes([FINGERPRINT]) + bytes(16)
    for _ in range(10_000):
        side.answer(question)
    with pytest.raises(RemoteError) as caught:
        side.answer(question)
    assert caught.value.reason is Reason.PROTOCOL


def test_a_frame_too_small_to_make_progress_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError):
        Side([], MIN_FRAME - 1)
