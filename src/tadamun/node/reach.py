"""Whom something said now would reach, and whether it may be said: asked before, answered from the control log alone.

The answer rests on the same look-ups as saying does (channels.py, judge.py); it makes no secret and writes nothing.
"""

from __future__ import annotations

from collections import Counter

from tadamun.core.genuine import Frame
from tadamun.core.ports import Audience, Reach, Seat
from tadamun.core.room import Standing
from tadamun.node import channels
from tadamun.node.judge import judge
from tadamun.node.place import SPACE, Place


def reach(place: Place, audience: Audience, now: int) -> Reach:
    """See core.ports.Workbench.reach."""
    audience = channels.settled(place, audience, now)
    state, others = place.log.state, audience.others
    devices = Counter(state.devices[key].member for key in channels.readers(place, audience))
    meant = {*others, place.me} & state.members.keys() if others else state.members.keys()
    return Reach(
        audience,
        tuple(
            Seat(member, state.members[member].level, _since(place, member), devices[member])
            for member in sorted(meant)
        ),
        0 if others or audience.expires_at else _later(place),
        _may_say(place, audience),
    )


def seat(place: Place, member: str) -> Seat | None:
    """See core.ports.Workbench.seat."""
    if place.control is None or member not in place.log.state.members:
        return None
    devices = sum(one.member == member and one.live for one in place.log.state.devices.values())
    return Seat(member, place.log.state.members[member].level, _since(place, member), devices)


def _later(place: Place) -> int:
    """How far back newcomers read: private and expiring secrets are never handed on (3-seal.md, 3.6 to 3.8)."""
    history = place.log.state.charter.history
    return -1 if history == "all" else 0 if history == "joining" else history


def _since(place: Place, member: str) -> int:
    """When they were let in, if the event that did it is here; a checkpoint may have come instead of it."""
    found = place.log.genuine(place.log.state.members[member].joined)
    return 0 if found is None else found.event.created_at


def _may_say(place: Place, audience: Audience) -> bool:
    """Whether the next event of this device would count as one of somebody who may write."""
    if audience.others:
        return True
    seq, last = place.next_in_chain(SPACE)
    frame = Frame(space=place.space, auth=place.log.heads, height=place.log.height, seq=seq, previous=last)
    standing = judge(place, place.device.public, seq, "", frame)
    return isinstance(standing, Standing) and standing.may_write
