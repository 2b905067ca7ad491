"""What one connection asks of the store: REQ with its live continuation, CLOSE, COUNT (NIP-01, NIP-45).

Stored events are read page by page, as fast as they are taken, and never all in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import msgspec

from tadamun.carry import reading
from tadamun.carry.filters import NOTHING
from tadamun.carry.house import House
from tadamun.carry.listeners import Subscription
from tadamun.carry.pipe import Pipe
from tadamun.core.errors import Reason, RemoteError
from tadamun.core.event import Event
from tadamun.core.ports import Filter

PAGE = 200  # events read from the store and queued at once; it costs as much of the pace as one more question
COUNTED = 5_000  # events counted, likewise


class Questions:
    """proven: the keys the connection proved, which grow while it lasts. spend: takes from the connection's pace."""

    def __init__(self, house: House, pipe: Pipe, proven: set[str], spend: Callable[[float], None]) -> None:
        self._house, self._pipe, self._proven, self._spend = house, pipe, proven, spend
        self._open: dict[str, Subscription] = {}

    def __len__(self) -> int:
        return len(self._open)

    def hear(self, subscription: bytes, event: Event, raw: bytes) -> None:
        """A live event that matches one of the subscriptions."""
        if reading.may_read(reading.Glance(event.kind, event.tags), self._proven):
            self._pipe.put(_event(subscription, raw))

    async def request(self, name: str, filters: Sequence[Filter]) -> None:
        """Answer REQ: stored events, EOSE, then live ones. Raises reading.Refused, RemoteError PROTOCOL."""
        self.close(name)
        scopes = self._scopes(filters)
        if len(self._open) >= self._house.policy.max_subscriptions:
            raise RemoteError(Reason.PROTOCOL, "too many subscriptions")
        # Live first: what arrives while the stored events are read is then sent twice rather than never.
        subscription = Subscription(self, msgspec.json.encode(name), filters)
        self._open[name] = subscription
        self._house.listeners.add(subscription)
        sent: set[str] | None = set() if len(scopes) > 1 else None
        for scope in scopes:
            await self._stored(subscription.name, scope, sent)
        self._pipe.put(b'["EOSE",' + subscription.name + b"]")

    async def count(self, name: str, filters: Sequence[Filter]) -> None:
        """Answer COUNT. Raises reading.Refused."""
        number = await reading.count(self._house.wire, self._scopes(filters), self._proven)
        self._spend(number / COUNTED)
        self._pipe.put(msgspec.json.encode(("COUNT", name, {"count": number})))

    def close(self, name: str) -> None:
        subscription = self._open.pop(name, None)
        if subscription:
            self._house.listeners.remove(subscription)

    def close_all(self) -> None:
        for name in list(self._open):
            self.close(name)

    def _scopes(self, filters: Sequence[Filter]) -> list[reading.Scope]:
        if not 0 < len(filters) <= self._house.policy.max_filters:
            raise RemoteError(Reason.PROTOCOL, "no filter, or too many")
        return [reading.scope(wanted, self._proven, self._house.policy.public) for wanted in filters]

    async def _stored(self, name: bytes, scope: reading.Scope, sent: set[str] | None) -> None:
        """Send what is stored. sent: ids that earlier filters of the same question brought already."""
        policy = self._house.policy
        left = policy.max_limit if scope.wanted.limit is None else min(scope.wanted.limit, policy.max_limit)
        if scope.wanted is NOTHING or not left:
            return
        # A mixed question reads further than it answers, because most of what it meets may be others'.
        most = policy.max_scan if scope.mixed else left
        async for page in self._house.wire.find(replace(scope.wanted, limit=most), PAGE):
            await self._pipe.room()
            self._spend(1)
            for stored in page:
                if not left:
                    return
                if not reading.may_read_raw(stored.raw, self._proven):
                    continue
                left -= 1
                if sent is not None:
                    if stored.id in sent:
                        continue
                    sent.add(stored.id)
                self._pipe.put(_event(name, stored.raw))


def _event(subscription: bytes, raw: bytes) -> bytes:
    return b'["EVENT",' + subscription + b"," + raw + b"]"
