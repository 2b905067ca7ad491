"""Relays as bad as they come: the node stays healthy, keeps its other peers, and gets everything from an honest one."""

from __future__ import annotations

import asyncio
import json
import ssl
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from kits.memory_wire import MemoryWire
from kits.running import SPACE, talking
from kits.sealed import NOW, Maker, StoppedClock, ids_of, put, until, until_holds
from kits.small_relay import Flaws, SmallRelay, say
from tadamun.core.errors import Reason
from tadamun.core.event import Draft, Event, to_json
from tadamun.core.ports import Put

pytestmark = pytest.mark.anyio

BAD = {
    "withholds half": Flaws(withholds=50),
    "withholds everything": Flaws(withholds=100),
    "turns pages backwards": Flaws(backwards=True, page=20),
    "repeats everything": Flaws(repeats=5, page=50),
    "ignores the limit": Flaws(ignores_limit=True),
    "ignores until": Flaws(ignores_until=True, page=30),
    "sends garbage": Flaws(garbage=200),
    "never says that it is done": Flaws(never_ends=True),
    "hangs up midway": Flaws(hangs_up_after=15),
    "talks for ever": Flaws(rubbish_for_ever=True),
    "accepts nothing": Flaws(takes="nothing"),
    "answers no event": Flaws(takes="silent"),
    "refuses without saying what": Flaws(takes="nameless"),
    "lies about reconciling": Flaws(reconciles=True, withholds=50, refuses_difference="error: never mind"),
    "never finds it small enough": Flaws(reconciles=True, refuses_difference="blocked: too big"),
    "never challenges": Flaws(wants_proof=True, late_challenge=False, withholds=0),
}


def fill(relay: SmallRelay, *events: Event) -> None:
    for event in events:
        relay.add(json.loads(to_json(event)))


@pytest.mark.parametrize("flaws", BAD.values(), ids=list(BAD))
async def test_a_bad_relay_beside_a_good_one(flaws: Flaws) -> None:
    maker = Maker()
    mailbox = maker.mailbox()
    box = mailbox.public
    stored, ours = maker.events(box, 120), maker.events(box, 70)
    wire = MemoryWire(StoppedClock())
    await put(wire, *ours)
    bad, good = SmallRelay(flaws), SmallRelay()
    fill(bad, *stored[::2])
    fill(good, *stored)
    everything = {event.id for event in (*stored, *ours)}
    async with bad.running(), good.running(), talking(wire, [bad.address, good.address], [mailbox]) as node:
        await until_holds(wire, everything, box)
        await until(lambda: good.events.keys() >= everything)
        await until(lambda: node.state(good.address) == "live")
        live = maker.event(box)
        fill(good, live)
        await good.spread(json.loads(to_json(live)))
        await until_holds(wire, {live.id}, box)
        await until(lambda: node.peers.pending(SPACE) == 0)
        assert await ids_of(wire, box) == everything | {live.id}
        assert good.connections == 1


@pytest.mark.parametrize(
    ("flaws", "trouble"),
    [
        (Flaws(rubbish_for_ever=True), "useless"),
        (Flaws(never_ends=True), "timeout"),
        (Flaws(hangs_up_after=15), "closed"),
        (Flaws(repeats=3_000), "useless"),
    ],
)
async def test_a_useless_relay_is_left_and_asked_less_and_less(flaws: Flaws, trouble: str) -> None:
    maker = Maker()
    mailbox = maker.mailbox()
    relay = SmallRelay(flaws)
    fill(relay, *maker.events(mailbox.public, 30))
    async with relay.running(), talking(MemoryWire(StoppedClock()), [relay.address], [mailbox]) as node:
        await until(lambda: node.state(relay.address) == "waiting" and node.status(relay.address).trouble == trouble)
        await until(lambda: relay.connections >= 3)
        assert node.status(relay.address).trouble == trouble


async def test_what_nobody_asked_for_is_dropped_and_counted() -> None:
    maker = Maker()
    mailbox, strange = maker.mailbox(), maker.mailbox()
    good = maker.event(mailbox.public)
    bad_id = json.loads(to_json(maker.event(mailbox.public))) | {"content": "changed"}
    wrong_kind = maker.mailbox().sign(Draft(1, "", (("p", mailbox.public),), NOW))
    no_mailbox = maker.mailbox().sign(Draft(3700, "", (), NOW))
    two_mailboxes = maker.mailbox().sign(Draft(3700, "", (("p", mailbox.public), ("p", strange.public)), NOW))
    wire = MemoryWire(StoppedClock())
    relay = SmallRelay()
    async with relay.running(), talking(wire, [relay.address], [mailbox]) as node:
        await until(lambda: node.state(relay.address) == "live")
        (socket,) = relay.open
        (sub,) = relay.open[socket]
        for event in (maker.event(strange.public), wrong_kind, no_mailbox, two_mailboxes):
            await say(socket, "EVENT", sub, json.loads(to_json(event)))
        await say(socket, "EVENT", sub, bad_id)
        await say(socket, "EVENT", sub, {"id": 1})
        await say(socket, "EVENT", "another", json.loads(to_json(good)))
        await until_holds(wire, {good.id}, mailbox.public)
        assert [stored.id for stored in await wire.since(0, 10)] == [good.id]
        assert node.counters == {Reason.WRONG_SPACE: 2, Reason.BAD_ID: 1, Reason.MALFORMED: 3}
        assert node.state(relay.address) == "live"


async def test_a_message_beyond_all_size_ends_the_connection_only() -> None:
    mailbox = Maker().mailbox()
    relay = SmallRelay()
    async with relay.running(), talking(MemoryWire(StoppedClock()), [relay.address], [mailbox]) as node:
        await until(lambda: node.state(relay.address) == "live")
        await next(iter(relay.open)).send("x" * 300_000)
        await until(lambda: relay.connections == 2 and node.state(relay.address) == "live")


async def test_many_bad_relays_at_once_do_not_hold_up_stopping() -> None:
    mailbox = Maker().mailbox()
    async with AsyncExitStack() as stack:
        # The one that talks for ever would hold up itself, being in this very process.
        relays = [SmallRelay(flaws) for flaws in BAD.values() if not flaws.rubbish_for_ever]
        for relay in relays:
            await stack.enter_async_context(relay.running())
        async with asyncio.timeout(5):
            async with talking(MemoryWire(StoppedClock()), [relay.address for relay in relays], [mailbox]) as node:
                await until(lambda: all(relay.connections for relay in relays))
                assert len(node.peers.status()) == len(relays)
                before = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - before < 1.0


async def test_addresses_that_lead_nowhere_are_shown_as_such() -> None:
    mailbox = Maker().mailbox()

    def answer(socket: ServerConnection, request: Request) -> Response:
        if "Upgrade" not in request.headers:
            return Response(200, "OK", Headers(), b"[" * 100_000)
        return Response(302, "Found", Headers({"Location": f"ws://127.0.0.1:{elsewhere.port}/"}))

    async def never(socket: ServerConnection) -> None:
        raise AssertionError

    elsewhere = SmallRelay()
    async with elsewhere.running(), serve(never, "127.0.0.1", 0, process_request=answer) as server:
        port = server.sockets[0].getsockname()[1]
        deaf = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
        silent = f"ws://127.0.0.1:{deaf.sockets[0].getsockname()[1]}"
        wrong = {
            "http://127.0.0.1": "bad-address",
            "ws://user:pass@127.0.0.1:1": "bad-address",
            "ws://127.0.0.1:1": "unreachable",
            f"ws://127.0.0.1:{port}": "not-a-relay",
            silent: "timeout",
        }
        async with deaf, talking(MemoryWire(StoppedClock()), list(wrong), [mailbox]) as node:
            await until(lambda: all(node.status(a).trouble for a in wrong))
            assert {a: str(node.status(a).trouble) for a in wrong} == wrong
        assert elsewhere.connections == 0  # a relay cannot send us anywhere else


async def test_who_cannot_prove_their_name_is_not_spoken_to(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    own = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, None)
    )
    text, private = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (tmp_path / "both.pem").write_bytes(
        own.public_bytes(text) + key.private_bytes(text, private, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "both.pem")

    async def never(socket: ServerConnection) -> None:
        raise AssertionError

    async with serve(never, "127.0.0.1", 0, ssl=context) as server:
        address = f"wss://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with talking(MemoryWire(StoppedClock()), [address], [Maker().mailbox()]) as node:
            await until(lambda: node.status(address).trouble == "tls")


async def test_a_full_store_ends_the_reading_not_the_connection() -> None:
    class Full(MemoryWire):
        async def put(self, events: object) -> list[Put]:
            return [Put.FULL for _ in events]  # type: ignore[attr-defined] - a sequence

    maker = Maker()
    mailbox = maker.mailbox()
    relay = SmallRelay(Flaws(page=50))
    fill(relay, *maker.events(mailbox.public, 2_000))
    async with relay.running(), talking(Full(StoppedClock()), [relay.address], [mailbox]) as node:
        await until(lambda: node.state(relay.address) == "live")
        assert node.status(relay.address).trouble == "no-room"
        assert len(relay.asked) < 40
        assert node.counters[Reason.OVER_QUOTA] > 0


async def test_a_store_that_fails_is_a_trouble_and_not_the_end() -> None:
    class Broken(MemoryWire):
        broken = True

        async def put(self, events: object) -> list[Put]:
            if self.broken:
                raise RuntimeError("disk")
            return await super().put(events)  # type: ignore[arg-type] - as given

    maker = Maker()
    mailbox = maker.mailbox()
    relay = SmallRelay()
    events = maker.events(mailbox.public, 5)
    fill(relay, *events)
    wire = Broken(StoppedClock())
    async with relay.running(), talking(wire, [relay.address], [mailbox]) as node:
        await until(lambda: node.status(relay.address).trouble == "failed")
        wire.broken = False
        node.peers.wake()
        await until_holds(wire, {event.id for event in events}, mailbox.public)
