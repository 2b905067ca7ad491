"""One space as this node has it in memory: its control log, its mailboxes, this device's keys and chains.

A place is changed only under the node's writing lock, by the ledger and the desk; if a transaction fails, it is loaded
again from the vault, so that memory is never ahead of the disk.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from tadamun.core.b64 import from_b64
from tadamun.core.control import bodies
from tadamun.core.control.log import ControlLog
from tadamun.core.event import Event
from tadamun.core.genuine import Frame, Genuine
from tadamun.core.room import Standing
from tadamun.crypto.epoch import EpochKeys, channel_id, circle_id
from tadamun.crypto.keys import SigningKey
from tadamun.crypto.lockbox import BoxKey
from tadamun.crypto.secret import Secret
from tadamun.node.masks import Book

SPACE = ""  # the channel everybody in the space reads


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A secret under which events of a space are sealed, and what may arrive there.

    use: "epoch" (the whole space), "dm" (private channels), "bucket" (the space, until expires_at), "invite" (joining),
    "aside" (what one device is told).
    peers: the other members of a private channel, sorted. readers: devices its secret was sealed to. maker: the member
    who opened it. since: Unix seconds at which this node got it.
    """

    keys: EpochKeys
    use: str
    channel: str = SPACE
    peers: tuple[str, ...] = ()
    expires_at: int = 0
    readers: frozenset[str] = frozenset()
    since: int = 0
    maker: str = ""

    @property
    def id(self) -> str:
        return self.keys.id


class Read(msgspec.Struct, frozen=True):
    """What an event says, without asking who may: its frame, its JSON, and its room's body (None: no room's kind).

    fault: what came of decoding the body, if it could not be.
    """

    frame: Frame
    raw: bytes
    body: Any
    fault: Exception | None = None


class Arrived(msgspec.Struct, frozen=True):
    """A genuine inner event and the mailbox it was sealed for (None: this device wrote it, or it was parked).

    read: what was read of it beforehand, if anything was.
    """

    genuine: Genuine
    mailbox: Mailbox | None = None
    read: Read | None = None


@dataclass(slots=True)
class Place:
    """ref: the space's small number in the vault. me: own member id. status: "joining", "member" or "out"."""

    ref: int
    space: str
    me: str
    device: SigningKey
    box: BoxKey
    status: str
    anchor: str
    prekeys: list[tuple[BoxKey, int]] = field(default_factory=list)  # newest last; (key, made at)
    control: ControlLog | None = None
    boxes: dict[str, Mailbox] = field(default_factory=dict)  # by epoch id
    chains: dict[str, tuple[int, str]] = field(default_factory=dict)  # channel → (last seq, last id)
    tree: dict[str, tuple[str, ...]] = field(default_factory=dict)  # epoch → its parents, of all epoch events known
    made: dict[str, str] = field(default_factory=dict)  # epoch → the control event that named it
    came: dict[str, str] = field(default_factory=dict)  # device → the control event that last let it in
    prekeys_of: dict[str, tuple[int, str]] = field(default_factory=dict)  # device → (seq, newest prekey announced)
    invites: dict[str, bodies.Invite] = field(default_factory=dict)  # mailbox's epoch id → every invite heard of
    doors: dict[str, str] = field(default_factory=dict)  # invite's key → its mailbox's epoch id
    revoked: set[str] = field(default_factory=set)  # keys of invites that somebody withdrew
    welcomed: set[str] = field(default_factory=set)  # devices this node has answered since it started
    given: dict[str, tuple[int, int]] = field(default_factory=dict)  # device → since when, and how many secrets it gave
    parts: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)  # (maker, bucket) → who got it so far
    makers: dict[str, str] = field(default_factory=dict)  # bucket learnt since the start → its maker
    whispers: Counter[str] = field(default_factory=Counter)  # device → whispers of its that were listened to
    unasked: Counter[str] = field(default_factory=Counter)  # device → secrets taken from it for epochs not heard of
    answered: dict[str, int] = field(default_factory=dict)  # device → when (Unix seconds) it was last answered
    carried: dict[str, set[str]] = field(default_factory=dict)  # epoch → control events sealed under it, as far as seen
    boxed: set[tuple[str, str]] = field(default_factory=set)  # (epoch, device) that a lockbox was seen for
    boxed_aside: set[tuple[str, str]] = field(default_factory=set)  # the same by lockboxes that do not count
    unreached: set[tuple[str, str]] = field(default_factory=set)  # (epoch begun here, device that may not read its box)
    told: set[str] = field(default_factory=set)  # devices that are out and were told so under a secret of their own
    boxes_recalled: bool = False  # whether `boxed` also knows those seen before the start
    linked: set[tuple[str, str]] = field(default_factory=set)  # (child, parent) epochs that a history link was seen for
    linked_under: dict[tuple[str, str], set[str]] = field(
        default_factory=dict
    )  # epochs it was seen under since the start
    standings: dict[tuple[str, tuple[str, ...], int], Standing] = field(default_factory=dict)  # see judge.py
    owners: dict[str, str] = field(default_factory=dict)  # device → member, as far as looked up
    mailboxes_version: int = 0  # grows when a secret comes or goes, so that carriers are told
    announced: tuple[str, ...] | None = ()  # where this node last said it can be reached
    refused: str = ""  # why one was not let in
    early: list[Arrived] = field(default_factory=list)  # what came before the anchor
    masks: Book = field(default_factory=Book)  # ring keys, and what was said under one-time keys

    @property
    def log(self) -> ControlLog:
        """The control log of a space one belongs to. Only for places that have met their anchor."""
        if self.control is None:
            raise RuntimeError("the space's control log has not arrived yet")
        return self.control

    def note(self, event: Event) -> None:
        """Remember what a control event says that the state does not keep: epochs' parents, invites gone by."""
        match bodies.decode(event):
            case bodies.Epoch() as epoch:
                self.tree[epoch.epoch] = epoch.parents
                self.made[epoch.epoch] = event.id
            case bodies.Admit() | bodies.DeviceAdd() as arrival:
                self.came[arrival.device.key] = event.id
            case bodies.Invite() as invite:
                self.invited(invite)
            case bodies.InviteRevoke() as gone:
                self.revoked.add(gone.key)
            case _:
                pass

    def note_told(self, epoch: str, devices: Iterable[str]) -> None:
        """A member handed these devices a secret that no control event names. Those that are out are told by it that
        they are (docs/protocol/3-seal.md, 3.4)."""
        if epoch not in self.made and epoch not in self.log.state.epochs:
            self.told |= {device for device in devices if device in self.came} - self.log.state.live_devices().keys()

    def note_aside(self, epoch: str, devices: Iterable[str]) -> None:
        """A lockbox event that does not count had boxes for these devices: whoever it is for may read there all the
        same."""
        if epoch in self.made:
            self.boxed_aside |= {(epoch, device) for device in devices if device in self.came}

    def invited(self, invite: bodies.Invite) -> None:
        """Remember an invite, by its mailbox."""
        mailbox = EpochKeys.from_secret(self.space, Secret(from_b64(invite.mailbox))).id
        self.invites[mailbox] = invite
        self.doors[invite.key] = mailbox

    def next_in_chain(self, channel: str) -> tuple[int, str]:
        """Sequence number and previous id for the next event of this device in a channel."""
        seq, last = self.chains.get(channel, (-1, ""))
        return seq + 1, last

    def best_epoch(self) -> Mailbox | None:
        """The epoch to send under (docs/protocol/3-seal.md, 3.5): clean, deepest, lowest id, and its secret is here."""
        if self.control is None:
            return None
        clean = self.control.state.epochs
        for epoch in sorted(clean, key=lambda epoch: (-clean[epoch].depth, epoch)):
            if (held := self.epoch(epoch)) is not None:
                return held
        return None

    def epoch(self, name: str) -> Mailbox | None:
        """The epoch of that id if its secret is here. Whoever begins an epoch chooses its id, and could choose that of
        a bucket or an invite's mailbox: those are no epochs, and their secrets are handed to nobody as such."""
        held = self.boxes.get(name)
        return held if held is not None and held.use == "epoch" else None

    def deepest_epoch(self) -> Mailbox | None:
        """The deepest epoch whose secret is here, clean or not: for what must also reach those not yet rotated."""
        if self.control is None:
            return None
        known = [box for box in self.boxes.values() if box.use == "epoch"]
        return max(known, key=lambda box: (self.depth(box.id), box.since, box.id), default=None)

    def proven(self, most: int) -> list[Mailbox]:
        """The mailboxes to ask peers for, `most` at most: what is sent under now first, then private and expiring ones,
        epochs that the control log names, the newest first, and last what somebody handed over as an epoch."""
        now = {box.id for box in (self.best_epoch(), self.deepest_epoch()) if box is not None}

        def rank(box: Mailbox) -> tuple[int, int]:
            named = box.id in self.made or (self.control is not None and box.id in self.control.state.epochs)
            return (0 if box.id in now else 1 if box.use != "epoch" else 2 if named else 3, -box.since)

        return sorted(self.boxes.values(), key=rank)[:most]

    def depth(self, epoch: str) -> int:
        """How many generations of epochs lie before it, as far as they are known."""
        depth, seen, layer = 0, {epoch}, {epoch}
        # A hostile pair of epoch events may name each other: each epoch is met once.
        while layer := {parent for one in layer for parent in self.tree.get(one, ())} - seen:
            seen |= layer
            depth += 1
        return depth

    def owner(self, device: str) -> str:
        """The member a device belongs to, for ever; the device itself if it is nobody's."""
        member = self.owners.get(device)
        if member is None:
            member = self.log.member_of(device)
            if member is None:
                return device
            self.owners[device] = member
        return member

    def channel_with(self, member: str) -> str:
        """The direct-message channel of this person and another member."""
        return channel_id(self.space, self.me, member)

    def channel_of(self, others: Iterable[str]) -> str:
        """The private channel of this person and these; of nobody else: the space's own."""
        peers = {*others} - {self.me}
        if len(peers) > 1:
            return circle_id(self.space, {*peers, self.me})
        return next(map(self.channel_with, peers), SPACE)

    def peers_of(self, channel: str) -> tuple[str, ...]:
        """The other members of a private channel; () for the space's own channel or one unknown."""
        if channel == SPACE:
            return ()
        return next((box.peers for box in self.boxes.values() if box.channel == channel), ())

    def mailboxes(self) -> Iterator[Mailbox]:
        return iter(self.boxes.values())
