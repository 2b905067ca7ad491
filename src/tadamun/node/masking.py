"""Saying something under a one-time key: the ring is drawn, the proof made, and the event left to go out later.

It is not put into this device's log: when its time has come it is sealed into the wire store, and comes in from there
as if from somebody else. So afterwards nothing here tells one's own from others' but the one-time key, until that is
destroyed, and the ring key, until the month is over (docs/protocol/6-masked.md, 6.5).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

import msgspec

from tadamun.core.b64 import to_b64
from tadamun.core.errors import NotAllowed, UsageError
from tadamun.core.event import Draft, parse, to_json
from tadamun.core.frame import split, tags, unproven
from tadamun.core.genuine import Frame, Genuine, Proof
from tadamun.core.limits import MAX_UNDER
from tadamun.core.ports import Audience, Mask, Masking, Saying, nothing
from tadamun.core.room import Room, Scope
from tadamun.crypto import labels, ring
from tadamun.crypto.keys import SigningKey
from tadamun.crypto.secret import Secret
from tadamun.node import masktime, ringkeys
from tadamun.node.desk import Desk
from tadamun.node.maskrules import check
from tadamun.node.masks import HOUR, is_masked
from tadamun.node.place import Place
from tadamun.store import masks, outbox

KEPT: Final = 60 * 86_400  # seconds for which a one-time key is kept, if its room does not say otherwise
LONGEST: Final = 7 * 86_400  # seconds of delay


class Masker:
    """Over the node's desk and its rooms."""

    def __init__(self, desk: Desk, rooms: Sequence[Room]) -> None:
        self.desk, self.rooms = desk, rooms
        self._looked: dict[tuple[str, int], int] = {}

    def start(self) -> None:
        """At the node's start."""
        masktime.start(self.desk)

    async def tend(self) -> None:
        """What time brings."""
        await masktime.tend(self.desk, self.rooms, self._looked)

    def scope(self, name: str) -> Scope:
        """A room's scope by its name. Raises UsageError."""
        for room in self.rooms:
            if name in room.scopes:
                return room.scopes[name]
        raise UsageError("This node does not know how to do that. Update Tadamun, then try again.")

    def masking(self, space: str, name: str) -> Masking:
        """See core.ports.Workbench."""
        place, scope = self.desk.place(space), self.scope(name)
        period = ringkeys.period_of(self.desk.clock.now())
        members = ringkeys.published(place, period)
        mine = ringkeys.own(self.desk.vault.read, place, period)
        ready = mine is not None and mine[0] in members.get(place.me, ())
        left = len(self._free(place, name, scope, period, mine[1])) if ready and mine is not None else 0
        size = min(len(members), ringkeys.DRAWN)
        return Masking(size, scope.least, scope.slots, left, ready, ringkeys.ends(period))

    def mine(self, space: str, scope: str) -> frozenset[str]:
        """See core.ports.Workbench.masks."""
        return frozenset(masks.every(self.desk.vault.read, self.desk.places[space].ref, scope))

    async def forget(self, space: str, opening: str) -> None:
        """See core.ports.Workbench.mask_forget."""
        async with self.desk.lock:
            masktime.drop(self.desk, self.desk.places[space], opening)
        self.desk.vault.scrub()

    async def say(self, space: str, saying: Saying, then: Callable[[str], Sequence[Saying]] = nothing) -> str:
        """See core.ports.Workbench.say, for a saying with a mask. Returns the event's id, before it has gone out."""
        place, tables = self.desk.place(space), self.desk.vault.read
        async with self.desk.lock:
            if place.best_epoch() is None:
                self.desk.rotate(place)  # now, and not when it goes out: that would say who is about to speak
            waiting = [one for one in map(parse, outbox.raws(tables, place.ref)) if is_masked(split(one))]
            event, kept = self._make(place, saying)
            check(tables, self.desk.ledger.projector, place, event.event, waiting)
            done = [(event.event, kept.last_at)]
            for one in then(event.event.id):
                more, kept = self._follow(place, one, kept)
                before = [*waiting, *(said for said, _ in done)]
                check(tables, self.desk.ledger.projector, place, more.event, before)
                done.append((more.event, kept.last_at))
            with self.desk.vault.write() as tx:
                for said, at in done:
                    outbox.put(tx, [outbox.Waiting(said.id, place.ref, "", to_json(said))], next_at=at)
                masks.put(tx, place.ref, kept)
        await self.desk.deliver()
        return event.event.id

    def _make(self, place: Place, saying: Saying) -> tuple[Genuine, masks.Mask]:
        mask = saying.mask
        if mask is None or not mask.under:
            return self._open(place, saying, mask or Mask())
        kept = masks.get(self.desk.vault.read, place.ref, mask.under)
        if kept is None:
            raise NotAllowed(
                "The key under which that was said is not on this device, or was destroyed. Nothing more can be said "
                "under it here."
            )
        return self._follow(place, saying, kept)

    def _open(self, place: Place, saying: Saying, mask: Mask) -> tuple[Genuine, masks.Mask]:
        """The event that takes a turn, and its one-time key."""
        scope, now, random = self.scope(mask.scope), self.desk.clock.now(), self.desk.random
        period = ringkeys.period_of(now)
        mine = ringkeys.own(self.desk.vault.read, place, period)
        members = [] if mine is None else ringkeys.draw(place, period, mine[0], random)
        if mine is None or not members:
            raise NotAllowed(
                "This device cannot speak without your name here yet. Keep it connected and try again later. Newcomers "
                "wait until they are none any more."
            )
        if len(members) < scope.least:
            raise NotAllowed(
                "You would be one of {ring}, too few to hide among: it takes {least}. Nothing was sent.",
                ring=len(members),
                least=scope.least,
            )
        free = self._free(place, mask.scope, scope, period, mine[1])
        if not free:
            raise NotAllowed(
                "You have used all your turns to say this without your name this month. Nothing was sent. Next month "
                "you have new ones."
            )
        # By lot: in order, whoever takes the third turn would be one of the few who took the second.
        slot = free[random.below(len(free))]
        bound = labels.mask(place.space, period, slot, mask.scope)
        at = now + random.below(min(mask.delay, LONGEST) + 1)
        key, tag = SigningKey.make(random), to_b64(ring.tag_of(mine[1], bound))
        claim = Proof(scope=mask.scope, period=period, slot=slot, ring=tuple(members), tag=tag, proof="")
        draft = self._draft(place, saying, at, mask=claim)
        message = unproven(key.public, draft.created_at, draft.kind, draft.content, draft.tags)
        keys = sorted(place.masks.keys[one].key for one in members)
        proof = to_b64(ring.sign(mine[1], keys, bound, message, random))
        event = key.sign(self._draft(place, saying, at, mask=msgspec.structs.replace(claim, proof=proof)))
        return event, masks.Mask(
            opening=event.event.id,
            secret=key.secret,
            scope=mask.scope,
            tag=tag,
            said=0,
            last_at=at,
            until=mask.until or now + KEPT,
        )

    def _follow(self, place: Place, saying: Saying, kept: masks.Mask) -> tuple[Genuine, masks.Mask]:
        """An event under a one-time key that is here already."""
        if kept.said >= MAX_UNDER:
            raise NotAllowed("You have said as much there without your name as one can. Nothing was sent.")
        delay = 0 if saying.mask is None else min(saying.mask.delay, LONGEST)
        at = max(kept.last_at, self.desk.clock.now() + self.desk.random.below(delay + 1))
        kept = replace(kept, said=kept.said + 1, last_at=at)
        draft = self._draft(place, saying, at, seq=kept.said, under=kept.opening)
        return SigningKey(kept.secret).sign(draft), kept

    def _draft(self, place: Place, saying: Saying, at: int, seq: int = 0, **how: Any) -> Draft:
        """created_at is the hour in which it goes out: nothing says when it was written."""
        if saying.audience != Audience():
            raise UsageError("Without your name you can speak to the whole space only, and without an end.")
        log = place.log
        frame = Frame(place.space, log.heads, log.height, seq, "", prev=saying.prev, **how)
        return Draft(saying.kind, saying.content, tags(frame) + saying.tags, at // HOUR * HOUR)

    def _free(self, place: Place, name: str, scope: Scope, period: int, secret: Secret) -> list[int]:
        """The turns of the month that this member has not taken, on any device."""
        taken = place.masks.tags.keys() | set(masks.every(self.desk.vault.read, place.ref).values())
        left = [ring.tag_of(secret, labels.mask(place.space, period, slot, name)) for slot in range(scope.slots)]
        return [slot for slot, tag in enumerate(left) if to_b64(tag) not in taken]
