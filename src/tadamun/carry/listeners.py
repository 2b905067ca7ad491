"""Live subscriptions: which connection wants which new event. Those that name mailboxes are found by mailbox."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from tadamun.carry.filters import Matcher, tag_values
from tadamun.core.errors import RemoteError
from tadamun.core.event import Event, parse
from tadamun.core.ports import Filter, Stored


class Listener(Protocol):
    """A connection, as far as live events go."""

    def hear(self, subscription: bytes, event: Event, raw: bytes) -> None:
        """One event that matches; the listener decides whether it may have it. Must not block or raise."""
        ...


class Subscription:
    """One REQ that stays open. name: its id as JSON."""

    __slots__ = ("listener", "mailboxes", "matchers", "name")

    def __init__(self, listener: Listener, name: bytes, filters: Sequence[Filter]) -> None:
        self.listener, self.name = listener, name
        self.matchers = [Matcher(wanted) for wanted in filters]
        asked = [tag_values(wanted, "p") for wanted in filters]
        # Without a mailbox in every filter it has to be asked about every event: the key for that is "".
        self.mailboxes = {"" if values is None else value for values in asked for value in values or ("",)}


class Listeners:
    def __init__(self) -> None:
        self._by_mailbox: dict[str, dict[Subscription, None]] = {}

    def add(self, subscription: Subscription) -> None:
        for mailbox in subscription.mailboxes:
            self._by_mailbox.setdefault(mailbox, {})[subscription] = None

    def remove(self, subscription: Subscription) -> None:
        for mailbox in subscription.mailboxes:
            present = self._by_mailbox.get(mailbox, {})
            present.pop(subscription, None)
            if not present:
                self._by_mailbox.pop(mailbox, None)

    def tell_stored(self, batch: Sequence[Stored]) -> None:
        """What the wire store calls after each put."""
        if self._by_mailbox:
            for stored in batch:
                try:
                    self.tell(parse(stored.raw), stored.raw)
                except RemoteError:
                    continue  # not put there by us, and nothing to pass on

    def tell(self, event: Event, raw: bytes) -> None:
        """Offer one event to everybody who wants it, once a subscription."""
        for subscription in self._interested(event):
            if any(matcher.matches(event) for matcher in subscription.matchers):
                subscription.listener.hear(subscription.name, event, raw)

    def _interested(self, event: Event) -> Iterable[Subscription]:
        keys = dict.fromkeys(["", *(tag[1] for tag in event.tags if len(tag) > 1 and tag[0] == "p")])
        return dict.fromkeys(s for key in keys for s in self._by_mailbox.get(key, ()))
