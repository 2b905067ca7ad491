"""Members on the same local network find each other, and nobody else learns that they are there.

DNS-SD over mDNS (RFC 6763, RFC 6762), by zeroconf. To outsiders there is a web server with a random name on a host
with a random name, other ones every hour and at every start; only who holds the space's current epoch sees more in the
name (crypto/lan.py). Each local address is announced only on its own network. The name says nothing about who answers
there: it can be repeated by whoever heard it, so what is found is an address to try, like any other.

A name costs at most a few microseconds to judge and nothing is remembered of those that are not ours, so that a flood
of them hurts nobody; zeroconf bounds what it caches, and every hour begins with an empty cache.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Final

import ifaddr
from zeroconf import Error, IPVersion, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from tadamun.carry.address import is_nearby
from tadamun.core.errors import Reason
from tadamun.core.ports import Clock, Random
from tadamun.crypto import lan
from tadamun.crypto.secret import Secret

TYPE: Final = "_http._tcp.local."
LATE: Final = 300  # seconds after the hour, at most, that a new name is taken: not all nodes at one moment
MAX_NAMES: Final = 1_000  # judged a second
MAX_FOUND: Final = 64  # recognised names looked up an hour
MAX_ADDRESSES: Final = 4  # of one name
MAX_NETWORKS: Final = 8
RESOLVE: Final = 3_000  # milliseconds
GOODBYE: Final = 0.8  # seconds
RETRY: Final = 60.0  # seconds, when the network cannot be used


class Lan:
    """`run` within the node's task group; `set_keys` whenever spaces or epochs change.

    port: where this node's relay listens; 0: look for others without being seen. found(space, address): called for each
    address of a member's node, perhaps more than once. addresses: the local IPv4 addresses to use, by default all
    private and link-local ones. loopback: allow 127.0.0.0/8, for tests.
    """

    def __init__(
        self,
        clock: Clock,
        random: Random,
        counters: Counter[Reason],
        found: Callable[[str, str], None],
        port: int = 0,
        addresses: Sequence[str] | None = None,
        loopback: bool = False,
    ) -> None:
        self._clock, self._random, self._counters = clock, random, counters
        self._found, self._port, self._loopback = found, port, loopback
        self._addresses = addresses
        self._keys: dict[str, tuple[Secret, ...]] = {}
        self._changed = asyncio.Event()
        self._own: set[str] = set()
        self._looked_up: set[str] = set()
        self._candidates: asyncio.Queue[tuple[Zeroconf, str, str]] = asyncio.Queue(MAX_FOUND)
        self._second = 0.0
        self._judged = 0

    def set_keys(self, keys: Mapping[str, Sequence[Secret]]) -> None:
        """{space: lan keys}: the first is announced under, all are recognised. Names are made anew."""
        self._keys = {space: tuple(held) for space, held in keys.items() if held}
        self._changed.set()

    async def run(self) -> None:
        """Until cancelled. A network that cannot be used is tried again every minute."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._look_up())
            while True:
                self._changed.clear()
                hour = lan.SLOT - self._clock.now() % lan.SLOT + self._random.below(LATE)
                opened: list[AsyncZeroconf] = []
                try:
                    await self._begin(opened)
                    await self._wait(hour if opened or not self._keys else RETRY)
                finally:
                    await asyncio.gather(*map(_close, opened))

    async def _wait(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()

    async def _begin(self, opened: list[AsyncZeroconf]) -> None:
        """A new hour: new names, an empty memory. `opened` takes what is to be closed."""
        self._own.clear()
        self._looked_up.clear()
        if not self._keys:
            return
        async with asyncio.TaskGroup() as tasks:
            for address in (local_addresses() if self._addresses is None else self._addresses)[:MAX_NETWORKS]:
                try:
                    zeroconf = AsyncZeroconf(interfaces=[address], ip_version=IPVersion.V4Only)
                except OSError:  # the network went away, or does not do multicast
                    continue
                opened.append(zeroconf)
                AsyncServiceBrowser(zeroconf.zeroconf, TYPE, handlers=[self._seen])
                for keys in self._keys.values() if self._port else ():
                    tasks.create_task(self._announce(zeroconf, address, keys[0]))

    async def _announce(self, zeroconf: AsyncZeroconf, address: str, key: Secret) -> None:
        name = lan.name(key, self._clock.now(), self._random)
        self._own.add(name)
        info = AsyncServiceInfo(
            TYPE,
            f"{name}.{TYPE}",
            port=self._port,
            parsed_addresses=[address],
            server=f"{self._random.bytes(6).hex()}.local.",
        )
        # A conflict can only be somebody's lie: 20 bytes are ours alone. Then there is no name until the next hour.
        with suppress(OSError, Error):
            await (await zeroconf.async_register_service(info))

    def _seen(self, zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        """A name was announced by somebody. Called by zeroconf in the loop."""
        if state_change is ServiceStateChange.Removed or not self._may_judge():
            return
        candidate = name.removesuffix(f".{service_type}").lower()
        if candidate in self._own or candidate in self._looked_up or len(self._looked_up) >= MAX_FOUND:
            return
        now = self._clock.now()
        for space, keys in self._keys.items():
            if any(lan.recognises(key, now, candidate) for key in keys):
                self._looked_up.add(candidate)
                with suppress(asyncio.QueueFull):
                    self._candidates.put_nowait((zeroconf, space, name))
                return

    def _may_judge(self) -> bool:
        second = asyncio.get_running_loop().time() // 1
        if second != self._second:
            self._second, self._judged = second, 0
        self._judged += 1
        if self._judged > MAX_NAMES:
            self._counters[Reason.TOO_FAST] += 1
            return False
        return True

    async def _look_up(self) -> None:
        while True:
            zeroconf, space, name = await self._candidates.get()
            info = AsyncServiceInfo(TYPE, name)
            with suppress(OSError, Error):
                if await info.async_request(zeroconf, RESOLVE) and info.port:
                    for address in info.parsed_addresses(IPVersion.V4Only)[:MAX_ADDRESSES]:
                        if is_nearby(address, loopback=self._loopback):
                            self._found(space, f"ws://{address}:{info.port}")
                        else:
                            self._counters[Reason.NOT_ALLOWED] += 1


async def _close(zeroconf: AsyncZeroconf) -> None:
    """Say goodbye for what was announced, as far as the network still lets us."""
    with suppress(OSError, Error, TimeoutError):
        async with asyncio.timeout(GOODBYE):
            await zeroconf.async_close()


def local_addresses() -> list[str]:
    """This machine's private and link-local IPv4 addresses."""
    found = [str(ip.ip) for adapter in ifaddr.get_adapters() for ip in adapter.ips if ip.is_IPv4]
    return sorted({address for address in found if is_nearby(address)})
