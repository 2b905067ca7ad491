"""The tags that every event begins with: one spelling, and what may stand together."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tadamun.core.b64 import to_b64
from tadamun.core.errors import Reason, RemoteError
from tadamun.core.event import Event, event_id
from tadamun.core.frame import split, tags, unproven
from tadamun.core.genuine import Frame, Proof

HEX = st.binary(min_size=32, max_size=32).map(bytes.hex)
RING = st.sets(HEX, min_size=2, max_size=6).map(lambda ids: tuple(sorted(ids)))
ID = "ab" * 32


def event(made: tuple[tuple[str, ...], ...], at: int = 7_200, kind: int = 11) -> Event:
    return Event("00" * 32, "11" * 32, at, kind, made, "hello", "22" * 64)


def proof(ring: tuple[str, ...] = ("01" * 32, "02" * 32), scope: str = "talk.question", slot: int = 1) -> Proof:
    return Proof(scope, 671, slot, ring, to_b64(bytes(32)), to_b64(bytes(32 * (len(ring) + 1))))


masks = st.builds(
    proof, ring=RING, scope=st.from_regex(r"[a-z][a-z0-9.-]{0,39}", fullmatch=True), slot=st.integers(0, 999)
)
places = st.one_of(
    st.builds(lambda mask: {"mask": mask}, masks),
    st.builds(lambda under, n: {"under": under, "seq": n}, HEX, st.integers(1, 200)),
    st.builds(lambda n, last: {"seq": n, "previous": last}, st.integers(1, 2**40), HEX),
)


@given(
    place=places,
    auth=st.sets(HEX, max_size=3).map(lambda ids: tuple(sorted(ids))),
    prev=st.sets(HEX, max_size=2).map(lambda ids: tuple(sorted(ids))),
    rest=st.just(()) | st.just((("e", ID),)),
)
def test_what_is_spelled_is_read(place: dict[str, Any], auth: Any, prev: Any, rest: Any) -> None:
    frame = Frame(
        **{"space": ID, "auth": auth, "height": 3, "seq": 0, "previous": "", "prev": prev, "rest": rest} | place
    )
    assert split(event(tags(frame))) == frame


FRAME = tags(Frame(ID, (), 0, 0, "", mask=proof()))
MASK = FRAME[3]


def with_mask(*changed: tuple[int, str]) -> tuple[tuple[str, ...], ...]:
    mask = list(MASK)
    for at, value in changed:
        mask[at] = value
    return (*FRAME[:3], tuple(mask))


@pytest.mark.parametrize(
    "made",
    [
        with_mask((1, "Talk.question")),
        with_mask((1, "")),
        with_mask((1, "a" * 41)),
        with_mask((2, "0671")),
        with_mask((2, str(2**31))),
        with_mask((3, "1000")),
        with_mask((3, "-1")),
        with_mask((4, to_b64(bytes.fromhex("02" * 32 + "01" * 32)))),  # not ascending
        with_mask((4, to_b64(bytes.fromhex("01" * 32 + "01" * 32)))),
        with_mask((4, to_b64(bytes(32)))),
        with_mask((4, to_b64(bytes(65)))),
        with_mask((4, "A" * 9000)),
        with_mask((5, to_b64(bytes(31)))),
        with_mask((5, to_b64(bytes(32)) + "=")),
        with_mask((6, to_b64(bytes(64)))),
        (*FRAME[:3], MASK[:6]),
        (*FRAME[:3], (*MASK, "more")),
        (*FRAME, ("log", "0", "")),
        (*FRAME, ("under", ID, "1")),
        (*FRAME, ("dm", ID)),
        (*FRAME, ("expiration", "7200")),
        (*FRAME[:3], ("under", ID, "0")),
        (*FRAME[:3], ("under", ID, "201")),
        (*FRAME[:3], ("under", ID, "01")),
        (*FRAME[:3], ("under", ID)),
        (*FRAME[:3], ("under", "x", "1")),
        (*FRAME[:3], ("other", ID, "1")),
        (*FRAME[:3], ()),
        FRAME[:3],
        (*FRAME[:3], ("log", "0", "", "")),
        (*FRAME[:3], ("log", "1", "")),
    ],
)
def test_no_other_spelling_is_taken(made: tuple[tuple[str, ...], ...]) -> None:
    with pytest.raises(RemoteError) as refused:
        split(event(made))
    assert refused.value.reason in (Reason.MALFORMED, Reason.NOT_CANONICAL, Reason.TOO_LARGE)


def test_a_mask_says_the_hour_and_no_more() -> None:
    assert split(event(FRAME)).mask is not None
    with pytest.raises(RemoteError):
        split(event(FRAME, at=7_201))


def test_a_proof_is_about_everything_but_itself() -> None:
    one = unproven("11" * 32, 7_200, 11, "hello", FRAME)
    assert one == unproven("11" * 32, 7_200, 11, "hello", with_mask((6, "another")))
    assert one.hex() == event_id("11" * 32, 7_200, 11, with_mask((6, "")), "hello")
    others = [
        unproven("12" * 32, 7_200, 11, "hello", FRAME),
        unproven("11" * 32, 10_800, 11, "hello", FRAME),
        unproven("11" * 32, 7_200, 1111, "hello", FRAME),
        unproven("11" * 32, 7_200, 11, "other", FRAME),
        unproven("11" * 32, 7_200, 11, "hello", (*FRAME, ("t", "x"))),
        *(unproven("11" * 32, 7_200, 11, "hello", with_mask((at, "x"))) for at in range(1, 6)),
    ]
    assert one not in others
    assert len(set(others)) == len(others)
