"""Where this person's acts become events: signed, judged by the rules a peer will apply, logged, queued, sealed.

One writing lock for the whole node: a transaction here or in intake, never two. What is confirmed to the caller is on the
disk with everything it changed; sealing follows from the outbox and is repeated after a crash.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from tadamun.core import upkeep
from tadamun.core.control.bodies import DEVICE_REVOKE, EPOCH, LEAVE, REMOVE
from tadamun.core.errors import LocalError, NotAllowed, UsageError, VaultError
from tadamun.core.event import Draft, parse, to_json
from tadamun.core.frame import tags
from tadamun.core.genuine import Frame, Genuine
from tadamun.core.ports import Audience, Clock, Put, Random, Saying, Tables, Wire
from tadamun.core.room import Verdict
from tadamun.crypto.keys import recall
from tadamun.crypto.seal import seal
from tadamun.node import channels
from tadamun.node.holders import shared, tips
from tadamun.node.ledger import CONTROL, Ledger, Taken
from tadamun.node.letters import Letter, rotation
from tadamun.node.place import SPACE, Arrived, Mailbox, Place
from tadamun.store import meta, outbox
from tadamun.store.vault import Vault

BATCH = 2_000  # events a transaction when much is said at once
# What shuts somebody out, the epoch without them and its boxes: they go where those who lack the new epoch still read.
BY_NEED = frozenset({LEAVE, REMOVE, DEVICE_REVOKE, EPOCH, upkeep.LOCKBOXES, upkeep.NEED})
FEW = 16  # events that are written or sealed at once instead of in a thread
DAY = 86_400  # seconds
RETRY = 60  # seconds until what could not be sealed is tried again


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
        self.sealed_here: set[str] = set()  # outer ids that intake need not open again

    async def say(self, space: str, saying: Saying) -> str:
        """See core.ports.Desk."""
        return (await self.say_all(space, [saying]))[0]

    async def say_all(
        self, space: str, sayings: Sequence[Saying], report: Callable[[int, int], None] = lambda done, of: None
    ) -> list[str]:
        """Say many things in transactions of BATCH, each durable when `report` is told of it."""
        ids: list[str] = []
        place = self.place(space)
        now = self.clock.now()
        sayings = [replace(one, audience=channels.rounded(one.audience, now)) for one in sayings]
        try:
            async with asyncio.TaskGroup() as tasks:  # sealing goes on beside the next transaction
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
                    if start + BATCH < len(sayings):
                        tasks.create_task(self.deliver())
        except ExceptionGroup as group:
            raise group.exceptions[0] from None  # what was refused, or the disk's fault, as it is
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
        found = [(one, known) for one in events if (known := place.log.genuine(one)) is not None]
        with self.vault.write() as tx:
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
        keys, letters = rotation(place.space, place.log.state, tips(place), self.random)
        box = Mailbox(keys, "epoch", since=self.clock.now())

        def pens(pen: Pen) -> list[str]:
            self.ledger.mail.keep(pen.tx, place, box)
            first = via if via is not None else box
            return [pen.write(letter, via=first.id) for letter in letters]

        self._transact(place, pens)
        return box

    def _prepare(self, place: Place, audience: Audience) -> None:
        """See to it that there is a secret that only that audience has."""
        best = place.best_epoch()
        if best is None or self._of_another_day(place, best):
            self.rotate(place)
        if audience.member or audience.expires_at:
            plan = channels.plan(place, audience, self.clock.now(), self.random)
            if plan is not None:

                def pens(pen: Pen) -> list[str]:
                    self.ledger.mail.keep(pen.tx, place, plan.box)
                    return [pen.write(letter) for letter in plan.letters]

                self._transact(place, pens)

    def _of_another_day(self, place: Place, epoch: Mailbox) -> bool:
        """Where newcomers may read so many days back, each UTC day has an epoch of its own, so that there is where to
        draw the line."""
        days = isinstance(place.log.state.charter.history, int)
        return days and epoch.since // DAY != self.clock.now() // DAY

    def _transact(self, place: Place, work: Callable[[Pen], list[str]]) -> list[str]:
        ids, taken = self._commit(place, work)
        self.changed(place, taken)
        return ids

    def _commit(self, place: Place, work: Callable[[Pen], list[str]]) -> tuple[list[str], Taken]:
        try:
            with self.vault.write() as tx:
                pen = Pen(self, place, tx)
                ids = work(pen)
                taken = pen.finish()
        except BaseException:
            self.reload(place)  # memory may be ahead of what was rolled back
            raise
        return ids, taken

    async def deliver(self) -> int:
        """Seal what is in the outbox into the wire store. Returns how many events were sealed, 0 if the disk is full.

        What was said is confirmed by then, and must not look refused: it stays in the outbox until there is room.
        """
        async with self._delivering:
            try:
                return await self._deliver()
            except VaultError:
                return 0

    async def _deliver(self) -> int:
        done = 0
        while True:
            async with self.lock:
                batch = outbox.due(self.vault.read, self.clock.now(), BATCH)
                pairs = [(waiting, self._envelope(waiting)) for waiting in batch]
            if not batch:
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
            self.sealed_here |= {event.id for event, _ in events}
            answers = await self.wire.put(events)
            # A full disk: they are sealed again when there is room.
            full = {w.id for (w, _), answer in zip(ready, answers, strict=True) if answer is Put.FULL}
            self.sealed_here -= {e.id for (e, _), answer in zip(events, answers, strict=True) if answer is Put.FULL}
            sealed = [waiting.id for waiting, _ in ready if waiting.id not in full]
            self._note_carried(ready)
            async with self.lock:
                with self.vault.write() as tx:
                    outbox.done(tx, sealed)
                    outbox.later(tx, [*(w.id for w, box in pairs if box is None), *full], now + RETRY)
            done += len(sealed)

    def _note_carried(self, ready: Sequence[tuple[outbox.Waiting, Mailbox]]) -> None:
        places = {place.ref: place for place in self.places.values()}
        for waiting, box in ready:
            if parse(waiting.raw).kind in CONTROL:
                places[waiting.space].carried.setdefault(box.id, set()).add(waiting.id)

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
                return place.best_epoch() or (self.rotate(place) if place.status == "member" else None)
            audience = Audience(named.peer, named.expires_at)
            if named.readers <= place.log.state.live_devices().keys():
                return named
            self._prepare(place, audience)
            return channels.box_for(place, audience)
        except (NotAllowed, UsageError):
            return None


class Pen:
    """Writes events of one space within one transaction, each seeing what those before it changed."""

    def __init__(self, desk: Desk, place: Place, tx: Tables) -> None:
        self.desk, self.place, self.tx = desk, place, tx
        self._written: list[tuple[Genuine, str, int]] = []  # event, epoch to seal under, end of the sealed copy
        self._taken = Taken()

    def say(self, saying: Saying) -> str:
        """A room's event. What the rules refuse is found out in `finish`, for all at once."""
        audience = saying.audience
        box = channels.box_for(self.place, audience)
        channel = box.channel if box is not None else SPACE
        via = box.id if box is not None else ""
        frame = self._frame(channel, saying.prev, audience.expires_at)
        event = self._sign(saying.kind, saying.content, tags(frame) + saying.tags, frame)
        self._written.append((event, via, audience.expires_at))
        return event.event.id

    def write(self, letter: Letter, *, via: str = "", heads: tuple[str, ...] | None = None) -> str:
        """A control or upkeep event; via: the epoch to seal it under. Raises NotAllowed if it would be void."""
        self._flush()
        if not via and (letter.kind in BY_NEED or letter.kind in CONTROL):
            box = self.place.best_epoch() or self.place.deepest_epoch()
            via = "" if box is None else box.id
        frame = self._frame(SPACE, (), 0, heads)
        event = self._sign(letter.kind, letter.content, tags(frame), frame)
        self._written.append((event, via, letter.expires_at))
        self._flush()
        return event.event.id

    def finish(self) -> Taken:
        self._flush()
        for channel, (seq, last) in self.place.chains.items():
            meta.put_text(self.tx, f"chain:{self.place.ref}:{channel}", f"{seq}:{last}")
        return self._taken

    def _frame(
        self, channel: str, prev: tuple[str, ...], expires_at: int, heads: tuple[str, ...] | None = None
    ) -> Frame:
        seq, last = self.place.next_in_chain(channel)
        log = self.place.control
        return Frame(
            space=self.place.space,
            auth=heads if heads is not None else (() if log is None else log.heads),
            height=0 if log is None else (log.height if heads is None else log.height_at(heads)),
            seq=seq,
            previous=last,
            prev=prev,
            expires_at=expires_at,
            channel=channel,
        )

    def _sign(self, kind: int, content: str, all_tags: tuple[tuple[str, ...], ...], frame: Frame) -> Genuine:
        now = self.desk.clock.now()
        event = self.place.device.sign(Draft(kind=kind, content=content, tags=all_tags, created_at=now))
        self.place.chains[frame.channel] = (frame.seq, event.event.id)
        return event

    def _flush(self) -> None:
        """Through the ledger, as a peer's events go; and into the outbox."""
        if not self._written:
            return
        taken = self.desk.ledger.take(self.tx, self.place, [Arrived(event) for event, _, _ in self._written])
        new = set(taken.new)
        for event, _, _ in self._written:
            self._must_count(event, taken, new)
        outbox.put(
            self.tx,
            [
                outbox.Waiting(
                    id=event.event.id,
                    space=self.place.ref,
                    epoch=via,
                    raw=to_json(event.event),
                    expires_at=expires_at,
                )
                for event, via, expires_at in self._written
            ],
        )
        self._written = []
        self._taken.add(taken)

    def _must_count(self, event: Genuine, taken: Taken, new: set[str]) -> None:
        i = event.event.id
        if i in taken.refused or i not in new or taken.verdicts.get(i, Verdict.ALLOW) is not Verdict.ALLOW:
            raise NotAllowed("The rules of this space do not let you do that. Nothing was changed.")
        if 3701 <= event.event.kind <= 3712 and not self.place.log.effective(i):
            raise void(event.event.kind, self.place.log.why_void(i))


def void(kind: int, why: str) -> LocalError:
    """The refusal a person sees for a control act that would have no effect."""
    if kind == REMOVE:
        return NotAllowed(
            "You cannot remove this person alone: that takes a higher level than theirs. Propose it, so that others co-sign."
        )
    return NotAllowed("The rules of this space do not let you do that ({why}). Nothing was changed.", why=why)


def recall_raw(raw: bytes) -> Genuine:
    """An event of one's own vault; it was checked when it came in."""
    return recall(parse(raw))


def _stays(raw: bytes) -> bool:
    kind = parse(raw).kind
    return kind in BY_NEED or kind in CONTROL


def _sayer(sayings: Sequence[Saying]) -> Callable[[Pen], list[str]]:
    return lambda pen: [pen.say(one) for one in sayings]
