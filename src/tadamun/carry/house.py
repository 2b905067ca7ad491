"""What all connections to our relay share, and how one of them ends. Nothing happens here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from tadamun.carry.gate import Gate
from tadamun.carry.listeners import Listeners
from tadamun.carry.pipe import Socket
from tadamun.carry.policy import Policy
from tadamun.core.errors import Reason
from tadamun.core.ports import Clock, Wire


class Ended(Exception):
    """The connection is over, by nobody's fault."""


class Hearing(Socket, Protocol):
    """A connection, as far as those who talk over it need it. Its `send_all` raises Ended when it is gone."""

    async def receive(self) -> str | bytes | None:
        """The next message, text or binary; None when the connection has ended."""
        ...


@dataclass(slots=True)
class House:
    """reconciling: items held by all open reconciliations together. monotonic: seconds. count: one fault of a peer."""

    wire: Wire
    policy: Policy
    clock: Clock
    monotonic: Callable[[], float]
    count: Callable[[Reason], None]
    listeners: Listeners = field(init=False)
    gate: Gate = field(init=False)
    reconciling: int = 0

    def __post_init__(self) -> None:
        self.listeners = Listeners()
        self.gate = Gate(self.wire, self.policy, self.clock, self.count, self.listeners, self.monotonic)
