"""The reconciliations that one connection has open (NIP-77, the relay's side).

Each holds every (time, id) of its question in memory until it is closed, so there is a limit for all connections
together, and one that is not used is dropped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from tadamun.carry import reading
from tadamun.carry.house import House
from tadamun.carry.pipe import Pipe
from tadamun.carry.reconcile import Side
from tadamun.core.errors import RemoteError
from tadamun.core.ports import Filter

GATHERED: Final = 1_000  # items gathered cost as much of the pace as one more question
FRAME: Final = 60_000  # bytes of a message of ours; twice as many in hex, and still below 128 KiB


@dataclass(slots=True)
class _Open:
    side: Side
    size: int
    used: float


class Reconciliations:
    """proven: the keys the connection proved, which grow while it lasts. spend: takes from the connection's pace."""

    def __init__(self, house: House, pipe: Pipe, proven: set[str], spend: Callable[[float], None]) -> None:
        self._house, self._pipe, self._proven, self._spend = house, pipe, proven, spend
        self._open: dict[str, _Open] = {}

    async def open(self, name: str, wanted: Filter, message: bytes) -> None:
        """Answer NEG-OPEN. Raises reading.Refused, RemoteError PROTOCOL."""
        self.close(name)
        house = self._house
        scope = reading.scope(wanted, self._proven, house.policy.public)
        if len(self._open) >= house.policy.max_reconciliations:
            raise reading.Refused("blocked: too many reconciliations are open")
        size = await reading.count(house.wire, [scope], self._proven)
        if house.reconciling + size > house.policy.max_reconciling:
            raise reading.Refused("blocked: too many events to reconcile now; ask for less, or later")
        house.reconciling += size
        self._spend(size / GATHERED)
        try:
            items = await reading.items(house.wire, scope, self._proven)
            side = await asyncio.to_thread(Side, items, FRAME)
        except BaseException:
            house.reconciling -= size
            raise
        self._open[name] = _Open(side, size, house.monotonic())
        await self._answer(name, message)

    async def answer(self, name: str, message: bytes) -> None:
        """Answer NEG-MSG. Raises reading.Refused, RemoteError PROTOCOL."""
        if name not in self._open:
            raise reading.Refused("closed: no such reconciliation is open")
        await self._answer(name, message)

    def close(self, name: str) -> None:
        gone = self._open.pop(name, None)
        if gone:
            self._house.reconciling -= gone.size

    def close_all(self) -> None:
        for name in list(self._open):
            self.close(name)

    def drop_unused(self) -> None:
        now = self._house.monotonic()
        for name, one in list(self._open.items()):
            if now - one.used > self._house.policy.rest:
                self.close(name)
                self._pipe.put(msgspec.json.encode(("NEG-ERR", name, "closed: not used for a while")))

    async def _answer(self, name: str, message: bytes) -> None:
        one = self._open[name]
        one.used = self._house.monotonic()
        try:
            # In a thread: a message made to be dear costs some 50 ms, in which others should be heard.
            answer = await asyncio.to_thread(one.side.answer, message)
        except RemoteError:
            self.close(name)
            raise
        assert answer.reply is not None  # only the asking side has nothing more to say
        self._pipe.put(msgspec.json.encode(("NEG-MSG", name, answer.reply.hex())))
