"""The checkpoints of one log: which stand, which is the last of a past, and the bytes of the state each gives (rule 5).

It does not know how events come in; the log tells it of each checkpoint event that has.
"""

from __future__ import annotations

import hashlib
from bisect import insort
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from tadamun.core.control import checkpoint as spelling
from tadamun.core.control import digests, fold
from tadamun.core.control.bodies import Checkpoint
from tadamun.core.control.dag import Dag, Node, Past
from tadamun.core.control.era import Era
from tadamun.core.control.look import Look
from tadamun.core.control.rules import Verify, signers
from tadamun.core.control.state import ControlState

KEPT_STATES: Final = 8
DAY: Final = 86_400  # seconds


class Times(NamedTuple):
    """The middle of the times (Unix seconds) at which the signers of a checkpoint say they signed; of an even number
    the two in the middle. As long as less than half of them lie, an honest one lies at or beyond each."""

    early: int
    late: int


@dataclass(frozen=True, slots=True)
class Alarm:
    """Two valid checkpoints of which neither follows the other: a quorum signed twice. Ids, ascending."""

    one: str
    other: str


class Eras:
    """An era for each valid checkpoint, and for what the log began from: `first`.

    by_start: by the event's number in the DAG. last: the one whose state counts now. settled: short ids of the control
    events before the first. alarms: checkpoints that stand side by side.
    """

    def __init__(self, dag: Dag, floor: ControlState, settled: frozenset[str], verify: Verify) -> None:
        self._dag = dag
        self._verify = verify
        self.settled = settled
        self.first = self.last = Era(dag, 0, floor, verify)
        self.by_start = {0: self.first}
        self.alarms: set[Alarm] = set()
        self._ranked: list[tuple[int, str, int]] = []  # best first: -height, id, number
        self._states: OrderedDict[Past, ControlState] = OrderedDict()

    def best(self, past: Past) -> Era:
        """Since the last checkpoint of a past: most checkpoints before it, then the lower id."""
        for _, _, start in self._ranked:
            if past.has(start):
                return self.by_start[start]
        return self.first

    def state(self, past: Past) -> ControlState:
        """The control state when exactly this past is known."""
        look = self.best(past).look(past)
        found = self._states.get(look.past)
        if found is None:
            found = self._states[look.past] = fold.whole(look)
            if len(self._states) > KEPT_STATES:
                self._states.popitem(last=False)
        return found

    def spell(self, state: ControlState, past: Past) -> bytes:
        """The bytes of the state of a past, as a checkpoint there states it (2.5)."""
        return spelling.spell(state, {*self.settled, *(self._dag.nodes[number].id for number in past.numbers())})

    def open(self, node: Node, body: Checkpoint) -> bool:
        """Begin an era with a checkpoint event, if it stands by what its own past says. True if it is now the last."""
        if not node.past.has(0):
            return False  # beside the checkpoint this log began from: its past is not known here
        era = self.best(node.past)
        look = era.look(node.past)
        author = look.device(node.device)
        if author is None or not author.live or body.height != era.height + 1:
            return False
        times = attested(node, body, node.frame.auth, look.electorate(), look, self._verify)
        if times is None:
            return False
        before = self.state(node.past)
        state = self.spell(before, node.past)
        pieces = spelling.hashes(spelling.parts(state))
        if hashlib.sha256(state).hexdigest() != body.state or pieces != body.parts:
            return False
        for _, other, start in self._ranked:
            if not node.past.has(start):
                self.alarms.add(Alarm(*sorted((node.id, other))))
        self.by_start[node.number] = Era(self._dag, node.number, established(before, body.height, times), self._verify)
        insort(self._ranked, (-body.height, node.id, node.number))
        self.last = self.by_start[self._ranked[0][2]]
        return self.last.start == node.number


def attested(
    node: Node, body: Checkpoint, heads: Sequence[str], electorate: frozenset[str], look: Look, verify: Verify
) -> Times | None:
    """When this checkpoint was signed, if more than two thirds of the electorate signed it. heads: what it cites."""
    digest = digests.checkpoint_digest(node.frame.space, body.height, body.state, heads)
    rows = [(device, digests.signing_digest(digest, time), signature) for device, time, signature in body.signatures]
    told = {device: time for device, time, _ in body.signatures}
    times = sorted(told[device] for device in signers(node, rows, electorate, look, verify).values())
    if len(times) < digests.quorum(len(electorate)):
        return None
    return Times(times[(len(times) - 1) // 2], times[len(times) // 2])


def established(state: ControlState, height: int, times: Times) -> ControlState:
    """The state that a checkpoint begins with: its height, who is a newcomer no more, and the electorate (rule 4)."""
    days = state.charter.newcomer_days
    members = {key: replace(one, since=_since(one.since, days, times)) for key, one in state.members.items()}
    begun = replace(state, height=height, members=members)
    return replace(begun, electorate=begun.stewards())


def _since(since: int, days: int, times: Times) -> int:
    """2-control.md, 2.7. What is over is over for good: no later charter makes somebody a newcomer again."""
    if not days or since == 0:
        return 0
    if since < 0 or since > times.late:
        return max(1, times.late)
    return 0 if times.early - since >= days * DAY else since
