"""The one way into the log: what this person says and what peers sent go through the same steps, in one transaction.

Known already? → control events to the control log → everything else judged by it: counts, waits or is set aside →
logged → upkeep handled → rooms' views. What a control event changes in the standing of older events is judged again.
This file does not know carriers, sealing or tasks; it runs inside the caller's transaction and under its lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from tadamun.core import upkeep
from tadamun.core.errors import LocalError, Reason, RemoteError
from tadamun.core.event import parse, to_json
from tadamun.core.frame import split
from tadamun.core.genuine import Frame, Genuine, Said
from tadamun.core.limits import MAX_INNER
from tadamun.core.ports import Tables
from tadamun.core.room import Standing, Verdict
from tadamun.crypto.keys import recall
from tadamun.node import masks
from tadamun.node.anchor import meet_anchor, parts_of
from tadamun.node.early import hold
from tadamun.node.judge import closed, judge
from tadamun.node.mail import LOOK_AGAIN, Mail, MailboxesChanged
from tadamun.node.place import SPACE, Arrived, Mailbox, Place, Read
from tadamun.node.project import Projector, whole
from tadamun.store import control, log, meta, parked
from tadamun.store import masks as openings

CONTROL = range(3701, 3713)
LATE: Final = "late:"  # a row in `meta` for each mailbox of which parked events gave way


class _Item(msgspec.Struct, frozen=True):
    genuine: Genuine
    frame: Frame
    via: str = ""
    read: Read | None = None

    @property
    def id(self) -> str:
        return self.genuine.event.id


@dataclass(slots=True)
class Taken:
    """What one call of `take` did. effects: what the node has to do about it once the transaction is through. rooms:
    those in which something was said or is judged otherwise."""

    new: list[str] = field(default_factory=list)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    refused: dict[str, Reason] = field(default_factory=dict)
    effects: list[Any] = field(default_factory=list)
    control_changed: bool = False
    overflow: int = 0
    equivocations: int = 0
    rooms: set[str] = field(default_factory=set)

    def add(self, other: Taken) -> None:
        """Count what another call did in the same transaction."""
        self.new += other.new
        self.verdicts |= other.verdicts
        self.refused |= other.refused
        self.effects += other.effects
        self.control_changed |= other.control_changed
        self.overflow += other.overflow
        self.equivocations += other.equivocations
        self.rooms |= other.rooms


class Ledger:
    """projector: the rooms. mail: what upkeep events mean."""

    def __init__(self, projector: Projector, mail: Mail) -> None:
        self.projector = projector
        self.mail = mail

    def take(self, tx: Tables, place: Place, arrived: Sequence[Arrived]) -> Taken:
        """Take events into the space; idempotent. A peer's fault is never raised: it is counted and in `refused`."""
        taken = Taken()
        if place.control is None:
            taken.overflow, came = hold(place, list(arrived))
            if taken.overflow:
                for box in place.mailboxes():
                    meta.put(tx, LATE + box.keys.mailbox.public, b"")
            place.control = meet_anchor(place)
            if place.control is None:
                if came:
                    self.read_late(tx, taken)  # for the parts of its state
                self._count(tx, taken)
                return taken
            self._keep_control(tx, place, [place.log.base])
            # Whatever becomes of those who sent them: without the anchor's parts the log could not be read back.
            for name, data in parts_of([one.genuine for one in place.early]).items():
                control.put_part(tx, place.ref, name, data)
            arrived, place.early = place.early, []
            taken.control_changed = True
        work = self._sound(tx, place, arrived, taken)
        while work:
            before = len(taken.new)
            everything = self._control(tx, place, [i for i in work if i.genuine.event.kind in CONTROL], taken)
            self._content(tx, place, [i for i in work if i.genuine.event.kind not in CONTROL], taken)
            raws = parked.take_all(tx, place.ref) if everything else parked.take(tx, place.ref, taken.new[before:])
            work = [_Item(recall(event), split(event)) for event in (parse(raw, MAX_INNER) for raw in raws)]
        if taken.control_changed:
            self.read_late(tx, taken)
            taken.effects += self.mail.after_control(tx, place)
        self._count(tx, taken)
        return taken

    def read_late(self, tx: Tables, taken: Taken) -> None:
        """What gave way in these mailboxes is read again."""
        for key, _ in meta.beginning(tx, LATE):
            meta.remove(tx, key)
            meta.put(tx, LOOK_AGAIN + key.removeprefix(LATE), b"")
            taken.effects.append(MailboxesChanged())

    def _sound(self, tx: Tables, place: Place, arrived: Sequence[Arrived], taken: Taken) -> list[_Item]:
        """Those not known yet whose frame is canonical and belongs where it came from."""
        ids = list({one.genuine.event.id for one in arrived})
        acts = [one.genuine.event.id for one in arrived if one.genuine.event.kind in CONTROL]
        known = log.known(tx, ids) | control.known(tx, place.ref, acts) | parked.known(tx, ids)
        items = []
        for one in arrived:
            event = one.genuine.event
            if event.id in known:
                continue
            known.add(event.id)
            try:
                frame = split(event) if one.read is None else one.read.frame
                if frame.space != place.space:
                    raise RemoteError(Reason.WRONG_SPACE)
                if frame.channel != SPACE and event.kind not in self.projector.private:
                    raise RemoteError(Reason.NOT_ALLOWED, "not a private kind")
                if one.mailbox is not None:
                    _belongs(event.kind, frame, one.mailbox)
            except RemoteError as error:
                taken.refused[event.id] = error.reason
                continue
            items.append(_Item(one.genuine, frame, "" if one.mailbox is None else one.mailbox.id, one.read))
        return items

    def _control(self, tx: Tables, place: Place, items: Sequence[_Item], taken: Taken) -> bool:
        """Give control events to the control log. True if older events may now stand differently in any way."""
        if not items:
            return False
        before = place.log.state
        by_id = {item.id: item for item in items}
        place.standings.clear()
        place.owners.clear()
        added = place.log.add([item.genuine for item in items])
        taken.refused.update(added.refused)
        self._keep_control(tx, place, [by_id[i].genuine for i in added.applied if i in by_id])
        waiting = [(by_id[i], tuple(place.log.unknown(by_id[i].frame.auth))) for i in added.waiting if i in by_id]
        self._park(tx, place, waiting, taken)
        if not added.applied:
            return False
        for i in added.applied:
            if i in by_id:
                place.note(by_id[i].genuine.event)
        taken.new += added.applied
        taken.control_changed = True
        after = place.log.state
        if added.recomputed:
            self._judge_again(tx, place, None, taken)
            return True
        for device in sorted(before.live_devices().keys() ^ after.live_devices().keys()):
            self._judge_again(tx, place, device, taken)
        for author in sorted(place.masks.by(before.live_devices().keys() ^ after.live_devices().keys())):
            self._judge_again(tx, place, author, taken)
        return False

    def _keep_control(self, tx: Tables, place: Place, events: Sequence[Genuine]) -> None:
        control.append(tx, place.ref, [(one.event.id, to_json(one.event)) for one in events])

    def _content(self, tx: Tables, place: Place, items: Sequence[_Item], taken: Taken) -> None:
        entries: list[log.Entry] = []
        saids: list[Said[Any]] = []
        standings: dict[str, Standing] = {}
        letters: list[tuple[_Item, upkeep.Body, Standing]] = []
        waiting: list[tuple[_Item, tuple[str, ...]]] = []
        masked: list[_Item] = []
        for item in items:
            event, frame = item.genuine.event, item.frame
            standing, aside = self._weigh(place, item)
            if standing is None:
                waiting.append((item, tuple(masks.missing(place, frame))))
                taken.effects += self.mail.early(tx, place, event)
                continue
            if isinstance(standing, Reason):
                # A control event still to come may give it standing: it is set aside, within the quotas.
                taken.refused[event.id] = standing
                waiting += [(item, ())] if aside else []
                if standing is Reason.OVER_QUOTA and item.via in place.boxes:
                    meta.put(tx, LATE + place.boxes[item.via].keys.mailbox.public, b"")
                taken.effects += self.mail.early(tx, place, event)
                continue
            room, topic, verdict, expires_at = "", event.id, Verdict.ALLOW, frame.expires_at
            try:
                if event.kind in upkeep.BODIES:
                    letter = upkeep.read(event.kind, event.content, frame.rest)
                    letters.append((item, letter, standing))
                    if isinstance(letter, upkeep.Bucket | upkeep.RingHand):
                        expires_at = letter.expires  # or its boxes and a prekey would still give the secret afterwards
                elif (said := self.projector.said(place, event, frame, item.read)) is not None:
                    room, topic = self.projector.topic(said)
                    saids.append(said)
                    if masks.is_masked(frame):
                        masked.append(item)  # what came with it may take its turn
                    else:
                        standings[event.id] = standing
                else:
                    raise RemoteError(Reason.UNKNOWN_KIND)
            except RemoteError as error:
                taken.refused[event.id] = error.reason
                if error.reason is not Reason.UNKNOWN_KIND:
                    continue
                verdict = Verdict.UNKNOWN  # kept and passed on, not applied
            except LocalError:
                raise
            except Exception:
                taken.refused[event.id] = Reason.MALFORMED  # a fault of a room that this one event brings out
                continue
            entries.append(_entry(place, item, room, topic, verdict, expires_at))
        self._park(tx, place, waiting, taken)
        if not entries:
            return
        numbers = log.append(tx, entries)
        taken.new += [entry.id for entry in entries]
        taken.rooms |= {entry.room for entry in entries if entry.room}
        taken.equivocations += log.note_doubled(tx, [entry.id for entry in entries])
        stale = self._note_masked(tx, place, masked)
        taken.verdicts.update(self.projector.project(tx, place, saids, stale, standings, numbers))
        for item, body, standing in letters:

            def handle(item: _Item = item, body: upkeep.Body = body, standing: Standing = standing) -> None:
                effects = self.mail.take(tx, place, item.genuine.event, item.frame, body, standing, item.via)
                taken.effects += effects

            if not whole(tx, handle):
                taken.refused[item.id] = Reason.MALFORMED

    def _weigh(self, place: Place, item: _Item) -> tuple[Standing | Reason | None, bool]:
        """How the author stands, and whether what does not count now may count later."""
        event, frame = item.genuine.event, item.frame
        if masks.is_masked(frame):
            room = self.projector.by_kind.get(event.kind)
            return masks.weigh(place, room, event, frame, self.mail.clock.now())
        if closed(place, event.pubkey, frame):
            return Reason.NOT_MEMBER, True
        return judge(place, event.pubkey, frame.seq, event.id, frame), True

    def _note_masked(self, tx: Tables, place: Place, items: Sequence[_Item]) -> set[tuple[str, str]]:
        """Remember what was said under one-time keys. Returns the topics of others that lost their turn by it."""
        authors: set[str] = set()
        for item in items:
            authors |= place.masks.note(item.id, item.genuine.event.pubkey, item.frame)
        openings.note(tx, place.ref, [item.id for item in items if item.frame.mask is not None])
        return masks.stale(tx, sorted(authors))

    def _judge_again(self, tx: Tables, place: Place, device: str | None, taken: Taken) -> None:
        """Fold anew every topic in which an event gained or lost its standing; device None: whoever's."""
        stale: set[tuple[str, str]] = set()
        pages = log.every(tx, place.ref) if device is None else iter([log.of_device(tx, device)])
        for page in pages:
            for kept in page:
                event = kept.event
                frame = split(event)
                counts = isinstance(judge(place, event.pubkey, frame.seq, event.id, frame), Standing)
                if kept.room and counts is (kept.verdict is Verdict.DENY):
                    stale.add((kept.room, kept.topic))
        taken.rooms |= {room for room, _ in stale}
        taken.verdicts.update(self.projector.project(tx, place, (), stale))

    def _park(self, tx: Tables, place: Place, waiting: Iterable[tuple[_Item, tuple[str, ...]]], taken: Taken) -> None:
        told = list(waiting)
        aside = [
            parked.Parked(i.id, _quota(place, i), missing, to_json(i.genuine.event), i.frame.expires_at)
            for i, missing in told
        ]
        overflow = parked.park(tx, place.ref, aside) if aside else 0
        if overflow:
            # They are still in the wire store: when the control log has grown, their mailboxes are looked at again.
            taken.overflow += overflow
            for box in {item.via for item, _ in told if item.via in place.boxes}:
                meta.put(tx, LATE + place.boxes[box].keys.mailbox.public, b"")

    def _count(self, tx: Tables, taken: Taken) -> None:
        for reason in taken.refused.values():
            meta.count(tx, reason)
        if taken.overflow:
            meta.count(tx, Reason.PARKED_OVERFLOW, taken.overflow)
        if self.projector.tripped:
            meta.count(tx, Reason.MALFORMED, self.projector.tripped)
            self.projector.tripped = 0
        if taken.equivocations:
            meta.count(tx, Reason.EQUIVOCATION, taken.equivocations)


def _belongs(kind: int, frame: Frame, mailbox: Mailbox) -> None:
    """What may come in which mailbox: nothing private in the space's, nothing lasting in a bucket, and so on."""
    if frame.channel != mailbox.channel or frame.expires_at != mailbox.expires_at:
        raise RemoteError(Reason.CANNOT_OPEN, "sealed for another audience")
    if mailbox.use == "bucket" and (kind in CONTROL or kind in upkeep.BODIES):
        raise RemoteError(Reason.NOT_ALLOWED, "upkeep does not expire")


def _quota(place: Place, item: _Item) -> str:
    """Whose quota of parked events it takes: one-time keys cost nothing, so they share one."""
    return place.space if masks.is_masked(item.frame) else item.genuine.event.pubkey


def _entry(place: Place, item: _Item, room: str, topic: str, verdict: Verdict, expires_at: int) -> log.Entry:
    event, frame = item.genuine.event, item.frame
    return log.Entry(
        id=event.id,
        space=place.ref,
        channel=frame.channel,
        device=event.pubkey,
        seq=frame.seq,
        kind=event.kind,
        room=room,
        topic=topic,
        verdict=verdict,
        created_at=min(event.created_at, 2**62),
        expires_at=expires_at,
        raw=to_json(event) if item.read is None else item.read.raw,
    )
