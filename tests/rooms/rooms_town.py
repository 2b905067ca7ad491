"""A small community in memory: the same steps as a node (decode, fold, project), without keys, sealing or carriers.

Each `Bench` is one member's node: it implements core.ports.Workbench on its own sqlite3 tables. `Town.pass_on` hands
what was said to the others.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from tadamun.core.errors import NotAllowed, UsageError
from tadamun.core.event import Event, event_id
from tadamun.core.facts import Facts
from tadamun.core.fold import fold
from tadamun.core.genuine import Masked, Said
from tadamun.core.ports import ANYTHING, Among, Audience, Later, Mask, Masking, Reach, Saying, Seat, nothing
from tadamun.core.room import Room, SearchText, Standing, Verdict
from tadamun.rooms.aid.room import ROOM as AID
from tadamun.rooms.gatherings.room import ROOM as GATHERINGS
from tadamun.rooms.people.names import PeopleNames
from tadamun.rooms.people.room import ROOM as PEOPLE
from tadamun.rooms.safety.room import ROOM as SAFETY
from tadamun.rooms.safety.sieve import SafetyFolds
from tadamun.rooms.stories.room import ROOM as STORIES
from tadamun.rooms.talk.posts import TalkPosts
from tadamun.rooms.talk.room import ROOM as TALK

SPACE = "5" * 64
NOON = 1_760_000_400  # a full hour
PERIOD = 669  # the month that it lies in, counted from January 1970
ROOMS = (PEOPLE, TALK, AID, GATHERINGS, STORIES, SAFETY)
BY_KIND = {kind: room for room in ROOMS for kind in room.kinds}


def member(n: int) -> str:
    """A member id; those of neighbouring numbers differ from the first character on."""
    return f"{n:x}".rjust(2, "0") * 32


class Memory:
    """core.ports.Tables on sqlite3, with the tables of all rooms."""

    def __init__(self) -> None:
        self.raw = sqlite3.connect(":memory:", isolation_level=None)
        for room in ROOMS:
            for statement in (*room.tables, *room.local):
                self.raw.execute(statement)

    def execute(self, sql: str, arguments: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self.raw.execute(sql, arguments).fetchall()

    def many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        self.raw.executemany(sql, rows)

    def dump(self, local: bool = False) -> dict[str, list[Any]]:
        """Every row of every view (local: of this node's own memory too), by table, in one order."""
        names = [name for (name,) in self.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        own = {statement.split("(")[0].split()[-1] for room in ROOMS for statement in room.local}
        return {name: sorted(self.execute(f"SELECT * FROM {name}")) for name in names if local or name not in own}


class Steady:
    """A clock that a test turns."""

    def __init__(self, at: int = NOON) -> None:
        self.at = at

    def now(self) -> int:
        return self.at


class Counting:
    """core.ports.Random of which a test knows what it gives: no two the same."""

    def __init__(self) -> None:
        self.given = 0

    def bytes(self, count: int) -> bytes:
        self.given += 1
        return self.given.to_bytes(count, "big")

    def below(self, bound: int) -> int:
        self.given += 1
        return self.given % bound


class Town:
    """levels: by member id. Everybody's nodes, and all that was said: (event, channel or None, expiry, seq)."""

    def __init__(self, levels: dict[str, int], write: int = 0) -> None:
        self.levels = levels
        self.newcomers: dict[str, int] = {}
        self.gone: set[str] = set()  # members of before
        self.write = write
        self.log: list[tuple[Event, tuple[str, ...] | None, int, int]] = []
        self.masks: dict[str, Masked] = {}  # how it was said, of what was said under a one-time key
        self.nodes = {who: Bench(self, who) for who in levels}

    def ring(self) -> int:
        """Of how many members who speaks under a one-time key is one."""
        return sum(level >= self.write and who not in self.newcomers for who, level in self.levels.items())

    def standing(self, who: str, masked: bool = False) -> Standing | None:
        if masked:
            return Standing(who, 0, may_write=True, may_moderate=False)
        level = self.levels.get(who)
        new = who in self.newcomers
        return None if level is None else Standing(who, level, level >= self.write, level >= 20, newcomer=new)

    def pass_on(self) -> None:
        """Everybody gets everything that is meant for them."""
        for node in self.nodes.values():
            node.receive(self.log)


class Bench:
    """One member's node."""

    def __init__(self, town: Town, me: str) -> None:
        self.town = town
        self.own = me
        self.clock = Steady()
        self.random = Counting()
        self.tables = Memory()
        self.facts = Facts(
            names=PeopleNames(self.tables, self.members), folds=SafetyFolds(self.tables), posts=TalkPosts(self.tables)
        )
        self.topics: dict[tuple[str, str], dict[str, Said[Any]]] = {}
        self.texts: dict[str, SearchText] = {}
        self.seq = 0
        self.scrubbed = 0  # times that older copies were destroyed
        self.own_masks: dict[str, str] = {}  # one-time keys that are here, by what opened them
        self.taken: dict[str, int] = {}  # turns used, by scope
        self.waiting: dict[str, Later] = {}  # what is to be said later
        self.given: list[tuple[str, dict[str, Any]]] = []  # public events, and to which relay
        self.asked: list[float] = []  # how long it was asked to pause
        self.while_pausing: list[Any] = []  # what happens elsewhere meanwhile, one a pause

    def scrub(self) -> None:
        self.scrubbed += 1

    def space(self, wanted: str) -> str:
        if wanted not in ("", SPACE):
            raise UsageError("You are in no space of that name.")
        return SPACE

    def spaces(self) -> list[str]:
        return [SPACE] if self.own in self.town.levels else []

    def me(self, space: str) -> str:
        return self.own

    def members(self, space: str) -> dict[str, int]:
        return self.town.levels

    def belonged(self, space: str, member: str) -> bool:
        return member in self.town.gone

    def newcomers(self, space: str) -> dict[str, int]:
        return self.town.newcomers

    def matches(self, space: str, query: str, limit: int, among: Among = ANYTHING) -> list[str]:
        return [topic for topic, found in self.texts.items() if query.lower() in found.text.lower()][:limit]

    def title(self, space: str) -> str:
        return "Circle"

    def seat(self, space: str, member: str) -> Seat | None:
        return Seat(member, self.town.levels[member], NOON, 1) if member in self.town.levels else None

    def reach(self, space: str, audience: Audience) -> Reach:
        audience = self.settled(audience)
        others = audience.others
        meant = {*others, self.own} & self.town.levels.keys() if others else self.town.levels.keys()
        seats = tuple(Seat(who, self.town.levels[who], NOON, 1) for who in sorted(meant))
        later = 0 if others or audience.expires_at else -1
        return Reach(audience, seats, later, bool(others) or self.town.levels[self.own] >= self.town.write)

    def settled(self, audience: Audience) -> Audience:
        """As a node does: the others named once, without oneself; a circle of one other is a channel of two."""
        others = tuple(one for one in audience.others if one != self.own)
        if audience.others and not set(others) & self.town.levels.keys():
            raise UsageError("Nobody is left to read it.")
        end = audience.expires_at
        return Audience(others[0], end) if len(others) == 1 else Audience("", end, others)

    async def pause_until_change(self, timeout: float) -> bool:
        self.asked.append(timeout)
        if self.while_pausing:
            self.while_pausing.pop(0)()
            return True
        self.clock.at += int(timeout) + 1
        return False

    def masking(self, space: str, scope: str) -> Masking:
        found = next(room.scopes[scope] for room in ROOMS if scope in room.scopes)
        ready = self.town.levels[self.own] >= self.town.write and self.own not in self.town.newcomers
        left = found.slots - self.taken.get(scope, 0) if ready else 0
        return Masking(self.town.ring(), found.least, found.slots, left, ready, NOON + 30 * 86_400)

    def masks(self, space: str, scope: str = "") -> frozenset[str]:
        return frozenset(one for one in self.own_masks if scope in ("", self.town.masks[one].scope))

    async def mask_forget(self, space: str, opening: str) -> None:
        self.own_masks.pop(opening, None)

    async def publish(self, relay: str, event: bytes) -> tuple[bool, str]:
        if not relay.startswith(("ws://", "wss://")):
            raise UsageError("That is no address of a relay.")
        self.given.append((relay, json.loads(event)))
        return ("refuses" not in relay), ""

    async def say_later(self, space: str, saying: Saying, after: int, within: int) -> str:
        name = f"{self.random.below(2**32):032x}"
        self.waiting[name] = Later(name, saying, self.clock.at + within)
        return name

    def later(self, space: str) -> list[Later]:
        return sorted(self.waiting.values(), key=lambda one: (one.at, one.name))

    async def withdraw(self, space: str, name: str) -> bool:
        return self.waiting.pop(name, None) is not None

    async def errand(self, room: str) -> int:
        """What the node does when something may be due: says what waited, and runs the room's errand."""
        for one in self.later(SPACE):
            if one.at <= self.clock.at:
                await self.say(SPACE, one.saying)
                del self.waiting[one.name]
        found = next(one for one in ROOMS if one.name == room)
        return await found.errands(self, self.clock.at)

    async def say(self, space: str, saying: Saying, then: Callable[[str], Sequence[Saying]] = nothing) -> str:
        if saying.mask is not None:
            first = self.utter_masked(saying, saying.mask)
            for one in then(first):
                self.utter_masked(one, Mask(under=first))
            return first
        first = self.utter(saying)
        for one in then(first):
            self.utter(one)
        return first

    def content(self, space: str, event: str) -> str:
        return next((one.content for one, *_ in self.town.log if one.id == event), "")

    def utter(self, saying: Saying, force: bool = False) -> str:
        """Say it; force: as a hostile program would, without asking the rule."""
        self.seq += 1
        key = self.own
        tags = (("log", str(self.seq)), *saying.tags)  # what a frame does: no two events have one id
        made = event_id(key, self.clock.now(), saying.kind, tags, saying.content)
        event = Event(made, key, self.clock.now(), saying.kind, saying.tags, saying.content, "0" * 128)
        audience = self.settled(saying.audience)
        channel = tuple(sorted((self.own, *audience.others))) if audience.others else None
        if channel and saying.kind not in BY_KIND[saying.kind].private and not force:
            raise NotAllowed("The rules of this space do not allow that.")
        entry = (event, channel, audience.expires_at, self.seq)
        said = self.heard(entry)
        verdicts = self.refold(BY_KIND[event.kind], said)
        if verdicts[event.id] is not Verdict.ALLOW and not force:
            del self.topics[BY_KIND[event.kind].name, BY_KIND[event.kind].topic(said)][event.id]
            raise NotAllowed("The rules of this space do not allow that.")
        self.town.log.append(entry)
        return event.id

    def utter_masked(self, saying: Saying, mask: Mask) -> str:
        """Say it under a one-time key; it goes out at once, whatever the delay."""
        self.seq += 1
        if mask.under:
            opening = self.town.masks[mask.under]
            if mask.under not in self.own_masks:
                raise NotAllowed("The key under which that was said is not here.")
            told, key = msgspec.structs.replace(opening, opening=mask.under), self.own_masks[mask.under]
        else:
            offered = self.masking(SPACE, mask.scope)
            if offered.ring < offered.least or not offered.left:
                raise NotAllowed("The ring is too small, or all turns are used.")
            slot = self.taken.get(mask.scope, 0)
            told, key = Masked(mask.scope, PERIOD, slot, offered.ring), event_id(self.own, self.seq, 0, (), mask.scope)
            self.taken[mask.scope] = slot + 1
        room = BY_KIND[saying.kind]
        assert saying.kind in room.masked, "the room lets it be said under a one-time key"
        assert mask.under or saying.kind in room.scopes[mask.scope].kinds, "the scope opens with that kind"
        assert saying.audience == Audience(), "for the whole space, without an end"
        at = self.clock.now() // 3600 * 3600
        made = event_id(key, at, saying.kind, (("n", str(self.seq)), *saying.tags), saying.content)
        event = Event(made, key, at, saying.kind, saying.tags, saying.content, "0" * 128)
        self.town.masks[made] = told
        entry = (event, None, 0, 0)
        said = self.heard(entry)
        if self.refold(room, said)[made] is not Verdict.ALLOW:
            del self.topics[room.name, room.topic(said)][made], self.town.masks[made]
            raise NotAllowed("The rules of this space do not allow that.")
        if not mask.under:
            self.own_masks[made] = key
        self.town.log.append(entry)
        return made

    def heard(self, entry: tuple[Event, Any, int, int]) -> Said[Any]:
        event, channel, expires_at, seq = entry
        peers = [who for who in channel or () if who != self.own]
        peer = "" if channel is None else peers[0] if len(peers) == 1 else "c" * 64
        body = BY_KIND[event.kind].decode(event, event.tags)
        return Said(
            id=event.id,
            space=SPACE,
            member=event.pubkey,
            device=event.pubkey,
            seq=seq,
            kind=event.kind,
            created_at=event.created_at,
            auth=(),
            prev=(),
            body=body,
            mask=self.town.masks.get(event.id),
            expires_at=expires_at,
            private_with=peer,
            circle=channel or (),
        )

    def receive(self, entries: Iterable[tuple[Event, Any, int, int]]) -> None:
        for entry in entries:
            if entry[1] is None or self.own in entry[1]:
                said = self.heard(entry)
                self.refold(BY_KIND[said.kind], said)

    def refold(self, room: Room, said: Said[Any]) -> dict[str, Verdict]:
        topic = room.topic(said)
        saids = self.topics.setdefault((room.name, topic), {})
        saids[said.id] = said
        return self.fold_topic(room, topic)

    def fold_topic(self, room: Room, topic: str) -> dict[str, Verdict]:
        saids = list(self.topics[room.name, topic].values())
        state, verdicts = fold(room, topic, saids, lambda said: self.town.standing(said.member, said.mask is not None))
        self.texts.pop(topic, None)
        if Verdict.ALLOW in verdicts.values():
            room.project(self.tables, SPACE, topic, state)
            found = room.search(state)
            if found is not None:
                self.texts[topic] = found
        else:
            room.project(self.tables, SPACE, topic, None)
        return verdicts

    def expire(self, topic: str) -> None:
        """What a node does when a post's time has come."""
        del self.topics["talk", topic]
        TALK.project(self.tables, SPACE, topic, None)
        self.texts.pop(topic, None)

    async def call(self, name: str, /, **params: Any) -> Any:
        """A call as the socket makes it: JSON in, JSON out."""
        call = next(room.calls[name] for room in ROOMS if name in room.calls)
        result = await call.run(self, msgspec.json.decode(msgspec.json.encode(params), type=call.params))
        return msgspec.json.decode(msgspec.json.encode(result))
