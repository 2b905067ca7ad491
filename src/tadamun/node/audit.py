"""Outer signatures of what came in bulk, looked at while nothing else is to do.

Inside the space they prove nothing: the seal's MAC and the inner signature do, and those are checked before anything is
taken in. But an id does not commit to its signature: a hostile peer may hand over good events with spoilt outer ones,
which strict relays would then refuse from us. Such copies are dropped, not remembered as deleted: a good one may come.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from tadamun.core.errors import Reason
from tadamun.core.event import parse
from tadamun.core.ports import Wire
from tadamun.crypto.keys import flaw
from tadamun.node.desk import Desk
from tadamun.store import meta

CHECKED: Final = "wire-checked"  # identity of the wire store, and the arrival number up to which it was looked at
BATCH: Final = 500  # events between two looks at whether there is something better to do


def spoilt(raws: Sequence[bytes]) -> list[str]:
    """Ids of the events whose own id or signature is wrong."""
    events = [parse(raw) for raw in raws]
    return [event.id for event in events if flaw(event) is not None]


async def audit(desk: Desk, wire: Wire, identity: str, most: int) -> int:
    """Look at up to `most` events that were not looked at yet. Returns how many were dropped."""
    known, _, number = meta.text(desk.vault.read, CHECKED).partition(":")
    cursor = int(number) if known == identity else 0
    dropped = looked = 0
    while looked < most and (stored := await wire.since(cursor, BATCH)):
        bad = await asyncio.to_thread(spoilt, [one.raw for one in stored])
        if bad:
            await wire.drop(bad)
        cursor = stored[-1].arrival
        async with desk.lock:
            with desk.vault.write() as tx:
                meta.put_text(tx, CHECKED, f"{identity}:{cursor}")
                if bad:
                    meta.count(tx, Reason.BAD_SIGNATURE, len(bad))
        dropped += len(bad)
        looked += len(stored)
    return dropped
