"""The mailboxes of invitations that let nobody in any more: they are given up, with the secrets that read them and the
sealed letters in them.

Each is one more mailbox to prove on every connection, and a place that whoever once had the link can fill. For a while
they are kept, so that somebody who comes late is told why they are not let in (docs/protocol/4-joining.md, 4.3).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from tadamun.core.ports import Tables
from tadamun.node import forgetting
from tadamun.node.arrival import DEVICE_LINK_LIFE
from tadamun.node.mail import LOOK_AGAIN
from tadamun.node.place import Mailbox, Place
from tadamun.store import epochs, meta, spaces

if TYPE_CHECKING:
    from tadamun.node.node import Node

KEPT: Final = 7 * 86_400  # seconds after this node first found that it is over
DEVICE_LINK: Final = "device-link:"  # rows in `meta`: which mailbox a device's open link leads to
CLOSED: Final = "closed:{}:{}"  # a row in `meta` for a space's mailbox: since when (Unix seconds) it is over


async def retire(node: Node) -> bool:
    """Give up what has been over for long enough. Whether there was any. Raises VaultError, having changed nothing."""
    now = node.clock.now()
    gone: list[tuple[Place, Mailbox]] = []
    async with node.desk.lock:
        read = node.vault.read
        marks = [
            (place, box, _over(read, place, box, now), meta.number(read, CLOSED.format(place.ref, box.id)))
            for place, box in _doors(node)
        ]
        if not any(over != bool(since) or (since and since + KEPT <= now) for _, _, over, since in marks):
            return False
        with node.vault.write() as tx:
            for place, box, over, since in marks:
                key = CLOSED.format(place.ref, box.id)
                if not over:
                    meta.remove(tx, key)  # what closed it turned out void
                elif not since:
                    meta.put_number(tx, key, now)
                elif since + KEPT <= now:
                    gone.append((place, box))
                    meta.remove(tx, key)
                    _give_up(tx, place, box)
        for place, box in gone:
            place.boxes.pop(box.id, None)
            place.mailboxes_version += 1
    if gone:
        node.refresh()
        await forgetting.finish(node)
        node.vault.scrub()
    return bool(gone)


def _doors(node: Node) -> Iterator[tuple[Place, Mailbox]]:
    for place in node.places.values():
        if place.status == "member":
            yield from ((place, box) for box in place.mailboxes() if box.use in ("invite", "device"))


def _over(tables: Tables, place: Place, box: Mailbox, now: int) -> bool:
    """Does nobody come in by this mailbox any more?"""
    if box.use == "device":
        key = _device_link(tables, box)
        made = {one: made_at for one, _, made_at in spaces.invites(tables, place.ref)}
        return key not in made or made[key] + DEVICE_LINK_LIFE <= now
    invite = place.invites.get(box.id)
    return invite is None or invite.key not in place.log.state.invites or 0 < invite.expires <= now


def _device_link(tables: Tables, box: Mailbox) -> str:
    """The key of the device link that leads to it; "" if none does any more."""
    rows = meta.beginning(tables, DEVICE_LINK)
    return next((name.removeprefix(DEVICE_LINK) for name, value in rows if value.decode() == box.id), "")


def _give_up(tx: Tables, place: Place, box: Mailbox) -> None:
    epochs.destroy(tx, place.ref, [box.id])
    if key := _device_link(tx, box):
        spaces.destroy_invite(tx, place.ref, key)
        meta.remove(tx, DEVICE_LINK + key)
    invite = place.invites.get(box.id)
    if invite is not None:
        spaces.destroy_invite(tx, place.ref, invite.key)
    mailbox = box.keys.mailbox.public
    meta.remove(tx, LOOK_AGAIN + mailbox)
    meta.put(tx, forgetting.FORGOTTEN + mailbox, b"")
