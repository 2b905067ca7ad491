"""Where this person's acts become events: signed, judged by the rules a peer will apply, logged, queued, sealed.

One writing lock for the whole node: a transaction here or in intake, never two. What is confirmed to the caller is on
the disk with everything it changed; sealing follows from the outbox and is repeated after a crash.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from tadamun.core.errors import NotAllowed, UsageError, VaultError
from tadamun.core.event import parse, to_json
from tadamun.core.frame import split
from tadamun.core.genuine import Genuine
from tadamun.core.ports import Audience, Clock, Put, Random, Saying, Tables, Wire, nothing
from tadamun.crypto.keys import recall
from tadamun.crypto.seal import seal
from tadamun.node import carried, channels, masks
from tadamun.node.holders import out_of_reach, shared, tips
from tadamun.node.ledger import CONTROL, Ledger, Taken
from tadamun.node.letters import Letter, aside, hand, rotation
from tadamun.node.pen import BY_NEED, NAMED, Pen
from tadamun.node.place import Mailbox, Place
from tadamun.store import meta, outbox
from tadamun.store.vault import Vault

BATCH = 2_000  # events a transaction when much is said at once
FEW = 16  # events that are written or sealed at once instead of in a thread
DAY = 86_400  # seconds
RETRY = 60  # seconds until what could not be sealed is tried again
PATIENT = 60  # times that what was said under a mask is tried before this node begins an epoch for it


class Desk:
    """changed: told what a transaction did, after it is through; the node acts on the effects."""

    def __init__(
        self,
        vault: Vault,
        wire: Wire,
        ledger: Ledger,
        places: dict[str, Place],
        clock: Clock,
        random: Random,
        changed: Callable[[Place, Taken], None],
        reload: Callable[[Place], None],
    ) -> None:
        self.vault, self.wire, self.ledger, self.places = vault, wire, ledger, places
        self.clock, self.random, self.changed, self.reload = clock, random, changed, reload
        self.lock = asyncio.Lock()
        self._delivering = asyncio.Lock()
        self.crowded = False  # there was no room on the disk when something was last to be sealed
        self.sealed_here: set[str] = set()  # outer ids that intake need not open again

    async def say(
        self, space: str, saying: Saying, then: Callable[[str], Sequence[Saying]] = nothing, kept: str = ""
    ) -> str:
        """See core.ports.Workbench. kept: the row of `meta` it waited in, which goes with it; if that is gone already,
        nothing is said."""
        place = self.place(space)
        audience = channels.settled(place, saying.audience, self.clock.now())

        def pens(pen: Pen) -> list[str]:
            if kept:
                meta.remove(pen.tx, kept)
            first = pen.say(replace(saying, audience=audience))
            return [first, *(pen.say(replace(one, audience=audience)) for one in then(first))]

        async with self.lock:
            if kept and meta.get(self.vault.read, kept) is None:
                return ""
            self._prepare(place, audience)
            ids = self._transact(place, pens)
        await self.deliver()
        return ids[0]

    async def say_all(
        self, space: str, sayings: Sequence[Saying], report: Callable[[int, int], None] = lambda done, of: None
    ) -> list[str]:
        """Say many things in transactions of BATCH, each durable when `report` is told of it."""
        ids: list[str] = []
        place = self.place(space)
        now = self.clock.now()
        sayings = [replace(one, audience=channels.settled(place, one.audience, now)) for one in sayings]
        for start in range(0, len(sayings), BATCH):
            part = sayings[start : start + BATCH]
            async with self.lock:
                for audience in {saying.audience for saying in part}:
                    self._prepare(place, audience)
                if len(part) <= FEW:
                    ids += self._transact(place, _sayer(part))
                else:
                    said, taken = await asyncio.to_thread(self._commit, place, _sayer(part))
                    self.changed(place, taken)
                    ids += said
            report(start + len(part), len(sayings))
        # Not beside the next transaction: both would take turns at the interpreter, and the whole would take longer.
        await self.deliver()
        return ids

    async def act(self, space: str, letters: Sequence[Letter], heads: tuple[str, ...] | None = None) -> list[str]:
        """Write control or upkeep events. Raises NotAllowed when a control event would be void. heads: instead of the
        current ones, for acts authored at an earlier point (docs/protocol/2-control.md, rule 12)."""
        place = self.place(space)
        async with self.lock:
            ids = self.write(place, letters, heads)
        await self.deliver()
        return ids

    def write(
        self, place: Place, letters: Sequence[Letter], heads: tuple[str, ...] | None = None, via: str = ""
    ) -> list[str]:
        """The same for who holds the lock already; sealing is left to `deliver`. via: the epoch to seal under."""
        if not via and place.best_epoch() is None and any(letter.kind not in BY_NEED for letter in letters):
            # Before, and not when it is sealed: whoever is to read the new epoch's event must know what it follows.
            self.rotate(place)
        return self._transact(place, lambda pen: [pen.write(letter, via=via, heads=heads) for letter in letters])

    def pass_on(self, place: Place, events: Sequence[str], via: str) -> None:
        """Seal control events that are here again, for those who read another epoch. The lock is held by the caller."""
        with self.vault.write() as tx:
            self._queue(tx, place, events, via)

    def tell_apart(self, place: Place, device: str, hpke: str, events: Sequence[str], via: str) -> None:
        """The same for one device alone, which is handed a secret for it under the epoch that it reads."""
        keys, letter = aside(place.space, device, hpke, self.random)
        box = Mailbox(keys, "aside", since=self.clock.now())

        def pens(pen: Pen) -> list[str]:
            self.ledger.mail.keep(pen.tx, place, box)
            self._queue(pen.tx, place, events, box.id)
            return [pen.write(letter, via=via)]

        self._transact(place, pens)

    def _queue(self, tx: Tables, place: Place, events: Sequence[str], via: str) -> None:
        found = [(one, known) for one in events if (known := place.log.genuine(one)) is not None]
        outbox.put(tx, [outbox.Waiting(one, place.ref, via, to_json(known.event)) for one, known in found])

    def place(self, space: str) -> Place:
        """A space one belongs to. Raises UsageError for others."""
        place = self.places.get(space)
        if place is None:
            raise UsageError("This space is not on this device.")
        if place.status == "out":
            raise NotAllowed(
                "You are no longer a member of this space. What you have already read stays readable here."
            )
        if place.status != "member":
            raise NotAllowed("You have not been let in yet. Keep this device connected; it happens by itself.")
        return place

    def rotate(self, place: Place) -> Mailbox:
        """A new epoch for all who belong now (docs/protocol/3-seal.md, 3.5). The lock is held by the caller."""
        via = shared(place)
        apart = {} if via is None else out_of_reach(place, via.id)
        live = place.log.state.live_devices()
        keys, letters = rotation(place.space, place.log.state, tips(place), self.random)
        box = Mailbox(keys, "epoch", since=self.clock.now())

        def pens(pen: Pen) -> list[str]:
            self.ledger.mail.keep(pen.tx, place, box)
            first = via if via is not None else box
            ids = [pen.write(letter, via=first.id) for letter in letters]
            place.unreached |= {(keys.id, device) for device in apart.pop("", ())}
            for other, devices in apart.items():
                boxes = hand(keys, {device: live[device].hpke for device in devices})
                ids += [pen.write(letter, via=other) for letter in boxes]
            return ids

        self._transact(place, pens)
        return box

    def _prepare(self, place: Place, audience: Audience) -> None:
        """See to it that there is a secret that only that audience has."""
        best = place.best_epoch()
        if best is None or self.of_another_day(place, best):
            self.rotate(place)
        if audience.others or audience.expires_at:
            plan = channels.plan(place, audience, self.clock.now(), self.random)
            if plan is not None:

                def pens(pen: Pen) -> list[str]:
                    self.ledger.mail.keep(pen.tx, place, plan.box)
                    return [pen.write(letter) for letter in plan.letters]

                self._transact(place, pens)

    def of_another_day(self, place: Place, epoch: Mailbox) -> bool:
        """Where newcomers may read so many days back, each UTC day has an epoch of its own, so that there is where to
        draw the line."""
        days = isinstance(place.log.state.charter.history, int)
        return days and epoch.since // DAY != self.clock.now() // DAY

    def _transact(self, place: Place, work: Callable[[Pen], list[str]]) -> list[str]:
        ids, taken = self._commit(place, work)
        self.changed(place, taken)
        return ids

    def _commit(self, place: Place, work: Callable[[Pen], list[str]]) -> tuple[list[str], Taken]:
        if self.places.get(place.space) is not place:  # an errand that outlived the space
            raise UsageError("This space is not on this device.")
        try:
            with self.vault.write() as tx:
                pen = Pen(self.ledger, self.clock, place, tx)
                ids = work(pen)
                taken = pen.finish()
        except BaseException:
            self.reload(place)  # memory may be ahead of what was rolled back
            raise
        return ids, taken

    async def deliver(self) -> int:
        """Seal what is in the outbox into the wire store. Returns how many events were sealed, 0 if the disk is full.

        What was said is confirmed by then, and must not look refused: it stays in the outbox until there is room. Who
        calls it every few seconds while `crowded` finds out soon, and with one event, whether there is.
        """
        async with self._delivering:
            try:
                return await self._deliver()
            except VaultError:
                self.crowded = True
                return 0

    async def _deliver(self) -> int:
        done = 0
        while True:
            async with self.lock:
                batch = outbox.due(self.vault.read, self.clock.now(), 1 if self.crowded else BATCH)
                pairs = [(waiting, self._envelope(waiting)) for waiting in batch]
            if not batch:
                self.crowded = False
                return done
            ready = [(waiting, box) for waiting, box in pairs if box is not None]
            now = self.clock.now()

            def seal_all(ready: Any = ready, now: int = now) -> list[tuple[Any, bytes]]:
                sealed = [
                    seal(recall_raw(w.raw), box.keys, now=now, random=self.random, expires_at=w.expires_at)
                    for w, box in ready
                ]
                return [(event, to_json(event)) for event in sealed]

            events = seal_all() if len(ready) <= FEW else await asyncio.to_thread(seal_all)
            # What was said under a mask comes in again, as if from somebody else.
            own = [event for (event, _), (w, _) in zip(events, ready, strict=True) if not _masked(w.raw)]
            self.sealed_here |= {event.id for event in own}
            answers = await self.wire.put(events)
            # A full disk: they are sealed again when there is room.
            full = {w.id for (w, _), answer in zip(ready, answers, strict=True) if answer is Put.FULL}
            self.sealed_here -= {e.id for (e, _), answer in zip(events, answers, strict=True) if answer is Put.FULL}
            sealed = [waiting.id for waiting, _ in ready if waiting.id not in full]
            keyless = [waiting.id for waiting, box in pairs if box is None]
            if sealed or keyless:
                async with self.lock:
                    with self.vault.write() as tx:
                        outbox.done(tx, sealed)
                        self._note_carried(tx, [pair for pair in ready if pair[0].id not in full])
                        outbox.later(tx, keyless, now + RETRY)
            done += len(sealed)
            self.crowded = bool(full)
            if full:
                return done

    def _may_rotate(self, place: Place, waiting: outbox.Waiting) -> bool:
        """A new epoch right before something said under a mask would say whose it is: others have an hour for it."""
        return place.status == "member" and (waiting.attempts >= PATIENT or not _masked(waiting.raw))

    def _note_carried(self, tx: Tables, ready: Sequence[tuple[outbox.Waiting, Mailbox]]) -> None:
        places = {place.ref: place for place in self.places.values()}
        for waiting, box in ready:
            if parse(waiting.raw).kind in CONTROL:
                carried.note(tx, places[waiting.space], box.id, [waiting.id])

    def _envelope(self, waiting: outbox.Waiting) -> Mailbox | None:
        """The secret to seal under: the one named, or the best at this moment, which may be later than the writing.

        A named one that somebody has who is out by now is not used, but for what must travel so (3-seal.md, 3.5) and
        for control events, which the new epoch's own event follows.
        None: there is none yet, it is tried again later.
        """
        place = next((one for one in self.places.values() if one.ref == waiting.space), None)
        if place is None or place.control is None:
            return None
        named = place.boxes.get(waiting.epoch)
        if waiting.epoch and (named is None or _stays(waiting.raw) or place.status != "member"):
            return named
        try:
            if named is None or named.use == "epoch":
                if named is not None and named.id in place.log.state.epochs:
                    return named
                return place.best_epoch() or (self.rotate(place) if self._may_rotate(place, waiting) else None)
            audience = Audience("", named.expires_at, named.peers)
            if named.readers <= place.log.state.live_devices().keys():
                return named
            self._prepare(place, audience)
            return channels.box_for(place, audience)
        except (NotAllowed, UsageError):
            return None


def _masked(raw: bytes) -> bool:
    return (b'["mask",' in raw or b'["under",' in raw) and masks.is_masked(split(parse(raw)))


def recall_raw(raw: bytes) -> Genuine:
    """An event of one's own vault; it was checked when it came in."""
    return recall(parse(raw))


def _stays(raw: bytes) -> bool:
    return parse(raw).kind in NAMED


def _sayer(sayings: Sequence[Saying]) -> Callable[[Pen], list[str]]:
    return lambda pen: [pen.say(one) for one in sayings]
