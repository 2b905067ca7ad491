"""Sealed events → genuine inner events, in batches (docs/protocol/3-seal.md, 3.2).

This file knows mailboxes and ciphers; it does not know control logs, rooms or the vault.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from tadamun.core.errors import Reason
from tadamun.core.event import Event, parse
from tadamun.core.genuine import Genuine
from tadamun.core.ports import Stored
from tadamun.crypto.epoch import EpochKeys
from tadamun.crypto.seal import KIND, open_many
from tadamun.crypto.worker import Look
from tadamun.node.place import Mailbox, Read


class Opened(msgspec.Struct, frozen=True):
    """A sealed event that opened. outer: the sealed event's id; ref: the place's number; read: see `place.Arrived`."""

    outer: str
    ref: int
    mailbox: Mailbox
    genuine: Genuine
    read: Read | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """A sealed event of a known mailbox that did not open, and why."""

    outer: str
    reason: Reason


FEW: Final = 16  # events; fewer are opened at once instead of in a thread
OpenMany = Callable[[Sequence[bytes], EpochKeys, bool, Look], list[Genuine | Reason]]
Reading = Callable[[Event], Read | None]


def here(batch: Sequence[bytes], epoch: EpochKeys, outside: bool, look: Look) -> list[Genuine | Reason]:
    """Open them in this thread."""
    opened = open_many(batch, epoch, outside)
    look(opened)
    return opened


def open_batch(
    stored: Sequence[Stored],
    known: Mapping[str, tuple[int, Mailbox]],
    open_them: OpenMany = here,
    reading: Reading = lambda event: None,
) -> tuple[list[Opened], list[Failed]]:
    """Open what belongs to known mailboxes (by mailbox public key), keeping order; the rest is not ours and skipped.

    open_them: how; in this thread, or by another process (crypto/worker.py) for many. The outer signatures of few are
    checked here; those of many when there is time (audit.py). reading: what to read of each while one is at it.
    """
    few = len(stored) <= FEW
    by_mailbox: dict[str, list[tuple[int, str, bytes]]] = {}
    for position, item in enumerate(stored):
        box = item.box or _box(item.raw)
        if box in known:
            by_mailbox.setdefault(box, []).append((position, item.id, item.raw))
    opened: list[tuple[int, Opened]] = []
    failed: list[Failed] = []
    for public, items in by_mailbox.items():
        ref, mailbox = known[public]
        reads: list[Read | None] = []

        def look(some: Sequence[Genuine | Reason], reads: list[Read | None] = reads) -> None:
            reads += [reading(one.event) if isinstance(one, Genuine) else None for one in some]

        results = open_them([sealed for _, _, sealed in items], mailbox.keys, few, look)
        for (position, outer, _), result, read in zip(items, results, reads, strict=True):
            if isinstance(result, Genuine):
                opened.append((position, Opened(outer, ref, mailbox, result, read)))
            else:
                failed.append(Failed(outer, result))
    opened.sort(key=lambda pair: pair[0])
    return [one for _, one in opened], failed


def _box(raw: bytes) -> str:
    """The mailbox that a sealed event is for; "" for other kinds."""
    event = parse(raw)
    tag = event.tag("p")
    return tag[1] if event.kind == KIND and tag is not None and len(tag) > 1 else ""
