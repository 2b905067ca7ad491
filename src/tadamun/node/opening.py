"""Sealed events → genuine inner events, in batches (docs/protocol/3-seal.md, 3.2).

This file knows mailboxes and ciphers; it does not know control logs, rooms or the vault.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tadamun.core.errors import Reason
from tadamun.core.event import parse
from tadamun.core.genuine import Genuine
from tadamun.core.ports import Stored
from tadamun.crypto.epoch import EpochKeys
from tadamun.crypto.seal import open_many
from tadamun.node.place import Mailbox


@dataclass(frozen=True, slots=True)
class Opened:
    """A sealed event that opened. outer: the sealed event's id; ref: the place's number."""

    outer: str
    ref: int
    mailbox: Mailbox
    genuine: Genuine


@dataclass(frozen=True, slots=True)
class Failed:
    """A sealed event of a known mailbox that did not open, and why."""

    outer: str
    reason: Reason


FEW: Final = 16  # events; fewer are opened at once instead of in a thread
OpenMany = Callable[[Sequence[str | bytes], EpochKeys], list[Genuine | Reason]]


def open_batch(
    stored: Sequence[Stored], known: Mapping[str, tuple[int, Mailbox]], open_them: OpenMany = open_many
) -> tuple[list[Opened], list[Failed]]:
    """Open what belongs to known mailboxes (by mailbox public key), keeping order; the rest is not ours and skipped.

    open_them: how; in this thread, or by another process (crypto/worker.py) for many. The outer signatures of few are
    checked here; those of many when there is time (audit.py).
    """
    few = len(stored) <= FEW
    by_mailbox: dict[str, list[tuple[int, str, str | bytes]]] = {}
    for position, item in enumerate(stored):
        event = parse(item.raw)
        tag = event.tag("p")
        if event.kind == 3700 and tag is not None and len(tag) > 1 and tag[1] in known:
            by_mailbox.setdefault(tag[1], []).append((position, item.id, item.raw if few else event.content))
    opened: list[tuple[int, Opened]] = []
    failed: list[Failed] = []
    for public, items in by_mailbox.items():
        ref, mailbox = known[public]
        results = open_them([sealed for _, _, sealed in items], mailbox.keys)
        for (position, outer, _), result in zip(items, results, strict=True):
            if isinstance(result, Genuine):
                opened.append((position, Opened(outer, ref, mailbox, result)))
            else:
                failed.append(Failed(outer, result))
    opened.sort(key=lambda pair: pair[0])
    return [one for _, one in opened], failed
