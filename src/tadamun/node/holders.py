"""Which devices hold which epoch's secret, as far as the control log tells, and what somebody lacks because of it.

People act at the same time: one is let in while another rotates, a device is shut out and the act turns out void.
Then an epoch, or a control event that travels under one, is out of a member's reach, and whoever notices hands it on
(docs/protocol/3-seal.md, 3.4). Look-ups only; the steward acts on them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tadamun.core import upkeep
from tadamun.core.frame import split
from tadamun.core.ports import Tables
from tadamun.node.past import meant_for
from tadamun.node.place import Mailbox, Place
from tadamun.store import log

Holders = Mapping[str, set[str]]  # epoch → devices


@dataclass(frozen=True, slots=True)
class Lack:
    """The device has no box for `epoch` ("": only events) and reads `via`; events: control events to seal there."""

    device: str
    epoch: str
    via: str
    events: tuple[str, ...] = ()


def holders(place: Place) -> Holders:
    """For every epoch that an event here named: who of the devices live now holds it. Its recipients are those live at
    its own heads; then whoever a box was seen for, as for the epoch that a newcomer was handed."""
    known = place.log
    live = known.state.live_devices().keys()
    found: dict[str, set[str]] = {}
    for epoch, event in place.made.items():
        genuine = known.genuine(event)
        there = None if genuine is None else known.at(split(genuine.event).auth)
        found[epoch] = set() if there is None else there.live_devices().keys() & live
    for epoch, device in place.boxed:
        if epoch in found and device in live:
            found[epoch].add(device)
    return found


def shared(place: Place) -> Mailbox | None:
    """The epoch to hand the next one out under: held by most of those who are to get it, then the deepest."""
    held = [box for box in place.boxes.values() if box.use == "epoch"]
    if len(held) < 2:
        return held[0] if held else None
    who = holders(place)
    return max(held, key=lambda box: (len(who.get(box.id, ())), place.depth(box.id), box.since, box.id))


def tips(place: Place) -> list[str]:
    """Epochs held here that none held here follows: the parents of the next, so that history leads to all of them."""
    held = [box.id for box in place.boxes.values() if box.use == "epoch"]
    parents = {parent for one in held for parent in place.tree.get(one, ())}
    return sorted((one for one in held if one not in parents), key=lambda one: (-place.depth(one), one))[:16]


def recall_boxes(tables: Tables, place: Place) -> None:
    """Read once which lockboxes were seen before this node started."""
    if place.boxes_recalled:
        return
    for content in log.contents(tables, place.ref, upkeep.LOCKBOXES):
        body = upkeep.read(upkeep.LOCKBOXES, content, ())
        if isinstance(body, upkeep.Lockboxes):
            place.boxed |= {(body.epoch, device) for device, _ in body.boxes}
    place.boxes_recalled = True


def lacks(place: Place) -> list[Lack]:
    """What live devices of others lack and could be given from here."""
    if len(place.made) < 2:
        return []
    who = holders(place)
    found = []
    everywhere = set().union(*place.carried.values())
    for device, kept in sorted(place.log.state.live_devices().items()):
        own = {epoch for epoch, devices in who.items() if device in devices}
        via = max((one for one in own if one in place.boxes), key=lambda one: (place.depth(one), one), default="")
        if not via or device == place.device.public:
            continue
        # Not only clean ones: before it was not clean, somebody may have said something under it.
        missing = [
            epoch
            for epoch, made in sorted(place.made.items())
            if epoch not in own and epoch in place.boxes and meant_for(place.log, made, kept.member)
        ]
        readable = set().union(*(place.carried.get(epoch, set()) for epoch in own))
        elsewhere = everywhere - readable
        events = tuple(one for one in _after_arrival(place, device) if one in elsewhere) if elsewhere else ()
        found += [Lack(device, epoch, via) for epoch in missing]
        if events:
            found.append(Lack(device, "", via, events))
    return found


def _after_arrival(place: Place, device: str) -> list[str]:
    """The control events that are not before the one that let a device in: nobody handed it those."""
    parents = {one.event.id: split(one.event).auth for one in place.log.events()}
    before: set[str] = set()
    layer = [place.came[device]] if device in place.came else []
    while layer:
        for parent in parents.get(layer.pop(), ()):
            if parent not in before:
                before.add(parent)
                layer.append(parent)
    return [one for one in parents if one not in before]
