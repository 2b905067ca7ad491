"""Spaces with their keys, epochs, control events, what is parked, what goes out, peers: kept, found, and forgotten."""

from __future__ import annotations

import pytest

from kits.pages import database, decrypted
from tadamun.crypto.secret import Secret
from tadamun.store import control, epochs, outbox, parked, peers, search, spaces
from tadamun.store.epochs import Epoch
from tadamun.store.outbox import Waiting
from tadamun.store.parked import Parked
from tadamun.store.peers import Peer
from tadamun.store.vault import Vault

A, B, C = "aa" * 32, "bb" * 32, "cc" * 32
S = "51" * 32


def secret(letter: bytes) -> Secret:
    return Secret(letter * 32)


def pages(vault: Vault) -> bytes:
    vault.scrub()
    return decrypted(*database(vault.folder, "x"))


def joined(vault: Vault, space: str = S) -> int:
    with vault.write() as tx:
        return spaces.add(tx, space, "", secret(b"D"), secret(b"X"), "joining", "", 7)


def test_a_space_with_its_keys(vault: Vault) -> None:
    ref = joined(vault)
    with vault.write() as tx:
        spaces.update(tx, ref, me=A, status="member", anchor=B)
        spaces.update(tx, ref)
        spaces.add_prekey(tx, ref, B, secret(b"2"), 20)
        spaces.add_prekey(tx, ref, A, secret(b"1"), 10)
        spaces.add_invite(tx, ref, C, secret(b"I"), 5)
    (space,) = spaces.every(vault.read)
    assert (space.ref, space.id, space.me, space.status, space.anchor, space.joined_at) == (ref, S, A, "member", B, 7)
    assert (space.device, space.box) == (secret(b"D"), secret(b"X"))
    assert spaces.prekeys(vault.read, ref) == [(A, secret(b"1"), 10), (B, secret(b"2"), 20)]
    assert spaces.invite(vault.read, ref, C) == secret(b"I")
    assert spaces.invites(vault.read, ref) == [(C, secret(b"I"), 5)]
    assert b"2" * 32 in pages(vault)
    with vault.write() as tx:
        spaces.destroy_prekeys(tx, ref, [B])
        spaces.destroy_invite(tx, ref, C)
    assert spaces.prekeys(vault.read, ref) == [(A, secret(b"1"), 10)]
    assert spaces.invite(vault.read, ref, C) is None
    assert b"2" * 32 not in pages(vault)


def test_a_space_left_leaves_nothing_and_its_number_is_not_given_again(vault: Vault) -> None:
    ref = joined(vault)
    with vault.write() as tx:
        epochs.put(tx, ref, Epoch(A, S, secret(b"E"), "epoch"))
        spaces.add_prekey(tx, ref, A, secret(b"P"), 1)
        spaces.add_invite(tx, ref, A, secret(b"I"), 1)
        control.append(tx, ref, [(A, b"control")])
        control.put_part(tx, ref, B, b"part")
        outbox.put(tx, [Waiting(A, ref, "", b"going")])
        parked.park(tx, ref, [Parked(A, B, (C,), b"parked")])
        peers.put(tx, ref, "ws://x", "typed")
    with vault.write() as tx:
        spaces.remove(tx, ref)
    assert spaces.every(vault.read) == []
    for table in ("epochs", "prekeys", "invites", "control", "parts", "outbox", "parked", "parked_for", "peers"):
        assert vault.read.execute(f"SELECT count(*) FROM {table}") == [(0,)], table
    left = pages(vault)
    for letter in (b"D", b"X", b"E", b"P", b"I"):
        assert letter * 32 not in left
    assert joined(vault) > ref


def test_epochs(vault: Vault) -> None:
    ref = joined(vault)
    one = Epoch(A, S, secret(b"1"), "epoch", since=5, depth=3, parents=(B, C), event=C)
    two = Epoch(B, C, secret(b"2"), "dm", channel=C, peers=(A,), maker=B, readers=(A, B, C), since=4)
    three = Epoch(C, A, secret(b"3"), "bucket", since=9, expires_at=100)
    with vault.write() as tx:
        for epoch in (one, two, three, one):
            epochs.put(tx, ref, epoch)
    assert epochs.every(vault.read, ref) == [two, one, three]
    assert epochs.every(vault.read, ref + 1) == []
    assert epochs.expired(vault.read, 99) == []
    assert epochs.expired(vault.read, 100) == [(ref, C)]
    assert b"3" * 32 in pages(vault)
    with vault.write() as tx:
        epochs.destroy(tx, ref, [C])
    assert epochs.every(vault.read, ref) == [two, one]
    assert b"3" * 32 not in pages(vault)


def test_control_events_in_the_order_they_came(vault: Vault) -> None:
    with vault.write() as tx:
        control.append(tx, 1, [(B, b"first"), (A, b"second"), (B, b"again")])
        control.append(tx, 2, [(B, b"elsewhere")])
        control.put_part(tx, 1, A, b"part")
        control.put_part(tx, 1, A, b"ignored")
        control.put_part(tx, 2, C, b"elsewhere")
    assert control.raws(vault.read, 1) == [b"first", b"second"]
    assert control.known(vault.read, 1, [A, C]) == {A}
    assert control.parts(vault.read, 1, [A, C]) == {A: b"part"}


def number(n: int) -> str:
    return n.to_bytes(32).hex()


def test_parked_events_come_back_when_what_they_wait_for_arrives(vault: Vault) -> None:
    with vault.write() as tx:
        assert parked.park(tx, 1, [Parked(number(n), A, (number(n + 100), B), b"%d" % n) for n in range(20)]) == 0
        assert parked.park(tx, 1, [Parked(number(3), A, (C,), b"3")]) == 0
        parked.park(tx, 2, [Parked(number(50), A, (B,), b"elsewhere")])
    assert parked.count(vault.read, 1) == 20
    assert parked.known(vault.read, [number(3), number(99)]) == {number(3)}
    assert {number(100), B, C} <= parked.missing(vault.read, 1)
    with vault.write() as tx:
        assert parked.take(tx, 1, [number(105), number(103), number(999)]) == [b"3", b"5"]
        assert parked.take(tx, 1, [number(105), number(103)]) == []
        assert len(parked.take(tx, 1, [B])) == 18
        assert parked.take_all(tx, 2) == [b"elsewhere"]
    assert parked.missing(vault.read, 1) == parked.missing(vault.read, 2) == set()


def test_nobody_parks_more_than_their_share(vault: Vault) -> None:
    with vault.write() as tx:
        assert parked.park(tx, 1, [Parked(number(n), A, (B,), b"") for n in range(250)]) == 50
        assert parked.known(tx, [number(n) for n in range(250)]) == {number(n) for n in range(50, 250)}
        # Puppets: many devices, each within its share, and the space's share holds.
        assert (
            parked.park(tx, 1, [Parked(number(n), number(n), (B,), b"") for n in range(1000, 1050)], a_space=230) == 20
        )
        assert parked.count(tx, 1) == 230
        assert parked.park(tx, 2, [Parked(number(9999), A, (B,), b"")], a_space=230) == 0
        left = tx.execute("SELECT count(*) FROM parked_for")
        assert left == [(231,)]


def test_parked_events_expire(vault: Vault) -> None:
    with vault.write() as tx:
        parked.park(tx, 1, [Parked(A, A, (B,), b"brief", 100), Parked(B, A, (C,), b"stays")])
        assert parked.expire(tx, 99) == 0
        assert parked.expire(tx, 100) == 1
        assert parked.take_all(tx, 1) == [b"stays"]


def test_what_goes_out_goes_out_once(vault: Vault) -> None:
    one, two, three = Waiting(A, 1, B, b"one"), Waiting(B, 1, "", b"two", expires_at=50), Waiting(C, 2, "", b"three")
    with vault.write() as tx:
        outbox.put(tx, [one, two])
        outbox.put(tx, [one, three], next_at=10)
    assert outbox.due(vault.read, 9) == [one, two]
    assert outbox.due(vault.read, 10, limit=1) == [one]
    with vault.write() as tx:
        outbox.later(tx, [A], 30)
        outbox.done(tx, [C])
    assert outbox.due(vault.read, 29) == [two]
    assert outbox.due(vault.read, 30)[0].attempts == 1
    assert outbox.count(vault.read) == outbox.count(vault.read, 1) == 2
    with vault.write() as tx:
        assert outbox.expire(tx, 50) == 1
    assert outbox.due(vault.read, 99)[0].id == A


def test_an_event_its_outbox_row_and_its_text_are_one_transaction(vault: Vault) -> None:
    def fail() -> None:
        with vault.write() as tx:
            control.append(tx, 1, [(A, b"raw")])
            outbox.put(tx, [Waiting(A, 1, "", b"raw")])
            search.put(tx, 1, A, search.SearchText("findable", A))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert control.raws(vault.read, 1) == []
    assert outbox.count(vault.read) == 0
    assert search.find(vault.read, 1, "findable", 5) == []


def test_peers_typed_by_hand_stay_so(vault: Vault) -> None:
    with vault.write() as tx:
        peers.put(tx, 0, "ws://a", "typed")
        peers.put(tx, 0, "ws://a", "announced")
        peers.put(tx, 1, "ws://b", "announced")
        peers.put(tx, 1, "ws://b", "typed")
        peers.put(tx, 2, "ws://b", "lan")
        peers.seen(tx, "ws://b", 9)
    assert peers.every(vault.read) == [
        Peer(1, "ws://b", "typed", 9),
        Peer(2, "ws://b", "lan", 9),
        Peer(0, "ws://a", "typed"),
    ]
    with vault.write() as tx:
        peers.remove(tx, "ws://b", 1)
        peers.remove(tx, "ws://a")
    assert peers.every(vault.read) == [Peer(2, "ws://b", "lan", 9)]
