"""Devices that are out and cannot know it: what shut them out never travels where they read.

Somebody lets a device in, and is shut out elsewhere at the same time. The admission is void once both are known, but
whoever came by it was handed an epoch that the others turn away from, and would go on alone, as if it belonged. Those
who hold that epoch say there what they know (docs/protocol/3-seal.md, 3.4). Look-ups only; the steward acts on them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tadamun.core.control.bodies import DEVICE_REVOKE, LEAVE, LEVEL, REMOVE, Admit, DeviceAdd, decode
from tadamun.core.control.log import ControlLog
from tadamun.node.holders import Lack, deepest, handed, may_travel
from tadamun.node.past import ancestors, since
from tadamun.node.place import Place

STRONG = frozenset({LEAVE, REMOVE, LEVEL, DEVICE_REVOKE})  # docs/protocol/2-control.md, rule 8


def unaware(place: Place) -> Iterator[Lack]:
    """For each such device the acts that shut it out, and what they cite, as far as it can read neither; apart if
    somebody else who reads there, and was known to be out by then, would hear of what they cite."""
    live = place.log.state.live_devices()
    gone = [device for device in sorted(place.came) if device not in live and device != place.device.public]
    who = handed(place) if gone else {}
    everywhere = set().union(*place.carried.values())
    for device in gone:
        own = {epoch for epoch, devices in who.items() if device in devices}
        own |= {epoch for epoch, reader in place.boxed_aside if reader == device}
        elsewhere = everywhere.difference(*(place.carried.get(epoch, ()) for epoch in own))
        via = deepest(place, own)
        known = place.log.state.devices.get(device)
        cuts = None if known is None else {cut.by for cut in known.cuts}
        if not via or not elsewhere or (cuts is not None and not cuts <= elsewhere):
            continue
        later = since(place.log, place.came[device])
        acts = shut_out_by(place.log, device, place.came[device], _strong(place.log, later, cuts))
        if not elsewhere.isdisjoint(acts):
            cited = ancestors(place.log, acts) & elsewhere - set(acts)
            events = [one for one in later if one in cited]
            apart = len(may_travel(place, via, events)) < len(events)
            if not (apart and device in place.told):
                yield Lack(device, "", via, (*events, *(one for one in acts if one in elsewhere)), acts, apart)


def _strong(log: ControlLog, events: Sequence[str], cuts: set[str] | None) -> list[str]:
    """The acts in question, of events parents first: those that cut a device, or all (None) if nobody could let it
    in."""
    if cuts is not None:
        return [one for one in events if one in cuts]
    found = [(one, log.genuine(one)) for one in events]
    return [i for i, one in found if one is not None and one.event.kind in STRONG and log.effective(i)]


def listed_key(place: Place, device: str) -> str:
    """The HPKE key (b64) with which whoever let a device in listed it."""
    found = place.log.genuine(place.came[device])
    body = None if found is None else decode(found.event)
    return body.device.hpke if isinstance(body, Admit | DeviceAdd) else ""


def shut_out_by(log: ControlLog, device: str, arrival: str, acts: Sequence[str]) -> tuple[str, ...]:
    """The earliest of `acts` (parents first) that together shut out the device that `arrival` let in; none if it is in
    all the same, or never was.

    Earliest, since what they cite was then written by people who did not know of it yet: nothing is told to a device
    that was meant to be kept from whoever let it in.
    """

    def still_in(with_these: Sequence[str]) -> bool:
        there = log.at((arrival, *with_these))
        return there is not None and device in there.live_devices()

    if not acts or not still_in(()):
        return ()
    enough = next((acts[:end] for end in range(1, len(acts) + 1) if not still_in(acts[:end])), ())
    needed = list(enough)
    for one in enough[:-1]:
        fewer = [other for other in needed if other != one]
        if not still_in(fewer):
            needed = fewer
    return tuple(needed)
