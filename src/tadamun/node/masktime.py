"""What time brings for masks: ring keys are published and handed to a person's other devices; keys are destroyed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tadamun.core.event import parse
from tadamun.core.frame import split
from tadamun.core.room import Room
from tadamun.crypto import ring
from tadamun.node import ringkeys
from tadamun.node.desk import Desk
from tadamun.node.ledger import Taken
from tadamun.node.masks import HOUR, is_masked
from tadamun.node.place import Place
from tadamun.store import masks, outbox

LATE: Final = 1_800  # seconds within which what came due while the node was off goes out, at random


async def tend(desk: Desk, rooms: Sequence[Room], looked: dict[tuple[str, int], int]) -> None:
    """Done every tick. looked: (space, month) → since when this device sees that its member has no ring key."""
    now = desk.clock.now()
    for place in list(desk.places.values()):
        if ringkeys.offered(place, rooms):
            for period in ringkeys.wanted(now):
                await _keep_key(desk, place, period, looked)
        if place.masks.deferred and now - place.masks.bad_since >= HOUR:
            await _read_deferred(desk, place)
    await _destroy(desk, now)


async def _keep_key(desk: Desk, place: Place, period: int, looked: dict[tuple[str, int], int]) -> None:
    now = desk.clock.now()
    mine = sorted(key for key, device in place.log.state.live_devices().items() if device.member == place.me)
    if not any(key.period == period and key.device in mine for key in place.masks.keys.values()):
        since = looked.setdefault((place.space, period), now)
        if now - since < ringkeys.WAIT * mine.index(place.device.public):
            return
        async with desk.lock:
            secret, letter = ringkeys.publish(period, desk.random)
            with desk.vault.write() as tx:
                masks.keep_ring_key(tx, place.ref, period, ring.public_of(secret), secret)
            desk.write(place, [letter])
        await desk.deliver()
        return
    letters = list(ringkeys.hand_over(desk.vault.read, place, period, now))
    if (once_more := ringkeys.again(desk.vault.read, place, period, now)) is not None:
        letters.append(once_more)
    if letters:
        await desk.act(place.space, letters)


async def _read_deferred(desk: Desk, place: Place) -> None:
    """Proofs may be looked at again."""
    async with desk.lock:
        place.masks.deferred = False
        taken = Taken()
        with desk.vault.write() as tx:
            desk.ledger.read_late(tx, taken)
    desk.changed(place, taken)


async def _destroy(desk: Desk, now: int) -> None:
    """Ring keys of months gone by, and one-time keys whose time has come."""
    places = {place.ref: place for place in desk.places.values()}
    over = masks.over(desk.vault.read, now)
    old = masks.old_ring_keys(desk.vault.read, ringkeys.period_of(now))
    if not over and not old:
        return
    async with desk.lock:
        with desk.vault.write() as tx:
            masks.destroy_ring_keys(tx, ringkeys.period_of(now))
        for ref, opening in over:
            drop(desk, places[ref], opening)
    desk.vault.scrub()


def drop(desk: Desk, place: Place, opening: str) -> None:
    """Destroy a one-time key and what waits to go out under it. The lock is held by the caller."""
    unsent = [parse(raw) for raw in outbox.raws(desk.vault.read, place.ref)]
    mine = [one.id for one in unsent if one.id == opening or split(one).under == opening]
    with desk.vault.write() as tx:
        outbox.done(tx, mine)
        masks.destroy(tx, place.ref, opening)


def start(desk: Desk) -> None:
    """At the node's start: what was to go out while it was off does not go out the moment it is on."""
    now = desk.clock.now()
    at = now + desk.random.below(LATE)
    for place in desk.places.values():
        unsent = [parse(raw) for raw in outbox.raws(desk.vault.read, place.ref)]
        if late := [one.id for one in unsent if is_masked(split(one))]:
            with desk.vault.write() as tx:
                outbox.postpone(tx, late, at)
