"""A carrier without a network: joins wire stores inside one process, as badly as it is told to.

For tests and simulated nodes. Everything that happens is decided by the given random source, and only while somebody
awaits `step` or `settle`, so that a history can be played again. Like every carrier it moves sealed events by mailbox
and knows nothing else of them; whoever does not hold a mailbox gets nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from tadamun.carry.mailbox import SEALED, mailbox_of
from tadamun.core.event import parse
from tadamun.core.ports import Filter, Random, Stored, Wire

MOST_STEPS: Final = 10_000
MOST_ROUNDS: Final = 100


@dataclass(slots=True)
class _Node:
    wire: Wire
    mailboxes: frozenset[str]
    stop: Callable[[], None]


class Medium:
    """loss, twice: of 100 deliveries, so many are lost or come twice; most_delay: steps that one may take.

    Deliveries of one step come in random order. A lost delivery leaves a gap, as a broken connection would: the two
    nodes compare their stores the next time they are let to (`settle`, `heal`).
    """

    def __init__(self, random: Random, loss: int = 0, twice: int = 0, most_delay: int = 0) -> None:
        self.loss, self.twice, self.most_delay = loss, twice, most_delay
        self._random = random
        self._nodes: dict[str, _Node] = {}
        self._cut: set[frozenset[str]] = set()
        self._gaps: set[frozenset[str]] = set()
        self._flying: list[tuple[int, str, str, bytes]] = []  # due step, from, to, event
        self._now = 0
        self._source = ""  # whose delivery is being put right now

    def join(self, name: str, wire: Wire, mailboxes: Collection[str]) -> None:
        """Connect a wire store that holds these mailboxes with all others; they compare at the next chance."""
        self._nodes[name] = _Node(wire, frozenset(mailboxes), wire.watch(lambda new: self._arrived(name, new)))
        self._gaps.update(frozenset((name, other)) for other in self._nodes if other != name)

    def rekey(self, name: str, mailboxes: Collection[str]) -> None:
        """The node holds these mailboxes now."""
        self._nodes[name].mailboxes = frozenset(mailboxes)
        self._gaps.update(frozenset((name, other)) for other in self._nodes if other != name)

    def leave(self, name: str) -> None:
        """Disconnect for good: what was under way to it is lost."""
        self._nodes.pop(name).stop()
        self._cut = {pair for pair in self._cut if name not in pair}
        self._gaps = {pair for pair in self._gaps if name not in pair}

    def cut(self, one: str, other: str) -> None:
        """Nothing passes between the two until healed; what is under way is lost."""
        self._cut.add(frozenset((one, other)))

    def split(self, *groups: Iterable[str]) -> None:
        """Only nodes of the same group reach each other; those in no group reach nobody."""
        group_of = {name: k for k, group in enumerate(groups) for name in group}
        for one in self._nodes:
            for other in self._nodes:
                if one < other and (one not in group_of or group_of[one] != group_of.get(other)):
                    self.cut(one, other)

    def heal(self) -> None:
        """All cuts end."""
        self._gaps |= self._cut
        self._cut.clear()

    async def step(self) -> bool:
        """Deliver what is due. Returns whether anything is still under way."""
        self._now += 1
        due = [flight for flight in self._flying if flight[0] <= self._now]
        self._flying = [flight for flight in self._flying if flight[0] > self._now]
        for k in range(len(due) - 1, 0, -1):  # Fisher-Yates
            j = self._random.below(k + 1)
            due[k], due[j] = due[j], due[k]
        batches: dict[tuple[str, str], list[bytes]] = {}
        for _, source, target, raw in due:
            pair = frozenset((source, target))
            if source not in self._nodes or target not in self._nodes:
                continue
            if pair in self._cut or self._happens(self.loss):
                self._gaps.add(pair)
                continue
            batches.setdefault((source, target), []).extend([raw] * (2 if self._happens(self.twice) else 1))
        for (source, target), raws in batches.items():
            await self._put(source, target, raws)
        return bool(self._flying)

    async def settle(self) -> None:
        """Go on until nothing is under way and no two reachable nodes can differ (cut pairs stay apart)."""
        for _ in range(MOST_ROUNDS):
            for _ in range(MOST_STEPS):
                if not await self.step():
                    break
            gaps = sorted(sorted(pair) for pair in self._gaps - self._cut)
            if not gaps:
                return
            self._gaps &= self._cut
            for one, other in gaps:
                await self._compare(one, other)
        raise AssertionError("the stores never agreed: one of them loses what it was given")

    async def _compare(self, one: str, other: str) -> None:
        """Give each of the two what only the other has."""
        boxes = tuple(sorted(self._nodes[one].mailboxes & self._nodes[other].mailboxes))
        if not boxes:
            return
        wanted = Filter(kinds=(SEALED,), tags=(("p", boxes),))
        held = {name: {i for _, i in await self._nodes[name].wire.items(wanted)} for name in (one, other)}
        for source, target in ((one, other), (other, one)):
            lacking = sorted(held[source] - held[target])
            for start in range(0, len(lacking), 500):
                raws: list[bytes] = []
                async for page in self._nodes[source].wire.find(Filter(ids=tuple(lacking[start : start + 500]))):
                    raws += [stored.raw for stored in page]
                await self._put(source, target, raws)

    async def _put(self, source: str, target: str, raws: Sequence[bytes]) -> None:
        self._source = source
        try:
            await self._nodes[target].wire.put([(parse(raw), raw) for raw in raws])
        finally:
            self._source = ""

    def _arrived(self, name: str, events: Sequence[Stored]) -> None:
        for stored in events:
            mailbox = mailbox_of(stored.raw)
            if mailbox not in self._nodes[name].mailboxes:
                continue
            for other, node in self._nodes.items():
                if other in (name, self._source) or mailbox not in node.mailboxes:
                    continue
                due = self._now + 1 + (self._random.below(self.most_delay + 1) if self.most_delay else 0)
                self._flying.append((due, name, other, stored.raw))

    def _happens(self, of_hundred: int) -> bool:
        return of_hundred > 0 and self._random.below(100) < of_hundred
