"""Who comes before whom: control events by number, and closed pasts as compact sets of numbers.

Events are numbered as they enter, parents first. Numbers differ from node to node, so nothing but speed may depend on
them. A past is (low, bits): every number below `low`, and those set in `bits` counted from `low`. Along a single line
it is one integer; it grows only while branches are open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from tadamun.core.control.bodies import ControlBody
from tadamun.core.genuine import Frame, Genuine


class Past(NamedTuple):
    """A set of event numbers, normal form: number `low` is never in it."""

    low: int
    bits: int

    def has(self, number: int) -> bool:
        return number < self.low or (self.bits >> (number - self.low)) & 1 == 1

    def mask(self) -> int:
        """The set as one integer, bit n for number n."""
        return ((1 << self.low) - 1) | (self.bits << self.low)

    def plus(self, number: int) -> Past:
        return self if self.has(number) else _normal(self.low, self.bits | (1 << (number - self.low)))

    def union(self, other: Past) -> Past:
        if self.low < other.low:
            self, other = other, self
        return _normal(self.low, self.bits | (other.bits >> (self.low - other.low)))

    def numbers(self) -> Iterator[int]:
        """Ascending, hence parents first."""
        yield from range(self.low)
        yield from (self.low + bit for bit in bits_of(self.bits))

    def __len__(self) -> int:
        return self.low + self.bits.bit_count()


NOTHING: Final = Past(0, 0)


def _normal(low: int, bits: int) -> Past:
    if bits & 1:
        ones = (~bits & (bits + 1)).bit_length() - 1
        return Past(low + ones, bits >> ones)
    return Past(low, bits)


def bits_of(bits: int) -> Iterator[int]:
    """Positions of the set bits, ascending."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


@dataclass(slots=True)
class Node:
    """One control event in the DAG. past: everything before it. signers: whose co-signature was checked, and how."""

    number: int
    genuine: Genuine
    frame: Frame
    body: ControlBody
    past: Past
    signers: dict[str, bool] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.genuine.event.id

    @property
    def device(self) -> str:
        return self.genuine.event.pubkey

    @property
    def kind(self) -> int:
        return self.genuine.event.kind

    def closed(self) -> Past:
        """Its past and itself."""
        return self.past.plus(self.number)


class Dag:
    """Numbered events. `covered` tells of ids that lie before the checkpoint this log began from."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.by_id: dict[str, Node] = {}
        self.tips: dict[str, Node] = {}  # events that nothing cites yet

    def closure(self, ids: Iterable[str]) -> Past:
        """Those of `ids` that are here, with everything before them."""
        past = NOTHING
        for one in ids:
            node = self.by_id.get(one)
            if node is not None:
                past = past.union(node.closed())
        return past

    def put(self, genuine: Genuine, frame: Frame, body: ControlBody) -> Node:
        """Enter an event whose parents are all here, or older than this log."""
        node = Node(len(self.nodes), genuine, frame, body, self.closure(frame.auth))
        self.nodes.append(node)
        self.by_id[node.id] = node
        for parent in frame.auth:
            self.tips.pop(parent, None)
        self.tips[node.id] = node
        return node

    def everything(self) -> Past:
        return Past(len(self.nodes), 0)
