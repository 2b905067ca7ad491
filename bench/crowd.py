"""A space with thousands of members in a real vault, every one with keys of their own, who act as members do.

Their events are genuine and come in through the ledger, as a peer's would.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tadamun.core.body import spell
from tadamun.core.control import bodies
from tadamun.core.event import Draft
from tadamun.core.frame import tags
from tadamun.core.genuine import Frame, Genuine
from tadamun.crypto.bundle import make_bundle
from tadamun.crypto.keys import SigningKey
from tadamun.crypto.lockbox import BoxKey
from tadamun.node.letters import Letter
from tadamun.node.node import Node
from tadamun.node.place import Arrived, Place

STEWARDS = 12


@dataclass
class Device:
    """One device of somebody, and its chain."""

    key: SigningKey
    bundle: bodies.Bundle
    seq: int = 0
    last: str = ""

    @classmethod
    def make(cls, node: Node, member: str = "") -> Device:
        """member: whose further device it is to be; without, the first one of somebody new."""
        key, random = SigningKey.make(node.random), node.random
        return cls(key, make_bundle(member or key.public, key, BoxKey.make(random), BoxKey.make(random)))


@dataclass
class Crowd:
    """Everybody but the founder, whose node this is."""

    node: Node
    place: Place
    stewards: list[Device] = field(default_factory=list)
    members: list[Device] = field(default_factory=list)

    def admit(self, count: int) -> None:
        """New members, let in by the stewards in turn."""
        if not self.stewards:
            self.stewards = [Device.make(self.node) for _ in range(STEWARDS)]
            self.node.desk.write(self.place, [Letter(bodies.ADMIT, admission(one, 50)) for one in self.stewards])
        new = [Device.make(self.node) for _ in range(count)]
        self.take((self.steward(n), bodies.ADMIT, admission(one, 10)) for n, one in enumerate(new))
        self.members += new

    def steward(self, number: int) -> Device:
        return self.stewards[number % STEWARDS]

    def say(self, by: Device, kind: int, content: str) -> Genuine:
        """An event at the heads of now."""
        log = self.place.log
        frame = Frame(space=self.place.space, auth=log.heads, height=log.height, seq=by.seq, previous=by.last)
        event = by.key.sign(Draft(kind, content, tags(frame), self.node.clock.now()))
        by.seq, by.last = by.seq + 1, event.event.id
        return event

    def take(self, acts: Iterable[tuple[Device, int, str]]) -> None:
        """All in one transaction, each knowing those before it."""
        with self.node.vault.write() as tx:
            for by, kind, content in acts:
                taken = self.node.desk.ledger.take(tx, self.place, [Arrived(self.say(by, kind, content))])
                assert taken.new, taken.refused
                assert not taken.refused


def admission(who: Device, level: int) -> str:
    """What a steward says to let somebody in."""
    return spell(bodies.Admit(member=who.key.public, device=who.bundle, level=level, invite="", proof="", cosign=()))


async def founded(node: Node) -> Crowd:
    """A space with its founder."""
    await node.call("space.new", {"name": "Town", "called": "Nour"})
    return Crowd(node, next(iter(node.places.values())))
