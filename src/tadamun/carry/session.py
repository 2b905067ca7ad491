"""One connection to one peer, for the mailboxes of one space: prove, subscribe, reconcile, stay live, send.

The live subscription is opened before reconciling, so that nothing falls between, and it does not filter by time: the
outer time of a new event lies up to two days back. The peer may be hostile: everything asked has an end, useless
messages have a budget, and what it brings is only ever put into the wire store. This file does not know retries,
names of other peers, or other spaces.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

from tadamun.carry import gate
from tadamun.carry.about import About
from tadamun.carry.asking import Asking, Refused
from tadamun.carry.catchup import MAILBOXES, CatchUp
from tadamun.carry.frames import Brought, Challenge, Chatter, Closed, Difference, NoDifference, Stored, Took, hear
from tadamun.carry.mailbox import SEALED
from tadamun.carry.proving import Proving
from tadamun.carry.publish import Outgoing
from tadamun.carry.receive import Inbox, Piece
from tadamun.carry.status import Gauge, State, Trouble, Troubled
from tadamun.carry.surroundings import Socket, Surroundings
from tadamun.core.errors import Reason, RemoteError
from tadamun.core.event import Event
from tadamun.core.ports import Put, Signer

CHALLENGE: Final = 0.5  # seconds for a challenge that NIP-11 promises; one that comes later is answered then
MAX_WASTE: Final = 1_000  # useless messages, beyond two for each event that was of use
MAX_REOPENED: Final = 5  # times a live subscription may be ended and opened again on one connection
MAX_LATER: Final = 50_000  # ids
FLUSH: Final = 5.0  # seconds that the store is given to take what came before the end
REMEMBERED: Final = 50_000  # ids, in each of two generations


class Session:
    """`run` until the connection ends; `offer` what came into the wire store; `rekey` when mailboxes change."""

    def __init__(
        self, socket: Socket, about: About, signers: Mapping[str, Signer], around: Surroundings, gauge: Gauge
    ) -> None:
        self._socket, self._about, self._around, self._gauge = socket, about, around, gauge
        self._signers = dict(signers)
        self._patience = around.patience
        self._asking = Asking(self._send, self._patience.idle)
        self._inbox = Inbox(around.wire, self._stored, around.room)
        self._outgoing = Outgoing(
            around.wire, self._send, self._taken, self._refused, self._prove, self._patience.answer, about.message
        )
        self._catchup = CatchUp(
            self._asking, self._inbox, self._outgoing, around.outbox, around.wire, around.clock, about, gauge,
            around.turn, self._patience.turn,
        )  # fmt: skip
        self._proving = Proving(self._send, gauge.address, around.clock, self._patience.answer)
        self._changed = asyncio.Event()
        self._again = False  # something may have been missed: reconcile everything once more
        self._caught_up = False
        self._later: dict[str, None] = {}
        self._live = ""
        self._subscribed: tuple[str, ...] = ()
        self._reopened = 0
        self._known = _Recent()
        self._useful = self._waste = 0
        self._try_again: float | None = None  # when what found no room in the store is to be asked for again

    async def run(self) -> None:
        """Converse until the connection ends. Raises what ended it, mostly in an ExceptionGroup."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen())
            tasks.create_task(self._inbox.run())
            tasks.create_task(self._outgoing.run())
            await self._converse()

    def rekey(self, signers: Mapping[str, Signer]) -> None:
        """The space's mailboxes are these now."""
        self._signers = dict(signers)
        self._changed.set()

    def knows(self, event_id: str) -> bool:
        """Whether the peer gave us this event lately, or has it from us."""
        return event_id in self._known

    def offer(self, event_id: str, raw: bytes, brought: bool) -> None:
        """An event came into the wire store. brought: by another peer, so that this one may well have it too."""
        if event_id in self._known:
            return
        if not brought or self._caught_up:
            self._outgoing.offer(event_id, raw)
            if self._outgoing.overflowed:
                self._outgoing.overflowed = False
                self._reconcile_again()
        elif len(self._later) < MAX_LATER:
            self._later[event_id] = None
        else:
            self._again = True

    async def _converse(self) -> None:
        if 42 in self._about.nips:
            await self._prove(CHALLENGE)
        reconciled: set[str] = set()
        while True:
            self._changed.clear()
            if self._again:
                self._again = False
                reconciled.clear()
            boxes = tuple(sorted(self._signers))
            if self._proving.asked:
                await self._prove()
            await self._subscribe(boxes)
            if fresh := [box for box in boxes if box not in reconciled]:
                await self._catch_up(fresh)
                reconciled.update(fresh)
            self._gauge.state = State.LIVE
            self._gauge.trouble = Trouble.NONE if self._try_again is None else Trouble.NO_ROOM
            if not self._again:
                await self._something_changes()

    async def _something_changes(self) -> None:
        try:
            async with asyncio.timeout_at(self._try_again):
                await self._changed.wait()
        except TimeoutError:
            # Another connection asks for everything that found no room: this one has noted it as seen.
            raise Troubled(Trouble.NO_ROOM) from None

    async def _catch_up(self, boxes: Sequence[str]) -> None:
        self._gauge.state = State.RECONCILING
        self._caught_up = False
        self._inbox.bulk = True
        try:
            try:
                await self._catchup.run(boxes, self._later.clear)
            except Refused as refusal:
                if refusal.prefix != "auth-required":
                    raise
                await self._prove()
                await self._catchup.run(boxes, self._later.clear)
        finally:
            self._inbox.bulk = False
        self._caught_up = True
        for event_id in self._later:
            if event_id not in self._known:
                self._outgoing.offer(event_id)
        self._later.clear()

    async def _subscribe(self, boxes: tuple[str, ...]) -> None:
        """Be subscribed to these mailboxes, the new subscription standing before the old one ends."""
        if self._live and boxes == self._subscribed:
            return
        before, self._live = self._live, ""
        if boxes:
            # limit 1, not 0: there are relays that take 0 for "no limit".
            queries = [
                {"kinds": [SEALED], "#p": boxes[k : k + MAILBOXES], "limit": 1} for k in range(0, len(boxes), MAILBOXES)
            ]
            try:
                self._live = await self._asking.live(queries)
            except Refused as refusal:
                if refusal.prefix != "auth-required":
                    raise
                await self._prove()
                self._live = await self._asking.live(queries)
        self._subscribed = boxes
        if before:
            await self._asking.close(before)

    async def _prove(self, wait: float = 0.0) -> None:
        await self._proving.prove(self._signers, wait or self._patience.hello)

    async def _send(self, message: bytes) -> None:
        await self._socket.send(message, text=True)

    async def _listen(self) -> None:
        """Take what comes, for ever; ends by the exception with which the connection ends."""
        try:
            while True:
                message = await self._socket.recv(decode=False)
                try:
                    self._take(message)
                except RemoteError as error:
                    self._around.counters[error.reason] += 1
                    self._wasted()
                await self._inbox.room()
        except Exception:
            # What came before the end is kept, even if the end came in the middle of a catch-up.
            with suppress(TimeoutError):
                async with asyncio.timeout(FLUSH):
                    await self._inbox.settled()
            raise

    def _take(self, message: bytes | str) -> None:
        match hear(message):
            case Brought() as heard:
                self._brought(heard.sub, heard.event, heard.raw)
            case Stored(sub):
                self._asking.finished(sub)
            case Took(event_id, ok, why):
                if not self._proving.answered(event_id, ok):
                    self._outgoing.answered(event_id, ok, why)
            case Challenge(text):
                # What was asked before a late challenge may have been answered with less than there is.
                late = bool(self._proving.asked or self._live)
                if self._proving.challenge(text) and late:
                    self._reopen()
            case Difference(sub, answer):
                self._asking.said(sub, answer)
            case Closed(sub, why) | NoDifference(sub, why):
                if self._asking.refused(sub, why):
                    self._ended(sub, why)
            case Chatter():
                self._wasted()

    def _brought(self, sub: str, event: Event, raw: bytes) -> None:
        if event.kind != SEALED or gate.mailbox_of(event) not in self._signers:
            raise RemoteError(Reason.WRONG_SPACE)
        new = event.id not in self._known
        # Before the check: a page full of forgeries must not look like the end of the relay's history.
        self._asking.brought(sub, (event.created_at, event.id), new)
        if not new:
            self._wasted()
            return
        if self._around.check is not None:
            try:
                self._around.check(event)
            except RemoteError:
                self._catchup.unwanted.add(event.id)
                raise
        self._known.add(event.id)
        self._useful += 1
        self._inbox.add(event, raw)

    def _stored(self, batch: Sequence[Piece], answers: Sequence[Put]) -> None:
        self._around.outbox.taken([event.id for event, _ in batch])
        new = answers.count(Put.NEW)
        self._gauge.received += new
        self._gauge.done += new
        self._around.turn.progress += new
        if new == len(batch):
            return
        for (event, _), answer in zip(batch, answers, strict=True):
            if answer is not Put.NEW and answer is not Put.DUPLICATE:
                self._catchup.unwanted.add(event.id)
                if answer is Put.FULL and self._try_again is None:
                    self._try_again = asyncio.get_running_loop().time() + self._patience.room
                    self._changed.set()
                if answer is not Put.DELETED:
                    self._around.counters[Reason.EXPIRED if answer is Put.EXPIRED else Reason.OVER_QUOTA] += 1

    def _refused(self, event_id: str) -> None:
        self._gauge.refused += 1

    def _taken(self, event_id: str) -> None:
        self._gauge.sent += 1
        self._useful += 1  # and it may come back by our own subscription
        self._known.add(event_id)
        self._around.outbox.taken((event_id,))

    def _ended(self, sub: str, why: str) -> None:
        """The relay ended the live subscription."""
        if sub == self._live:
            self._live = ""
            if not why.startswith("auth-required"):
                raise Troubled(Trouble.REFUSED)
            self._reopen()

    def _reopen(self) -> None:
        self._reopened += 1
        if self._reopened > MAX_REOPENED:
            raise Troubled(Trouble.REFUSED)
        self._subscribed = ()
        self._reconcile_again()

    def _reconcile_again(self) -> None:
        self._again = True
        self._changed.set()

    def _wasted(self) -> None:
        """A peer that sends nothing of use for long is not read from any longer."""
        self._waste += 1
        if self._waste > MAX_WASTE + 2 * self._useful:
            raise Troubled(Trouble.USELESS)


class _Recent:
    """The last 50,000 to 100,000 ids."""

    __slots__ = ("_new", "_old")

    def __init__(self) -> None:
        self._new: set[str] = set()
        self._old: set[str] = set()

    def __contains__(self, event_id: str) -> bool:
        return event_id in self._new or event_id in self._old

    def add(self, event_id: str) -> None:
        self._new.add(event_id)
        if len(self._new) >= REMEMBERED:
            self._old, self._new = self._new, set()
