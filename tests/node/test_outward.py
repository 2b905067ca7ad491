"""How others may reach a node: chosen while it runs, kept, and no reason to be kept from one's own vault."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from kits.processes import free_port
from tadamun.core.errors import UsageError
from tadamun.crypto.random import SystemRandom
from tadamun.crypto.secret import FOR_TESTS
from tadamun.main import SystemClock, parts
from tadamun.node.calls_reach import NEVER_CHOSEN, kept
from tadamun.node.node import Node
from tadamun.node.outward import Given, Reach
from tadamun.node.running import running
from tadamun.store import meta
from tadamun.store.vault import Vault
from tadamun.store.wire import WireStore

pytestmark = pytest.mark.anyio


@pytest.fixture
def home(tmp_path: Path) -> Path:
    Vault.create(tmp_path / "home", "passphrase", SystemRandom(), FOR_TESTS).close()
    return tmp_path / "home"


@asynccontextmanager
async def started(home: Path, given: Given) -> AsyncIterator[Node]:
    """As `up` starts it."""
    clock, random = SystemClock(), SystemRandom()
    with Vault.open(home, "passphrase") as vault:
        wire = WireStore.open(vault.wire_path, vault.wire_key(), clock, random)
        reach, must = given.over(kept(vault.read)), given.listen is not None
        try:
            made = Node(vault, wire, parts(), clock, random, reach=reach, given=given, online=True, must_listen=must)
            async with running(made) as node:
                yield node
        finally:
            await wire.close()


def listens(port: int) -> bool:
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0


async def test_a_choice_is_at_work_at_once_and_after_the_next_start(home: Path) -> None:
    port = free_port()
    async with started(home, Given(lan=False)) as node:
        assert (await node.call("node.reach", {}))["how"] == ""
        told = await node.call(
            "node.reach_by", {"how": "address", "port": port, "address": "ws://nour.example.org:7447"}
        )
        assert listens(port)
        assert told["listening"] == ["ws://nour.example.org:7447"]
    assert not listens(port)
    async with started(home, Given(lan=False)) as node:
        assert listens(port)
        assert node.addresses() == ("ws://nour.example.org:7447",)
        await node.call("node.reach_by", {"how": "alone"})
        assert not listens(port)
        assert node.addresses() == ()
    async with started(home, Given(lan=False)) as node:
        assert node.reach == Reach()


async def test_near_means_a_port_and_a_name_on_the_local_network(home: Path) -> None:
    port = free_port()
    async with started(home, Given()) as node:
        assert node.reach == NEVER_CHOSEN
        await node.call("space.new", {"name": "Circle", "called": "Nour"})
        await node.call("node.reach_by", {"how": "near", "port": port})
        assert node.outward.lan is not None
        assert node.outward.lan._port == port
        assert node.outward.lan._keys, "it is named by what the space has now"
        assert listens(port)
        await node.call("node.reach_by", {"how": "alone"})
        assert node.outward.lan is None


async def test_what_the_command_line_says_stands_above_what_was_chosen(home: Path) -> None:
    port, other = free_port(), free_port()
    given = Given(listen=("127.0.0.1", port), lan=False)
    async with started(home, given) as node:
        told = await node.call(
            "node.reach_by", {"how": "address", "port": other, "address": "ws://nour.example.org:7447"}
        )
        assert told["fixed"]
        assert listens(port)
        assert not listens(other)
        assert node.addresses() == (f"ws://127.0.0.1:{port}",), "what was chosen leads to the other port"
    async with started(home, Given(lan=False)):
        assert listens(other), "the next start without options has it"


async def test_a_taken_port_is_refused_and_what_was_before_stays(home: Path) -> None:
    port, taken = free_port(), free_port()
    with socket.create_server(("0.0.0.0", taken)):
        async with started(home, Given(lan=False)) as node:
            await node.call("node.reach_by", {"how": "near", "port": port})
            with pytest.raises(UsageError, match="cannot be used here"):
                await node.call("node.reach_by", {"how": "near", "port": taken})
            assert listens(port)
            assert (await node.call("node.reach", {}))["port"] == port


async def test_a_kept_port_that_somebody_took_keeps_nobody_from_their_vault(home: Path) -> None:
    port = free_port()
    async with started(home, Given(lan=False)) as node:
        await node.call("node.reach_by", {"how": "address", "port": port, "address": "ws://nour.example.org:7447"})
    with socket.create_server(("0.0.0.0", port)):
        async with started(home, Given(lan=False)) as node:
            assert (await node.call("node.reach", {}))["missing"] == f"0.0.0.0:{port}"
            assert node.addresses() == (), "members are told of nothing that leads nowhere"
        with pytest.raises(UsageError, match="cannot be used here"):
            async with started(home, Given(listen=("127.0.0.1", port))):
                pass


@pytest.mark.parametrize(
    "address",
    [
        "ws://127.0.0.1:7447",
        "ws://0x7f.1",
        "ws://a.example/path",
        "http://a.example",
        "",
        "ws://x.onion:7447",
        "ws://169.254.169.254",
    ],
)
async def test_an_address_nobody_would_go_to_is_not_told(home: Path, address: str) -> None:
    async with started(home, Given(lan=False)) as node:
        with pytest.raises(UsageError, match="would not go to"):
            await node.call("node.reach_by", {"how": "address", "port": free_port(), "address": address})
        assert (await node.call("node.reach", {}))["how"] == ""


async def test_a_keeper_is_where_others_are_met(home: Path) -> None:
    async with started(home, Given(lan=False)) as node:
        with pytest.raises(UsageError, match="An address looks like"):
            await node.call("node.reach_by", {"how": "keeper", "keeper": "keeper.example.org"})
        await node.call("node.reach_by", {"how": "keeper", "keeper": "ws://keeper.example.org:7447"})
        [peer] = await node.call("peers.list", {})
        assert (peer["address"], peer["what"]) == ("ws://keeper.example.org:7447", "typed")
        assert node.addresses() == ()


async def test_what_a_newer_version_kept_shows_least(home: Path) -> None:
    with Vault.open(home, "passphrase") as vault, vault.write() as tx:
        meta.put(tx, "reach", b'{"how":"carrier pigeon"}')
    async with started(home, Given()) as node:
        assert node.reach == Reach()
