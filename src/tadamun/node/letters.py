"""Which upkeep events to write, given what is known: rotation, lockboxes, history, buckets, whispers.

Pure but for the randomness passed in: each function returns letters (kind and content) and the new secret, and the desk
writes them. Steps follow docs/protocol/3-seal.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tadamun.core import upkeep
from tadamun.core.b64 import from_b64, to_b64
from tadamun.core.body import spell
from tadamun.core.control.bodies import EPOCH, Epoch
from tadamun.core.control.state import ControlState
from tadamun.core.errors import RemoteError
from tadamun.core.limits import MAX_LOCKBOXES
from tadamun.core.ports import Random
from tadamun.crypto import labels
from tadamun.crypto.epoch import EpochKeys, bucket_scope
from tadamun.crypto.lockbox import BoxKey, open_box, seal_to
from tadamun.crypto.secret import Secret
from tadamun.crypto.whisper import whisper
from tadamun.node.place import Mailbox, Place

DAY = 86_400  # seconds
Info = Callable[[str, str, str], bytes]  # scope, epoch, device → HPKE info


@dataclass(frozen=True, slots=True)
class Letter:
    """An event about to be written: kind and canonical content. expires_at: when its sealed copy goes (0: never)."""

    kind: int
    content: str
    expires_at: int = 0


def lockbox(keys: EpochKeys, device: str, public: str, info: Info = labels.lockbox) -> tuple[str, str]:
    """One device's box for an epoch's secret (3.4). public: b64 X25519 key."""
    return device, to_b64(seal_to(public, keys.secret, info(keys.scope, keys.id, device)))


def open_lockbox(
    scope: str,
    epoch: str,
    boxes: Sequence[tuple[str, str]],
    device: str,
    keys: Iterable[BoxKey],
    info: Info = labels.lockbox,
) -> EpochKeys | None:
    """The epoch's keys from the box for this device, if one opens to the secret that the epoch id commits to."""
    mine = [box for owner, box in boxes if owner == device]
    for box in mine[:2]:
        for key in keys:
            try:
                found = EpochKeys.from_secret(scope, Secret(open_box(key, from_b64(box), info(scope, epoch, device))))
            except RemoteError:
                continue
            if found.id == epoch:
                return found
    return None


def rotation(space: str, state: ControlState, parents: Sequence[str], random: Random) -> tuple[EpochKeys, list[Letter]]:
    """A new epoch for all live devices: its control event first, then its lockboxes."""
    keys = EpochKeys.make(space, random)
    boxes = [lockbox(keys, key, device.hpke) for key, device in sorted(state.live_devices().items())]
    root = hashlib.sha256("".join(device + box for device, box in boxes).encode()).hexdigest()
    letters = [Letter(EPOCH, spell(Epoch(epoch=keys.id, parents=tuple(sorted(parents)), boxes=root)))]
    return keys, letters + _lockboxes(keys.id, boxes)


def _lockboxes(epoch: str, boxes: Sequence[tuple[str, str]]) -> list[Letter]:
    """boxes: (device, box), sorted."""
    parts = [tuple(boxes[start : start + MAX_LOCKBOXES]) for start in range(0, len(boxes), MAX_LOCKBOXES)]
    return [Letter(upkeep.LOCKBOXES, spell(upkeep.Lockboxes(epoch=epoch, boxes=part))) for part in parts]


def hand(keys: EpochKeys, publics: Mapping[str, str]) -> list[Letter]:
    """Boxes for some devices, once more. publics: device → its HPKE key."""
    return _lockboxes(keys.id, [lockbox(keys, device, hpke) for device, hpke in sorted(publics.items())])


def top_up(keys: EpochKeys, device: str, hpke: str) -> Letter:
    """A box for one device that was left out (3.4)."""
    return hand(keys, {device: hpke})[0]


def aside(space: str, device: str, hpke: str, random: Random) -> tuple[EpochKeys, Letter]:
    """A secret under which one device alone is told that it is out (3.4). hpke: its b64 X25519 key."""
    keys = EpochKeys.make(space, random)
    return keys, top_up(keys, device, hpke)


def bucket(space: str, expires_at: int, prekeys: Mapping[str, str], random: Random) -> tuple[EpochKeys, list[Letter]]:
    """A secret for what expires at that time, for each device's current prekey (3.7). prekeys: device → b64."""
    scope = bucket_scope(space, expires_at, random.bytes(32))
    keys = EpochKeys.make(scope, random)
    boxes = [lockbox(keys, device, prekey, labels.bucket_box) for device, prekey in sorted(prekeys.items())]
    letters = []
    for start in range(0, len(boxes), MAX_LOCKBOXES):
        part = tuple(boxes[start : start + MAX_LOCKBOXES])
        body = upkeep.Bucket(bucket=keys.id, scope=scope, expires=expires_at, boxes=part)
        letters.append(Letter(upkeep.BUCKET, spell(body), expires_at))
    return keys, letters


def channel(
    space: str, pair: tuple[str, str], scope: str, expires_at: int, author: str, publics: Sequence[str], random: Random
) -> tuple[EpochKeys, Letter]:
    """Opens a direct-message channel (3.8). publics: keys (prekeys if it expires) of both members' devices."""
    keys = EpochKeys.make(scope, random)
    boxes = whisper(keys.secret, pair, publics, space, author, random, expires_at)
    return keys, Letter(upkeep.WHISPER, spell(upkeep.Whisper(boxes=boxes)), expires_at)


def history(links: Sequence[tuple[Mailbox, Mailbox]], random: Random) -> list[Letter]:
    """Links from child epochs to their parents (3.6), at most 100 an event."""
    sealed = [(child.id, parent.id, child.keys.link(parent.keys, random)) for child, parent in links]
    return [
        Letter(upkeep.HISTORY, spell(upkeep.HistoryLinks(links=tuple(sealed[start : start + 100]))))
        for start in range(0, len(sealed), 100)
    ]


def unlinked(place: Place) -> list[tuple[Mailbox, Mailbox]]:
    """(child, parent) from the current epoch back to the first, not linked yet; none unless newcomers may read all."""
    if place.log.state.charter.history != "all":
        return []
    missing = []
    reach: set[str] = set()  # from the current epoch, by the links before this one
    for child, parent in _back(place, 0):
        reach.add(child.id)
        if not _linked(place, (child.id, parent.id), reach):
            missing.append((child, parent))
        reach.add(parent.id)
    return missing


def recent(place: Place, now: int) -> list[Mailbox]:
    """Epochs in use within the days that newcomers may read back, the current one aside. They are handed to each
    newcomer in a box: a link would lie in its child's mailbox, where whoever comes later follows it further back."""
    days = place.log.state.charter.history
    if not isinstance(days, int):
        return []
    # Each UTC day has an epoch of its own, so an epoch holds what was said on the day it began.
    oldest = (now // DAY - days) * DAY
    return list({p.id: p for _, p in _back(place, oldest) if _began(place, p) >= oldest}.values())


def _began(place: Place, epoch: Mailbox) -> int:
    """When an epoch was begun at the latest: who was away learnt of it later than its author says. (Who lies about it
    only keeps newcomers from reading it.)"""
    made = place.log.genuine(place.made.get(epoch.id, ""))
    return epoch.since if made is None else min(epoch.since, made.event.created_at)


def _back(place: Place, oldest: int) -> list[tuple[Mailbox, Mailbox]]:
    """(child, parent), both held here, from the current epoch back as long as the parent came at `oldest` or later.

    Whoever begins an epoch without having one that was made beside it does not name that as a parent. Such a one hangs
    on whichever it was linked from before, else on the current one. Only epochs that the control log names: anybody
    could hand out secrets without end.
    """
    best = place.best_epoch()
    if best is None:
        return []
    reach = {best.id}
    pairs = _ancestors(place, best, oldest, reach)
    held = [one for epoch in place.made if (one := place.epoch(epoch)) is not None]
    aside = [one for one in held if one.id not in reach and one.since >= oldest]
    # The deepest first: it may lead to the others.
    for one in sorted(aside, key=lambda one: (-place.depth(one.id), one.id)):
        if one.id not in reach:
            children = sorted(child for child, parent in place.linked if parent == one.id and child in reach)
            pairs.append((place.boxes[children[0]] if children else best, one))
            reach.add(one.id)
            pairs += _ancestors(place, one, oldest, reach)
    return pairs


def _ancestors(place: Place, epoch: Mailbox, oldest: int, reach: set[str]) -> list[tuple[Mailbox, Mailbox]]:
    """(child, parent) from one epoch back; every epoch met is added to `reach` and followed once."""
    pairs: list[tuple[Mailbox, Mailbox]] = []
    layer = [epoch]
    while layer:
        child = layer.pop()
        for parent in place.tree.get(child.id, ()):
            held = place.epoch(parent)
            if held is None or held.since < oldest:
                continue
            pairs.append((child, held))
            if held.id not in reach:
                reach.add(held.id)
                layer.append(held)
    return pairs


def _linked(place: Place, pair: tuple[str, str], reach: set[str]) -> bool:
    """Was a link seen where those who follow the links can read it? Those seen before the start are taken to be."""
    under = place.linked_under.get(pair)
    return pair in place.linked and (under is None or bool(under & reach))
