"""Giving one public event to a relay: taken, refused, or whatever a stranger's relay may do instead."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from kits.sealed import SeededRandom
from kits.small_relay import Flaws, SmallRelay
from tadamun.carry.openly import give
from tadamun.carry.surroundings import Patience
from tadamun.core.errors import RemoteError
from tadamun.core.event import Draft, to_json
from tadamun.crypto.keys import SigningKey

pytestmark = pytest.mark.anyio

EVENT = (
    SigningKey.make(SeededRandom(1)).sign(Draft(created_at=1, kind=30023, tags=(("d", "x"),), content="public")).event
)
QUICK = Patience(answer=1.0, hello=1.0)


async def given_to(flaws: Flaws) -> tuple[bool, str, SmallRelay]:
    async with SmallRelay(flaws).running() as relay:
        return *await give(f"ws://127.0.0.1:{relay.port}", EVENT.id, to_json(EVENT), QUICK), relay


async def test_it_is_taken_whole() -> None:
    taken, _, relay = await given_to(Flaws())
    assert taken
    assert relay.events[EVENT.id] == json.loads(to_json(EVENT))
    assert relay.heard == ["EVENT"], "and nothing else is said or asked"


@pytest.mark.parametrize(
    "flaws",
    [Flaws(takes="nothing"), Flaws(takes="silent"), Flaws(takes="nameless")],
    ids=["refuses", "silent", "nameless"],
)
async def test_whatever_it_does_instead_is_told_in_time(flaws: Flaws) -> None:
    taken, said, relay = await given_to(flaws)
    assert not taken
    assert said
    assert relay.connections <= 1, "it is not tried again"


async def test_who_talks_for_ever_is_not_listened_to_for_as_long() -> None:
    async def talk(socket: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            while True:
                await socket.send('["NOTICE","one moment"]')

    async with serve(talk, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        taken, said = await give(f"ws://127.0.0.1:{port}", EVENT.id, to_json(EVENT), QUICK)
        assert not taken
        assert said in ("not-a-relay", "timeout")


async def test_nobody_there_and_no_address() -> None:
    assert await give("ws://127.0.0.1:9", EVENT.id, to_json(EVENT), QUICK) == (False, "unreachable")
    with pytest.raises(RemoteError):
        await give("http://example.org", EVENT.id, to_json(EVENT), QUICK)
