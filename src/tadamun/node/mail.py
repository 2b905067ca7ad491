"""What upkeep events mean here: secrets one is handed, prekeys, addresses, asks, signatures to gather.

Runs inside the ledger's transaction: secrets go to the vault and to the place at once. What needs more than that (an
answer to write, peers to call) is returned as an effect, for the node to act on after the commit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from tadamun.core import upkeep
from tadamun.core.b64 import from_b64
from tadamun.core.control import bodies
from tadamun.core.errors import Reason, RemoteError
from tadamun.core.event import Event
from tadamun.core.genuine import Frame
from tadamun.core.limits import MAX_LOCKBOXES
from tadamun.core.ports import Clock, Tables
from tadamun.core.room import Standing
from tadamun.crypto import labels
from tadamun.crypto.epoch import EpochKeys
from tadamun.crypto.secret import Secret
from tadamun.node import masks, ringkeys, whereabouts
from tadamun.node.channels import DAY, LONGEST
from tadamun.node.circles import listen
from tadamun.node.letters import open_lockbox
from tadamun.node.place import Mailbox, Place
from tadamun.store import control, epochs, log, meta, spaces

MOST_UNASKED: Final = 32  # secrets taken from one device for epochs that the control log does not name yet
MOST_GIVEN: Final = 500  # secrets taken from one device in a month: every connection proves each
NOBODY: Final = "nobody"  # stands for all devices whose arrival is void
MONTH: Final = 30 * 86_400  # seconds
GIVEN: Final = "given:{}:"  # rows in `meta` for the devices of a space: since when, and how many
MOST_WHISPERS: Final = 1_000  # of one device, listened to while the node runs: 20 ms each if they are long
MOST_PARTS: Final = 256  # buckets of which parts are put together: those of one come one after another
MOST_BOXES: Final = 4_000  # secrets of a space, beyond which older history is not followed
LOOK_AGAIN: Final = "again:"  # a row in `meta` for each mailbox whose older events are still to be opened


@dataclass(frozen=True, slots=True)
class MailboxesChanged:
    """There is another secret: subscribe to its mailbox, and look again at what came there before."""


@dataclass(frozen=True, slots=True)
class PeersChanged:
    """An address was announced."""


@dataclass(frozen=True, slots=True)
class Needed:
    """A member's device asks for an epoch's secret."""

    device: str
    epoch: str
    via: str  # the epoch the ask came under, "" if not known any more


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature under a proposal (act or checkpoint) came."""

    event: str


@dataclass(frozen=True, slots=True)
class ControlChanged:
    """The control log has grown: rotate, top up, propose a checkpoint, as needed."""


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """This person was let in, or is out."""

    status: str


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has gone by: somebody's newcomer period may be over."""


class Mail:
    """clock: to tell what has expired already."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    def take(
        self, tx: Tables, place: Place, event: Event, frame: Frame, body: upkeep.Body, standing: Standing, via: str
    ) -> Sequence[Any]:
        """Handle one upkeep event that counts. via: the epoch it was sealed under. Returns effects."""
        match body:
            case upkeep.Lockboxes():
                if body.epoch in place.made or body.epoch in place.log.state.epochs:
                    live = place.log.state.live_devices()
                    place.boxed |= {(body.epoch, device) for device, _ in body.boxes if device in live}
                place.note_told(body.epoch, (device for device, _ in body.boxes))
                keys = open_lockbox(place.space, body.epoch, body.boxes, place.device.public, [place.box])
                return self._learn(tx, place, keys, "epoch", event.pubkey)
            case upkeep.HistoryLinks():
                place.linked |= {(child, parent) for child, parent, _ in body.links}
                best = place.best_epoch()
                for child, parent, _ in body.links:
                    place.linked_under.setdefault((child, parent), set()).add(via or ("" if best is None else best.id))
                return self._follow(tx, place, body)
            case upkeep.Bucket():
                if not self.clock.now() < body.expires <= self.clock.now() + LONGEST + DAY:
                    return ()
                own = [key for key, _ in place.prekeys]
                keys = open_lockbox(body.scope, body.bucket, body.boxes, place.device.public, own, labels.bucket_box)
                readers = self._readers(place, event.pubkey, body)
                if body.bucket in place.boxes:
                    self._one_part_more(tx, place, event.pubkey, body.bucket, readers)
                    return ()
                learnt = self._learn(tx, place, keys, "bucket", event.pubkey, expires_at=body.expires, readers=readers)
                if learnt:
                    place.makers[body.bucket] = event.pubkey
                return learnt
            case upkeep.Prekey():
                place.prekeys_of[event.pubkey] = max(
                    place.prekeys_of.get(event.pubkey, (-1, "")), (frame.seq, body.prekey)
                )
                return ()
            case upkeep.CheckpointPart():
                data = from_b64(body.data)
                if hashlib.sha256(data).hexdigest() != body.hash:
                    return ()  # or whoever is first to claim a part's hash could keep the real one out
                control.put_part(tx, place.ref, body.hash, data)
                return ()
            case upkeep.Whisper() | upkeep.Convening():
                return self._hear(tx, place, event, body, standing)
            case upkeep.Cosign():
                return (Signed(event.id),) if standing.member in place.log.state.electorate else ()
            case upkeep.Addresses():
                whereabouts.note(tx, place, event.pubkey, frame.seq, body.addresses)
                return (PeersChanged(),)
            case upkeep.RingKey() | upkeep.RingHand():
                masks.note_key(place.masks, event)
                if isinstance(body, upkeep.RingHand):
                    ringkeys.handed(tx, place, event, body)
                return ()
            case upkeep.Need():
                place.boxed.discard((body.epoch, event.pubkey))  # whatever was sent before did not help
                return (Needed(event.pubkey, body.epoch, via),)
            case _:
                return ()

    def _readers(self, place: Place, maker: str, body: upkeep.Bucket) -> frozenset[str]:
        """Who has a bucket's secret, by all the parts of it that its maker sent so far."""
        parts = place.parts.pop((maker, body.bucket), frozenset())
        # Its maker has the secret, listed or not: else it could be made for those left after one's removal.
        readers = parts | {maker} | {device for device, _ in body.boxes}
        if len(readers) <= len(place.log.state.devices) + MAX_LOCKBOXES:
            place.parts[maker, body.bucket] = readers
        if len(place.parts) > MOST_PARTS:
            del place.parts[next(iter(place.parts))]
        return readers

    def _one_part_more(self, tx: Tables, place: Place, maker: str, bucket: str, readers: frozenset[str]) -> None:
        """Above 200 devices a bucket comes in several events: it serves when all of them are here. Its maker's word
        alone counts for who has it."""
        box = place.boxes[bucket]
        if box.use == "bucket" and place.makers.get(bucket) == maker and not readers <= box.readers:
            place.boxes[bucket] = replace(box, readers=box.readers | readers)
            self._put(tx, place, place.boxes[bucket])

    def early(self, tx: Tables, place: Place, event: Event) -> Sequence[Any]:
        """A box may hold the very secret under which the control events travel that it cites, or one that others use
        though its author is out by now: it is opened although the event waits or does not count. That gives a mailbox
        to read and nothing more: what is said there is judged, and nothing is sent under an epoch that the control log
        does not name. Of devices that nobody could let in all share what one may hand out: they cost nothing."""
        if event.kind != upkeep.LOCKBOXES:
            return ()
        giver = event.pubkey if place.log.member_of(event.pubkey) is not None else NOBODY
        if (giver == NOBODY and event.pubkey not in place.came) or place.unasked[giver] >= MOST_UNASKED:
            return ()
        try:
            body = upkeep.read(event.kind, event.content, ())
        except RemoteError:
            return ()
        if not isinstance(body, upkeep.Lockboxes):
            return ()
        place.note_aside(body.epoch, (device for device, _ in body.boxes))
        keys = open_lockbox(place.space, body.epoch, body.boxes, place.device.public, [place.box])
        if keys is not None and body.epoch not in place.made:
            place.unasked[giver] += 1
        return self._learn(tx, place, keys, "epoch", giver)

    def after_control(self, tx: Tables, place: Place) -> Sequence[Any]:
        """Bring mailboxes and one's own status in step with the control state."""
        effects: list[Any] = [ControlChanged()]
        state = place.log.state
        for key, one in state.invites.items():
            if key not in place.doors:  # made before the checkpoint that this log began from
                place.invited(
                    bodies.Invite(
                        key=key,
                        level=one.level,
                        uses=one.uses,
                        expires=one.expires,
                        mailbox=one.mailbox,
                        request=one.request,
                    )
                )
            if place.doors[key] not in place.boxes and not 0 < one.expires <= self.clock.now():
                keys = EpochKeys.from_secret(place.space, Secret(from_b64(one.mailbox)))
                effects += self._learn(tx, place, keys, "invite")
        status = "member" if place.device.public in state.live_devices() else place.status
        if place.status == "member" and place.device.public not in state.live_devices():
            status = "out"
        if place.device.public in state.live_devices():
            place.me = place.log.member_of(place.device.public) or place.me
        if status != place.status:
            place.status = status
            spaces.update(tx, place.ref, status=status, me=place.me)
            effects.append(StatusChanged(status))
        return effects

    def waking(self, place: Place) -> Sequence[Any]:
        """What to see to when the node starts: whatever a previous run may have left undone."""
        return () if place.control is None else (ControlChanged(), Signed(""), StatusChanged(place.status))

    def _learn(
        self, tx: Tables, place: Place, keys: EpochKeys | None, use: str, giver: str = "", **more: Any
    ) -> Sequence[Any]:
        """giver: the device that handed it over, which may do so MOST_GIVEN times a month; "": nobody did."""
        if keys is None or keys.id in place.boxes or not self._may_give(tx, place, giver):
            return ()
        self.keep(tx, place, Mailbox(keys, use, since=self.clock.now(), **more))
        if use == "epoch":
            return (MailboxesChanged(), *self._follow_all(tx, place))
        return (MailboxesChanged(),)

    def _may_give(self, tx: Tables, place: Place, giver: str) -> bool:
        """Count one more. It is kept in the vault: what is taken stays, whatever becomes of the process."""
        if not giver:
            return True
        now = self.clock.now()
        since, count = place.given.get(giver, (now, 0))
        if not 0 <= now - since < MONTH:
            since, count = now, 0
        if count >= MOST_GIVEN:
            return False
        place.given[giver] = since, count + 1
        meta.put_text(tx, GIVEN.format(place.ref) + giver, f"{since} {count + 1}")
        return True

    def keep(self, tx: Tables, place: Place, box: Mailbox) -> None:
        """Put a secret in the vault and in the place; what its mailbox holds already is to be looked at."""
        place.boxes[box.id] = box
        place.mailboxes_version += 1
        meta.put(tx, LOOK_AGAIN + box.keys.mailbox.public, b"")
        self._put(tx, place, box)

    def _put(self, tx: Tables, place: Place, box: Mailbox) -> None:
        epochs.put(
            tx,
            place.ref,
            epochs.Epoch(
                id=box.id,
                scope=box.keys.scope,
                secret=box.keys.secret,
                use=box.use,
                channel=box.channel,
                peers=box.peers,
                maker=box.maker,
                readers=tuple(sorted(box.readers)),
                since=box.since,
                expires_at=box.expires_at,
            ),
        )

    def _follow(self, tx: Tables, place: Place, body: upkeep.HistoryLinks) -> Sequence[Any]:
        """Open links from epochs one has to their parents, as far as they lead."""
        effects: list[Any] = []
        found = True
        while found:
            found = False
            for child, parent, link in body.links:
                held = place.boxes.get(child)
                if held is None or parent in place.boxes or len(place.boxes) >= MOST_BOXES:
                    continue
                try:
                    keys = EpochKeys.from_secret(place.space, held.keys.open_link(parent, link))
                except RemoteError:
                    continue
                self.keep(tx, place, Mailbox(keys, "epoch", since=self.clock.now()))
                effects.append(MailboxesChanged())
                found = True
        return effects

    def _follow_all(self, tx: Tables, place: Place) -> Sequence[Any]:
        """A new epoch may be the child that links heard earlier start from."""
        effects: list[Any] = []
        for content in log.contents(tx, place.ref, upkeep.HISTORY):
            body = upkeep.read(upkeep.HISTORY, content, ())
            if isinstance(body, upkeep.HistoryLinks):
                effects += self._follow(tx, place, body)
        return effects

    def _hear(
        self,
        tx: Tables,
        place: Place,
        event: Event,
        body: upkeep.Whisper | upkeep.Convening,
        standing: Standing,
    ) -> Sequence[Any]:
        """Somebody opens a private channel; perhaps one of this person's."""
        # No box was made for a device that was not there yet: whoever catches up need not try thousands.
        if place.log.content_standing(place.device.public, 0, "", frame_heads(event)) is Reason.NOT_MEMBER:
            return ()
        if place.whispers[event.pubkey] >= MOST_WHISPERS:
            return ()
        place.whispers[event.pubkey] += 1 if isinstance(body, upkeep.Whisper) else 2  # twice as long
        heard = listen(body, [place.box, *(key for key, _ in place.prekeys)], place.space, event.pubkey)
        if heard is None or place.me not in heard.members or standing.member not in heard.members:
            return ()
        there = place.log.at(frame_heads(event)) or place.log.state
        if not all(one in there.members or one in there.former for one in heard.members):
            return ()
        if heard.expires_at and not self.clock.now() < heard.expires_at <= self.clock.now() + LONGEST + DAY:
            return ()
        if heard.expires_at:
            log.expire_at(tx, event.id, heard.expires_at)
        channel = place.channel_of(heard.members)
        readers = frozenset(key for key, device in there.live_devices().items() if device.member in heard.members)
        return self._learn(
            tx,
            place,
            EpochKeys.from_secret(channel, heard.secret),
            "dm",
            event.pubkey,
            channel=channel,
            peers=tuple(one for one in heard.members if one != place.me),
            maker=standing.member,
            expires_at=heard.expires_at,
            readers=readers,
        )


def frame_heads(event: Event) -> tuple[str, ...]:
    """The control heads an event cites."""
    tag = event.tag("auth")
    return () if tag is None else tag[1:]
