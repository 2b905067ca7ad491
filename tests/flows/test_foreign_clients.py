"""Other projects' programs as clients of our relay: nostr-tools (npm) and nostr-sdk (PyPI), both ways.

And our reconciliation as the asking side towards nostr-sdk's relay. nostr-tools comes by `npm ci` into build/npm from
tests/foreign/package-lock.json; without node and npm those tests are skipped and say so.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import shutil
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from nostr_sdk import Client as SdkClient
from nostr_sdk import (
    ClientBuilder,
    DatabaseEventStatus,
    EventBuilder,
    Keys,
    Kind,
    LocalRelayBuilder,
    NostrDatabase,
    NostrDatabaseFeatures,
    PublicKey,
    RelayUrl,
    ReqExitPolicy,
    ReqTarget,
    SaveEventStatus,
    SignerAuthenticator,
    SyncDirection,
    SyncOptions,
    Timestamp,
)
from nostr_sdk import Event as SdkEvent
from nostr_sdk import Filter as SdkFilter
from nostr_sdk.nostr_sdk import uniffi_set_event_loop
from websockets.asyncio.client import connect

from kits.callers import House
from kits.sealed import NOW, Maker, SeededRandom, put, until
from tadamun.carry.reconcile import Side
from tadamun.core.event import Draft, Event, parse, to_json
from tadamun.core.ports import Filter
from tadamun.crypto import nip44
from tadamun.crypto.keys import Prover, SigningKey, verify
from tadamun.crypto.secret import Secret

pytestmark = [pytest.mark.anyio, pytest.mark.foreign]

ROOT = Path(__file__).parents[2]
MANY = 10_000
NOTES = {"kinds": [1]}

random = SeededRandom(21)
writer = SigningKey.make(random)
texts = ["hello", "سلام", 'a "quote" \\ and \n \t \u0001 \u2028 control', "🏳️‍🌈" * 20, " "]


def notes(count: int, beginning: str = "note") -> list[Event]:
    return [writer.sign_event(Draft(1, f"{beginning} {n}", (("t", "x"),), NOW - n // 3)) for n in range(count)]


@pytest.fixture(scope="module")
def many() -> list[Event]:
    return notes(MANY)


async def ids(home: House) -> set[str]:
    return {i for _, i in await home.wire.items(Filter(kinds=(1,)))}


# nostr-tools


@pytest.fixture(scope="module")
def npm() -> Path:
    """The folder in which the script finds nostr-tools."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("node and npm are not installed here: nostr-tools cannot be tried (Debian: apt install nodejs npm)")
    source, folder = ROOT / "tests" / "foreign", ROOT / "build" / "npm"
    folder.mkdir(parents=True, exist_ok=True)
    lock = (source / "package-lock.json").read_bytes()
    done = folder / "installed"
    with (folder / "turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # tests may run in several processes
        if not done.exists() or done.read_bytes() != lock:
            shutil.copy(source / "package.json", folder)
            shutil.copy(source / "package-lock.json", folder)
            command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
            result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
            assert result.returncode == 0, result.stderr
            done.write_bytes(lock)
        for script in source.glob("*.mjs"):
            shutil.copy(script, folder)
    return folder


class Tools:
    """The running script."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def do(self, command: str, **arguments: Any) -> Any:
        """The result; what nostr-tools raised, as RuntimeError."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"command": command, **arguments}).encode() + b"\n")
        await self._process.stdin.drain()
        async with asyncio.timeout(60):
            line = await self._process.stdout.readline()
        assert line, "the script ended"
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["result"]


@asynccontextmanager
async def tools(npm: Path, home: House | None = None) -> AsyncIterator[Tools]:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        "node", "client.mjs", cwd=npm, stdin=pipe, stdout=pipe, limit=2**26, env={"PATH": os.environ["PATH"]}
    )
    try:
        script = Tools(process)
        if home:
            assert await script.do("open", url=home.address)
        yield script
    finally:
        process.kill()
        await process.wait()


SECRET = "11" * 32


async def test_nostr_tools_publishes_reads_counts_and_listens(npm: Path) -> None:
    async with House(public=True).open() as home, tools(npm, home) as script, home.caller() as caller:
        await script.do("listen", filter=NOTES)
        for n, text in enumerate(texts):
            draft = {"kind": 1, "created_at": NOW - n, "tags": [["t", "x"]], "content": text}
            event = await script.do("sign", secret=SECRET, draft=draft)
            verify(parse(json.dumps(event)))
            await script.do("publish", event=event)
        assert [event["content"] for event in await caller.events(NOTES)] == texts
        ours = notes(3)
        for event in ours:
            await caller.bring(event)
        heard = await script.do("heard", count=8)
        assert {event["content"] for event in heard} == {*texts, *(event.content for event in ours)}
        assert len(await script.do("read", filter={**NOTES, "authors": [writer.public]})) == 3
        assert await script.do("count", filter={**NOTES, "#t": ["x"]}) == 8
        assert not home.counters


async def test_nostr_tools_proves_a_mailbox_and_reads_it(npm: Path) -> None:
    maker = Maker(5)
    key = SigningKey(Secret(bytes.fromhex(SECRET)))
    sealed = maker.events(key.public, 5)
    home = House()
    home.known.add(key.public)
    home.clock.time = int(time.time())
    async with home.open(), tools(npm, home) as script:
        await put(home.wire, *sealed)
        with pytest.raises(RuntimeError, match="auth-required"):
            await script.do("read", filter={"kinds": [3700]})
        with pytest.raises(RuntimeError, match="auth-required"):
            await script.do("count", filter={"kinds": [3700]})
        await script.do("auth", secret=SECRET)
        assert {e["id"] for e in await script.do("read", filter={"kinds": [3700]})} == {e.id for e in sealed}
        assert await script.do("count", filter={"kinds": [3700], "#p": [key.public]}) == 5
        found = await script.do("sync", filter={"kinds": [3700]}, items=[])
        assert set(found["need"]) == {e.id for e in sealed}


async def test_nostr_tools_reconciles_ten_thousand_events_both_ways(npm: Path, many: list[Event]) -> None:
    theirs = notes(60, "theirs")
    async with House(public=True).open() as home, tools(npm, home) as script:
        await put(home.wire, *many)
        everything = await script.do("sync", filter=NOTES, items=[])
        assert sorted(everything["need"]) == sorted(event.id for event in many)
        assert everything["have"] == []
        lacks = many[::170]
        held = [event for event in many if event not in lacks] + theirs
        found = await script.do("sync", filter=NOTES, items=[(event.created_at, event.id) for event in held])
        assert set(found["have"]) == {event.id for event in theirs}
        assert set(found["need"]) == {event.id for event in lacks}
        for event in theirs:
            await script.do("publish", event=json.loads(to_json(event)))
        fetched = await script.do("read", filter={"ids": found["need"]})
        assert {event["id"] for event in fetched} == {event.id for event in lacks}
        held = [*many, *theirs]
        assert await script.do("sync", filter=NOTES, items=[(e.created_at, e.id) for e in held]) == {
            "have": [],
            "need": [],
        }
        assert await ids(home) == {event.id for event in held}


async def test_nostr_tools_and_we_reconcile_in_small_frames(npm: Path, many: list[Event]) -> None:
    mine = [(event.created_at, event.id) for event in many[:9_000]]
    theirs = [(event.created_at, event.id) for event in many[500:]]
    async with tools(npm) as script:
        side = Side(mine, 4_096)
        message = await script.do("ask", items=theirs, frame=4_096)
        have, need = set[str](), set[str]()
        while message is not None:
            reply = side.answer(bytes.fromhex(message)).reply
            assert reply is not None
            step = await script.do("hear", message=reply.hex())
            have |= set(step["have"])
            need |= set(step["need"])
            message = step["reply"]
        assert have == {i for _, i in theirs[8_500:]}
        assert need == {i for _, i in mine[:500]}


async def test_nostr_tools_opens_what_we_encrypt_and_we_what_it_does(npm: Path) -> None:
    key = random.bytes(32)
    async with tools(npm) as script:
        conversation = await script.do("conversation", secret=SECRET, other=writer.public)
        assert nip44.conversation_key(Secret(bytes.fromhex(SECRET)), writer.public).reveal().hex() == conversation
        for text in (*texts, "x" * 40_000):
            theirs = await script.do("encrypt", key=key.hex(), text=text)
            assert nip44.decrypt(key, theirs).decode() == text
            ours = nip44.encrypt(key, random.bytes(32), text)
            assert await script.do("decrypt", key=key.hex(), payload=ours) == text


# nostr-sdk


class Held(NostrDatabase):  # type: ignore[misc] - the package has no types
    """Its store, in Python: the one it comes with remembers only ids."""

    def __init__(self, events: list[Event]) -> None:
        self.events = {event.id: SdkEvent.from_json(to_json(event).decode()) for event in events}

    def backend(self) -> str:
        return "memory"

    def features(self) -> NostrDatabaseFeatures:
        return NostrDatabaseFeatures(
            persistent=False, event_expiration=False, full_text_search=False, request_to_vanish=False
        )

    async def save_event(self, event: SdkEvent) -> SaveEventStatus:
        self.events[event.id().to_hex()] = event
        return SaveEventStatus.success()

    async def check_id(self, event_id: Any) -> DatabaseEventStatus:
        return DatabaseEventStatus.SAVED if event_id.to_hex() in self.events else DatabaseEventStatus.NOT_EXISTENT

    async def event_by_id(self, event_id: Any) -> SdkEvent | None:
        return self.events.get(event_id.to_hex())

    async def count(self, filter: SdkFilter) -> int:
        return len(await self.query(filter))

    async def query(self, filter: SdkFilter) -> list[SdkEvent]:
        return [event for event in self.events.values() if filter.match_event(event)]

    async def delete_events(self, filter: SdkFilter) -> None: ...

    async def wipe(self) -> None: ...


@asynccontextmanager
async def sdk(home: House, keys: Keys | None = None, events: list[Event] | None = None) -> AsyncIterator[SdkClient]:
    builder = ClientBuilder()
    if keys:
        builder = builder.authenticator(SignerAuthenticator(keys))
    if events is not None:
        builder = builder.database(Held(events))
    client = builder.build()
    await client.add_relay(RelayUrl.parse(home.address))
    await client.connect(timedelta(seconds=5))
    try:
        yield client
    finally:
        await client.shutdown()


@pytest.fixture(autouse=True)
async def callbacks_find_the_loop() -> None:
    """Its threads call back into Python, and have to be told which loop runs that."""
    uniffi_set_event_loop(asyncio.get_running_loop())


def matching(**fields: Any) -> SdkFilter:
    return SdkFilter.from_json(json.dumps(fields))


async def test_nostr_sdk_publishes_reads_counts_and_listens() -> None:
    keys = Keys.parse(SECRET)
    async with House(public=True).open() as home, sdk(home) as client, home.caller() as caller:
        for n, text in enumerate(texts):
            builder = EventBuilder(Kind(1), text).custom_created_at(Timestamp.from_secs(NOW - n))
            event = builder.finalize(keys)
            output = await client.send_event(event)
            assert not output.failed
            verify(parse(event.as_json()))
        assert [event["content"] for event in await caller.events(NOTES)] == texts
        ours = notes(3)
        # A stream that ends after three live ones; the first item says that the subscription is open.
        asked = ReqTarget.auto([matching(kinds=[1], authors=[writer.public])])
        policy = ReqExitPolicy.WAIT_FOR_EVENTS_AFTER_EOSE(3)
        stream = await client.stream_events(asked, timeout=timedelta(seconds=20), policy=policy)
        await until(lambda: any(connection.subscriptions for connection in home.relay.connections))
        for event in ours:
            await caller.bring(event)
        heard = [await stream.next() for _ in ours]
        # The first may come as a stored one, the others live: between the two no order is promised (NIP-01).
        assert {str(item.event.content()) for item in heard} == {event.content for event in ours}
        fetched = await client.fetch_events(ReqTarget.auto([matching(kinds=[1])]), timedelta(seconds=10))
        assert {event.content() for event in fetched} == {*texts, *(event.content for event in ours)}
        relay = await client.relay(RelayUrl.parse(home.address))
        assert relay is not None
        assert await relay.count_events(matching(authors=[writer.public]), timedelta(seconds=10)) == 3
        assert not home.counters


async def test_nostr_sdk_proves_a_mailbox_and_reads_it() -> None:
    maker = Maker(5)
    keys = Keys.parse(SECRET)
    mailbox = keys.public_key().to_hex()
    sealed = maker.events(mailbox, 5)
    home = House()
    home.known.add(mailbox)
    home.clock.time = int(time.time())
    async with home.open(), sdk(home, keys) as client:
        await put(home.wire, *sealed)
        fetched = await client.fetch_events(ReqTarget.auto([matching(kinds=[3700])]), timedelta(seconds=10))
        assert {event.id().to_hex() for event in fetched} == {event.id for event in sealed}


async def test_nostr_sdk_reconciles_ten_thousand_events_both_ways(many: list[Event]) -> None:
    theirs = notes(60, "theirs")
    lacks = many[::170]
    async with House(public=True).open() as home:
        await put(home.wire, *many)
        async with sdk(home, events=[e for e in many if e not in lacks] + theirs) as client:
            both = SyncOptions().direction(SyncDirection.BOTH)
            output = await client.sync(matching(kinds=[1]), opts=both)
            assert not output.failed
            assert {i.to_hex() for i in output.report.sent} == {event.id for event in theirs}
            assert {i.to_hex() for i in output.report.received} == {event.id for event in lacks}
            again = await client.sync(matching(kinds=[1]), opts=both)
            assert (again.report.local, again.report.remote) == ([], {})
        assert await ids(home) == {event.id for event in [*many, *theirs]}
        async with sdk(home, events=[]) as client:
            everything = await client.sync(matching(kinds=[1]), opts=SyncOptions().dry_run())
            assert {i.to_hex() for i in everything.report.remote} == await ids(home)


async def test_we_ask_and_the_relay_of_nostr_sdk_answers(many: list[Event]) -> None:
    relay = LocalRelayBuilder().database(Held(many)).build()
    await relay.run()
    url = await relay.url()
    mine, theirs = notes(40, "mine"), many[::170]
    side = Side([(e.created_at, e.id) for e in [*mine, *(e for e in many if e not in theirs)]], 60_000)
    async with connect(str(url), compression=None, max_size=2**24, proxy=None) as socket:
        await socket.send(json.dumps(["NEG-OPEN", "n", NOTES, side.begin().hex()]))
        have, need = set[str](), set[str]()
        while True:
            message = json.loads(await asyncio.wait_for(socket.recv(), 30))
            if message[0] in ("AUTH", "NOTICE"):
                continue
            assert message[:2] == ["NEG-MSG", "n"], message
            step = side.answer(bytes.fromhex(message[2]))
            have |= set(step.have)
            need |= set(step.need)
            if step.reply is None:
                break
            await socket.send(json.dumps(["NEG-MSG", "n", step.reply.hex()]))
    relay.shutdown()
    assert (have, need) == ({event.id for event in mine}, {event.id for event in theirs})


async def test_nostr_sdk_opens_what_we_encrypt_and_we_what_it_does() -> None:
    keys, other = Keys.parse(SECRET), Prover(writer).public
    conversation = nip44.conversation_key(Secret(bytes.fromhex(SECRET)), other)
    for text in (*texts, "x" * 40_000):
        theirs = keys.nip44_encrypt(PublicKey.parse(other), text)
        assert nip44.decrypt(conversation, theirs).decode() == text
        ours = nip44.encrypt(conversation, random.bytes(32), text)
        assert keys.nip44_decrypt(PublicKey.parse(other), ours) == text
