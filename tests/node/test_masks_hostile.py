"""Masks against members who cheat: more turns than others, rings that are none, proofs that cost time, others' keys."""

from __future__ import annotations

import itertools
import random as chance
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from conftest import SHARED
from kits.masked_room import QUESTION, more, question, reply
from kits.masked_town import (
    NAMES,
    MaskedTown,
    following,
    gathered,
    one_time_key,
    opening,
    period,
    reopened,
    ring_key,
    seal_in,
)
from kits.sealed import SeededRandom
from kits.sim import Template
from tadamun.core.b64 import from_b64, to_b64
from tadamun.core.body import spell
from tadamun.core.errors import Reason
from tadamun.core.genuine import Genuine, Proof
from tadamun.core.ports import Mask, Saying
from tadamun.core.upkeep import RING_KEY, RingKey
from tadamun.crypto import ring
from tadamun.crypto.keys import SigningKey
from tadamun.node import masks as node_masks
from tadamun.node.letters import Letter
from tadamun.store import log, meta, parked

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def kept() -> AsyncIterator[Template]:
    folder = Path(tempfile.mkdtemp(prefix="tadamun-", dir=SHARED if SHARED.is_dir() else None))
    yield await gathered(folder)
    shutil.rmtree(folder)


@pytest.fixture
async def town(kept: Template, scratch: Path) -> AsyncIterator[MaskedTown]:
    town = await reopened(kept, scratch)
    yield town
    await town.close()


def refused(town: MaskedTown, who: str, reason: Reason) -> int:
    return meta.counters(town.homes[who].up.vault.read).get(reason, 0)


async def test_of_one_turn_taken_twice_one_counts_and_everywhere_the_same(town: MaskedTown) -> None:
    badr = town.homes["badr"]
    rivals = [opening(badr, question(f"version {n}?"), seed=n) for n in range(3)]
    lowest = min(rivals, key=lambda one: one.event.id)
    await seal_in(town, "amal", *rivals)
    await seal_in(town, "celine", *reversed(rivals))
    await town.settle()
    shown = [town.said(name) for name in NAMES]
    assert shown[0] == shown[1] == shown[2]
    assert [author for author, _, _ in shown[0]] == [lowest.event.pubkey]


async def test_whoever_loses_a_turn_loses_what_followed_it(town: MaskedTown) -> None:
    badr = town.homes["badr"]
    keys = [one_time_key(n) for n in (1, 2)]
    rivals = sorted((opening(badr, question("?"), key=key) for key in keys), key=lambda one: one.event.id)
    first, second = rivals
    key = next(key for key in keys if key.public == second.event.pubkey)
    follow = following(badr, more(second.event.id, "more"), second.event.id, key, 1)
    await seal_in(town, "amal", second, follow)
    assert town.texts("amal") == ["?", "more"]
    await seal_in(town, "amal", first)
    await town.settle()
    assert all(town.texts(name) == ["?"] for name in NAMES)
    assert all([author for author, _, _ in town.said(name)] == [first.event.pubkey] for name in NAMES)


@pytest.mark.parametrize("seed", range(4))
async def test_any_order_gives_the_same(town: MaskedTown, seed: int) -> None:
    """Rival openings, what followed them (twice under one number), another mask, and an answer by somebody."""
    badr, celine = town.homes["badr"], town.homes["celine"]
    keys = [one_time_key(n) for n in (1, 2)]
    rivals = [opening(badr, question(f"rival {key.public[:4]}"), key=key) for key in keys]
    follows = [
        following(badr, more(one.event.id, f"{n}{text}"), one.event.id, key, n)
        for one, key in zip(rivals, keys, strict=True)
        for n, text in ((1, "a"), (1, "b"), (2, "c"))
    ]
    other = opening(celine, question("other"), slot=2, seed="other")
    events = [*rivals, *follows, other]
    orders = [chance.Random(seed * 10 + n).sample(events, len(events)) for n in range(2)]
    await seal_in(town, "amal", *orders[0])
    await seal_in(town, "celine", *orders[1])
    assert town.said("amal") == town.said("celine")
    await town.settle()
    assert town.said("amal") == town.said("badr") == town.said("celine")
    winner = min(one.event.id for one in rivals)
    assert len(town.said("amal")) == 1 + 2 + 1  # opening, one of each number, the other
    assert any(one.event.id == winner for one in rivals)
    await town.restart("celine")
    assert town.said("celine") == town.said("amal")


async def test_a_proof_that_does_not_hold_is_dropped_and_not_looked_at_twice(town: MaskedTown) -> None:
    badr = town.homes["badr"]

    def spoil(proof: Proof) -> Proof:
        raw = bytearray(from_b64(proof.proof))
        raw[40] ^= 1
        return msgspec.structs.replace(proof, proof=to_b64(bytes(raw)))

    bad = opening(badr, question("bad?"), spoil=spoil)
    await seal_in(town, "amal", bad)
    amal = town.homes["amal"]
    assert town.texts("amal") == []
    assert refused(town, "amal", Reason.BAD_SIGNATURE) == 1
    assert log.get(amal.up.vault.read, bad.event.id) is None
    assert parked.count(amal.up.vault.read, amal.place.ref) == 0
    assert amal.place.masks.spent == 1
    await seal_in(town, "amal", bad)
    assert amal.place.masks.spent == 1


async def test_the_tag_of_somebody_else_is_no_proof(town: MaskedTown) -> None:
    """Nobody can take another's turn, or leave a tag that is not their own."""
    badr, celine = town.homes["badr"], town.homes["celine"]
    theirs = opening(celine, question("theirs?"), seed="theirs")
    mask = next(tag for tag in theirs.event.tags if tag[0] == "mask")
    stolen = opening(badr, question("stolen?"), spoil=lambda proof: msgspec.structs.replace(proof, tag=mask[5]))
    lifted = opening(
        badr, question("lifted?"), spoil=lambda proof: msgspec.structs.replace(proof, tag=mask[5], proof=mask[6])
    )
    await seal_in(town, "amal", stolen, lifted, theirs)
    assert town.texts("amal") == ["theirs?"]


async def test_every_word_is_bound(town: MaskedTown) -> None:
    """The one-time key's owner cannot sign other words, or other heads, under a proof made for these."""
    badr = town.homes["badr"]
    key = one_time_key(3)
    true = opening(badr, question("these?"), key=key)
    mask = next(tag for tag in true.event.tags if tag[0] == "mask")
    false = opening(badr, question("others?"), key=key, spoil=lambda p: msgspec.structs.replace(p, proof=mask[6]))
    await seal_in(town, "amal", false)
    assert town.texts("amal") == []


async def test_proofs_that_fail_cost_so_much_an_hour_and_no_more(
    town: MaskedTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node_masks, "MOST_BAD", 2)
    badr, amal = town.homes["badr"], town.homes["amal"]

    def spoil(proof: Proof) -> Proof:
        return msgspec.structs.replace(proof, proof=to_b64(bytes(31) + b"\1" + from_b64(proof.proof)[32:]))

    bad = [opening(badr, question(f"{n}?"), seed=n, spoil=spoil) for n in range(2)]
    good = opening(badr, question("good?"), seed="good", slot=1)
    looked: list[str] = []
    holds = node_masks.holds
    monkeypatch.setattr(node_masks, "holds", lambda p, e, f: (looked.append(e.id), holds(p, e, f))[1])
    await seal_in(town, "amal", *bad, good)
    assert looked == [one.event.id for one in bad]
    assert town.texts("amal") == []
    assert refused(town, "amal", Reason.OVER_QUOTA) == 1
    await town.pass_time(1800)
    assert town.texts("amal") == []
    await town.pass_time(1900)  # an hour is over: it is read again, and the bad ones are known
    assert town.texts("amal") == ["good?"]
    assert amal.place.masks.spent == 0


async def test_one_turn_said_over_and_over_is_paid_for(town: MaskedTown, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proofs that hold cost the same time: each lower id would have to be looked at."""
    monkeypatch.setattr(node_masks, "MOST_BAD", 3)
    rivals = [opening(town.homes["badr"], question(f"{n}?"), seed=n) for n in range(8)]
    falling = sorted(rivals, key=lambda one: one.event.id, reverse=True)
    looked: list[str] = []
    holds = node_masks.holds
    monkeypatch.setattr(node_masks, "holds", lambda p, e, f: (looked.append(e.id), holds(p, e, f))[1])
    await seal_in(town, "amal", *falling)
    assert len(looked) == 4
    # Those above the lowest one are dropped without a look.
    before = len(looked)
    await seal_in(town, "amal", *falling[:2])
    assert len(looked) == before


async def published(town: MaskedTown, who: str, secret: Any, months: int = 0) -> str:
    """A further ring key, against the rules of honest nodes."""
    home = town.homes[who]
    body = RingKey(period=period(home) + months, key=to_b64(ring.public_of(secret)))
    (event,) = await town.drive(home, home.up.desk.act(home.place.space, [Letter(RING_KEY, spell(body))]))
    await town.settle()
    return str(event)


def ring_of(town: MaskedTown, *but: str) -> list[str]:
    return sorted(ring_key(home)[0] for name in NAMES if name not in but and (home := town.homes.get(name)))


async def test_a_ring_has_one_key_of_each_member(town: MaskedTown) -> None:
    secret = ring.make_key(SeededRandom(5))
    second = await published(town, "badr", secret)
    padded = sorted([*ring_of(town, "celine"), second])  # three keys, two members
    await seal_in(town, "amal", opening(town.homes["badr"], question("padded?"), ring_events=padded))
    assert town.texts("amal") == []


async def test_a_copied_key_makes_no_ring_larger(town: MaskedTown) -> None:
    badr = town.homes["badr"]
    copied = await published(town, "celine", ring_key(badr)[1])
    rings = sorted([*ring_of(town, "celine"), copied])
    with pytest.raises(ValueError):
        opening(badr, question("twins?"), ring_events=rings)  # not even an honest proof can be made
    # and the victim speaks as before
    await town.say("badr", question("here?"))
    await town.settle()
    assert town.texts("amal") == ["here?"]


async def test_two_keys_of_one_member_void_nothing_that_others_said(town: MaskedTown) -> None:
    await town.say("badr", question("mine?"))
    await town.settle()
    for n in range(3):
        await published(town, "celine", ring.make_key(SeededRandom(n)))
    assert all(town.texts(name) == ["mine?"] for name in NAMES)
    await town.say("badr", question("again?"))
    await town.settle()
    assert town.texts("amal") == ["again?", "mine?"]


async def test_keys_of_another_month_make_no_ring(town: MaskedTown) -> None:
    mixed = opening(town.homes["badr"], question("when?"), months=1)
    await seal_in(town, "amal", mixed)
    assert town.texts("amal") == []


async def test_a_removed_member_is_in_no_new_ring(town: MaskedTown) -> None:
    celine, rings = town.homes["celine"], ring_of(town)
    _, secret = ring_key(celine)
    before = opening(celine, question("before?"), seed="before")
    await town.call("amal", "members.remove", member="Celine")
    await town.settle()
    heads = town.homes["amal"].place.log.heads
    after = opening(celine, question("after?"), seed="after", slot=1, heads=heads, ring_events=rings, secret=secret)
    await seal_in(town, "amal", after, before)
    # What cites the time before cannot be told from what came late: it takes a turn they had then, and no more.
    assert town.texts("amal") == ["before?"]


async def test_a_ring_key_beyond_the_cut_of_a_removal_makes_no_ring(town: MaskedTown) -> None:
    """Who is out publishes more keys, as if before: they are not within what the removal lets stand."""
    celine = town.homes["celine"]
    heads, rings = celine.place.log.heads, ring_of(town, "celine")
    home = await town.off("amal")
    secret = ring.make_key(SeededRandom(12))
    late = await published(town, "celine", secret)  # Amal, who removes, has not seen it
    await town.off("celine")
    await town.off("badr")
    await town.on(home)
    await town.call("amal", "members.remove", member="Celine")
    await town.settle()
    await town.on(celine)
    await town.settle()
    rings = sorted([*rings, late])
    assert late not in town.homes["amal"].place.masks.keys
    await seal_in(town, "amal", opening(celine, question("late?"), ring_events=rings, secret=secret, heads=heads))
    assert town.texts("amal") == []


async def test_newcomers_are_in_no_ring(town: MaskedTown) -> None:
    await town.call("amal", "space.amend", newcomer_days=30)
    await town.settle()
    await town.build("dina")
    await town.join("dina", (await town.call("amal", "invite.new", level=10))["link"], "Dina")
    await town.settle()
    for _ in range(3):
        await town.pass_time(20)
    dina = town.homes["dina"]
    found = dina.up.bench.masking(dina.place.space, "ask.question")
    assert (found.ring, found.left, found.ready) == (3, 0, False)
    rings = sorted([*ring_of(town), ring_key(dina)[0]])
    await seal_in(town, "amal", opening(dina, question("new?"), ring_events=rings))
    assert town.texts("amal") == []


async def test_a_device_key_is_no_mask(town: MaskedTown) -> None:
    badr = town.homes["badr"]
    await seal_in(town, "amal", opening(badr, question("me?"), key=badr.place.device))
    assert town.texts("amal") == []


async def test_only_the_same_key_follows(town: MaskedTown) -> None:
    asked = await town.say("badr", question("?"))
    await town.settle()
    celine = town.homes["celine"]
    strangers = following(celine, more(asked, "not me"), asked, SigningKey.make(SeededRandom(4)), 1)
    await seal_in(town, "amal", strangers)
    assert town.texts("amal") == ["?"]


async def test_what_follows_waits_for_its_opening(town: MaskedTown) -> None:
    badr = town.homes["badr"]
    key = one_time_key(6)
    first = opening(badr, question("?"), key=key)
    then = following(badr, more(first.event.id, "more"), first.event.id, key, 1)
    await seal_in(town, "amal", then)
    assert town.texts("amal") == []
    await seal_in(town, "amal", first)
    assert town.texts("amal") == ["?", "more"]


async def test_an_opening_waits_for_the_keys_of_its_ring(town: MaskedTown) -> None:
    """A node that was away has heard of neither key nor question, and gets them the wrong way round."""
    home = await town.off("celine")
    secret = ring.make_key(SeededRandom(11))
    await town.call("badr", "talk.post", text="while you were away")
    new = await published(town, "badr", secret)
    badr = town.homes["badr"]
    rings = sorted([*ring_of_two(town), new])
    first = opening(badr, question("early?"), ring_events=rings, secret=secret)
    await town.on(home)
    await seal_in(town, "celine", first)
    await town.settle()
    assert town.texts("celine") == town.texts("amal") == ["early?"]


def ring_of_two(town: MaskedTown) -> list[str]:
    """The keys of Amal and Celine, by the events that Amal knows."""
    place = town.homes["amal"].place
    return [event for event, one in place.masks.keys.items() if place.owner(one.device) != town.homes["badr"].me]


async def test_slots_scopes_and_kinds_that_the_room_does_not_have(town: MaskedTown) -> None:
    badr = town.homes["badr"]
    wrong = [
        opening(badr, question("slot?"), slot=3, seed=1),
        opening(badr, Saying(QUESTION, question("scope?").content, mask=Mask(scope="ask.other")), seed=2),
        opening(badr, Saying(11, "a thread", mask=question("?").mask), seed=3),
        opening(badr, Saying(3999, "{}", mask=question("?").mask), seed=4),
        opening(badr, question("two?"), ring_events=ring_of(town, "celine"), seed=5),
    ]
    await seal_in(town, "amal", *wrong)
    amal = town.homes["amal"]
    assert town.texts("amal") == []
    assert not log.known(amal.up.vault.read, [one.event.id for one in wrong])
    assert parked.count(amal.up.vault.read, amal.place.ref) == 0
    assert amal.place.masks.spent == 0  # nobody computed anything


async def test_parked_masks_share_the_quota_of_one_device(town: MaskedTown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tadamun.store.parked.park.__defaults__", (10_000, 3))
    badr, amal = town.homes["badr"], town.homes["amal"]
    nowhere = ["ab" * 32]
    waiting: list[Genuine] = []
    for n in range(6):
        key = one_time_key(n)
        waiting.append(following(badr, more(nowhere[0], f"{n}"), nowhere[0], key, 1))
    await seal_in(town, "amal", *waiting)
    assert parked.count(amal.up.vault.read, amal.place.ref) == 3


async def test_answers_of_others_stand_by_themselves(town: MaskedTown) -> None:
    asked = await town.say("badr", question("?"))
    await town.settle()
    for name in ("amal", "celine"):
        await town.say(name, reply(asked, f"by {name}"))
    await town.settle()
    assert list(itertools.chain(*(town.texts(name) for name in NAMES))).count("by celine") == 3
