"""Who can read what: a removed device, a newcomer, a third member, a thief after an expiry, a stranger on the wire.

Each test gives the one in question everything there is: a whole vault and every sealed event that ever went by.
"""

from __future__ import annotations

import base64
import json
import re
from itertools import combinations
from typing import Any

import pytest
from thief import Thief, texts

from kits.pages import database, decrypted
from kits.sim import WORDS, Home, Town
from tadamun.core import upkeep
from tadamun.core.control import bodies
from tadamun.node import views

pytestmark = pytest.mark.anyio
HOUR, DAY = 3_600, 86_400
# What must reach those who have not got the new epoch yet (docs/protocol/3-seal.md, 3.5).
BY_NEED = {bodies.REMOVE, bodies.DEVICE_REVOKE, bodies.LEAVE, bodies.EPOCH, upkeep.LOCKBOXES, upkeep.NEED}


async def found(town: Town, history: str = "all", **levels: int) -> None:
    """A space founded by `amal`, and these others at these levels."""
    await town.build("amal")
    await town.call("amal", "space.new", name="Lighthouse", called="Amal", history=history)
    await town.settle()
    for name, level in levels.items():
        await let_in(town, name, level)


async def let_in(town: Town, name: str, level: int = 10, by: str = "amal", **how: float) -> None:
    await town.build(name)
    await town.join(name, (await town.call(by, "invite.new", level=level))["link"], name.title())
    await town.settle(**how)


def traffic(town: Town) -> dict[str, bytes]:
    """Every sealed event that any wire store ever held."""
    return {event: raw for home in town.homes.values() for event, raw in home.wire.traffic.items()}


def plain_bytes(home: Home) -> bytes:
    """The vault of a home, decrypted page by page, with whatever lies in its write-ahead log."""
    return decrypted(*database(home.folder, WORDS))


def said_in(home: Home, word: str) -> bool:
    rows = views.dump(home.up.vault.read, home.up.parts.rooms)
    return word in repr(rows)


async def test_a_removed_device_opens_nothing_sent_since(town: Town) -> None:
    await found(town, badr=50, celine=10)
    await town.call("celine", "talk.post", text="celine was here")
    await town.settle()
    await town.call("amal", "members.remove", member=town.homes["celine"].me)
    await town.settle()
    before = set(traffic(town))
    for name, words in (("amal", "heron one"), ("badr", "heron two")):
        await town.call(name, "talk.post", text=words)
        await town.call(name, "talk.post", text=words, expires=HOUR)
        await town.call(name, "people.profile", name=f"Heron {name}")
    await town.call("badr", "talk.post", text="heron three", to=town.homes["amal"].me)
    await let_in(town, "dina")
    await town.call("dina", "talk.post", text="heron four")
    await town.pass_time(8 * DAY)
    await town.restart("amal")
    await town.call("amal", "invite.new")
    await town.settle()
    assert said_in(town.homes["badr"], "heron four")
    everything = traffic(town)
    thief = Thief(town.homes["celine"])
    old = set(thief.read(raw for event, raw in everything.items() if event in before))
    read = thief.read(everything.values())
    new = [event for event in read.values() if event.id not in old]
    assert "heron" not in texts(new).casefold()
    assert {event.kind for event in new} <= BY_NEED


async def test_nothing_said_while_others_rotate_at_once_reaches_the_removed(town: Town) -> None:
    await found(town, badr=50, celine=10, dina=10)
    town.medium.split(["amal", "celine"], ["badr", "dina"])
    await town.call("amal", "members.remove", member=town.homes["celine"].me)
    town.homes["badr"].up.desk.rotate(town.homes["badr"].place)  # a new epoch for all, celine too
    await town.settle()
    await town.call("amal", "talk.post", text="heron one")
    await town.settle()
    town.medium.heal()
    await town.settle()
    for name in ("amal", "badr", "dina"):
        await town.call(name, "talk.post", text=f"heron by {name}")
    await let_in(town, "emil")
    await town.settle()
    for name in ("amal", "badr", "dina", "emil"):
        assert all(said_in(town.homes[name], f"heron by {other}") for other in ("amal", "badr", "dina")), name
    thief = Thief(town.homes["celine"])
    read = thief.read(traffic(town).values())
    assert len(read) > 5
    assert "heron" not in texts(read.values())


async def test_what_was_written_before_a_removal_is_sealed_without_the_removed(town: Town) -> None:
    """A post waits in the outbox (the disk of the wire store is full) until after the removal came in."""
    await found(town, badr=50, celine=10)
    badr = town.homes["badr"]
    badr.wire.full = True
    for how in ({}, {"expires": HOUR}):
        await town.call("badr", "talk.post", text="heron in the queue", **how)
    badr.wire.full = False
    await town.call("amal", "members.remove", member=town.homes["celine"].me)
    await town.medium.settle()
    await town.drive(badr, badr.up.intake.step())  # the removal is known
    await town.settle()
    await town.pass_time(61)
    assert said_in(town.homes["amal"], "heron in the queue")
    thief = Thief(town.homes["celine"])
    assert "heron" not in texts(thief.read(traffic(town).values()).values())


async def test_a_hostile_stewards_puppet_gets_nothing_after_the_removal(town: Town) -> None:
    await found(town, badr=50, celine=10)
    town.medium.split(["amal", "celine"], ["badr", "puppet"])
    await town.build("puppet")
    town.medium.split(["amal", "celine"], ["badr", "puppet"])
    await town.join("puppet", (await town.call("badr", "invite.new", level=10))["link"], "Puppet")
    await town.settle()
    assert town.homes["puppet"].place.status == "member"
    await town.call("amal", "members.remove", member=town.homes["badr"].me)
    await town.settle()
    town.medium.heal()
    await town.settle()
    assert town.homes["puppet"].place.status == "out"
    for name in ("amal", "celine"):
        await town.call(name, "talk.post", text=f"heron by {name}")
    await town.settle()
    assert said_in(town.homes["celine"], "heron by amal")
    for name in ("badr", "puppet"):
        thief = Thief(town.homes[name])
        assert "heron" not in texts(thief.read(traffic(town).values()).values()), name


async def test_after_an_expiry_no_honest_node_holds_text_or_key(town: Town) -> None:
    await found(town, badr=50, celine=10)
    amal, badr = town.homes["amal"], town.homes["badr"]
    post = (await town.call("amal", "talk.post", text="zanzibar at noon", title="zanzibarine", expires=2 * HOUR))["id"]
    await town.settle()
    await town.call("badr", "talk.post", text="yes zanzibar", reply_to=post)
    await town.call("badr", "talk.react", post=post, sign="zanzi")
    await town.call("amal", "talk.edit", post=post, text="zanzibar at one")
    await town.call("amal", "talk.post", text="zanzibar between us", to=badr.me, expires=HOUR)
    await town.settle()
    assert said_in(badr, "yes zanzibar")
    assert said_in(badr, "zanzibar between us")
    assert b"zanzibar at one" in plain_bytes(badr), "the search itself must work"
    secrets = {box.keys.secret.reveal() for home in (amal, badr) for box in home.place.boxes.values() if box.expires_at}
    assert len(secrets) >= 2
    assert any(secret in plain_bytes(badr) for secret in secrets)
    await town.pass_time(4 * HOUR)
    for name, home in town.homes.items():
        held = plain_bytes(home)
        assert b"zanzi" not in held, name
        assert not any(secret in held for secret in secrets), name
        # The wire store of the same home and the keys in its vault: nothing opens.
        thief = Thief(home)
        assert "zanzi" not in texts(thief.read(stored.raw for _, stored in home.wire.held()).values()), name
        assert not secrets & {keys.secret.reveal() for keys in thief.epochs.values()}, name
        assert all(event.tag("expiration") is None for event, _ in home.wire.held()), name
        rows = home.up.vault.read.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0")
        for (table,) in rows:  # shadow tables of the full text, too
            assert "zanzi" not in repr(home.up.vault.read.execute(f'SELECT * FROM "{table}"')), (name, table)
    # Two weeks later the prekeys are gone, too: what somebody recorded of the traffic then stays shut for good.
    recorded = traffic(town)
    for _ in range(17):
        await town.pass_time(DAY)
    for name, home in town.homes.items():
        assert "zanzi" not in texts(Thief(home).read(recorded.values()).values()), name


async def test_a_private_message_is_for_two(town: Town) -> None:
    await found(town, badr=50, celine=10)
    await town.call("amal", "talk.post", text="heron for you alone", to=town.homes["badr"].me)
    await town.settle()
    await town.call("badr", "talk.post", text="heron back", to=town.homes["amal"].me, expires=HOUR)
    await town.settle()
    assert said_in(town.homes["amal"], "heron back")
    assert said_in(town.homes["badr"], "heron for you alone")
    thief = Thief(town.homes["celine"])
    read = thief.read(traffic(town).values())
    assert any(event.kind == upkeep.WHISPER for event in read.values())
    assert "heron" not in texts(read.values())
    channel = town.homes["amal"].place.channel_with(town.homes["badr"].me)
    assert not any(channel in json.dumps(event.tags) + event.content for event in read.values())


async def test_what_somebody_wrote_in_private_stays_when_they_are_out_and_no_more_comes(town: Town) -> None:
    await found(town, badr=50, celine=10)
    await town.call("celine", "talk.post", text="before", to=town.homes["badr"].me)
    await town.settle()
    # Out, but nobody has told her yet: she writes on, and cites what she knows.
    town.medium.cut("celine", "amal")
    town.medium.cut("celine", "badr")
    await town.call("amal", "members.remove", member=town.homes["celine"].me)
    await town.settle()
    await town.call("celine", "talk.post", text="after", to=town.homes["badr"].me)
    town.medium.heal()
    await town.settle()
    badr = town.homes["badr"]
    assert said_in(badr, "before")
    assert not said_in(badr, "after")
    assert (await town.call("badr", "node.rebuild"))["same"]
    assert said_in(badr, "before")


async def test_a_newcomer_with_history_joining_opens_nothing_from_before(town: Town) -> None:
    await found(town, "joining", badr=50)
    for name in ("amal", "badr"):
        await town.call(name, "talk.post", text=f"heron by {name}")
    await town.settle()
    await let_in(town, "celine")
    await town.call("celine", "talk.post", text="hello all")
    await town.call("amal", "talk.post", text="welcome")
    await town.pass_time(DAY)
    assert said_in(town.homes["celine"], "welcome")
    assert said_in(town.homes["badr"], "hello all")
    thief = Thief(town.homes["celine"])
    assert "heron" not in texts(thief.read(traffic(town).values()).values())
    # Another device of the newcomer gets no further back.
    await town.build("celine-phone")
    await town.join("celine-phone", (await town.call("celine", "devices.add"))["link"], "Celine")
    await town.settle()
    thief = Thief(town.homes["celine-phone"])
    read = texts(thief.read(traffic(town).values()).values())
    assert "welcome" in read
    assert "heron" not in read


async def test_with_history_all_a_newcomer_reads_back_once_a_checkpoint_covers_them(town: Town) -> None:
    await found(town, badr=50)
    await town.call("amal", "talk.post", text="heron of old")
    await town.settle()
    town.homes["amal"].up.desk.rotate(town.homes["amal"].place)
    await town.settle()
    await let_in(town, "celine", horizon=1.0)
    assert town.homes["celine"].place.status == "member"
    height = town.homes["amal"].place.log.height
    assert "heron" not in texts(Thief(town.homes["celine"]).read(traffic(town).values()).values())
    await town.settle()
    assert town.homes["amal"].place.log.height > height
    assert said_in(town.homes["celine"], "heron of old")


async def test_with_history_of_some_days_a_newcomer_reads_no_further_back(town: Town) -> None:
    await found(town, "days:2", badr=50)
    for day in range(5):
        await town.call("amal", "talk.post", text=f"heron of day {day}")
        await town.pass_time(DAY)
    await let_in(town, "celine")
    await town.pass_time(1)
    read = texts(Thief(town.homes["celine"]).read(traffic(town).values()).values())
    assert "heron of day 4" in read
    assert [day for day in range(5) if f"heron of day {day}" in read] == [3, 4]


async def test_the_wire_shows_no_name_text_topic_key_or_space(town: Town) -> None:
    await found(town, badr=50, celine=10)
    post = (
        await town.call(
            "amal", "talk.post", text="heronries", title="ospreyish", topics=["kestrelry"], warning="ploverlike"
        )
    )["id"]
    await town.settle()
    await town.call("badr", "talk.react", post=post, sign="curlewing")
    await town.call("badr", "talk.post", text="dunlinflock", to=town.homes["amal"].me)
    await town.call("celine", "people.profile", name="Avocetbill", pronouns="bitternboom", about="merganser")
    await town.call("amal", "members.remove", member=town.homes["celine"].me, reason="goosander")
    await town.settle()
    words = (
        "heronries ospreyish kestrelry ploverlike curlewing dunlinflock avocetbill "
        "bitternboom merganser goosander lighthouse amal badr celine"
    )
    secret = words.split()
    ids = {post, town.homes["amal"].place.space}
    for home in town.homes.values():
        ids |= {home.me, home.place.device.public, home.place.box.public, *home.place.boxes}
        ids |= {one.event.id for one in home.place.log.events()}
    for one in ids:
        raw = bytes.fromhex(one) if re.fullmatch("[0-9a-f]{64}", one) else base64.urlsafe_b64decode(one + "=")
        secret += [raw.hex(), *(base64.b64encode(bytes(pad) + raw).decode()[8:-4] for pad in range(3))]
    seen = b"\n".join(traffic(town).values())
    assert len(seen) > 10_000
    outers = [json.loads(raw) for raw in traffic(town).values()]
    # In a hundred thousand signs of base64 four letters come together by chance, eight do not.
    around = "\n".join(json.dumps(outer | {"content": ""}) for outer in outers).encode()
    for word in secret:
        place = seen if len(word) >= 8 else around
        assert word.encode() not in place, word
        assert len(word) > 12 or word.encode() not in place.lower(), word
    assert len({outer["pubkey"] for outer in outers}) == len(outers), "a throw-away key was used twice"
    assert {outer["kind"] for outer in outers} == {3700}
    assert {tuple(tag[0] for tag in outer["tags"]) for outer in outers} <= {("p",), ("p", "expiration")}


async def test_two_spaces_of_one_person_share_no_key_or_identifier(town: Town) -> None:
    await found(town, badr=50)
    amal = town.homes["amal"]
    await town.build("celine")
    await town.call("celine", "space.new", name="Elsewhere", called="Celine")
    await town.settle()
    there = (await town.call("celine", "invite.new"))["link"]
    (home,) = amal.up.places
    await town.join("amal", there, "Somebody")
    await town.settle()
    spaces = list(amal.up.places)
    assert len(spaces) == 2
    for space in spaces:
        other = "badr" if space == home else "celine"
        await town.call("amal", "talk.post", space=space, text="hello")
        await town.call("amal", "talk.post", space=space, text="soon gone", expires=HOUR)
        await town.settle()
        await town.call("amal", "talk.post", space=space, text="to you", to=town.homes[other].me)
        await town.call("amal", "devices.add", space=space)
    await town.pass_time(8 * DAY)
    values = [values_of(amal, space) for space in spaces]
    assert all(len(some) > 40 for some in values)
    for one, other in combinations(values, 2):
        assert not one & other, sorted(value.hex() for value in one & other)


def values_of(home: Home, space: str) -> set[bytes]:
    """Every value of 32 bytes (or 64 or 65) in the rows that belong to a space, in whichever spelling."""
    tables = home.up.vault.read
    (ref,) = [place.ref for place in home.up.places.values() if place.space == space]
    found: set[bytes] = set()
    for (table,) in tables.execute("SELECT name FROM sqlite_master WHERE type = 'table'"):
        columns = [row[1] for row in tables.execute(f'PRAGMA table_info("{table}")')]
        if table == "spaces":
            rows = tables.execute("SELECT * FROM spaces WHERE n = ?", (ref,))
        elif "space" in columns:
            rows = tables.execute(
                f'SELECT * FROM "{table}" WHERE space IN (?, ?, ?)', (ref, space, bytes.fromhex(space))
            )
        elif table == "refs":
            sql = "SELECT r.* FROM refs r JOIN log l ON r.n IN (l.device, l.channel) WHERE l.space = ?"
            rows = tables.execute(sql, (ref,))
        else:
            continue
        for row in rows:
            for value in row:
                found |= _values(value)
    for box in home.up.places[space].boxes.values():
        found |= {bytes.fromhex(box.keys.mailbox.public), box.keys.conversation.reveal(), box.keys.lan.reveal()}
    return {value for value in found if any(value)}


def _values(value: Any) -> set[bytes]:
    if isinstance(value, bytes) and len(value) in (32, 64, 65):
        return {value}
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    if not isinstance(value, str):
        return set()
    hexes = {bytes.fromhex(one) for one in re.findall(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])", value)}
    coded = re.findall(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])", value)
    return hexes | {base64.urlsafe_b64decode(one + "=") for one in coded}
