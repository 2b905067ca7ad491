"""What is known of a space's masks: ring keys, openings and what followed them; and whether such an event counts.

Nothing here depends on the order in which events came: of two openings that left one tag the lower id holds, and of two
events that followed one opening under one number as well. A proof is looked at once, and last: when all that is cheap
to see speaks for the event. This file does not know sealing, or the vault's secrets.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tadamun.core import upkeep
from tadamun.core.b64 import from_b64
from tadamun.core.errors import Reason, RemoteError
from tadamun.core.event import Event
from tadamun.core.frame import split, unproven
from tadamun.core.genuine import Frame, Masked, Proof, Said
from tadamun.core.ports import Tables
from tadamun.core.room import Room, Standing
from tadamun.crypto import labels, ring
from tadamun.store import log, masks

if TYPE_CHECKING:
    from tadamun.node.place import Place

HOUR: Final = 3_600  # seconds
MOST_BAD: Final = 200  # proofs an hour that fail, or repeat a tag: 13 ms each for a ring of 64
MOST_KNOWN_BAD: Final = 50_000  # remembered while the node runs


class RingKey(msgspec.Struct, frozen=True):
    """A ring key that a member published: the event's device, its number there, the heads it cites and its author's
    claim of when (Unix seconds); the month, and the key itself."""

    device: str
    seq: int
    auth: tuple[str, ...]
    at: int
    period: int
    key: bytes


class Opening(msgspec.Struct, frozen=True):
    """An event that opened a mask and is in the log. author: its one-time key."""

    author: str
    auth: tuple[str, ...]
    mask: Proof


@dataclass(slots=True)
class Book:
    """keys, openings: by event. tags: openings by tag. following: by opening and number. handed: (key, device) that a
    private half was sent to. bad: events whose proof fails. bad_since, spent: how many lately; deferred: some wait."""

    keys: dict[str, RingKey] = field(default_factory=dict)
    openings: dict[str, Opening] = field(default_factory=dict)
    tags: dict[str, set[str]] = field(default_factory=dict)
    following: dict[tuple[str, int], set[str]] = field(default_factory=dict)
    handed: dict[str, tuple[bytes, frozenset[str]]] = field(default_factory=dict)
    bad: set[str] = field(default_factory=set)
    bad_since: int = 0
    ring: tuple[object, dict[str, list[str]]] = (None, {})  # what a ring was last drawn from, and for which heads
    spent: int = 0
    deferred: bool = False

    def note(self, event: str, author: str, frame: Frame) -> set[str]:
        """An event under a one-time key is in the log. Returns the authors of all that may stand otherwise now."""
        if frame.mask is not None:
            self.openings[event] = Opening(author, frame.auth, frame.mask)
            rivals = self.tags.setdefault(frame.mask.tag, set())
            rivals.add(event)
            return {self.openings[one].author for one in rivals} if len(rivals) > 1 else set()
        rivals = self.following.setdefault((frame.under, frame.seq), set())
        rivals.add(event)
        return {author} if len(rivals) > 1 else set()

    def by(self, devices: Iterable[str]) -> set[str]:
        """One-time keys of openings in whose ring a key of these devices is."""
        keys = {event for event, kept in self.keys.items() if kept.device in set(devices)}
        return {one.author for one in self.openings.values() if not keys.isdisjoint(one.mask.ring)}

    def told(self, event: str, frame: Frame) -> Masked | None:
        """What a room is told of how it was said; None for what a device said."""
        if frame.mask is not None:
            return _told(frame.mask, "")
        if frame.under:
            opening = self.openings.get(frame.under)
            return Masked("", 0, 0, 0, frame.under) if opening is None else _told(opening.mask, frame.under)
        return None

    def may_look(self, now: int) -> bool:
        """Whether another proof may be looked at: those that fail cost the time of all others."""
        if not 0 <= now - self.bad_since < HOUR:
            self.bad_since, self.spent = now, 0
        if self.spent >= MOST_BAD:
            self.deferred = True
        return self.spent < MOST_BAD

    def count_bad(self, event: str = "") -> None:
        """Another proof that should not have been sent; event: one that fails."""
        self.spent += 1
        if event and len(self.bad) < MOST_KNOWN_BAD:
            self.bad.add(event)


def _told(mask: Proof, opening: str) -> Masked:
    return Masked(mask.scope, mask.period, mask.slot, len(mask.ring), opening)


def load(tables: Tables, space: int) -> Book:
    """What the vault's log says of a space's masks."""
    book = Book()
    for kept in log.of_kind(tables, space, upkeep.RING_KEY):
        note_key(book, kept.event)
    for kept in log.of_kind(tables, space, upkeep.RING_HAND):
        note_key(book, kept.event)
    authors = Counter[str]()
    for opening in masks.noted(tables, space):
        found = log.get(tables, opening)
        if found is not None:
            authors[found.event.pubkey] += 1
    for author in authors:
        for one in log.of_device(tables, author):
            book.note(one.id, author, split(one.event))
    return book


def note_key(book: Book, event: Event) -> None:
    """Remember a ring key, or who was handed one, from an event that is in the log."""
    try:
        body = upkeep.read(event.kind, event.content, ())
        frame = split(event)
    except RemoteError:
        return
    match body:
        case upkeep.RingKey():
            book.keys[event.id] = RingKey(
                event.pubkey, frame.seq, frame.auth, event.created_at, body.period, from_b64(body.key)
            )
        case upkeep.RingHand():
            book.handed[event.id] = from_b64(body.key), frozenset(device for device, _ in body.boxes)
        case _:
            pass


def refusal(room: Room | None, event: Event, frame: Frame) -> Reason | None:
    """Why it can never count, from its shape and the room's word alone; None if that is all right."""
    if room is None:
        return Reason.UNKNOWN_KIND  # it is read again, from the wire store, by a program that knows it
    if event.kind not in room.masked:
        return Reason.NOT_ALLOWED
    if frame.mask is None:
        return None
    scope = room.scopes.get(frame.mask.scope)
    if scope is None or event.kind not in scope.kinds or frame.mask.slot >= scope.slots:
        return Reason.NOT_ALLOWED
    return Reason.NOT_ALLOWED if len(frame.mask.ring) < scope.least else None


def is_masked(frame: Frame) -> bool:
    """Whether it was said under a one-time key."""
    return frame.mask is not None or bool(frame.under)


def weigh(
    place: Place, room: Room | None, event: Event, frame: Frame, now: int
) -> tuple[Standing | Reason | None, bool]:
    """The standing of an event under a one-time key that has just come, its proof included; and whether, if it does not
    count now, it may count later. OVER_QUOTA: too many proofs failed of late to look at another."""
    book = place.masks
    reason = Reason.BAD_SIGNATURE if event.id in book.bad else refusal(room, event, frame)
    if reason is not None:
        return reason, False
    found = standing(place, event.pubkey, frame.seq, event.id, frame)
    if not isinstance(found, Standing) or frame.mask is None:
        return found, found is not Reason.REPLAYED
    if not book.may_look(now):
        return Reason.OVER_QUOTA, False
    if frame.mask.tag in book.tags:
        book.count_bad()  # its author says the same turn once more
    if not holds(place, event, frame):
        book.count_bad(event.id)
        return Reason.BAD_SIGNATURE, False
    return found, True


def missing(place: Place, frame: Frame) -> list[str]:
    """What has to come before it can be judged: control heads, ring keys, the opening."""
    keys = () if frame.mask is None else frame.mask.ring
    return [
        *place.log.unknown(frame.auth),
        *(one for one in keys if one not in place.masks.keys),
        *([frame.under] if frame.under and frame.under not in place.masks.openings else ()),
    ]


def standing(place: Place, author: str, seq: int, event: str, frame: Frame) -> Standing | Reason | None:
    """What an event under a one-time key may do, or why it does not count; None: wait. The proof is not looked at."""
    book = place.masks
    if missing(place, frame):
        return None
    if place.log.member_of(author) is not None:
        return Reason.NOT_MEMBER  # a device's key is no mask
    opening, id_ = Opening(author, frame.auth, frame.mask) if frame.mask is not None else None, event
    if opening is None:
        opening, id_ = book.openings[frame.under], frame.under
        if opening.author != author:
            return Reason.NOT_MEMBER
        if min(book.following.get((id_, seq), {event})) < event:
            return Reason.REPLAYED
    if min(book.tags.get(opening.mask.tag, {id_})) < id_:
        return Reason.REPLAYED
    known = place.standings.get((id_, opening.auth, -1))
    if known is not None:
        return known
    found = _of_ring(place, opening)
    if isinstance(found, Standing):
        place.standings[id_, opening.auth, -1] = found
    return found


def standing_of(place: Place, said: Said[Any]) -> Standing | Reason | None:
    """The same, for something said already."""
    under = "" if said.mask is None else said.mask.opening
    opening = place.masks.openings.get(under or said.id)
    if opening is None:
        return None
    mask = None if under else opening.mask
    frame = Frame(said.space, said.auth, said.height, said.seq, "", mask=mask, under=under)
    return standing(place, said.device, said.seq, said.id, frame)


def _of_ring(place: Place, opening: Opening) -> Standing | Reason | None:
    """The standing that all members of the ring have in common, at the heads that were cited."""
    members, publics, level = set(), set(), 100
    for event in opening.mask.ring:
        key = place.masks.keys[event]
        if key.period != opening.mask.period:
            return Reason.NOT_ALLOWED
        found = place.log.content_standing(key.device, key.seq, event, opening.auth)
        if not isinstance(found, Standing):
            return found
        if found.newcomer or not found.may_write:
            return Reason.NOT_ALLOWED
        members.add(found.member)
        publics.add(key.key)
        level = min(level, found.level)
    if not len(members) == len(publics) == len(opening.mask.ring):
        return Reason.NOT_ALLOWED
    return Standing(member=opening.author, level=level, may_write=True, may_moderate=False)


def holds(place: Place, event: Event, frame: Frame) -> bool:
    """Whether the proof of an opening holds. Its ring keys are here."""
    mask = frame.mask
    if mask is None:
        return False
    keys = sorted(place.masks.keys[one].key for one in mask.ring)
    scope = labels.mask(place.space, mask.period, mask.slot, mask.scope)
    message = unproven(event.pubkey, event.created_at, event.kind, event.content, event.tags)
    return ring.verify(keys, scope, message, from_b64(mask.tag), from_b64(mask.proof))


def stale(tx: Tables, authors: Sequence[str]) -> set[tuple[str, str]]:
    """(room, topic) of all that was said under these one-time keys."""
    return {(kept.room, kept.topic) for author in authors for kept in log.of_device(tx, author) if kept.room}
