"""What time brings: things expire and are destroyed, prekeys are renewed, addresses announced, epochs of the day begun.

Expiry is by destroying keys: the secret of a bucket, the prekeys it may have been sealed to, the event, its views and
full text, and the sealed copy; then the write-ahead log is emptied (docs/protocol/3-seal.md, 3.7).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tadamun.core import upkeep
from tadamun.core.body import spell
from tadamun.core.errors import LocalError
from tadamun.core.ports import Filter, Tables
from tadamun.crypto.lockbox import BoxKey
from tadamun.node.channels import DAY
from tadamun.node.desk import Desk
from tadamun.node.letters import Letter
from tadamun.node.place import Place
from tadamun.store import epochs, log, meta, outbox, parked, spaces

WEEK: Final = 7 * 86_400  # seconds between prekeys
MOST_WASTE: Final = 500  # events destroyed at a time
SPENT: Final = "prekey-spent:{}"  # a row in `meta`: something that the newest prekey may have opened has expired


async def expire(desk: Desk) -> int:
    """Destroy all that should be gone by now. Returns how many events and secrets went."""
    now = desk.clock.now()
    places = {place.ref: place for place in desk.places.values()}
    async with desk.lock:
        gone = log.expired(desk.vault.read, now)
        secrets = epochs.expired(desk.vault.read, now)
        aside = any(parked.count(desk.vault.read, ref) + outbox.count(desk.vault.read, ref) for ref in places)
        mailboxes = [
            box.keys.mailbox.public
            for place in places.values()
            for box in place.boxes.values()
            if (place.ref, box.id) in secrets
        ]
        count = len(gone) + len(secrets)
        if count or aside:
            try:
                with desk.vault.write() as tx:
                    log.remove(tx, [kept.id for _, kept in gone])
                    for ref, place in places.items():
                        stale = {(kept.room, kept.topic) for at, kept in gone if at == ref and kept.room}
                        desk.ledger.projector.project(tx, place, (), stale)
                        _destroy(tx, place, [epoch for at, epoch in secrets if at == ref])
                    count += parked.expire(tx, now) + outbox.expire(tx, now)
            except BaseException:
                for place in places.values():
                    desk.reload(place)
                raise
        count += _old_prekeys(desk, now)
    for mailbox in mailboxes:  # also what somebody sealed for it without saying that it expires
        async for page in desk.wire.find(Filter(kinds=(3700,), tags=(("p", (mailbox,)),))):
            await desk.wire.delete([one.id for one in page])
    if count:
        desk.vault.scrub()
    return count


async def clear(desk: Desk) -> int:
    """Destroy events that their rooms say nothing needs any more, as what a retracted post brought with it. One that
    somebody hands over again is destroyed again. Returns how many."""
    count = 0
    for place in list(desk.places.values()):
        for room in desk.ledger.projector.rooms.values():
            if not (ids := room.waste(desk.vault.read, place.space, MOST_WASTE)):
                continue
            async with desk.lock:
                with desk.vault.write() as tx:
                    topics = {kept.topic for i in ids if (kept := log.get(tx, i)) is not None}
                    log.remove(tx, ids)
                    desk.ledger.projector.project(tx, place, (), {(room.name, topic) for topic in topics})
            count += len(ids)
    if count:
        desk.vault.scrub()
    return count


def _destroy(tx: Tables, place: Place, secrets: Sequence[str]) -> None:
    """Secrets whose time is over. The prekeys that they were sealed to are to be renewed soon."""
    if not secrets:
        return
    epochs.destroy(tx, place.ref, secrets)
    for epoch in secrets:
        place.boxes.pop(epoch, None)
        place.makers.pop(epoch, None)
    place.mailboxes_version += 1
    meta.put(tx, SPENT.format(place.ref), b"")


def _old_prekeys(desk: Desk, now: int) -> int:
    """Destroy private prekeys a week after they were replaced: what was sealed to them by then has come and been
    opened, and its secret is kept by itself until it expires. The newest always stays."""
    dead = {
        place.ref: [
            (key, made_at)
            for (key, made_at), (_, replaced_at) in zip(place.prekeys, place.prekeys[1:], strict=False)
            if replaced_at + WEEK < now
        ]
        for place in desk.places.values()
    }
    if not any(dead.values()):
        return 0
    with desk.vault.write() as tx:
        for ref, pairs in dead.items():
            spaces.destroy_prekeys(tx, ref, [key.raw.hex() for key, _ in pairs])
    for place in desk.places.values():
        place.prekeys = [kept for kept in place.prekeys if kept not in dead[place.ref]]
    return sum(map(len, dead.values()))


async def renew_prekeys(desk: Desk) -> None:
    """A new prekey for each space once a week, and a day after the last when something that it opened has expired; the
    old one is kept a week longer, for those who have not heard of the new one."""
    now = desk.clock.now()
    for place in list(desk.places.values()):
        spent = meta.get(desk.vault.read, SPENT.format(place.ref)) is not None
        if place.status != "member" or (place.prekeys and place.prekeys[-1][1] + (DAY if spent else WEEK) > now):
            continue
        key = BoxKey.make(desk.random)
        async with desk.lock:
            with desk.vault.write() as tx:
                spaces.add_prekey(tx, place.ref, key.raw.hex(), key.secret, now)
                meta.remove(tx, SPENT.format(place.ref))
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
