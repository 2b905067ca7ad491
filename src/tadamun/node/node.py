"""A node: the vault, the wire store, the spaces, and the tasks that keep them alive. The only holder of tasks.

`call` works as soon as it is made; running.py keeps it alive. With `online`, carriers run too: the relay if it is to
listen, the peers, the local network. What each part does is in its own file; this one puts them together and passes
news between them.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tadamun.carry.peers import Peers
from tadamun.carry.reached import Network, networks
from tadamun.core.errors import LocalError, Reason, UsageError, VaultError
from tadamun.core.facts import Facts
from tadamun.core.ports import Clock, Random, Saying
from tadamun.core.room import Call, Room, at_rest
from tadamun.crypto.keys import Prover
from tadamun.node import calls, chores, forgetting, later, retiring, views, whereabouts, workbench
from tadamun.node.audit import audit
from tadamun.node.desk import Desk
from tadamun.node.errands import Errands
from tadamun.node.intake import CURSOR, STORE, Intake
from tadamun.node.later import Delayed
from tadamun.node.ledger import Ledger, Taken
from tadamun.node.load import fill, load
from tadamun.node.lost_wire import queue_own
from tadamun.node.mail import LOOK_AGAIN, Mail, MailboxesChanged, PeersChanged, StatusChanged, Tick
from tadamun.node.masking import Masker
from tadamun.node.outward import Given, Outward
from tadamun.node.outward import Reach as Reach
from tadamun.node.place import Mailbox, Place
from tadamun.node.preparing import Report
from tadamun.node.project import Projector
from tadamun.node.quorum import Quorum
from tadamun.node.steward import Steward
from tadamun.node.welcome import Host
from tadamun.node.workbench import Bench
from tadamun.store import meta, peers, spaces
from tadamun.store.vault import Vault
from tadamun.store.wire import WireStore

if TYPE_CHECKING:
    from tadamun.carry.lan import Lan

AUDITED: Final = 5_000  # events a tick: at 45 µs each, one part in a hundred of the time
MOST_PROVEN: Final = 2_000  # mailboxes of a space that a connection asks for: relays take 4,096 proofs
CARRIED: Final = 14 * 86_400  # seconds that mailboxes of others are carried (docs/protocol/5-sync.md)
PARTING: Final = 0.5  # seconds in which whoever had the node wiped is still told so
TICK: Final = 20.0  # seconds between looks at the clock for chores
ROOM: Final = 5.0  # seconds between looks whether a disk that was full has room again


@dataclass(frozen=True, slots=True)
class Parts:
    """What `main` gives every node: the rooms, how they learn of each other, and how one introduces oneself.

    facts(tables, members): `members(space)` gives member ids and levels. introduce(name, pronouns, languages,
    about) and post(title, text) make what is said on joining and on importing an archive.
    """

    rooms: Sequence[Room]
    facts: Callable[[Any, Callable[[str], Mapping[str, int]]], Facts]
    introduce: Callable[[str, str, Sequence[str], str], Saying]
    post: Callable[[str, str], Saying]


@dataclass
class Node:
    """See the module. Attributes are for the calls (node/calls_*.py) to use.

    given: what the command line said of `reach`. must_listen: it is an error if there can be no listening as it says.
    report: told how far the tables are that have to be filled anew. errands: who runs what the node does by itself;
    None: its own task group, while `run` lasts. pause: how that waits.
    """

    vault: Vault
    wire: WireStore
    parts: Parts
    clock: Clock
    random: Random
    places: dict[str, Place] = field(default_factory=dict)
    counters: Counter[Reason] = field(default_factory=Counter)
    listening: list[str] = field(default_factory=list)
    reach: Reach = field(default_factory=Reach)
    started_at: int = 0
    online: bool = False
    given: Given = field(default_factory=Given)
    must_listen: bool = True
    report: Report = lambda done, of: None
    errands: Callable[[Coroutine[Any, Any, None]], object] | None = None
    pause: Callable[[float], Awaitable[object]] = asyncio.sleep

    def __post_init__(self) -> None:
        self.started_at = self.clock.now()
        self.known: dict[str, tuple[int, Mailbox]] = {}
        self.outward = Outward(self)
        self.networks: tuple[Network, ...] = ()  # that this computer is in, while online
        self._nearby: dict[str, dict[str, int]] = {}  # space → address found on the local network → when
        self._to_meet: dict[str, dict[str, str]] = {}  # space → what `told` said when the carriers were told
        self._named: dict[str, str] = {}  # space → epoch that this node is named by on the local network
        self._named_by: Lan | None = None  # what names it
        self._told: dict[str, int] = {}  # space → the version of its mailboxes that carriers know
        self.projector = Projector(self.parts.rooms)
        self.ledger = Ledger(self.projector, Mail(self.clock))
        self.desk = Desk(
            self.vault, self.wire, self.ledger, self.places, self.clock, self.random, self._changed, self._reload
        )
        self.host = Host(self.desk)
        self.quorum = Quorum(self.desk)
        self.steward = Steward(self.desk, self.host, self.quorum, self.random, self._spawn, self.pause)
        self.masker = Masker(self.desk, self.parts.rooms)
        self.bench = Bench(self)
        self.calls: dict[str, Call | workbench.Call] = {
            **calls.CALLS,
            **{name: call for room in self.parts.rooms for name, call in room.calls.items()},
        }
        self.peers = Peers(self.wire, self.clock, self.random, self.counters, room=lambda: self.intake.room())
        self.wiped = asyncio.Event()  # set when there is nothing left to run on
        self._tasks: asyncio.TaskGroup | None = None
        self._news = asyncio.Event()
        self.listeners: set[Callable[[str], None]] = set()  # told of each space in which something changed
        views.ready(self.vault, self.parts.rooms)
        for row in spaces.every(self.vault.read):
            self.places[row.id] = load(self.vault.read, row)
        self._know()
        views.refold_if_new(self, self.report)
        views.look_at_unknown(self)
        if meta.text(self.vault.read, STORE) != self.wire.identity:
            with self.vault.write() as tx:
                for place in self.places.values():
                    queue_own(tx, place)
                meta.put_text(tx, STORE, self.wire.identity)
                meta.put_number(tx, CURSOR, 0)
        self.intake = Intake(self.desk, self.wire, self.wire.identity, self.known, self._changed)
        self.delayed = Delayed(self.desk)
        errands = {room.name: room.errands for room in self.parts.rooms if room.errands is not at_rest}
        self.room_errands = Errands(
            {later.NAME: self.delayed.errand, **errands},
            self.bench,
            self.clock,
            lambda: self.intake.progress,
            self._spawn,
            self.pause,
        )

    async def call(self, name: str, params: Mapping[str, Any]) -> Any:
        """Do or answer what is called by that name. Raises LocalError."""
        if self.wiped.is_set():
            raise VaultError("Everything of yours on this computer was destroyed, as you asked. This node has ended.")
        found = self.calls.get(name)
        if found is None:
            raise UsageError("This node does not know how to do that. Update Tadamun, then try again.")
        try:
            arguments = msgspec.convert(dict(params), found.params)
        except (msgspec.ValidationError, ValueError) as error:
            raise UsageError("Something in that request is not as it should be. Check it and try again.") from error
        return await found.run(self.bench, arguments)

    def place(self, wanted: str) -> Place:
        return self.places[self.bench.space(wanted)]

    def new_place(self, place: Place) -> None:
        """A space was founded or is being joined."""
        self.places[place.space] = place
        self.refresh()

    async def settled(self) -> None:
        """Wait until everything in the wire store has been taken in and nothing is left to seal."""
        await self.intake.idle.wait()
        await self.desk.deliver()

    async def news(self, timeout: float) -> bool:
        """Wait until something changed; False after `timeout` seconds without."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._news.wait()
                return True
        return False

    async def run(self, started: asyncio.Event) -> None:
        """Keep everything alive until cancelled; `started` is set when the carriers run."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            try:
                tasks.create_task(self.intake.run())
                await self._carriers(tasks)
                self.wake_up()
                tasks.create_task(self._chores())
                tasks.create_task(self.room_errands.keep())
                started.set()
                await self.wiped.wait()
                await self.pause(PARTING)
                raise VaultError(
                    "Everything of yours on this computer was destroyed, as you asked. This node has ended."
                )
            finally:
                self._tasks = None

    async def _carriers(self, tasks: asyncio.TaskGroup) -> None:
        if not self.online:
            return
        self.networks = networks()
        await self.outward.begin(tasks, self.must_listen)
        self.refresh()
        tasks.create_task(self.peers.run())

    def wake_up(self) -> None:
        """Start what a previous run may have left undone: somebody may have asked to be let in and got no answer."""
        doors = [
            box.keys.mailbox.public
            for place in self.places.values()
            if place.status == "member"
            for box in place.mailboxes()
            if box.use in ("invite", "device")
        ]
        if doors:
            with self.vault.write() as tx:
                for mailbox in doors:
                    meta.put(tx, LOOK_AGAIN + mailbox, b"")
        for place in self.places.values():
            for effect in self.ledger.mail.waking(place):
                self.steward.act_on(place, effect)
        self.room_errands.start()
        self.masker.start()

    async def _chores(self) -> None:
        while True:
            with suppress(LocalError):
                await self.tick()
            for _ in range(int(TICK // ROOM)):
                await asyncio.sleep(ROOM)
                if self.desk.crowded:
                    await self.desk.deliver()

    async def tick(self) -> None:
        """What time brings: done every TICK seconds. Raises LocalError; the next time does what was left."""
        self.room_errands.look()
        await self.desk.deliver()
        await forgetting.finish(self)
        await chores.clear(self.desk)
        if await chores.expire(self.desk):
            self.refresh()  # relay and peers forget the mailboxes, and the keys with them
        await chores.renew_prekeys(self.desk)
        await self.masker.tend()
        if self.online:
            self.networks = networks()  # a laptop goes from network to network
        self.outward.look()
        if any(self.told(place) != self._to_meet.get(place.space) for place in self.places.values()):
            self.refresh()  # somebody was shut out, or the network is another one
        if self.online and self.addresses():
            await chores.announce(self.desk, self.addresses())
        await retiring.retire(self)
        await self.wire.sweep()
        await self.wire.let_go(self.known, self.clock.now() - CARRIED)
        await asyncio.to_thread(self.vault.even)
        if self.intake.idle.is_set():
            await audit(self.desk, self.wire, self.wire.identity, AUDITED)
        for place in self.places.values():
            self.steward.act_on(place, Tick())
        self._keep_counters()

    def addresses(self) -> tuple[str, ...]:
        """Where others can reach this node, as they are told."""
        return self.reach.advertise or self.outward.reached

    def own_addresses(self) -> frozenset[str]:
        """Everything that leads here."""
        return frozenset((*self.reach.advertise, *self.outward.reached))

    @property
    def around(self) -> whereabouts.Around:
        """Where this computer is, for what others say of where they are."""
        return whereabouts.Around(self.networks, any(map(whereabouts.is_loopback, self.outward.reached)))

    def _changed(self, place: Place, taken: Taken) -> None:
        """News of a transaction: tell whoever waits, and start what it asks for."""
        self._news.set()
        self._news = asyncio.Event()
        for tell in tuple(self.listeners):
            tell(place.space)
        if self._told.get(place.space) != place.mailboxes_version or any(
            isinstance(effect, MailboxesChanged | PeersChanged | StatusChanged) for effect in taken.effects
        ):
            self.refresh()
        if self._tasks is not None or self.errands is not None:
            for effect in dict.fromkeys(taken.effects):
                self.steward.act_on(place, effect)
            self.room_errands.changed(taken)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        if self.errands is not None:
            self.errands(work)
        elif self._tasks is not None:
            self._tasks.create_task(work)
        else:
            work.close()

    def _reload(self, place: Place) -> None:
        fill(self.vault.read, place)
        self._know()

    def _know(self) -> None:
        """Which mailbox is whose. The dictionary is shared with relay and intake, hence changed in place."""
        now = {box.keys.mailbox.public: (place.ref, box) for place in self.places.values() for box in place.mailboxes()}
        for gone in self.known.keys() - now.keys():
            del self.known[gone]
        self.known.update(now)

    def refresh(self) -> None:
        """Tell the carriers about mailboxes and addresses."""
        self._know()
        kept = peers.every(self.vault.read)
        told = {}
        for place in self.places.values():
            own = [one.address for one in kept if one.space in (0, place.ref)]
            self._to_meet[place.space] = self.told(place)
            found = [*self.reach.peers, *own, *self._to_meet[place.space]]
            addresses = [one for one in dict.fromkeys(found) if one not in self.own_addresses()]
            self._told[place.space] = place.mailboxes_version
            told[place.space] = (addresses, [Prover(box.keys.mailbox) for box in place.proven(MOST_PROVEN)])
        self.peers.set_spaces(told)
        self._name_on_lan()
        self.intake.wake()

    def told(self, place: Place) -> dict[str, str]:
        """Addresses of members, and how this node knows: what they announced, and what the local network tells."""
        said = dict.fromkeys(whereabouts.told(self.vault.read, place, self.around), "announced")
        since = self.clock.now() - whereabouts.STALE
        return said | {one: "lan" for one, at in self._nearby.get(place.space, {}).items() if at >= since}

    def _name_on_lan(self) -> None:
        """Only when an epoch has changed: the names are made anew, and everybody found once more."""
        best = {
            place.space: box
            for place in self.places.values()
            if place.control is not None and (box := place.best_epoch() or place.deepest_epoch()) is not None
        }
        now = {space: box.id for space, box in best.items()}
        lan = self.outward.lan
        if lan is not None and (lan, now) != (self._named_by, self._named):
            self._named_by, self._named = lan, now
            lan.set_keys({space: [box.keys.lan] for space, box in best.items()})

    def met(self, space: str, address: str) -> None:
        """A member's node was found on the local network."""
        nearby = self._nearby.setdefault(space, {})
        new = address not in nearby
        nearby[address] = self.clock.now()
        if len(nearby) > whereabouts.NEARBY:
            del nearby[min(nearby, key=nearby.__getitem__)]
        if new and space in self.places:
            self.refresh()

    def count(self, reason: Reason) -> None:
        self.counters[reason] += 1

    def _keep_counters(self) -> None:
        counted, self.counters = dict(self.counters), self.counters
        self.counters.clear()
        if counted:
            with self.vault.write() as tx:
                for reason, count in counted.items():
                    meta.count(tx, reason, count)
