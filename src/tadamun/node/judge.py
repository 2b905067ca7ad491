"""What the control log says of something said: who the author was there and then, or why it does not count.

One place for all content: the space's channel with its cuts, and private channels, which end with membership
(docs/protocol/1-events.md 1.7, 3-seal.md 3.8).
"""

from __future__ import annotations

from typing import Any

from tadamun.core.errors import Reason
from tadamun.core.genuine import Frame, Said
from tadamun.core.room import Standing
from tadamun.node import masks
from tadamun.node.place import SPACE, Place


def judge(place: Place, device: str, seq: int, event: str, frame: Frame) -> Standing | Reason | None:
    """Standing of the author, or why the event does not count; None: wait for the control events it cites."""
    if frame.mask is not None or frame.under:
        return masks.standing(place, device, seq, event, frame)
    log = place.log
    if frame.channel == SPACE:
        # Without a cut the answer is the same for all that a device said at those heads, until the control log grows.
        key = (device, frame.auth, frame.height)
        known = place.standings.get(key)
        if known is not None:
            return known
        found = log.content_standing(device, seq, event, frame.auth)
        kept = log.state.devices.get(device)
        if isinstance(found, Standing) and kept is not None and not kept.cuts:
            place.standings[key] = found
        return found
    there = log.at(frame.auth)
    if there is None:
        return None
    member = log.member_of(device)
    if member is None or device not in there.live_devices():
        return Reason.NOT_MEMBER
    circle = {place.me, *place.peers_of(frame.channel)}
    if member not in circle or not (circle - {member}) & there.members.keys():
        return Reason.NOT_MEMBER
    return Standing(
        member=member,
        level=there.weight(member) or 0,
        may_write=True,
        may_moderate=False,
        newcomer=there.newcomer(member),
    )


def closed(place: Place, device: str, frame: Frame) -> bool:
    """Whether a private channel no longer takes anything from this device, because it or its member is out.

    There is no cut for private channels: what came before that was known here stays, what comes later is refused,
    whatever it cites. Asked on arrival only; what is in the log is judged without it.
    """
    if frame.channel == SPACE:
        return False
    known = place.log.state.devices.get(device)
    return known is None or not known.live


def standing_of(place: Place, said: Said[Any]) -> Standing | Reason | None:
    """The same, for something said already."""
    if said.mask is not None:
        return masks.standing_of(place, said)
    channel = place.channel_of(said.circle)
    frame = Frame(space=said.space, auth=said.auth, height=said.height, seq=said.seq, previous="", channel=channel)
    return judge(place, said.device, said.seq, said.id, frame)
