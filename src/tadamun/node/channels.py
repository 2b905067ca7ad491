"""Secrets for fewer readers or for a limited time: direct-message channels and buckets.

Both follow the clean rule as epochs do: used only while every device that has the secret is a live device of somebody
it is meant for, and all those have it (docs/protocol/3-seal.md, 3.7 and 3.8). Otherwise a new one is made first.
"""

from __future__ import annotations

from dataclasses import dataclass

from tadamun.core.errors import UsageError
from tadamun.core.ports import Audience, Random
from tadamun.node.letters import Letter, bucket, channel
from tadamun.node.place import Mailbox, Place

HOUR, DAY = 3_600, 86_400
LONGEST = 366 * DAY  # seconds an expiring post may live: prekeys are kept that long


@dataclass(frozen=True, slots=True)
class Plan:
    """A secret to keep, and the events that hand it to its readers."""

    box: Mailbox
    letters: list[Letter]


def rounded(audience: Audience, now: int) -> Audience:
    """The same with its end rounded up, to the hour within a day and to the day beyond, so that buckets are few.

    Raises UsageError for an end that has passed or lies too far ahead.
    """
    if not audience.expires_at:
        return audience
    left = audience.expires_at - now
    if left <= 0:
        raise UsageError("That time has already passed. Choose how long the post should live.")
    if left > LONGEST:
        raise UsageError("A post can expire after at most {days} days. Choose a shorter time.", days=LONGEST // DAY)
    step = HOUR if left <= DAY else DAY
    return Audience(audience.member, -(-audience.expires_at // step) * step)


def readers(place: Place, audience: Audience) -> dict[str, str]:
    """Live devices meant to read, with the key their box is made for: HPKE key, or current prekey if it expires."""
    meant = {audience.member, place.me} if audience.member else None
    found = {}
    for key, device in place.log.state.live_devices().items():
        if meant is None or device.member in meant:
            announced = place.prekeys_of.get(key)
            prekey = announced[1] if announced is not None else device.prekey
            found[key] = prekey if audience.expires_at else device.hpke
    return found


def box_for(place: Place, audience: Audience) -> Mailbox | None:
    """The secret to use now; None for the whole space without end: there the best epoch at sealing time counts."""
    if not audience.member and not audience.expires_at:
        return None
    use = "dm" if audience.member else "bucket"
    wanted = frozenset(readers(place, audience))
    fitting = [
        box
        for box in place.boxes.values()
        if box.use == use
        and box.peer == audience.member
        and box.expires_at == audience.expires_at
        and box.readers == wanted
    ]
    return min(fitting, key=lambda box: box.id, default=None)


def plan(place: Place, audience: Audience, now: int, random: Random) -> Plan | None:
    """What to make before something can be said to that audience; None if the secret is there already."""
    if box_for(place, audience) is not None:
        return None
    publics = readers(place, audience)
    if audience.member:
        if audience.member not in place.log.state.members:
            raise UsageError("This person is not a member of the space any more; nothing can be sent to them here.")
        if audience.member == place.me:
            raise UsageError("This is yourself. Choose another member.")
        scope = place.channel_with(audience.member)
        keys, letter = channel(
            place.space,
            (place.me, audience.member),
            scope,
            audience.expires_at,
            place.device.public,
            list(publics.values()),
            random,
        )
        return Plan(Mailbox(keys, "dm", scope, audience.member, audience.expires_at, frozenset(publics), now), [letter])
    keys, letters = bucket(place.space, audience.expires_at, publics, random)
    box = Mailbox(keys, "bucket", expires_at=audience.expires_at, readers=frozenset(publics), since=now)
    return Plan(box, letters)
