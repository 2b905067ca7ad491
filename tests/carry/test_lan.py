"""Members find each other on the local network (here: loopback), and whoever else listens learns nothing."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest
from zeroconf import IPVersion, ServiceStateChange
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from kits.sealed import NOW, SeededRandom, StoppedClock, until
from tadamun.carry.lan import TYPE, Lan
from tadamun.core.errors import Reason
from tadamun.core.ports import Random
from tadamun.crypto import lan as names
from tadamun.crypto.random import SystemRandom
from tadamun.crypto.secret import Secret

pytestmark = pytest.mark.anyio

HERE = "127.0.0.1"
PORT = 20_000 + SystemRandom().below(40_000)  # none is opened; others on this loopback have others
SPACE, OTHER = SystemRandom().bytes(32).hex(), SystemRandom().bytes(32).hex()


def new_key() -> Secret:
    """A key of this test alone: other tests may talk on the same loopback at the same time."""
    return Secret.make(SystemRandom())


class Node:
    def __init__(
        self, port: int, clock: StoppedClock | None = None, loopback: bool = True, random: Random | None = None
    ) -> None:
        self.found: set[tuple[str, str]] = set()
        self.counters: Counter[Reason] = Counter()
        self.lan = Lan(
            clock or StoppedClock(),
            random or SystemRandom(),
            self.counters,
            lambda space, address: self.found.add((space, address)),
            port,
            [HERE],
            loopback,
        )

    @asynccontextmanager
    async def up(self, *keys: tuple[str, Secret]) -> AsyncIterator[None]:
        self.lan.set_keys({space: [key] for space, key in keys})
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(self.lan.run())
            yield
            task.cancel()


class Punctual(SeededRandom):
    """Takes a new name at the hour itself, not up to five minutes later."""

    def below(self, bound: int) -> int:
        return 0


@contextmanager
def listening() -> Iterator[list[bytes]]:
    """Every mDNS packet on loopback, as anybody on the network sees them."""
    packets: list[bytes] = []
    ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    ear.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    ear.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    ear.bind(("224.0.0.251", 5353))
    ear.setsockopt(
        socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, struct.pack("4s4s", *map(socket.inet_aton, ("224.0.0.251", HERE)))
    )
    ear.setblocking(False)
    loop = asyncio.get_running_loop()
    loop.add_reader(ear, lambda: packets.append(ear.recv(9_000)))
    try:
        yield packets
    finally:
        loop.remove_reader(ear)
        ear.close()


def labels(packets: list[bytes], port: int) -> set[bytes]:
    """Every label of the length of an instance or host name, in packets that announce a service on that port."""
    seen = set()
    for packet in packets:
        if b"\0\0\0\0" + port.to_bytes(2, "big") not in packet:  # priority, weight and port of an SRV record
            continue
        for k, length in enumerate(packet):
            if length in (12, 32) and packet[k + 1 : k + 1 + length].isalnum():
                seen.add(packet[k + 1 : k + 1 + length])
    return seen


async def test_members_find_each_other_and_outsiders_learn_nothing() -> None:
    key, stranger = new_key(), new_key()
    one, other, outsider = Node(PORT + 1), Node(PORT + 2), Node(0)
    with listening() as packets:
        async with one.up((SPACE, key)), other.up((SPACE, key)), outsider.up((OTHER, stranger)):
            await until(lambda: (SPACE, f"ws://{HERE}:{PORT + 2}") in one.found)
            await until(lambda: (SPACE, f"ws://{HERE}:{PORT + 1}") in other.found)
    assert one.found == {(SPACE, f"ws://{HERE}:{PORT + 2}")}
    assert other.found == {(SPACE, f"ws://{HERE}:{PORT + 1}")}
    assert outsider.found == set()
    heard = b"".join(packets)
    assert b"_http" in heard  # we did listen
    for telling in (
        key.reveal()[:8],
        key.reveal().hex().encode()[:16],
        SPACE.encode()[:8],
        bytes.fromhex(SPACE)[:8],
        socket.gethostname().encode(),
        b"tadamun",
        b"nostr",
        b"ws:",
    ):
        assert telling.lower() not in heard.lower()


async def test_two_spaces_and_two_hours_share_no_name() -> None:
    clock = StoppedClock()
    node = Node(PORT + 3, clock)
    key, second = new_key(), new_key()
    seen: list[set[bytes]] = []
    for _ in range(2):
        with listening() as packets:
            async with node.up((SPACE, key), (OTHER, second)):
                await until(lambda: len(labels(packets, PORT + 3)) >= 4)
        seen.append(labels(packets, PORT + 3))
        clock.time += 3600
    before, after = seen
    assert len(before) == 4  # two names, two hosts: nothing is shared between the spaces
    assert not before & after


async def test_the_name_changes_when_the_hour_does_and_members_follow() -> None:
    clock = StoppedClock(NOW // 3600 * 3600 + 3599)
    key = new_key()
    node, watcher = Node(PORT + 4, clock, random=Punctual()), Node(0, clock)
    with listening() as packets:
        async with node.up((SPACE, key)):
            await until(lambda: len(labels(packets, PORT + 4)) >= 2)
            first = labels(packets, PORT + 4)
            clock.time += 1
            await until(lambda: len(labels(packets, PORT + 4) - first) >= 2, 15)
            async with watcher.up((SPACE, key)):
                await until(lambda: watcher.found == {(SPACE, f"ws://{HERE}:{PORT + 4}")})


async def test_a_name_that_leads_elsewhere_is_not_followed() -> None:
    key = new_key()
    node = Node(0, loopback=False)
    hostile = AsyncZeroconf(interfaces=[HERE], ip_version=IPVersion.V4Only)
    async with node.up((SPACE, key)):
        name = names.name(key, NOW, SystemRandom())
        info = AsyncServiceInfo(
            TYPE,
            f"{name}.{TYPE}",
            port=80,
            parsed_addresses=["8.8.8.8", HERE, "0.0.0.0", "192.168.7.7"],
            server="x.local.",
        )
        await (await hostile.async_register_service(info))
        await until(lambda: len(node.found) == 1)
        await hostile.async_close()
    assert node.found == {(SPACE, "ws://192.168.7.7:80")}
    assert node.counters[Reason.NOT_ALLOWED] == 3


async def test_a_flood_of_names_hurts_nobody() -> None:
    """Thousands of names a second: they are judged in little time, nothing is kept, and a member is found after."""
    key = new_key()
    node, member = Node(0), Node(PORT + 5)
    loop = asyncio.get_running_loop()
    mouth = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    mouth.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(HERE))
    with listening() as packets:
        async with node.up((SPACE, key)):
            await until(lambda: any(b"_http" in packet for packet in packets))
            worst = 0.0
            for k in range(60):
                before = loop.time()
                mouth.sendto(_many_pointers(k * 100, 100), ("224.0.0.251", 5353))
                await asyncio.sleep(0)
                worst = max(worst, loop.time() - before)
            async with member.up((SPACE, key)):
                await until(lambda: node.found == {(SPACE, f"ws://{HERE}:{PORT + 5}")})
    mouth.close()
    assert worst < 0.5
    assert node.counters[Reason.TOO_FAST] > 1_000  # the flood was heard, and most of it not even looked at


def _many_pointers(start: int, count: int) -> bytes:
    """An mDNS answer with that many PTR records, hand-made: zeroconf would refuse to flood."""
    kind = b"\x05_http\x04_tcp\x05local\x00"
    body = b""
    for k in range(start, start + count):
        label = f"{k:032d}".encode()
        data = bytes([len(label)]) + label + kind
        body += kind + struct.pack("!HHIH", 12, 1, 4_500, len(data)) + data
    return struct.pack("!6H", 0, 0x8400, 0, count, 0, 0) + body


async def test_too_many_names_in_a_second_are_dropped_and_counted() -> None:
    node = Node(0)
    node.lan.set_keys({SPACE: [new_key()]})
    for k in range(3_000):
        node.lan._seen(None, TYPE, f"{k:032d}.{TYPE}", ServiceStateChange.Added)  # type: ignore[arg-type] - not used
    assert 1_000 <= node.counters[Reason.TOO_FAST] <= 2_000
