"""ristretto255 as RFC 9496 has it, by the library and by hand, and how the library is loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import ristretto_by_hand as hand
from hypothesis import given, settings
from hypothesis import strategies as st

from tadamun.crypto import ristretto

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "ristretto255.json").read_text())
MULTIPLES = [bytes.fromhex(one) for one in VECTORS["multiples"]]
UNIFORM = [(bytes.fromhex(wide), bytes.fromhex(point)) for wide, point in VECTORS["uniform"]]


def test_multiples_of_the_generator() -> None:
    for n, encoded in enumerate(MULTIPLES):
        assert hand.encode(hand.multiply(n, hand.GENERATOR)) == encoded
        if n:
            assert ristretto.of_base(hand.spell(n)) == ristretto.times(hand.spell(n), MULTIPLES[1]) == encoded
            assert ristretto.plus(MULTIPLES[n - 1], MULTIPLES[1]) == encoded
            assert ristretto.is_point(encoded)


@pytest.mark.parametrize("spoilt", VECTORS["invalid"])
def test_what_is_no_encoding(spoilt: str) -> None:
    assert not ristretto.is_point(bytes.fromhex(spoilt))
    with pytest.raises(ValueError):
        hand.decode(bytes.fromhex(spoilt))


@pytest.mark.parametrize(("wide", "point"), UNIFORM)
def test_points_from_even_bytes(wide: bytes, point: bytes) -> None:
    assert ristretto.point_of(wide) == hand.encode(hand.from_uniform(wide)) == point


def test_the_identity_and_other_lengths_are_no_points() -> None:
    assert not ristretto.is_point(MULTIPLES[0])
    for length in (0, 31, 33, 64):
        assert not ristretto.is_point(MULTIPLES[1].ljust(length, b"\0")[:length])


@pytest.mark.parametrize("encoded", MULTIPLES[1:])
def test_the_highest_bit_is_no_second_spelling(encoded: bytes) -> None:
    """Against libsodium 1.0.18, which takes it for the same point."""
    assert not ristretto.is_point(encoded[:31] + bytes([encoded[31] | 0x80]))


@pytest.mark.parametrize("value", [0, hand.L, hand.L + 1, 2**253, 2**256 - 1])
def test_what_is_no_scalar(value: int) -> None:
    assert not ristretto.is_scalar(value.to_bytes(32, "little"))


@pytest.mark.parametrize("value", [1, hand.L - 1])
def test_the_least_and_the_greatest_scalar(value: int) -> None:
    assert ristretto.is_scalar(hand.spell(value))
    assert not ristretto.is_scalar(hand.spell(value)[:31])


@settings(max_examples=20)
@given(wide=st.binary(min_size=64, max_size=64), a=st.integers(1, hand.L - 1), b=st.integers(1, hand.L - 1))
def test_the_library_and_the_hand_agree(wide: bytes, a: int, b: int) -> None:
    point = ristretto.point_of(wide)
    assert point == hand.encode(hand.from_uniform(wide))
    assert ristretto.scalar_of(wide) == hand.spell(hand.number(wide))
    if point != ristretto.IDENTITY:  # as 64 zeros give it
        assert ristretto.times(hand.spell(a), point) == hand.encode(hand.multiply(a, hand.decode(point)))
    less = int.from_bytes(ristretto.less_product(hand.spell(a), hand.spell(b), hand.spell(a)), "little")
    assert less == (a - a * b) % hand.L


LOAD = """
import stat, sys, tempfile
from pathlib import Path
tempfile.tempdir = sys.argv[1]
from tadamun.crypto import ristretto
ristretto.of_base(bytes([1]) + bytes(31))
assert tempfile.tempdir == sys.argv[1]
"""


def test_loading_leaves_nothing_behind(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", LOAD, str(tmp_path)], check=True, timeout=60)
    assert os.listdir(tmp_path) == []


def test_where_temporary_files_may_not_run_it_is_loaded_from_where_packages_lie(tmp_path: Path) -> None:
    # What a folder mounted without "exec" does, brought about by the loader: it refuses libraries in there.
    script = f"""
import ctypes
real = ctypes.CDLL.__init__
def init(self, name, *rest, **more):
    if str(name).startswith({str(tmp_path)!r}):
        raise OSError("failed to map segment from shared object")
    real(self, name, *rest, **more)
ctypes.CDLL.__init__ = init
{LOAD}
"""
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True, timeout=60)
    assert os.listdir(tmp_path) == []
