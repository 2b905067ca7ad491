"""What bad input gets: a counter in the node, one clear sentence for the person, and nothing lost or half applied.

Hostile events are sealed like any other, by somebody who has the secret; what they meet is the intake of an honest
node, with good events before and after them.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from forger import THREAD, Forger
from witness import counters, goes_on, rows, shown

from kits.sealed import SeededRandom
from kits.sim import Town
from tadamun.core import upkeep
from tadamun.core.body import spell
from tadamun.core.control import bodies
from tadamun.core.errors import LocalError, Reason
from tadamun.core.event import Event, to_json
from tadamun.core.limits import MAX_PARKED_DEVICE
from tadamun.crypto.keys import SigningKey
from tadamun.store import log, parked

pytestmark = pytest.mark.anyio
HOUR = 3_600


# Each: what is sent, and the reason it is counted under. `f`: the forger, with Celine's keys.


def _signed_wrongly(f: Forger) -> Event:
    event = f.event("not mine")
    return Event(**{**_fields(event), "sig": "00" * 64})


def _another_id(f: Forger) -> Event:
    return Event(**{**_fields(f.event("renamed")), "id": "ab" * 32})


def _fields(event: Event) -> dict[str, Any]:
    return {name: getattr(event, name) for name in event.__struct_fields__}


BAD = {
    "no JSON at all": (lambda f: b"\xff\xfe{", Reason.MALFORMED),
    "JSON but no event": (lambda f: b'{"kind":11}', Reason.MALFORMED),
    "an unknown field": (lambda f: to_json(f.event("x"))[:-1] + b',"more":1}', Reason.MALFORMED),
    "nested without end": (lambda f: b"[" * 30_000, Reason.MALFORMED),
    "another id": (_another_id, Reason.BAD_ID),
    "wrongly signed": (_signed_wrongly, Reason.BAD_SIGNATURE),
    "of another space": (lambda f: f.event("x", space="cd" * 32), Reason.WRONG_SPACE),
    "no frame": (
        lambda f: f.signer.sign(_draft(f, ())).event,
        Reason.MALFORMED,
    ),
    "frame spelled otherwise": (
        lambda f: f.signer.sign(_draft(f, (*_tags(f)[:3], ("log", "01", "ab" * 32)))).event,
        Reason.NOT_CANONICAL,
    ),
    "seventeen heads": (lambda f: f.event("x", auth=tuple(f"{n:064x}" for n in range(17))), Reason.TOO_LARGE),
    "body spelled otherwise": (
        lambda f: f.event('{"v":1, "epoch":"' + "ab" * 32 + '"}', kind=upkeep.NEED),
        Reason.NOT_CANONICAL,
    ),
    "body of another shape": (lambda f: f.event('{"v":1}', kind=upkeep.NEED), Reason.MALFORMED),
    "unknown kind": (lambda f: f.event("{}", kind=3_799), Reason.UNKNOWN_KIND),
    "unknown version": (lambda f: f.event('{"v":2,"epoch":"x"}', kind=upkeep.NEED), Reason.UNKNOWN_KIND),
    "a second genesis": (lambda f: f.event("{}", kind=bodies.GENESIS), Reason.MALFORMED),
    "a private kind in the open": (lambda f: f.event("psst", kind=14), None),
    "expiring in a lasting mailbox": (lambda f: f.event("x", expires_at=1_800_000_000), Reason.CANNOT_OPEN),
    "private in the open mailbox": (lambda f: f.event("x", kind=14, channel="ab" * 32), Reason.CANNOT_OPEN),
    "text with control characters": (lambda f: f.event("a\x00b"), Reason.MALFORMED),
    "a part that lies about its hash": (
        lambda f: f.event(spell(upkeep.CheckpointPart(hash="ab" * 32, data="AAAB")), kind=upkeep.PART),
        None,
    ),
    "a box that is no base64 of its own": (
        lambda f: f.event(spell(upkeep.CheckpointPart(hash="ab" * 32, data="AAA" + "B")), kind=upkeep.PART),
        None,
    ),
    "history links to nowhere": (
        lambda f: f.event(spell(upkeep.HistoryLinks(links=(("ab" * 32, "cd" * 32, "AAAA"),))), kind=upkeep.HISTORY),
        None,
    ),
    "a proposal of nonsense": (
        lambda f: f.event(
            spell(upkeep.Cosign(kind=bodies.REMOVE, content="{}", heads=("ab" * 32,), time=0, sig="00" * 64)),
            kind=upkeep.COSIGN,
        ),
        None,
    ),
}


def _tags(f: Forger) -> tuple[tuple[str, ...], ...]:
    return f.event("x").tags


def _draft(f: Forger, tags: tuple[tuple[str, ...], ...]) -> Any:
    from tadamun.core.event import Draft

    return Draft(THREAD, "x", tags, f.home.up.clock.now())


@pytest.mark.parametrize("what", BAD)
async def test_bad_events_are_counted_and_dropped(three: Town, what: str) -> None:
    make, reason = BAD[what]
    before = {name: shown(home) for name, home in three.homes.items()}
    bad = make(Forger(three.homes["celine"]))
    await Forger(three.homes["celine"]).send(bad)
    await three.settle()
    for name in ("amal", "badr"):
        assert shown(three.homes[name]) == before[name]
        assert (await counters(three, name)) == ({reason: 1} if reason else {}), (name, what)
    await goes_on(three)


async def test_payloads_that_do_not_open(three: Town) -> None:
    celine = Forger(three.homes["celine"])
    for payload in ("", "A", "not base64 !", "Ag" + "A" * 200, "A" * 60_000):
        await celine.send(b"", payload=payload)
    other = three.homes["amal"].place
    foreign = replace(next(box for box in other.boxes.values() if box.use == "invite"))
    sealed_for_another = Forger(three.homes["celine"])
    # Sealed under one key and addressed to the mailbox of another.
    epoch = three.homes["celine"].place.best_epoch()
    assert epoch is not None
    from tadamun.crypto import nip44

    wrong = nip44.encrypt(foreign.keys.conversation, bytes(32), to_json(sealed_for_another.event("x")))
    await celine.send(b"", payload=wrong)
    await three.settle()
    found = await counters(three, "amal")
    assert sum(found.values()) == 6
    assert set(found) <= {Reason.MALFORMED, Reason.CANNOT_OPEN, Reason.TOO_LARGE}
    await goes_on(three)


async def test_a_replay_changes_nothing(three: Town) -> None:
    amal = three.homes["amal"]
    before = {name: rows(home.up) for name, home in three.homes.items()}
    (post,) = log.of_kind(amal.up.vault.read, 1, THREAD)
    forger = Forger(three.homes["celine"])
    for _ in range(3):
        await forger.send(post.event)
    for event in [one.event for one in amal.place.log.events()]:
        await forger.send(event)
    await three.settle()
    assert {name: rows(home.up) for name, home in three.homes.items()} == before
    await goes_on(three)


async def test_a_stranger_who_found_the_secret_says_nothing(three: Town) -> None:
    stranger = Forger(three.homes["celine"], SigningKey.make(SeededRandom(5)))
    await stranger.send(stranger.event("I am one of you"))
    body = bodies.Remove(member=three.homes["badr"].me, cut=(), reason="", cosign=())
    await stranger.send(stranger.event(spell(body), kind=bodies.REMOVE))
    await three.settle()
    assert "I am one of you" not in shown(three.homes["amal"])
    assert (await counters(three, "amal"))[Reason.NOT_MEMBER] >= 1
    assert three.homes["badr"].me in three.homes["amal"].place.log.state.members
    await goes_on(three)


async def test_a_removed_device_with_old_citations_says_nothing_more(three: Town) -> None:
    celine = Forger(three.homes["celine"])
    old = celine.event("said in time, it seems")  # cites heads at which she belonged
    box = three.homes["celine"].place.best_epoch()
    await three.call("amal", "members.remove", member=three.homes["celine"].me)
    await three.settle()
    await celine.send(old, box)
    await celine.send(celine.event("and again", auth=old.tags[1][1:], seq=950), box)
    await three.settle()
    for name in ("amal", "badr"):
        assert "said in time, it seems" not in shown(three.homes[name])
        assert (await counters(three, name))[Reason.AFTER_REMOVAL] == 2
    await goes_on(three)


async def test_what_waits_is_bounded_by_quotas(three: Town) -> None:
    celine = Forger(three.homes["celine"])
    for n in range(MAX_PARKED_DEVICE + 7):
        await celine.send(celine.event(f"cites nothing {n}", auth=(f"{n:064x}",)))
    await three.settle()
    amal = three.homes["amal"]
    assert parked.count(amal.up.vault.read, 1) == MAX_PARKED_DEVICE
    assert await counters(three, "amal") == {Reason.PARKED_OVERFLOW: 7}
    await goes_on(three)


async def test_a_relay_that_withholds_reorders_and_repeats(three: Town) -> None:
    """Everything comes at last, in reverse and twice, one at a time."""
    three.medium.split(["amal", "badr"], ["celine"])
    for n in range(6):
        await three.call(("amal", "badr")[n % 2], "talk.post", text=f"held back {n}")
    await three.call("amal", "members.level", member=three.homes["celine"].me, level=20)
    three.homes["badr"].up.desk.rotate(three.homes["badr"].place)
    await three.settle()
    await three.call("badr", "talk.post", text="under another epoch")
    await three.settle()
    from tadamun.core.event import parse

    celine = three.homes["celine"]
    for raw in [raw for raw in reversed(list(three.homes["amal"].wire.traffic.values())) for _ in range(2)]:
        await celine.wire.put([(parse(raw), raw)])
        await three.work(celine)
    assert {f"held back {n}" for n in range(6)} <= set(shown(celine))
    assert "under another epoch" in shown(celine)
    three.medium.heal()
    await three.settle()
    await goes_on(three)


async def test_an_equivocation_is_shown_to_stewards(three: Town) -> None:
    celine = Forger(three.homes["celine"])
    for text in ("one story", "another story"):
        await celine.send(celine.event(text, seq=70))
    await three.settle()
    status = await three.call("badr", "node.status")
    assert set(status["counters"]) == {Reason.EQUIVOCATION}
    (shown_,) = status["spaces"][0]["equivocations"]
    assert (shown_["name"], shown_["seq"]) == ("Celine", 70)
    assert (await three.call("celine", "node.status"))["spaces"][0]["equivocations"] == []
    assert {"one story", "another story"} <= set(shown(three.homes["amal"]))
    await goes_on(three)


async def test_no_plaintext_name_or_key_in_what_an_error_says(three: Town) -> None:
    with pytest.raises(LocalError) as caught:
        await three.call("celine", "members.remove", member=three.homes["badr"].me, reason="because of heron")
    said = json.dumps([caught.value.message, caught.value.arguments])
    assert "heron" not in said
    assert three.homes["badr"].me not in said
