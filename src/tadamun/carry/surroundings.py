"""What a connection to a peer is given: the stores, the clock, patience, and the socket it talks through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tadamun.carry.catchup import Turn
from tadamun.carry.outbox import Outbox
from tadamun.carry.receive import Room, at_once
from tadamun.core.errors import Reason
from tadamun.core.event import Event
from tadamun.core.ports import Clock, Wire


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds. idle: without anything new before a question is given up; answer: for an OK; hello: for connecting,
    and for the challenge of a relay that asked for proof; turn: within which another peer's bulk download must move on;
    good: a connection that lasted so long makes the next retry quick; room: until what the full store did not take is
    asked for again."""

    idle: float = 20.0
    answer: float = 30.0
    hello: float = 10.0
    turn: float = 5.0
    good: float = 10.0
    ping: float = 20.0
    room: float = 15.0


class Socket(Protocol):
    """What a session needs of a WebSocket connection; `websockets` has it."""

    async def recv(self, decode: bool | None = None) -> str | bytes: ...

    async def send(self, message: bytes, *, text: bool | None = None) -> None: ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all sessions of a space share. check: raises RemoteError for an event whose outer signature is wrong. room:
    waits while whoever reads the wire store is far behind, but never for long."""

    wire: Wire
    clock: Clock
    counters: Counter[Reason]
    outbox: Outbox
    turn: Turn
    patience: Patience
    check: Callable[[Event], None] | None = None
    room: Room = at_once
