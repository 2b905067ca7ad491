"""Which devices hold which epoch's secret, as far as the control log tells, and what somebody lacks because of it.

People act at the same time: one is let in while another rotates, a device is shut out and the act turns out void.
Then an epoch, or a control event that travels under one, is out of a member's reach, and whoever notices hands it on
(docs/protocol/3-seal.md, 3.4). Look-ups only; the steward acts on them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from tadamun.core import upkeep
from tadamun.core.errors import RemoteError
from tadamun.core.event import Event, parse
from tadamun.core.frame import split
from tadamun.core.ports import Tables
from tadamun.node.past import meant_for, since
from tadamun.node.pen import BY_NEED
from tadamun.node.place import Mailbox, Place
from tadamun.store import log, parked

Holders = Mapping[str, set[str]]  # epoch → devices


@dataclass(frozen=True, slots=True)
class Lack:
    """The device has no box for `epoch` ("": only events) and reads `via`; events: control events to seal there.

    due_to: the control events whose authors see to it first. apart: for this device alone, since others who read there
    are not to hear of the events.
    """

    device: str
    epoch: str
    via: str
    events: tuple[str, ...] = ()
    due_to: tuple[str, ...] = ()
    apart: bool = False


def handed(place: Place) -> Holders:
    """For every epoch that an event here named: who was handed it. Its recipients are those live at its own heads; then
    whoever a box was seen for, as for the epoch that a newcomer was handed."""
    found: dict[str, set[str]] = {}
    for epoch, event in place.made.items():
        genuine = place.log.genuine(event)
        there = None if genuine is None else place.log.at(split(genuine.event).auth)
        found[epoch] = set() if there is None else set(there.live_devices())
    for epoch, device in place.boxed:
        if epoch in found:
            found[epoch].add(device)
    for epoch, device in place.unreached:
        if epoch in found:
            found[epoch].discard(device)
    return found


def holders(place: Place) -> Holders:
    """The same, of the devices live now."""
    live = place.log.state.live_devices().keys()
    return {epoch: devices & live for epoch, devices in handed(place).items()}


def shared(place: Place) -> Mailbox | None:
    """The epoch to hand the next one out under: held by most of those who are to get it, then the deepest."""
    held = [box for box in place.boxes.values() if box.use == "epoch"]
    if len(held) < 2:
        return held[0] if held else None
    who = holders(place)
    return max(held, key=lambda box: (len(who.get(box.id, ())), place.depth(box.id), box.since, box.id))


def may_travel(place: Place, via: str, events: Sequence[str]) -> tuple[str, ...]:
    """Those of these control events that may be sealed again under an epoch. All if it is clean; else those by which
    somebody is shut out or an epoch begun, and those whose authors had not heard that one who reads there is out."""
    if via in place.log.state.epochs:
        return tuple(events)
    readers = handed(place).get(via, set()) | {device for epoch, device in place.boxed_aside if epoch == via}
    came = {place.made[via], *(place.came[device] for device in readers if device in place.came)}

    def unheard(event: Event) -> bool:
        there = place.log.at((*split(event).auth, *came))
        return there is not None and readers <= there.live_devices().keys()

    found = [known.event for one in events if (known := place.log.genuine(one)) is not None]
    return tuple(event.id for event in found if event.kind in BY_NEED or unheard(event))


def out_of_reach(place: Place, via: str) -> dict[str, list[str]]:
    """Live devices of others that do not read an epoch, by the deepest that they do read and whose secret is here; ""
    for those of whom that is not known."""
    who, live = holders(place), place.log.state.live_devices().keys()
    found: dict[str, list[str]] = {}
    # What is older than this log is held by all who were here before it began.
    readers = who.get(via, {one for one in live if one not in place.came or (via, one) in place.boxed})
    for device in sorted(live - readers - {place.device.public}):
        other = deepest(place, (epoch for epoch, devices in who.items() if device in devices))
        found.setdefault(other, []).append(device)
    return found


def deepest(place: Place, epochs: Iterable[str]) -> str:
    """The deepest of these epochs whose secret is here, "" for none."""
    held = (one for one in epochs if place.epoch(one) is not None)
    return max(held, key=lambda one: (place.depth(one), one), default="")


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
            place.note_told(body.epoch, (device for device, _ in body.boxes))
    for event in map(parse, parked.raws(tables, place.ref)):
        with suppress(RemoteError):
            aside = upkeep.read(event.kind, event.content, ()) if event.kind == upkeep.LOCKBOXES else None
            if isinstance(aside, upkeep.Lockboxes):
                place.note_aside(aside.epoch, (device for device, _ in aside.boxes))
    place.boxes_recalled = True


def lacks(place: Place) -> list[Lack]:
    """What live devices of others lack and could be given from here."""
    if len(place.made) < 2:
        return []
    who = holders(place)
    found = []
    everywhere = set().union(*place.carried.values())
    clean = place.log.state.epochs.keys()
    for device, kept in sorted(place.log.state.live_devices().items()):
        own = {epoch for epoch, devices in who.items() if device in devices}
        via = deepest(place, own & clean) or deepest(place, own)
        if not via or device == place.device.public:
            continue
        # Not only clean ones: before it was not clean, somebody may have said something under it.
        missing = [
            epoch
            for epoch, made in sorted(place.made.items())
            if epoch not in own and place.epoch(epoch) is not None and meant_for(place.log, made, kept.member)
        ]
        came = place.came.get(device, "")  # nobody handed it what is not before that
        readable = set().union(*(place.carried.get(epoch, set()) for epoch in own))
        elsewhere = everywhere - readable
        events = may_travel(
            place, via, [one for one in since(place.log, came) if one in elsewhere] if elsewhere else ()
        )
        found += [Lack(device, epoch, via, due_to=(place.made[epoch], came)) for epoch in missing]
        if events:
            found.append(Lack(device, "", via, events, (came,)))
    return found
