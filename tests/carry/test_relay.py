"""The relay towards a well-behaved caller: NIP-01, 09, 40, 42, 45, 70 and 77, over nothing but the wire port."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kits.callers import House
from kits.memory_wire import MemoryWire
from kits.running import talking
from kits.sealed import NOW, Maker, put, until, until_holds
from tadamun.carry.pace import Pace
from tadamun.carry.proof import same_host
from tadamun.carry.reconcile import Side
from tadamun.core.errors import Reason
from tadamun.core.event import Draft, Event, Tags, to_json
from tadamun.core.ports import Filter

pytestmark = pytest.mark.anyio

maker = Maker(11)
BOX, OTHER, STRANGE = maker.mailbox(), maker.mailbox(), maker.mailbox()
ALICE, BOB = maker.mailbox(), maker.mailbox()
SEALED = {"kinds": [3700]}


def house(**policy: Any) -> House:
    made = House(**policy)
    made.known |= {BOX.public, OTHER.public}
    return made


def note(key: Any, text: str = "", *tags: tuple[str, ...], kind: int = 1, at: int = NOW) -> Event:
    made: Tags = tags
    event: Event = key.sign(Draft(kind, text, made, at))
    return event


async def test_what_one_member_publishes_another_reads_live_and_stored() -> None:
    async with house().open() as home, home.caller(BOX) as one, home.caller(BOX) as two:
        assert await two.ask("REQ", "live", SEALED) == ["EOSE", "live"]
        event = maker.event(BOX.public)
        assert await one.bring(event) == ["OK", event.id, True, ""]
        assert await two.hear() == ["EVENT", "live", json.loads(to_json(event))]
        assert await one.bring(event) == ["OK", event.id, True, "duplicate: already here"]
        assert await one.ids({"kinds": [3700], "#p": [BOX.public]}) == [event.id]
        await two.say("CLOSE", "live")
        assert await two.ask("COUNT", "c", SEALED) == ["COUNT", "c", {"count": 1}]
        later = maker.event(BOX.public)
        await one.bring(later)
        assert (await two.ask("COUNT", "c", SEALED)) == ["COUNT", "c", {"count": 2}]
        assert not home.counters


async def test_stored_events_come_newest_first_up_to_the_limit_and_past_the_live_ones() -> None:
    async with house(max_limit=7).open() as home, home.caller(BOX) as caller:
        events = [maker.event(BOX.public, at=NOW - n) for n in range(20)]
        await put(home.wire, *events)
        newest = [event.id for event in events]
        assert await caller.ids(SEALED) == newest[:7]
        assert await caller.ids({**SEALED, "limit": 3}) == newest[:3]
        assert await caller.ids({**SEALED, "limit": 500}) == newest[:7]
        assert await caller.ids({**SEALED, "limit": 0}) == []
        assert await caller.ids({**SEALED, "until": NOW - 15}) == newest[15:]
        assert await caller.ids({**SEALED, "since": NOW - 1, "until": NOW - 1}) == newest[1:2]
        assert await caller.ids({"ids": [newest[4]]}, {"ids": [newest[4], newest[9]]}) == [newest[4], newest[9]]
        assert await caller.ids({"ids": []}) == []
        assert await caller.ids({**SEALED, "authors": [events[0].pubkey], "limit": 1}) == newest[:1]


async def test_a_mailbox_is_read_only_by_those_who_proved_it() -> None:
    async with house().open() as home, home.caller(BOX) as member, home.caller() as nobody:
        mine, others = maker.event(BOX.public), maker.event(OTHER.public)
        await put(home.wire, mine, others)
        for asked in (SEALED, {}, {"ids": [others.id]}, {"authors": [others.pubkey]}, {"#p": [OTHER.public]}):
            assert str(await nobody.stored(asked)).startswith("auth-required: ")
            assert (await nobody.ask("COUNT", "c", asked))[:2] == ["CLOSED", "c"]
            assert (await nobody.ask("NEG-OPEN", "n", asked, Side([]).begin().hex()))[0] == "NEG-ERR"
        # No way of asking gives a member more than their own mailboxes.
        for asked in ({}, SEALED, {"authors": [others.pubkey]}, {"ids": [mine.id, others.id]}, {"since": 0}):
            assert await member.ids(asked) == [mine.id]
            assert await member.ask("COUNT", "c", asked) == ["COUNT", "c", {"count": 1}]
        assert await member.ids({"kinds": [1, 3700, 5]}) == [mine.id]
        assert await member.ids({"kinds": [1]}) == []
        assert str(await member.stored({**SEALED, "#p": [OTHER.public]})).startswith("restricted: ")
        assert str(await member.stored({**SEALED, "#p": [BOX.public, OTHER.public]})).startswith("restricted: ")
        assert (await member.prove(OTHER))[2] is True
        assert set(await member.ids({**SEALED, "#p": [BOX.public, OTHER.public]})) == {mine.id, others.id}


async def test_live_events_of_others_are_not_heard_whatever_was_asked() -> None:
    async with house(public=True).open() as home, home.caller(BOX) as member, home.caller() as writer:
        for n, asked in enumerate(({}, {"authors": [maker.event(BOX.public).pubkey]}, {"kinds": [1, 3700]})):
            await member.ask("REQ", str(n), asked)
        others, mine = maker.event(OTHER.public), maker.event(BOX.public)
        await writer.bring(others)
        await writer.bring(mine)
        heard = [await member.hear("EVENT") for _ in range(3)]
        assert {(name, event["id"]) for _, name, event in heard} == {(str(n), mine.id) for n in range(3)}


async def test_counts_and_reconciliation_of_a_public_relay_tell_nothing_of_sealed_events() -> None:
    async with house(public=True).open() as home, home.caller() as nobody, home.caller(BOX) as member:
        public, mine, others = note(ALICE, "hello"), maker.event(BOX.public), maker.events(OTHER.public, 5)
        await put(home.wire, public, mine, *others)
        for asked in ({}, {"ids": [public.id, mine.id, *(e.id for e in others)]}, {"since": 1}, {"kinds": [1, 3700]}):
            for caller, readable in ((nobody, {public.id}), (member, {public.id, mine.id})):
                assert set(await caller.ids(asked)) == readable
                assert await caller.ask("COUNT", "c", asked) == ["COUNT", "c", {"count": len(readable)}]
                assert await caller.ask("COUNT", "c", asked, {"ids": [public.id]}) == [
                    "COUNT",
                    "c",
                    {"count": len(readable)},
                ]
                side = Side([])
                answer = await caller.ask("NEG-OPEN", "n", asked, side.begin().hex())
                assert set(side.answer(bytes.fromhex(answer[2])).need) == readable
        assert str(await nobody.stored(SEALED)).startswith("auth-required: ")
        assert str(await nobody.stored({"kinds": [1]}, SEALED)).startswith("auth-required: ")


async def test_several_keys_proved_on_one_connection_add_up() -> None:
    async with house().open() as home, home.caller(BOX, OTHER, STRANGE) as caller:
        events = [maker.event(key.public) for key in (BOX, OTHER, STRANGE)]
        await put(home.wire, *events)
        assert set(await caller.ids(SEALED)) == {event.id for event in events}
        assert home.relay.connections[0].proven == 3


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"challenge": "0" * 32}, Reason.REPLAYED),
        ({"at": NOW - 601}, Reason.REPLAYED),
        ({"at": NOW + 601}, Reason.REPLAYED),
        ({"relay": "ws://relay.example"}, Reason.PROTOCOL),
        ({"relay": "ws://127.0.0.1:1"}, Reason.PROTOCOL),
        ({"relay": "http://127.0.0.1"}, Reason.PROTOCOL),
        ({"relay": "ws://127.0.0.1:port"}, Reason.PROTOCOL),
        ({"kind": 1}, Reason.PROTOCOL),
    ],
)
async def test_a_proof_for_another_connection_time_or_relay_proves_nothing(
    changed: dict[str, Any], reason: Reason
) -> None:
    async with house().open() as home, home.caller() as caller:
        answer = await caller.prove(BOX, **changed)
        assert answer[2] is False
        assert home.counters == {reason: 1}
        assert str(await caller.stored(SEALED)).startswith("auth-required: ")
        assert (await caller.prove(BOX))[2] is True


async def test_a_proof_of_another_connections_challenge_proves_nothing() -> None:
    async with house().open() as home, home.caller() as one, home.caller() as two:
        assert one.challenge != two.challenge
        assert (await two.prove(BOX, challenge=one.challenge))[2] is False
        assert home.counters == {Reason.REPLAYED: 1}


@pytest.mark.parametrize(
    ("host", "relay", "same"),
    [
        ("abc.onion", "ws://abc.onion", True),
        ("abc.onion:80", "ws://ABC.onion/path", True),
        ("abc.onion", "wss://abc.onion:443", True),
        ("abc.onion", "wss://abc.onion:444", False),
        ("Keeper.example:8443", "wss://keeper.example", True),
        ("keeper.example:8443", "wss://keeper.example:8443/", True),
        ("keeper.example:8443", "wss://keeper.example:443", False),
        ("keeper.example.", "wss://keeper.example", True),
        ("[::1]:7000", "ws://[::1]:7000", True),
        ("[::1]:7000", "ws://[::2]:7000", False),
        ("keeper.example", "wss://other.example", False),
        ("keeper.example", "wss://keeper.example.evil.example", False),
        ("", "ws://", False),
        ("[", "ws://[", False),
    ],
)
def test_the_relay_tag_is_held_against_the_name_the_relay_was_reached_by(host: str, relay: str, same: bool) -> None:
    assert same_host(relay, host) is same


async def test_a_node_takes_its_own_mailboxes_and_for_members_also_others_within_a_quota() -> None:
    strange = [maker.event(STRANGE.public, size=200) for _ in range(4)]
    size = len(to_json(strange[0]))
    home = house(carried=Pace(0.001, 3 * size + 10))
    async with home.open(), home.caller() as nobody, home.caller(STRANGE) as somebody, home.caller(BOX) as member:
        assert (await nobody.bring(maker.event(BOX.public)))[2] is True
        assert (await nobody.bring(strange[0]))[3].startswith("auth-required: ")
        assert (await somebody.bring(strange[0]))[3].startswith("restricted: ")
        assert home.counters == {Reason.NOT_ALLOWED: 2}
        assert [(await member.bring(event))[2] for event in strange] == [True, True, True, False]
        assert home.counters[Reason.OVER_QUOTA] == 1
        assert await somebody.ask("COUNT", "c", SEALED) == ["COUNT", "c", {"count": 3}]


async def test_a_keeper_takes_any_mailbox_and_serves_it_only_to_its_owners() -> None:
    async with house(keeper=True).open() as home, home.caller(STRANGE) as owner, home.caller() as nobody:
        event = maker.event(STRANGE.public)
        assert (await nobody.bring(event))[2] is True
        assert await owner.ids(SEALED) == [event.id]
        assert str(await nobody.stored({"ids": [event.id]})).startswith("auth-required: ")


async def test_public_events_are_taken_only_where_they_are_served() -> None:
    hello = note(ALICE, "hello")
    async with house().open() as home, home.caller(BOX) as caller:
        assert (await caller.bring(hello))[2:] == [False, "blocked: public events are not taken here"]
    async with house(public=True).open() as home, home.caller() as caller:
        assert (await caller.bring(hello))[2] is True
        assert await caller.ids({"authors": [ALICE.public]}) == [hello.id]
        assert await caller.ids({"kinds": [1], "#t": ["x"]}) == []


async def test_of_replaceable_events_the_newest_stays() -> None:
    async with house(public=True).open() as home, home.caller() as caller:
        for kind, tags in ((0, ()), (10_002, ()), (30_023, (("d", "a"),)), (30_024, (("d", ""),))):
            old, new, older = (note(ALICE, str(at), *tags, kind=kind, at=at) for at in (NOW - 5, NOW, NOW - 9))
            twins = sorted((note(BOB, text, *tags, kind=kind) for text in ("x", "y")), key=lambda event: event.id)
            asked = {"kinds": [kind]}
            for event in (old, new, older, *reversed(twins)):
                assert (await caller.bring(event))[2] is True
            there = set(await caller.ids(asked))
            assert {new.id, twins[0].id} <= there
            assert not there & {old.id, older.id, twins[1].id}
        assert len(await caller.ids({"kinds": [0, 10_002, 30_023, 30_024]})) == 8
        assert (await caller.bring(note(ALICE, kind=30_023)))[2:] == [
            False,
            "invalid: an addressable event needs a d tag",
        ]


async def test_ephemeral_events_are_heard_and_not_kept() -> None:
    async with house(public=True).open() as home, home.caller() as one, home.caller() as two:
        await two.ask("REQ", "live", {"kinds": [20_001]})
        event = note(ALICE, "now", kind=20_001)
        assert (await one.bring(event))[2] is True
        assert (await two.hear("EVENT"))[2]["id"] == event.id
        assert await one.ids({"kinds": [20_001]}) == []


async def test_authors_delete_their_own_events_before_or_after_they_come() -> None:
    async with house(public=True).open() as home, home.caller() as caller:
        early, late, kept = note(ALICE, "early"), note(ALICE, "late"), note(BOB, "kept")
        await caller.bring(early)
        await caller.bring(kept)
        deletion = note(ALICE, "", ("e", early.id), ("e", late.id), ("e", kept.id), kind=5)
        assert (await caller.bring(deletion))[2] is True
        assert (await caller.bring(early))[2:] == [False, "blocked: it was deleted"]
        assert (await caller.bring(late))[2:] == [False, "blocked: it was deleted"]
        assert await caller.ids({"kinds": [1]}) == [kept.id]
        # A stranger's deletion that came before the event does not keep it out either.
        fresh = note(BOB, "fresh")
        await caller.bring(note(ALICE, "", ("e", fresh.id), kind=5))
        assert (await caller.bring(fresh))[2] is True
        # A deletion cannot be deleted.
        await caller.bring(note(ALICE, "", ("e", deletion.id), kind=5, at=NOW + 1))
        assert deletion.id in await caller.ids({"kinds": [5]})


async def test_an_address_is_deleted_up_to_the_time_of_the_deletion() -> None:
    async with house(public=True).open() as home, home.caller() as caller:
        page, other = note(ALICE, "1", ("d", "a"), kind=30_023, at=NOW - 9), note(BOB, "1", ("d", "a"), kind=30_023)
        await caller.bring(page)
        await caller.bring(other)
        wrong = [("a", f"30023:{BOB.public}:a"), ("a", "x"), ("a", f"٣:{ALICE.public}:a"), ("a", f"1:{ALICE.public}:")]
        profile, copied = note(ALICE, "me", kind=0, at=NOW - 9), note(ALICE, "1", ("d", "b"), kind=30_023, at=NOW - 9)
        await caller.bring(profile)
        await caller.bring(copied)
        mine = [("a", f"30023:{ALICE.public}:a"), ("a", f"0:{ALICE.public}:"), ("a", f"30024:{ALICE.public}:b")]
        await caller.bring(note(ALICE, "", *mine, *wrong, kind=5, at=NOW - 5))
        assert set(await caller.ids({"kinds": [0, 30_023]})) == {other.id, copied.id}
        between = note(ALICE, "2", ("d", "a"), kind=30_023, at=NOW - 6)
        assert (await caller.bring(between))[2] is False
        after = note(ALICE, "3", ("d", "a"), kind=30_023, at=NOW - 4)
        assert (await caller.bring(after))[2] is True


async def test_protected_events_only_from_their_authenticated_author() -> None:
    async with house(public=True).open() as home, home.caller() as nobody, home.caller(BOB) as bob:
        event = note(ALICE, "mine", ("-",))
        assert (await nobody.bring(event))[3].startswith("auth-required: ")
        assert (await bob.bring(event))[3].startswith("restricted: ")
        await bob.prove(ALICE)
        assert (await bob.bring(event))[2] is True


async def test_what_expired_is_neither_taken_nor_served() -> None:
    async with house().open() as home, home.caller(BOX) as caller:
        gone, soon = maker.event(BOX.public, expires=NOW), maker.event(BOX.public, expires=NOW + 60)
        assert (await caller.bring(gone))[2:] == [False, "invalid: it has expired"]
        assert (await caller.bring(soon))[2] is True
        assert await caller.ids(SEALED) == [soon.id]
        home.clock.time += 60
        assert await caller.ids(SEALED) == []
        assert await caller.ask("COUNT", "c", SEALED) == ["COUNT", "c", {"count": 0}]
        assert home.counters == {Reason.EXPIRED: 1}


async def test_reconciliation_finds_the_difference_over_several_messages() -> None:
    async with house().open() as home, home.caller(BOX) as caller:
        shared = maker.events(BOX.public, 2_000)
        theirs, mine = maker.events(BOX.public, 2_500), maker.events(BOX.public, 30)
        await put(home.wire, *shared, *theirs, *maker.events(OTHER.public, 10))
        side = Side([(event.created_at, event.id) for event in (*shared, *mine)], 60_000)
        answer = await caller.ask("NEG-OPEN", "n", SEALED, side.begin().hex())
        have, need, rounds = set[str](), set[str](), 1
        while True:
            assert answer[:2] == ["NEG-MSG", "n"]
            step = side.answer(bytes.fromhex(answer[2]))
            have |= set(step.have)
            need |= set(step.need)
            if step.reply is None:
                break
            rounds += 1
            answer = await caller.ask("NEG-MSG", "n", step.reply.hex())
        assert (have, need) == ({event.id for event in mine}, {event.id for event in theirs})
        assert rounds > 1
        await caller.say("NEG-CLOSE", "n")
        assert (await caller.ask("NEG-MSG", "n", "61"))[:2] == ["NEG-ERR", "n"]


async def test_stored_json_is_served_as_the_same_event_in_our_spelling() -> None:
    """Blanks, escapes and field order of the sender do not reach other readers."""
    event = BOX.sign(Draft(3700, 'سلام \u0001 "x" \\ /', (("p", BOX.public),), NOW))
    loose = json.dumps(dict(reversed(json.loads(to_json(event)).items())), indent=2, ensure_ascii=True)
    async with house().open() as home, home.caller(BOX) as caller:
        await caller.socket.send('["EVENT",\n' + loose + " ]")
        assert (await caller.hear("OK"))[2] is True
        async for page in home.wire.find(Filter()):
            assert [stored.raw for stored in page] == [to_json(event)]
        assert await caller.stored(SEALED) == [json.loads(to_json(event))]


async def test_several_addresses_are_served_at_once_and_each_event_is_heard_once() -> None:
    home = house()
    async with home.open(), home.relay.serve() as (host, port), home.caller(BOX) as one:
        home.port, first = port, home.port
        async with home.caller(BOX) as two:
            assert host == "127.0.0.1"
            assert port != first
            await two.ask("REQ", "live", SEALED)
            event = maker.event(BOX.public)
            await one.bring(event)
            assert (await two.hear("EVENT"))[2]["id"] == event.id
            assert await two.ask("COUNT", "c", SEALED) == ["COUNT", "c", {"count": 1}]


async def test_a_node_and_our_relay_end_with_everything_and_stay_live() -> None:
    home = house()
    ours, theirs, shared = (maker.events(BOX.public, count) for count in (300, 700, 1_500))
    wire = MemoryWire(home.clock)
    await put(wire, *ours, *shared)
    await put(home.wire, *theirs, *shared, *maker.events(OTHER.public, 50))
    everything = {event.id for event in (*ours, *theirs, *shared)}
    async with home.open(), talking(wire, [home.address], [BOX]) as node:
        await until_holds(wire, everything, BOX.public)
        await until_holds(home.wire, everything, BOX.public)
        await until(lambda: node.status(home.address).state == "live")
        one, other = maker.event(BOX.public), maker.event(BOX.public)
        await put(wire, one)
        await until_holds(home.wire, {one.id}, BOX.public)
        await put(home.wire, other)
        await until_holds(wire, {other.id}, BOX.public)
        assert await wire.count(Filter()) == len(everything) + 2
        assert not node.counters
        assert not home.counters
