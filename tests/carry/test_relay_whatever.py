"""A conversation with the relay's guest without a socket, with whatever comes to mind."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence

from bystanders import BOX, EVENT, OTHER
from hypothesis import given, settings
from hypothesis import strategies as st

from kits.memory_wire import MemoryWire
from kits.sealed import Maker, StoppedClock, put
from tadamun.carry.guest import Guest
from tadamun.carry.house import House as Shared
from tadamun.carry.policy import Policy
from tadamun.core.errors import Reason, RemoteError
from tadamun.core.event import to_json


class Script:
    """A connection that says these messages and then ends."""

    def __init__(self, messages: list[str]) -> None:
        self._messages = messages
        self.sent: list[bytes] = []

    async def receive(self) -> str | bytes | None:
        await asyncio.sleep(0)
        return self._messages.pop(0) if self._messages else None

    async def send_all(self, messages: Sequence[bytes]) -> None:
        self.sent += messages


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=70),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
words = st.sampled_from(["EVENT", "REQ", "COUNT", "CLOSE", "AUTH", "NEG-OPEN", "NEG-MSG", "NEG-CLOSE"]) | st.text(
    max_size=5
)
filters = st.fixed_dictionaries(
    {},
    optional={
        "kinds": st.lists(st.sampled_from([1, 5, 3700]) | st.integers(), max_size=3),
        "ids": st.lists(st.sampled_from([EVENT.id, "x"]), max_size=2),
        "#p": st.lists(st.sampled_from([BOX.public, OTHER.public]), max_size=2),
        "limit": st.integers(-1, 5),
        "since": json_values,
    },
)
pieces = json_values | filters | st.just(json.loads(to_json(EVENT))) | st.sampled_from(["s", "6100000200", "61"])
structured = st.builds(lambda word, rest: json.dumps([word, *rest]), words, st.lists(pieces, max_size=4))


@settings(max_examples=150)
@given(st.lists(st.text(max_size=60) | structured, max_size=8), st.booleans())
def test_whatever_is_said_the_conversation_ends_in_an_answer_or_a_counted_fault(said: list[str], public: bool) -> None:
    counted: list[Reason] = []

    async def talk() -> list[bytes]:
        clock = StoppedClock()
        wire = MemoryWire(clock)
        await put(wire, maker_event)
        policy = Policy(lambda mailbox: mailbox == BOX.public, public=public)
        shared = Shared(wire, policy, clock, time.monotonic, counted.append)
        script = Script(list(said))
        guest = Guest(shared, script, "localhost", "challenge")
        try:
            async with asyncio.timeout(10):
                await guest.stay()
        except RemoteError as error:
            counted.append(error.reason)
        assert shared.reconciling == 0
        assert not shared.listeners._by_mailbox
        return script.sent

    for answer in asyncio.run(talk()):
        word = json.loads(answer)[0]
        assert word in {"AUTH", "OK", "NOTICE", "CLOSED", "EOSE", "EVENT", "COUNT", "NEG-ERR", "NEG-MSG"}
        assert maker_event.id.encode() not in answer  # sealed, and nobody proved anything
        if word == "COUNT":
            assert json.loads(answer)[2] == {"count": 0}


maker_event = Maker(99).event(OTHER.public)
