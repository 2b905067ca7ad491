"""What is to be said at a random moment to come: kept in the vault as it was typed, and signed and said at its time.

One transaction takes it from there and puts it into the log, so it is said once, also if the node is killed. What the
rules refuse by then is kept with the reason until its room withdraws it.
"""

from __future__ import annotations

from typing import Final

import msgspec

from tadamun.core.errors import LocalError, VaultError
from tadamun.core.ports import Later, Saying, Workbench
from tadamun.node import channels
from tadamun.node.desk import Desk
from tadamun.node.place import Place
from tadamun.store import meta

KEPT: Final = "later:{}:"  # rows in `meta` of one space
NAME: Final = "later"  # among the errands; no room is called so


class Kept(msgspec.Struct, frozen=True):
    """at: Unix seconds. problem, arguments: why it was refused."""

    at: int
    saying: Saying
    problem: str = ""
    arguments: dict[str, str | int] = {}


class Delayed:
    """Over the node's desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    async def keep(self, space: str, saying: Saying, after: int, within: int) -> tuple[str, int]:
        """See core.ports.Workbench.say_later. Returns its name, and when its time comes."""
        if saying.mask is not None or not 0 <= after <= within:
            raise ValueError("masks have a delay of their own, and a span begins before it ends")
        place, now = self.desk.place(space), self.desk.clock.now()
        channels.settled(place, saying.audience, now)
        at = now + after + self.desk.random.below(within - after + 1)
        name = self.desk.random.bytes(16).hex()
        async with self.desk.lock:
            with self.desk.vault.write() as tx:
                meta.put(tx, KEPT.format(place.ref) + name, msgspec.json.encode(Kept(at, saying)))
        return name, at

    def waiting(self, space: str) -> list[Later]:
        """See core.ports.Workbench.later."""
        place = self.desk.places[space]
        found = [Later(name, one.saying, one.at, one.problem, one.arguments) for name, one in self._kept(place)]
        return sorted(found, key=lambda later: (later.at, later.name))

    async def withdraw(self, space: str, name: str) -> bool:
        """See core.ports.Workbench.withdraw."""
        key = KEPT.format(self.desk.places[space].ref) + name
        async with self.desk.lock:
            if meta.get(self.desk.vault.read, key) is None:
                return False
            with self.desk.vault.write() as tx:
                meta.remove(tx, key)
        self.desk.vault.scrub()
        return True

    async def errand(self, bench: Workbench, now: int) -> int:
        """Say what is due. Returns when the next is."""
        for place in list(self.desk.places.values()):
            for name, one in self._kept(place):
                if one.at <= now and not one.problem:
                    await self._say(place, name, one)
        left = [one for place in self.desk.places.values() for _, one in self._kept(place) if not one.problem]
        return min((one.at for one in left), default=0)

    async def _say(self, place: Place, name: str, one: Kept) -> None:
        key = KEPT.format(place.ref) + name
        try:
            await self.desk.say(place.space, one.saying, kept=key)
        except VaultError:
            raise
        except LocalError as error:
            refused = Kept(one.at, one.saying, error.message, error.arguments)
            async with self.desk.lock:
                with self.desk.vault.write() as tx:
                    if meta.get(tx, key) is not None:
                        meta.put(tx, key, msgspec.json.encode(refused))

    def _kept(self, place: Place) -> list[tuple[str, Kept]]:
        start = KEPT.format(place.ref)
        rows = meta.beginning(self.desk.vault.read, start)
        return [(key.removeprefix(start), msgspec.json.decode(value, type=Kept)) for key, value in rows]
