"""What it means that nodes agree: control state, views, a rebuild, and the same events in any order."""

from __future__ import annotations

import random
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from kits.sealed import SeededRandom
from kits.sim import WORDS, Home, SimWire, Town
from tadamun.core.control.state import ControlState
from tadamun.core.event import parse
from tadamun.core.frame import split
from tadamun.crypto.keys import recall
from tadamun.crypto.secret import FOR_TESTS
from tadamun.node import views
from tadamun.node.load import load
from tadamun.node.node import Node
from tadamun.node.place import Arrived
from tadamun.store import log, outbox, spaces
from tadamun.store.vault import Vault

Rows = dict[str, list[tuple[Any, ...]]]


async def agree(town: Town) -> list[str]:
    """Hold all members' nodes against each other; returns their names."""
    honest = [name for name, home in sorted(town.homes.items()) if home.place.status == "member"]
    for name in honest:
        assert outbox.count(town.homes[name].up.vault.read) == 0, f"{name} still has something to seal"
    if not honest:
        return []
    first = town.homes[honest[0]]
    for name in honest[1:]:
        home = town.homes[name]
        assert home.place.log.heads == first.place.log.heads, f"{name} and {first.name}: other heads"
        same_state(home, first)
    # Newcomers are given what was said before them when a checkpoint covers them; it may never come about.
    covered = [town.homes[name] for name in honest if has_history(town.homes[name])]
    for home in covered[1:]:
        same_rows(open_rows(home), open_rows(covered[0]), f"{home.name} and {covered[0].name}")
    return honest


def has_history(home: Home) -> bool:
    log = home.place.log
    then = log.at((log.checkpoint,))
    return then is not None and home.place.device.public in then.live_devices()


def same_state(one: Home, other: Home) -> None:
    mine, theirs = one.place.log, other.place.log
    for part in (one.name for one in fields(ControlState) if one.compare):
        assert getattr(mine.state, part) == getattr(theirs.state, part), f"{one.name} and {other.name}: other {part}"
    assert mine.state_at(mine.heads) == theirs.state_at(theirs.heads), f"{one.name} and {other.name}: other checkpoint"


def rows(node: Node) -> Rows:
    return views.dump(node.vault.read, node.parts.rooms)


def open_rows(home: Home) -> Rows:
    """What every member can read: no messages between two, and nothing that expires (newcomers were not given it)."""
    found = rows(home.up)
    return without(found, {row[1] for row in found["talk_posts"] if row[16] or row[15]})


def without(found: Mapping[str, Sequence[tuple[Any, ...]]], hidden: set[bytes]) -> Rows:
    """Rows that are not about these posts."""
    where = {"talk_topics": 3} | dict.fromkeys(("talk_posts", "talk_reactions", "talk_images", "talk_parts"), 1)
    return {t: [row for row in all_ if t not in where or row[where[t]] not in hidden] for t, all_ in found.items()}


def in_closed(home: Home, found: Rows) -> set[bytes]:
    """Posts of conversations that a device took part in which is out by now. What came of it before that was known
    stays, what came later is refused: the one thing that may depend on the order (docs/protocol/1-events.md, 1.7)."""
    place, live = home.place, home.place.log.state.live_devices()
    events = (kept.event for page in log.every(home.up.vault.read, place.ref) for kept in page)
    closed = {split(event).channel for event in events if event.pubkey not in live}
    peers = {bytes.fromhex(peer) for channel in closed for peer in place.peers_of(channel)}
    return {row[1] for row in found["talk_posts"] if row[16] in peers}


def same_rows(one: Mapping[str, Sequence[Any]], other: Mapping[str, Sequence[Any]], whose: str) -> None:
    for table in one:
        mine, theirs = one[table], other[table]
        assert mine == theirs, f"{whose}: {table} differs: {set(mine) ^ set(theirs)}"


async def fold_in_another_order(town: Town, home: Home, random: random.Random) -> None:
    """A new vault of the same device hears everything this one has, shuffled and in pieces: it must show the same."""
    place, node = home.place, home.up
    tables = node.vault.read
    events = [one.event for one in place.log.events()]
    events += [kept.event for page in log.every(tables, place.ref) for kept in page]
    events += [parse(bytes(raw)) for (raw,) in tables.execute("SELECT raw FROM parked WHERE space = ?", (place.ref,))]
    random.shuffle(events)
    # A private channel's events cannot be opened before its secret is there: they come after all others.
    private = [event for event in events if split(event).channel]
    events = [event for event in events if not split(event).channel]
    folder = town.folder / "again"
    vault = Vault.create(folder, WORDS, SeededRandom(1), cost=FOR_TESTS)
    try:
        other = Node(vault, SimWire(town.hours), town.parts, town.hours, SeededRandom(2))  # type: ignore[arg-type]  # the same port, in memory
        (row,) = spaces.every(tables)
        with vault.write() as tx:
            ref = spaces.add(tx, row.id, row.me, row.device, row.box, "joining", row.anchor, row.joined_at)
            for key, made_at in place.prekeys:
                spaces.add_prekey(tx, ref, key.raw.hex(), key.secret, made_at)
        again = load(vault.read, next(one for one in spaces.every(vault.read)))
        other.places[row.id] = again
        for some in (events, private):
            start = 0
            while start < len(some):
                end = start + random.randint(1, 12)
                with vault.write() as tx:
                    other.ledger.take(tx, again, [Arrived(recall(event)) for event in some[start:end]])
                start = end
        assert again.control is not None
        assert again.log.state == place.log.state, f"{home.name}: another order, another control state"
        mine, theirs = rows(other), rows(node)
        closed = in_closed(home, theirs)
        assert in_closed(home, mine) <= closed, f"{home.name} in another order: more of what is closed"
        same_rows(without(mine, closed), without(theirs, closed), f"{home.name} in another order")
    finally:
        vault.close()
        shutil.rmtree(folder)


async def counters(town: Town, name: str) -> dict[str, int]:
    found: dict[str, int] = (await town.call(name, "node.status"))["counters"]
    return found


def shown(home: Home) -> list[str]:
    return sorted(row[9] for row in rows(home.up)["talk_posts"])


async def goes_on(town: Town) -> None:
    """Everything works as before, for everybody, and all agree."""
    await town.call("amal", "talk.post", text="after")
    await town.settle()
    for name, home in town.homes.items():
        if home.place.status == "member":
            assert {"before", "after"} <= set(shown(home)), name
            assert (await town.call(name, "node.rebuild"))["same"], name
    await agree(town)
