"""Our relay running for the length of a test, and callers that talk with it frame by frame."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from kits.memory_wire import MemoryWire
from kits.sealed import SeededRandom, StoppedClock
from tadamun.carry.policy import Policy
from tadamun.carry.relay import Relay
from tadamun.core.errors import Reason
from tadamun.core.event import Draft, Event, to_json
from tadamun.core.ports import Signer, Wire

Json = dict[str, Any]
PATIENCE = 10.0


class House:
    """A relay with everything it was given. known: the mailboxes of the node's spaces."""

    def __init__(self, wire: Wire | None = None, monotonic: Callable[[], float] | None = None, **policy: Any) -> None:
        self.clock = StoppedClock()
        self.wire = wire or MemoryWire(self.clock)
        self.known: set[str] = set()
        self.counters: Counter[Reason] = Counter()
        self.policy = replace(Policy(lambda mailbox: mailbox in self.known), **policy)
        more = {"monotonic": monotonic} if monotonic else {}
        self.relay = Relay(self.wire, self.policy, self.clock, SeededRandom(), self._count, **more)
        self.port = 0

    def _count(self, reason: Reason) -> None:
        self.counters[reason] += 1

    @property
    def address(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def open(self) -> AsyncIterator[House]:
        async with self.relay.serve() as (_, self.port):
            yield self

    @asynccontextmanager
    async def caller(self, *keys: Signer, **how: Any) -> AsyncIterator[Caller]:
        """A connection that proved these keys."""
        calm = {"compression": None, "max_size": 2**24, "max_queue": None, "close_timeout": 1, "proxy": None}
        async with connect(self.address, **calm, **how) as socket:
            caller = Caller(socket, self)
            await caller.hear("AUTH")
            for key in keys:
                assert (await caller.prove(key))[2] is True
            yield caller


class Caller:
    """One connection to the relay."""

    def __init__(self, socket: ClientConnection, house: House) -> None:
        self.socket, self.house = socket, house
        self.challenge = ""

    async def say(self, *parts: Any) -> None:
        await self.socket.send(json.dumps(parts))

    async def hear(self, word: str = "") -> list[Any]:
        """The next message; with a word, it must be of that kind."""
        async with asyncio.timeout(PATIENCE):
            message: list[Any] = json.loads(await self.socket.recv())
        if message[0] == "AUTH":
            self.challenge = message[1]
        assert not word or message[0] == word, message
        return message

    async def ask(self, *parts: Any) -> list[Any]:
        await self.say(*parts)
        return await self.hear()

    async def bring(self, event: Event) -> list[Any]:
        """Publish, and the OK that answers it."""
        await self.socket.send(b'["EVENT",' + to_json(event) + b"]", text=True)
        answer = await self.hear("OK")
        assert answer[1] == event.id
        return answer

    async def prove(self, key: Signer, **changed: Any) -> list[Any]:
        """Authenticate with a key; returns the OK."""
        said = {"relay": self.house.address, "challenge": self.challenge, "at": self.house.clock.now(), "kind": 22242}
        said |= changed
        tags = (("relay", said["relay"]), ("challenge", said["challenge"]))
        proof = key.sign(Draft(said["kind"], "", tags, said["at"]))
        return await self.ask("AUTH", json.loads(to_json(proof)))

    async def stored(self, *filters: Json, name: str = "s") -> list[Json] | str:
        """The events a REQ gives until EOSE, or the text it is CLOSED with; then it is closed."""
        await self.say("REQ", name, *filters)
        events: list[Json] = []
        while True:
            match await self.hear():
                case ["EVENT", same, event] if same == name:
                    events.append(event)
                case ["EOSE", same] if same == name:
                    await self.say("CLOSE", name)
                    return events
                case ["CLOSED", same, text] if same == name:
                    return str(text)
                case other:
                    raise AssertionError(other)

    async def events(self, *filters: Json) -> list[Json]:
        """The events a REQ gives, which must not be refused."""
        events = await self.stored(*filters)
        assert not isinstance(events, str), events
        return events

    async def ids(self, *filters: Json) -> list[str]:
        return [event["id"] for event in await self.events(*filters)]

    async def closed(self) -> int:
        """Wait until the relay has closed this connection; the code it gave (1006: none)."""
        async with asyncio.timeout(PATIENCE):
            try:
                while True:
                    await self.socket.recv()
            except ConnectionClosed as end:
                return end.rcvd.code if end.rcvd else 1006
