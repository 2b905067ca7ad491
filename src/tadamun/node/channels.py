"""Secrets for fewer readers or for a limited time: private channels and buckets.

Both follow the clean rule as epochs do: used only while every device that has the secret is a live device of somebody
it is meant for, and all those have it (docs/protocol/3-seal.md, 3.7 to 3.9). Otherwise a new one is made first.
"""

from __future__ import annotations

from dataclasses import dataclass

from tadamun.core.errors import UsageError
from tadamun.core.limits import MAX_CIRCLE
from tadamun.core.ports import Audience, Random
from tadamun.node.circles import opened
from tadamun.node.letters import Letter, bucket
from tadamun.node.place import Mailbox, Place

HOUR, DAY = 3_600, 86_400
LONGEST = 366 * DAY  # seconds an expiring post may live: prekeys are kept that long


@dataclass(frozen=True, slots=True)
class Plan:
    """A secret to keep, and the events that hand it to its readers."""

    box: Mailbox
    letters: list[Letter]


def settled(place: Place, audience: Audience, now: int) -> Audience:
    """The same in its one spelling: the others named once, and the end rounded as `rounded` says.

    Raises UsageError for whom nothing can be said to, for an end that has passed or lies too far ahead.
    """
    others = tuple(one for one in audience.others if one != place.me)
    if audience.others:
        _addressable(place, others)
    end = rounded(audience.expires_at, now)
    return Audience(others[0], end) if len(others) == 1 else Audience("", end, others)


def _addressable(place: Place, others: tuple[str, ...]) -> None:
    state = place.log.state
    if not others:
        raise UsageError("This is yourself. Choose another member.")
    if len(others) >= MAX_CIRCLE:
        raise UsageError("A circle has at most {most} members, you among them. Choose fewer.", most=MAX_CIRCLE)
    if any(one not in state.members and one not in state.former for one in others):
        raise UsageError("Somebody in this circle never was a member of the space. Choose among its members.")
    if not any(one in state.members for one in others):
        raise UsageError(
            "This person is not a member of the space any more; nothing can be sent to them here."
            if len(others) == 1
            else "Nobody else in this circle is a member of the space any more; nothing can be sent to them here."
        )


def rounded(expires_at: int, now: int) -> int:
    """An end rounded up, to the hour within a day and to the day beyond, so that buckets are few. Raises UsageError."""
    if not expires_at:
        return 0
    left = expires_at - now
    if left <= 0:
        raise UsageError("That time has already passed. Choose how long the post should live.")
    if left > LONGEST:
        raise UsageError("A post can expire after at most {days} days. Choose a shorter time.", days=LONGEST // DAY)
    step = HOUR if left <= DAY else DAY
    return -(-expires_at // step) * step


def readers(place: Place, audience: Audience) -> dict[str, str]:
    """Live devices meant to read, with the key their box is made for: HPKE key, or current prekey if it expires."""
    meant = {*audience.others, place.me} if audience.others else None
    found = {}
    for key, device in place.log.state.live_devices().items():
        if meant is None or device.member in meant:
            announced = place.prekeys_of.get(key)
            prekey = announced[1] if announced is not None else device.prekey
            found[key] = prekey if audience.expires_at else device.hpke
    return found


def box_for(place: Place, audience: Audience) -> Mailbox | None:
    """The secret to use now; None for the whole space without end: there the best epoch at sealing time counts.

    In a circle only what one's own devices opened: whoever opens it could leave somebody out, and nobody would notice.
    """
    others = audience.others
    if not others and not audience.expires_at:
        return None
    use = "dm" if others else "bucket"
    wanted = frozenset(readers(place, audience))
    fitting = [
        box
        for box in place.boxes.values()
        if box.use == use
        and box.peers == others
        and (len(others) < 2 or box.maker == place.me)
        and box.expires_at == audience.expires_at
        and box.readers == wanted
    ]
    return min(fitting, key=lambda box: box.id, default=None)


def plan(place: Place, audience: Audience, now: int, random: Random) -> Plan | None:
    """What to make before something can be said to that audience; None if the secret is there already."""
    if box_for(place, audience) is not None:
        return None
    publics = readers(place, audience)
    others = audience.others
    if others:
        _addressable(place, others)
        keys, letters = opened(place, others, list(publics.values()), audience.expires_at, random)
        scope, names = place.channel_of(others), frozenset(publics)
        return Plan(Mailbox(keys, "dm", scope, others, audience.expires_at, names, now, place.me), letters)
    keys, letters = bucket(place.space, audience.expires_at, publics, random)
    box = Mailbox(keys, "bucket", expires_at=audience.expires_at, readers=frozenset(publics), since=now)
    return Plan(box, letters)
