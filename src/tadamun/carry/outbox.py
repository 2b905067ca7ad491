"""What of a space no peer is known to hold yet: the number that says "not sent" to the person who wrote it.

Kept in memory only. The wire store is durable, and after a restart the first reconciliation with a peer finds what it
lacks; so nothing is lost with this, and what it says is true from then on. This file does not send.
"""

from __future__ import annotations

from collections.abc import Iterable, Set


class Outbox:
    """Ids that wait for a first peer. Told of what is new, what is taken, and what reconciliations find."""

    def __init__(self) -> None:
        self._waiting: set[str] = set()
        self._compared: dict[str, set[str]] = {}  # mailbox → peers compared with since the start

    def __len__(self) -> int:
        return len(self._waiting)

    def new(self, event_id: str) -> None:
        """Came into the wire store from this node or from a connection to its relay, not from a peer."""
        self._waiting.add(event_id)

    def taken(self, ids: Iterable[str]) -> None:
        """A peer gave or acknowledged these."""
        self._waiting.difference_update(ids)

    def compared(self, peer: str, mailboxes: Iterable[str], ours: Iterable[str], lacking: Set[str]) -> None:
        """A peer was compared with: of `ours` (ids in those mailboxes) it lacks `lacking` and holds the rest.

        With the first peer, what it lacks waits. A later peer can only shorten the list: what it lacks, another has.
        """
        self._waiting.difference_update(i for i in ours if i not in lacking)
        first = True
        for mailbox in mailboxes:
            peers = self._compared.setdefault(mailbox, set())
            peers.add(peer)
            first = first and len(peers) == 1
        if first:
            self._waiting.update(lacking)
