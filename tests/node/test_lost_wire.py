"""The wire store may be deleted: what this device said is sealed again, for perhaps nobody else has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tadamun.core.event import parse
from tadamun.core.ports import Filter
from tadamun.crypto.random import SystemRandom
from tadamun.crypto.seal import open_sealed
from tadamun.crypto.secret import FOR_TESTS
from tadamun.main import SystemClock, node_at, parts
from tadamun.node.node import Node
from tadamun.store.vault import Vault
from tadamun.store.wire import WireStore

pytestmark = pytest.mark.anyio
WORDS = "a passphrase"


async def inner_ids(node: Node) -> set[str]:
    """What the wire store's events hold, as far as this node can open them."""
    await node.settled()
    found = set()
    for place in node.places.values():
        for box in place.mailboxes():
            wanted = Filter(kinds=(3700,), tags=(("p", (box.keys.mailbox.public,)),))
            async for page in node.wire.find(wanted):
                found |= {open_sealed(parse(one.raw), box.keys).event.id for one in page}
    return found


@pytest.mark.parametrize("lost", [True, False])
async def test_what_one_said_is_sealed_again(tmp_path: Path, lost: bool) -> None:
    home = tmp_path / "home"
    Vault.create(home, WORDS, SystemRandom(), FOR_TESTS).close()
    async with node_at(home, WORDS, None) as node:
        await node.call("space.new", {"name": "Circle", "called": "Nour"})
        await node.call("talk.post", {"text": "for good"})
        await node.call("talk.post", {"text": "for an hour", "expires": 3600})
        before = await inner_ids(node)
    if lost:
        for file in home.glob("wire-*.db*"):
            file.unlink()
    async with node_at(home, WORDS, None) as node:
        assert await inner_ids(node) == before
        status = await node.call("node.status", {})
        assert status["spaces"][0]["outbox"] == 0
        assert {post["text"] for post in (await node.call("talk.read", {}))["posts"]} == {"for good", "for an hour"}


async def test_a_store_lost_before_anything_was_read_from_it(tmp_path: Path) -> None:
    """The node ends right after its first words: no task of it has ever run."""
    home = tmp_path / "home"
    with Vault.create(home, WORDS, SystemRandom(), FOR_TESTS) as vault:
        clock, random = SystemClock(), SystemRandom()
        wire = WireStore.open(vault.wire_path, vault.wire_key(), clock, random)
        node = Node(vault, wire, parts(), clock, random)
        await node.call("space.new", {"name": "Circle", "called": "Nour"})
        [place] = node.places.values()
        said = {one.event.id for one in place.log.events()}
        await wire.close()
    for file in home.glob("wire-*.db*"):
        file.unlink()
    async with node_at(home, WORDS, None) as again:
        assert said <= await inner_ids(again)
