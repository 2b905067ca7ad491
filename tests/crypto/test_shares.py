"""SLIP-39 by its published figures; and a text that fewer than k shares do not open."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shamir_mnemonic import MnemonicError

from tadamun.core.errors import Reason, RemoteError
from tadamun.crypto import codes, shares
from tadamun.crypto.random import SystemRandom
from tadamun.crypto.secret import FOR_TESTS

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "slip39.json").read_text())
CONTEXT = b"where it belongs"
PLACE = "Martyrs' Square, north side / ساحة الشهداء"


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case[0].split(".")[0])
def test_published_figures(case: tuple[str, list[str], str, str]) -> None:
    _, given_shares, secret, _ = case
    if not secret:
        with pytest.raises((MnemonicError, ValueError)):
            shares.recover(given_shares, b"TREZOR")
    else:
        assert shares.recover(given_shares, b"TREZOR").reveal().hex() == secret


def test_any_k_open_it_and_fewer_do_not() -> None:
    box, given_out = shares.seal(PLACE, CONTEXT, 3, 5, SystemRandom())
    assert len({shares.mark(one) for one in given_out}) == 5
    for some in combinations(given_out, 3):
        assert shares.open_box(box, CONTEXT, some) == PLACE
    for count in (0, 1, 2, 4, 5):
        with pytest.raises(RemoteError):
            shares.open_box(box, CONTEXT, given_out[:count])


def test_what_is_wrong_opens_nothing() -> None:
    box, given_out = shares.seal(PLACE, CONTEXT, 2, 2, SystemRandom())
    _, others = shares.seal(PLACE, CONTEXT, 2, 2, SystemRandom())
    first, second = given_out
    for bad_box, context, some in (
        (box, b"elsewhere", given_out),
        (box[:-1], CONTEXT, given_out),
        (box[:20], CONTEXT, given_out),
        (b"", CONTEXT, given_out),
        (bytes([box[0] ^ 1]) + box[1:], CONTEXT, given_out),
        (box, CONTEXT, [first, first]),
        (box, CONTEXT, [first, others[1]]),
        (box, CONTEXT, [first, second.replace(second.split()[5], "academic")]),
        (box, CONTEXT, [first, "hello"]),
        (box, CONTEXT, ["", ""]),
    ):
        with pytest.raises(RemoteError) as caught:
            shares.open_box(bad_box, context, some)
        assert caught.value.reason is Reason.CANNOT_OPEN


def test_the_box_tells_little_of_the_length() -> None:
    lengths = {len(shares.seal("x" * count, CONTEXT, 2, 2, SystemRandom())[0]) for count in (0, 10, 250)}
    assert len(lengths) == 1


@pytest.mark.parametrize(("need", "count"), [(1, 1), (1, 3), (3, 2), (2, 17), (0, 0)])
def test_sharings_that_make_no_sense_are_refused(need: int, count: int) -> None:
    with pytest.raises(ValueError):
        shares.seal("x", CONTEXT, need, count, SystemRandom())


@settings(deadline=None, max_examples=20)
@given(st.text(max_size=500), st.integers(2, 6), st.integers(0, 4))
def test_whatever_is_put_in_comes_out(text: str, need: int, more: int) -> None:
    text = text.encode("utf-8", "ignore").decode()
    box, given_out = shares.seal(text, CONTEXT, need, need + more, SystemRandom())
    assert shares.open_box(box, CONTEXT, given_out[::-1][:need]) == text


def test_a_code_is_known_by_its_token_in_every_script() -> None:
    salt = bytes(16)
    known = codes.mark(codes.token("1234", salt, FOR_TESTS))
    for typed in ("1234", "١٢٣٤", "۱۲۳۴", " 12 34 "):
        assert codes.mark(codes.token(typed, salt, FOR_TESTS)) == known
    for other in ("1235", "01234", "", "1234a"):
        assert codes.mark(codes.token(other, salt, FOR_TESTS)) != known
    assert codes.mark(codes.token("1234", b"1" * 16, FOR_TESTS)) != known
