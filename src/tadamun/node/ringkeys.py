"""Ring keys: each member has one for a month, which the member's devices share (docs/protocol/6-masked.md, 6.1).

A member's first device to look publishes it and seals the private half to the others' prekeys; with the month the
private half is destroyed. So a member with several devices has one turn where others have one. This file does not know
what is said under masks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from tadamun.core import upkeep
from tadamun.core.b64 import from_b64, to_b64
from tadamun.core.body import spell
from tadamun.core.errors import RemoteError
from tadamun.core.event import Event
from tadamun.core.ports import Random, Tables
from tadamun.core.room import Room, Standing
from tadamun.crypto import labels, ring
from tadamun.crypto.lockbox import open_box, seal_to
from tadamun.crypto.secret import Secret
from tadamun.node.letters import DAY, Letter
from tadamun.node.masks import RingKey
from tadamun.node.place import Place
from tadamun.store import masks

AHEAD: Final = 7 * DAY  # seconds before a month begins at which its keys are published: rings are there from the start
WAIT: Final = 120  # seconds that each further device of a member waits for those before it to publish
HANDED: Final = 14 * DAY  # seconds for which a private half is on its way to a device that is off
DRAWN: Final = 64  # members in a ring that is drawn here, at most


def period_of(now: int) -> int:
    """The month of a time (Unix seconds), UTC, counted from January 1970."""
    day = datetime.fromtimestamp(now, UTC)
    return (day.year - 1970) * 12 + day.month - 1


def ends(period: int) -> int:
    """When a month is over (Unix seconds)."""
    year, month = divmod(period + 1, 12)
    return int(datetime(1970 + year, month + 1, 1, tzinfo=UTC).timestamp())


def wanted(now: int) -> tuple[int, ...]:
    """The months that a member has to have a ring key for."""
    period = period_of(now)
    return (period, period + 1) if ends(period) - now < AHEAD else (period,)


def offered(place: Place, rooms: Iterable[Room]) -> bool:
    """Whether masks are of use in the space: some room has them, and there are enough members for a ring."""
    least = [scope.least for room in rooms for scope in room.scopes.values()]
    return (
        place.status == "member"
        and place.control is not None
        and len(place.log.state.members) >= min(least, default=9**9)
    )


def published(place: Place, period: int) -> dict[str, list[str]]:
    """The ring keys of a month that may stand in a ring now: events by member, the lowest key's newest event first."""
    heads, book = place.log.heads, place.masks
    now = (period, heads, len(book.keys))
    if book.ring[0] == now:
        return {member: list(events) for member, events in book.ring[1].items()}
    found: dict[str, list[str]] = {}
    for event, key in _in_order(place, period):
        if ring.is_public(key.key):
            standing = place.log.content_standing(key.device, key.seq, event, heads)
            if isinstance(standing, Standing) and not standing.newcomer and standing.may_write:
                found.setdefault(standing.member, []).append(event)
    book.ring = now, found
    return {member: list(events) for member, events in found.items()}


def own(tables: Tables, place: Place, period: int) -> tuple[str, Secret] | None:
    """This person's ring key of a month: the event and the private half, if that is here."""
    held = masks.ring_keys(tables, place.ref, period)
    live = place.log.state.live_devices()
    for event, key in _in_order(place, period) if held else ():
        if key.key in held and key.device in live and place.owner(key.device) == place.me:
            return event, held[key.key]
    return None


def _in_order(place: Place, period: int) -> list[tuple[str, RingKey]]:
    """By key, and each key's newest event first: whoever came late may have that one alone."""
    of_month = [pair for pair in place.masks.keys.items() if pair[1].period == period]
    return sorted(of_month, key=lambda pair: (pair[1].key, -pair[1].seq, pair[0]))


def draw(place: Place, period: int, mine: str, random: Random) -> list[str]:
    """The ring to speak from: the events of its keys, `mine` among them; one of each member's, all if they are few.

    [] if one's own key may not stand in a ring.
    """
    members = published(place, period)
    if mine not in members.pop(place.me, ()):
        return []
    seen, others = {place.masks.keys[mine].key}, []
    for events in members.values():
        for event in events:
            key = place.masks.keys[event].key
            if key not in seen:  # and no copy of somebody else's
                seen.add(key)
                others.append(event)
                break
    while len(others) >= DRAWN:
        others.pop(random.below(len(others)))
    return sorted([mine, *others])


def publish(period: int, random: Random) -> tuple[Secret, Letter]:
    """A new ring key, and the event that says so."""
    secret = ring.make_key(random)
    body = upkeep.RingKey(period=period, key=to_b64(ring.public_of(secret)))
    return secret, Letter(upkeep.RING_KEY, spell(body))


def again(tables: Tables, place: Place, period: int, now: int) -> Letter | None:
    """The ring key once more, for members who came since and cannot read what was said before: without it they could
    not look at a proof. Once a day at most, by the device that said it last."""
    state, mine = place.log.state, own(tables, place, period)
    if state.charter.history == "all" or mine is None:
        return None
    key = place.masks.keys[mine[0]]
    there = place.log.at(key.auth)
    if key.device != place.device.public or now - key.at < DAY or there is None:
        return None
    if state.members.keys() <= there.members.keys():
        return None
    return Letter(upkeep.RING_KEY, spell(upkeep.RingKey(period=period, key=to_b64(key.key))))


def hand_over(tables: Tables, place: Place, period: int, now: int) -> Iterator[Letter]:
    """The private halves that are here, for those of this person's devices that nobody has sent them to. The first of
    the devices that have one does it."""
    live = {key: device for key, device in place.log.state.live_devices().items() if device.member == place.me}
    for public, secret in masks.ring_keys(tables, place.ref, period).items():
        made = {one.device for one in place.masks.keys.values() if one.key == public}
        have = made.union(*(devices for key, devices in place.masks.handed.values() if key == public)) & live.keys()
        lacking = sorted(live.keys() - have)[:16]
        if not lacking or not made & live.keys() or min(have) != place.device.public:
            continue
        boxes = []
        for device in lacking:
            announced = place.prekeys_of.get(device)
            prekey = live[device].prekey if announced is None else announced[1]
            boxes.append(
                (device, to_b64(seal_to(prekey, secret, labels.mask_box(place.space, period, public, device))))
            )
        expires = -(-(now + HANDED) // DAY) * DAY
        body = upkeep.RingHand(period=period, key=to_b64(public), expires=expires, boxes=tuple(boxes))
        yield Letter(upkeep.RING_HAND, spell(body), expires)


def handed(tx: Tables, place: Place, event: Event, body: upkeep.RingHand) -> None:
    """Another device of this person's sends the private half of a ring key."""
    if place.owner(event.pubkey) != place.me:
        return
    public, mine = from_b64(body.key), place.device.public
    info = labels.mask_box(place.space, body.period, public, mine)
    for box in [from_b64(box) for device, box in body.boxes if device == mine][:1]:
        for key, _ in place.prekeys:
            try:
                secret = Secret(open_box(key, box, info))
            except RemoteError:
                continue
            if ring.is_key(secret) and ring.public_of(secret) == public:
                masks.keep_ring_key(tx, place.ref, body.period, public, secret)
            return
