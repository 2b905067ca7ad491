"""A space taken off this node: its keys, its log, its views, and the sealed copies, so that nothing of it is left here.

What the vault has goes in one transaction, which leaves a mark for each mailbox whose sealed events still lie in the
wire store; they are dropped after it, and after a kill by the next `finish`. Dropped, not deleted: whoever comes back
by a good link must be able to fetch them again. Other members' copies, and their control log, know nothing of it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from tadamun.core.ports import Filter
from tadamun.node.carried import CARRIED
from tadamun.node.chores import SPENT
from tadamun.node.later import KEPT
from tadamun.node.mail import GIVEN, LOOK_AGAIN
from tadamun.node.place import Place
from tadamun.store import meta, refs, search, spaces

if TYPE_CHECKING:
    from tadamun.node.node import Node

FORGOTTEN: Final = "forgotten:"  # a row in `meta` for each mailbox whose sealed events are still to be dropped
# Rows in `meta` of one space: those that begin so, and single ones.
_ROWS: Final = ("chain:{}:", "whereabouts:{}:", "signed:{}:", "closed:{}:", GIVEN, KEPT, CARRIED)
_ROW: Final = ("introduction:{}", SPENT)


async def forget(node: Node, place: Place) -> None:
    """Everything of the space is gone when this returns, save for copies that the disk itself may keep.

    Raises VaultError, having changed nothing.
    """
    async with node.desk.lock:
        await asyncio.to_thread(_remove, node, place)
        place.status = "out"  # errands under way that still hold it stop
        del node.places[place.space]
    node.refresh()
    node.vault.scrub()
    await finish(node)


async def finish(node: Node) -> None:
    """Drop the sealed events of mailboxes that were forgotten; at the start, what a kill left undone."""
    for key, _ in meta.beginning(node.vault.read, FORGOTTEN):
        mailbox = key.removeprefix(FORGOTTEN)
        if mailbox not in node.known:  # else it was learnt again meanwhile
            ids = [i for _, i in await node.wire.items(Filter(kinds=(3700,), tags=(("p", (mailbox,)),)))]
            await node.wire.drop(ids)
        with node.vault.write() as tx:
            meta.remove(tx, key)


def _remove(node: Node, place: Place) -> None:
    with node.vault.write() as tx:
        for box in place.mailboxes():
            meta.put(tx, FORGOTTEN + box.keys.mailbox.public, b"")
            for start in (LOOK_AGAIN, "late:"):
                meta.remove(tx, start + box.keys.mailbox.public)
        for key, _, _ in spaces.invites(tx, place.ref):
            meta.remove(tx, f"device-link:{key}")
        spaces.remove(tx, place.ref)
        search.clear(tx, place.ref)
        for room in node.parts.rooms:
            room.forget(tx, place.space)
        for name in _ROW:
            meta.remove(tx, name.format(place.ref))
        for start in _ROWS:
            for key, _ in meta.beginning(tx, start.format(place.ref)):
                meta.remove(tx, key)
        refs.tidy(tx)
