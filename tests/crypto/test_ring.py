"""Ring signatures: they hold for insiders alone, count once under a scope, and agree with a second implementation."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import pytest
import ristretto_by_hand as hand
from hypothesis import given, settings
from hypothesis import strategies as st
from seeded import Seeded

from tadamun.crypto import labels, ring, ristretto
from tadamun.crypto.secret import Secret

SCOPE, MESSAGE = b"scope", b"message"
KEYS = sorted((ring.make_key(Seeded(bytes((n,)))) for n in range(12)), key=ring.public_of)
PUBLICS = [ring.public_of(key) for key in KEYS]
INSIDE = PUBLICS[:5]


def proof_of(
    key: Secret = KEYS[2],
    members: list[bytes] = INSIDE,
    scope: bytes = SCOPE,
    message: bytes = MESSAGE,
    seed: bytes = b"p",
) -> bytes:
    return ring.sign(key, members, scope, message, Seeded(seed))


TAG = ring.tag_of(KEYS[2], SCOPE)
PROOF = proof_of()


def number(secret: Secret) -> int:
    return int.from_bytes(secret.reveal(), "little")


@pytest.mark.parametrize("mine", range(5))
@pytest.mark.parametrize("size", [2, 3, 5])
def test_every_member_can_say_it(size: int, mine: int) -> None:
    mine %= size
    proof = proof_of(KEYS[mine], PUBLICS[:size])
    assert len(proof) == 32 * (size + 1)
    assert ring.verify(PUBLICS[:size], SCOPE, MESSAGE, ring.tag_of(KEYS[mine], SCOPE), proof)


@settings(max_examples=15, deadline=None)
@given(mine=st.integers(0, 3), scope=st.binary(max_size=40), message=st.binary(max_size=40), seed=st.binary(max_size=4))
def test_both_implementations_take_what_the_other_makes(mine: int, scope: bytes, message: bytes, seed: bytes) -> None:
    members = PUBLICS[:4]
    tag = ring.tag_of(KEYS[mine], scope)
    assert tag == hand.tag_of(number(KEYS[mine]), scope)
    assert hand.verify(members, scope, message, tag, proof_of(KEYS[mine], members, scope, message, seed))
    random = Seeded(seed)
    drawn = [hand.number(random.bytes(64)) for _ in range(5)]
    theirs = hand.sign(number(KEYS[mine]), members, scope, message, drawn[4], drawn[:4])
    assert ring.verify(members, scope, message, tag, theirs)


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, len(PROOF) * 8 - 1))
def test_a_proof_with_one_bit_changed_does_not_hold(at: int) -> None:
    spoilt = bytearray(PROOF)
    spoilt[at // 8] ^= 1 << at % 8
    assert not ring.verify(INSIDE, SCOPE, MESSAGE, TAG, bytes(spoilt))


@settings(max_examples=30, deadline=None)
@given(scope=st.binary(max_size=16), message=st.binary(max_size=16))
def test_it_holds_for_this_scope_and_this_message_alone(scope: bytes, message: bytes) -> None:
    assert ring.verify(INSIDE, scope, message, TAG, PROOF) is ((scope, message) == (SCOPE, MESSAGE))


def test_where_the_scope_ends_and_the_message_begins_is_bound() -> None:
    proof = proof_of(scope=b"ab", message=b"c")
    assert ring.verify(INSIDE, b"ab", b"c", ring.tag_of(KEYS[2], b"ab"), proof)
    assert not ring.verify(INSIDE, b"a", b"bc", ring.tag_of(KEYS[2], b"a"), proof)


def test_it_holds_for_this_ring_alone() -> None:
    for others in (PUBLICS[:4], PUBLICS[:6], PUBLICS[1:6], INSIDE[::-1], [*INSIDE[:4], PUBLICS[7]], []):
        assert not ring.verify(others, SCOPE, MESSAGE, TAG, PROOF)


def test_it_holds_for_this_tag_alone() -> None:
    for key in (*KEYS[:2], *KEYS[3:6]):
        assert not ring.verify(INSIDE, SCOPE, MESSAGE, ring.tag_of(key, SCOPE), PROOF)


def test_an_outsider_has_no_place_in_the_ring() -> None:
    with pytest.raises(ValueError):
        proof_of(KEYS[9])
    # Nor does a ring that has them, or a proof by hand with whatever is at hand.
    theirs = proof_of(KEYS[9], sorted([*INSIDE[:4], PUBLICS[9]]))
    assert not ring.verify(INSIDE, SCOPE, MESSAGE, ring.tag_of(KEYS[9], SCOPE), theirs)


def test_an_insider_cannot_leave_the_tag_of_somebody_else() -> None:
    """The answer at one's own place closes the circle for one's own tag only."""
    mine, prefix = 1, hand.bound(INSIDE, SCOPE, MESSAGE, TAG)
    answers, base, tag = [5, 6, 7, 8, 9], hand.scope_point(SCOPE), hand.decode(TAG)
    nonce = 4
    at = {2: hand.challenge(prefix, mine, hand.multiply(nonce, hand.GENERATOR), hand.multiply(nonce, base))}
    for place in (2, 3, 4, 0):
        key = hand.decode(INSIDE[place])
        left = hand.add(hand.multiply(answers[place], hand.GENERATOR), hand.multiply(at[place], key))
        right = hand.add(hand.multiply(answers[place], base), hand.multiply(at[place], tag))
        at[(place + 1) % 5] = hand.challenge(prefix, place, left, right)
    answers[mine] = (nonce - at[mine] * number(KEYS[mine])) % hand.L
    forged = hand.spell(at[0]) + b"".join(map(hand.spell, answers))
    assert not ring.verify(INSIDE, SCOPE, MESSAGE, TAG, forged)
    assert not hand.verify(INSIDE, SCOPE, MESSAGE, TAG, forged)


def test_one_key_leaves_one_tag_under_a_scope_whatever_the_ring() -> None:
    for members, seed in ((INSIDE, b"1"), (INSIDE, b"2"), (PUBLICS, b"3")):
        assert ring.verify(members, SCOPE, MESSAGE, TAG, proof_of(members=members, seed=seed))
    assert len({ring.tag_of(key, SCOPE) for key in KEYS}) == len(KEYS)


def test_tags_under_different_scopes_have_nothing_in_common() -> None:
    """All differ, none is the sum of two others, and their bits are as even as chance has it."""
    scopes = [b"%d" % n for n in range(40)]
    tags = {(k, scope): ring.tag_of(KEYS[k], scope) for k in range(3) for scope in scopes}
    assert len(set(tags.values())) == len(tags)
    for k in range(3):
        mine = [tags[k, scope] for scope in scopes]
        sums = {ristretto.plus(one, other) for one, other in combinations(mine[:12], 2)}
        assert not sums & set(tags.values())
    bits = sum(bin(int.from_bytes(tag, "big")).count("1") for tag in tags.values())
    assert abs(bits - 120 * 127) < 5 * (120 * 254 / 4) ** 0.5  # two of the 256 bits are always 0: standard deviation 87


def test_two_proofs_share_nothing() -> None:
    one, other = proof_of(seed=b"1"), proof_of(seed=b"2")
    pieces = [{proof[at : at + 32] for at in range(0, len(proof), 32)} for proof in (one, other)]
    assert not pieces[0] & pieces[1]


def test_a_source_of_randomness_that_repeats_does_not_show_the_key() -> None:
    """With one nonce under two messages the key could be computed: the nonce is bound to the message."""

    class Stuck:
        def bytes(self, count: int) -> bytes:
            return bytes(count)

        def below(self, bound: int) -> int:
            return 0

    one = ring.sign(KEYS[2], INSIDE, SCOPE, b"one", Stuck())
    other = ring.sign(KEYS[2], INSIDE, SCOPE, b"two", Stuck())
    assert not {one[k : k + 32] for k in range(32, 192, 32)} & {other[k : k + 32] for k in range(32, 192, 32)}


@pytest.mark.parametrize("place", range(6))
def test_scalars_have_one_spelling(place: int) -> None:
    """x and x + order do the same in every equation."""
    at = 32 * place
    larger = int.from_bytes(PROOF[at : at + 32], "little") + hand.L
    spoilt = PROOF[:at] + larger.to_bytes(32, "little") + PROOF[at + 32 :]
    assert not ring.verify(INSIDE, SCOPE, MESSAGE, TAG, spoilt)
    zero = PROOF[:at] + bytes(32) + PROOF[at + 32 :]
    assert not ring.verify(INSIDE, SCOPE, MESSAGE, TAG, zero)


def test_the_identity_is_neither_key_nor_tag() -> None:
    """0 · H is the tag of a key that everybody knows; a ring with it would be everybody's."""
    assert not ring.is_public(bytes(32))
    members = [bytes(32), *INSIDE[1:]]
    zero = [hand.number(b"a"), 2, 3, 4, 5]
    forged = b"".join(map(hand.spell, [1, *zero]))
    assert not ring.verify(members, SCOPE, MESSAGE, TAG, forged)
    assert not ring.verify(INSIDE, SCOPE, MESSAGE, bytes(32), PROOF)


def test_other_spellings_of_points_are_refused() -> None:
    for spoilt in (b"\xff" * 32, bytes([1]) + bytes(31), TAG[:31] + bytes([TAG[31] | 0x80]), TAG[:31], TAG + b"\0"):
        assert not ring.is_public(spoilt)
        assert not ring.verify(INSIDE, SCOPE, MESSAGE, spoilt, PROOF)
        assert not ring.verify(sorted([*INSIDE[:4], spoilt]), SCOPE, MESSAGE, TAG, PROOF)


def test_rings_are_sorted_without_repeats_of_2_to_128() -> None:
    assert ring.is_ring(INSIDE)
    assert ring.is_ring([n.to_bytes(32, "big") for n in range(128)])
    for members in ([], INSIDE[:1], INSIDE[::-1], [INSIDE[0], *INSIDE], [n.to_bytes(32, "big") for n in range(129)]):
        assert not ring.is_ring(members)
        with pytest.raises(ValueError):
            proof_of(KEYS[0], members)


@settings(max_examples=40, deadline=None)
@given(
    members=st.lists(st.binary(max_size=34) | st.sampled_from(PUBLICS), max_size=6),
    tag=st.binary(max_size=34),
    proof=st.binary(max_size=250),
)
def test_whatever_a_peer_writes_is_refused_without_a_fuss(members: list[bytes], tag: bytes, proof: bytes) -> None:
    assert ring.verify(members, SCOPE, MESSAGE, tag, proof) is False


def test_a_private_key_is_a_scalar() -> None:
    assert ring.is_key(KEYS[0])
    for bad in (bytes(32), hand.L.to_bytes(32, "little"), b"\xff" * 32, bytes(31)):
        assert not ring.is_key(Secret(bad))


def test_the_figures_that_other_implementations_check_themselves_by() -> None:
    given = json.loads((Path(__file__).parent.parent / "vectors" / "tadamun.json").read_text())["ring"]
    scope, message = bytes.fromhex(given["scope"]), bytes.fromhex(given["message"])
    members, proof = [bytes.fromhex(one) for one in given["keys"]], bytes.fromhex(given["proof"])
    secret, tag = bytes.fromhex(given["secret"]), bytes.fromhex(given["tag"])
    assert labels.mask(given["space"], given["period"], given["slot"], given["name"]) == scope
    numbers = given["period"].to_bytes(4, "big") + given["slot"].to_bytes(4, "big")
    assert scope == b"tadamun/mask/v1" + bytes.fromhex(given["space"]) + numbers + given["name"].encode()
    assert ring.tag_of(Secret(secret), scope) == hand.tag_of(int.from_bytes(secret, "little"), scope) == tag
    assert ring.verify(members, scope, message, tag, proof)
    assert hand.verify(members, scope, message, tag, proof)
