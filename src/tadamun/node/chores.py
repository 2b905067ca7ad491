"""What time brings: things expire and are destroyed, prekeys are renewed, addresses announced, epochs of the day begun.

Expiry is by destroying keys: the secret of a bucket, the prekeys it may have been sealed to, the event, its views and full
text, and the sealed copy; then the write-ahead log is emptied (docs/protocol/3-seal.md, 3.7).
"""

from __future__ import annotations

from typing import Final

from tadamun.core import upkeep
from tadamun.core.body import spell
from tadamun.core.errors import LocalError
from tadamun.core.ports import Filter
from tadamun.crypto.lockbox import BoxKey
from tadamun.node.channels import LONGEST
from tadamun.node.desk import Desk
from tadamun.node.letters import Letter
from tadamun.node.place import Place
from tadamun.store import epochs, log, outbox, parked, spaces

WEEK: Final = 7 * 86_400  # seconds between prekeys


async def expire(desk: Desk) -> int:
    """Destroy all that should be gone by now. Returns how many events went."""
    now = desk.clock.now()
    gone = log.expired(desk.vault.read, now)
    secrets = epochs.expired(desk.vault.read, now)
    if not gone and not secrets:
        return 0
    places = {place.ref: place for place in desk.places.values()}
    mailboxes = [
        places[ref].boxes[epoch].keys.mailbox.public
        for ref, epoch in secrets
        if ref in places and epoch in places[ref].boxes
    ]
    async with desk.lock:
        with desk.vault.write() as tx:
            log.remove(tx, [kept.id for _, kept in gone])
            for ref, place in places.items():
                stale = {(kept.room, kept.topic) for at, kept in gone if at == ref and kept.room}
                desk.ledger.projector.project(tx, place, (), stale)
                mine = [epoch for at, epoch in secrets if at == ref]
                epochs.destroy(tx, ref, mine)
                for epoch in mine:
                    place.boxes.pop(epoch, None)
                    place.mailboxes_version += 1
            parked.expire(tx, now)
            outbox.expire(tx, now)
        _old_prekeys(desk, now)
    for mailbox in mailboxes:
        wanted = Filter(kinds=(3700,), tags=(("p", (mailbox,)),))
        async for page in desk.wire.find(wanted):
            await desk.wire.delete([one.id for one in page])
    desk.vault.scrub()
    return len(gone)


def _old_prekeys(desk: Desk, now: int) -> None:
    """Destroy private prekeys that nothing unexpired can have been sealed to. The newest always stays."""
    with desk.vault.write() as tx:
        for place in desk.places.values():
            dead = [
                (key, made_at)
                for (key, made_at), (_, replaced_at) in zip(place.prekeys, place.prekeys[1:], strict=False)
                if replaced_at + LONGEST + WEEK < now or _unneeded(place, replaced_at, now)
            ]
            spaces.destroy_prekeys(tx, place.ref, [key.raw.hex() for key, _ in dead])
            place.prekeys = [kept for kept in place.prekeys if kept not in dead]


def _unneeded(place: Place, replaced_at: int, now: int) -> bool:
    """A prekey replaced over a week ago, while no secret that was made before then is left to expire."""
    return replaced_at + WEEK < now and not any(
        box.expires_at and box.since <= replaced_at + WEEK for box in place.boxes.values()
    )


async def renew_prekeys(desk: Desk) -> None:
    """A new prekey for each space once a week; the old one is kept as long as something may have been sealed to it."""
    now = desk.clock.now()
    for place in list(desk.places.values()):
        if place.status != "member" or (place.prekeys and place.prekeys[-1][1] + WEEK > now):
            continue
        key = BoxKey.make(desk.random)
        async with desk.lock:
            with desk.vault.write() as tx:
                spaces.add_prekey(tx, place.ref, key.raw.hex(), key.secret, now)
            place.prekeys.append((key, now))
        body = upkeep.Prekey(prekey=key.public)
        await desk.act(place.space, [Letter(upkeep.PREKEY, spell(body))])


async def announce(desk: Desk, addresses: tuple[str, ...]) -> None:
    """Tell each space where this node can be reached, if that changed since it was last told."""
    for place in list(desk.places.values()):
        if place.status != "member" or place.announced == addresses:
            continue
        place.announced = addresses
        body = upkeep.Addresses(addresses=addresses)
        try:
            await desk.act(place.space, [Letter(upkeep.ADDRESSES, spell(body))])
        except LocalError:
            place.announced = None
            raise
