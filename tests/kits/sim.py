"""A simulated town: several real nodes in one process, on real vaults, joined by a wire that does as it is told.

One thing happens at a time. What nodes do by themselves (the steward's errands) is queued and run one after another;
their waits are waits for the town's own clock, which only `settle` and `pass_time` move; so a history plays the same
way every time, and a wait of half a minute takes none. This file does not know what the nodes say to each other.
"""

from __future__ import annotations

import asyncio
import copy
import heapq
import shutil
import warnings
from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from kits.memory_wire import MemoryWire
from kits.sealed import NOW, SeededRandom
from tadamun.carry.memory import Medium
from tadamun.core.errors import LocalError
from tadamun.core.event import Event
from tadamun.core.ports import Clock, Put, Stored
from tadamun.crypto.secret import FOR_TESTS
from tadamun.main import parts
from tadamun.node.node import Node, Parts
from tadamun.node.place import Place
from tadamun.store.vault import Vault

T = TypeVar("T")
WORDS = "a passphrase"
PARTS = parts()
ROUNDS = 2_000


class Hours:
    """The town's clock (core.ports.Clock), and the waits of those who wait for it."""

    def __init__(self, at: float = NOW) -> None:
        self.at = float(at)
        self.stopped = asyncio.Event()  # set when the one who had the turn ended or waits
        self._waits: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = 0

    def now(self) -> int:
        return int(self.at)

    async def pause(self, seconds: float) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._count += 1
        heapq.heappush(self._waits, (self.at + seconds, self._count, turn))
        self.stopped.set()
        await turn

    def next_due(self) -> float | None:
        """When the next wait ends; None if nobody waits."""
        while self._waits and self._waits[0][2].done():
            heapq.heappop(self._waits)
        return self._waits[0][0] if self._waits else None

    def wake_next(self) -> None:
        """Move the clock to the end of the next wait, and end it."""
        due, _, turn = heapq.heappop(self._waits)
        self.at = max(self.at, due)
        turn.set_result(None)


class SimWire(MemoryWire):
    """A wire store in memory that outlives its node, as a file would. traffic: every sealed event that it ever held."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.identity = "simulated"
        self.traffic: dict[str, bytes] = {}
        self.full = False
        self.around: Callable[[str], None] = lambda when: None  # told before and after each put

    @property
    def size(self) -> int:
        return sum(len(stored.raw) for _, stored in self._held.values())

    async def put(self, events: Any) -> list[Put]:
        if self.full:
            return [Put.FULL] * len(events)
        self.around("before put")
        self.traffic.update((event.id, raw) for event, raw in events)
        answers = await super().put(events)
        self.around("after put")
        return answers

    async def close(self) -> None:
        self._watchers.clear()

    def held(self) -> list[tuple[Event, Stored]]:
        return list(self._held.values())

    def copied(self, clock: Clock) -> SimWire:
        other = SimWire(clock)
        other._held, other._deleted = dict(self._held), set(self._deleted)
        other._arrival, other.traffic = self._arrival, dict(self.traffic)
        return other


@dataclass
class Home:
    """One device: a folder, a wire store and, while it is on, a node."""

    name: str
    folder: Path
    wire: SimWire
    random: SeededRandom
    vault: Vault | None = None
    node: Node | None = None
    errands: deque[Coroutine[Any, Any, None]] = field(default_factory=deque)
    tasks: set[asyncio.Task[Any]] = field(default_factory=set)
    mailboxes: frozenset[str] = frozenset()

    @property
    def up(self) -> Node:
        assert self.node is not None, f"{self.name} is off"
        return self.node

    @property
    def place(self) -> Place:
        """The only space's place."""
        (place,) = self.up.places.values()
        return place

    @property
    def me(self) -> str:
        return self.place.me


class Town:
    """Everything is awaited one after another, in one event loop."""

    def __init__(self, folder: Path, seed: int = 1, at: float = NOW, loss: int = 0, twice: int = 0, delay: int = 0):
        self.folder = folder
        self.hours = Hours(at)
        self.seed = seed
        self.homes: dict[str, Home] = {}
        self.medium = Medium(SeededRandom(seed), loss=loss, twice=twice, most_delay=delay)
        self.wake_errors: list[BaseException] = []
        self.parts = PARTS

    # Homes.

    async def build(self, name: str) -> Home:
        """A new device with an empty vault, on."""
        folder = self.folder / name
        Vault.create(folder, WORDS, self._random(name), cost=FOR_TESTS).close()
        home = Home(name, folder, SimWire(self.hours), self._random(name, "more"))
        return await self.on(home)

    async def on(
        self, home: Home, parts: Parts | None = None, vault: Callable[[Vault], Any] = lambda vault: vault
    ) -> Home:
        """Start the node of a home on what its vault holds. parts: other rooms than the town's; vault: what to put
        around the vault."""
        home.vault = Vault.open(home.folder, WORDS)
        home.node = Node(
            vault(home.vault),
            home.wire,  # type: ignore[arg-type]  # the same port, in memory
            parts or self.parts,
            self.hours,
            home.random,
            errands=home.errands.append,
            pause=self.hours.pause,
        )
        self.homes[home.name] = home
        self.medium.join(home.name, home.wire, ())
        home.mailboxes = frozenset()
        self._rekey(home)
        home.node.wake_up()
        return home

    async def off(self, name: str) -> Home:
        """As if its process were killed: what was under way is gone; what the disk holds stays."""
        home = self.homes.pop(name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # what an errand would have awaited never was
            for errand in home.errands:
                errand.close()
        home.errands.clear()
        for task in home.tasks:
            task.cancel()
        await asyncio.gather(*home.tasks, return_exceptions=True)
        home.tasks.clear()
        self.medium.leave(name)
        if home.vault is not None:
            home.vault.close()
        home.vault = home.node = None
        home.wire._watchers.clear()
        return home

    async def restart(self, name: str) -> Home:
        return await self.on(await self.off(name))

    async def close(self) -> None:
        for name in list(self.homes):
            await self.off(name)

    def _random(self, *of: str) -> SeededRandom:
        return SeededRandom(hash_of(self.seed, *of))

    # Acts.

    async def call(self, who: str, call: str, /, **params: Any) -> Any:
        """A call as the command line makes it; what follows from it waits for `settle`."""
        home = self.homes[who]
        return await self.drive(home, home.up.call(call, params))

    async def join(self, who: str, link: str, called: str, **more: Any) -> None:
        """Ask to be let in, and do not wait for it."""
        try:
            await self.call(who, "join", link=link, called=called, timeout=0, **more)
        except LocalError as error:
            if error.code != 4:  # not answered yet
                raise

    async def drive(self, home: Home, work: Coroutine[Any, Any, T]) -> T:
        """Run until it ends or waits for the clock. What waits goes on when its time has come."""
        self.hours.stopped = asyncio.Event()
        task = asyncio.get_running_loop().create_task(work)
        home.tasks.add(task)
        task.add_done_callback(lambda done: self._ended(home, done))
        await self.hours.stopped.wait()
        return await task if task.done() else None  # type: ignore[return-value]  # only errands wait

    def _ended(self, home: Home, task: asyncio.Task[Any]) -> None:
        home.tasks.discard(task)
        self.hours.stopped.set()
        if not task.cancelled() and (error := task.exception()) is not None and not isinstance(error, LocalError):
            self.wake_errors.append(error)

    # Time and mail.

    async def work(self, home: Home) -> bool:
        """Take in what came and do what that asks for. Whether there was anything."""
        moved = False
        while await self.drive(home, home.up.intake.step()):
            moved = True
        while home.errands:
            moved = True
            await self.drive(home, home.errands.popleft())
        if await self.drive(home, home.up.desk.deliver()):
            moved = True
        self._rekey(home)
        return moved

    async def settle(self, horizon: float = float("inf"), names: Iterable[str] | None = None) -> None:
        """Until nobody has anything to do that begins within `horizon` seconds; the clock moves as far as needed."""
        until = self.hours.at + horizon
        for _ in range(ROUNDS):
            await self.medium.settle()
            moved = False
            for name in sorted(self.homes if names is None else names):
                moved |= await self.work(self.homes[name])
            self._check()
            if moved:
                continue
            due = self.hours.next_due()
            if due is None or due > until:
                return
            self.hours.stopped = asyncio.Event()
            self.hours.wake_next()
            await self.hours.stopped.wait()
        raise AssertionError("the town never comes to rest: its nodes keep each other busy")

    async def pass_time(self, seconds: float) -> None:
        """The clock moves on; everybody looks at it, and deals with what follows."""
        self.hours.at += seconds
        for home in list(self.homes.values()):
            await self.drive(home, home.up.tick())
        await self.settle()

    def _rekey(self, home: Home) -> None:
        home.up.refresh()
        now = frozenset(home.up.known)
        if now != home.mailboxes:
            home.mailboxes = now
            self.medium.rekey(home.name, now)

    def _check(self) -> None:
        """What nobody foresaw must not pass unseen."""
        if self.wake_errors:
            raise self.wake_errors[0]


@dataclass(frozen=True)
class Template:
    """A town that was closed: copies of it are opened in no time."""

    folder: Path
    at: float
    wires: dict[str, SimWire]
    known: dict[str, Any]

    async def open(self, folder: Path, seed: int, parts: Parts = PARTS, **how: int) -> Town:
        town = Town(folder, seed, self.at, **how)
        town.parts = parts
        for name, wire in self.wires.items():
            shutil.copytree(self.folder / name, folder / name)
            home = Home(name, folder / name, wire.copied(town.hours), town._random(name, "copy"))
            await town.on(home)
        return town


async def circle(town: Town) -> Template:
    """A founder, a steward and a member, with a checkpoint behind them."""
    await town.build("amal")
    await town.call("amal", "space.new", name="Circle", called="Amal")
    for name, level in (("badr", 50), ("celine", 10)):
        await town.build(name)
        await town.join(name, (await town.call("amal", "invite.new", level=level))["link"], name.title())
        await town.settle()
    return await template(town)


async def template(town: Town, **known: Any) -> Template:
    """Close a town and keep it as a template. known: whatever a test needs to know of it."""
    wires = {name: home.wire for name, home in town.homes.items()}
    await town.close()
    return Template(town.folder, town.hours.at, wires, copy.deepcopy(known))


def hash_of(*of: object) -> int:
    """A number that is the same in every run."""
    import hashlib

    return int.from_bytes(hashlib.sha256(repr(of).encode()).digest()[:8], "big")


def everywhere(town: Town, what: Callable[[Home], T]) -> dict[str, T]:
    return {name: what(home) for name, home in sorted(town.homes.items())}
