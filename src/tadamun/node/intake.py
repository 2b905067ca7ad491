"""From the wire store into the log: the one reader of everything that any carrier brought.

It follows the wire store by arrival number and keeps its place in the vault, in the same transaction as what it took
in, so that a killed process loses no event, and looks at few twice. Whatever a peer sent, intake goes on: bad events
are counted and dropped one by one.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from tadamun.core import upkeep
from tadamun.core.errors import Reason, RemoteError, VaultError
from tadamun.core.genuine import Genuine
from tadamun.core.ports import Filter, Stored, Tables, Wire
from tadamun.crypto.worker import Opener
from tadamun.node import arrival, carried
from tadamun.node.desk import Desk
from tadamun.node.ledger import Taken
from tadamun.node.mail import LOOK_AGAIN
from tadamun.node.opening import FEW, Failed, Opened, open_batch
from tadamun.node.place import Arrived, Mailbox, Place
from tadamun.store import meta

BATCH: Final = 2_000  # events a transaction while there is a backlog
LEAST: Final = 500  # of them, if there are as many
MOST_FRESH: Final = 3 * BATCH  # events handed over in memory; beyond, they are read from the wire store

CURSOR: Final = "wire-cursor"
STORE: Final = "wire-identity"
MOST_UNMARKED: Final = 200  # events of one's own that are looked at again after a start, rather than marked one by one
LETTERS: Final = 4 * 2**20  # bytes in an invite's mailbox for each who may join by it
PATIENCE: Final = 5.0  # seconds until a full disk is tried again


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody asks to be let in. again: found when looking again at what came before; it may be answered already."""

    mailbox: Mailbox
    event: Genuine
    again: bool = False


@dataclass(frozen=True, slots=True)
class _Batch:
    """upto: the last arrival number in it, 0 for an empty one."""

    upto: int
    opened: Sequence[Opened]
    failed: Sequence[Failed]


class Intake:
    """known: mailbox public key → (place's number, mailbox), kept up to date by the node."""

    def __init__(
        self,
        desk: Desk,
        wire: Wire,
        identity: str,
        known: dict[str, tuple[int, Mailbox]],
        changed: Callable[[Place, Taken], None],
    ) -> None:
        self.desk, self.wire, self.known, self.changed = desk, wire, known, changed
        self.idle = asyncio.Event()  # set while there is nothing to take in
        self.progress = 0  # events taken in since the start
        self._wake = asyncio.Event()
        self._roomy = asyncio.Event()  # not much of what came waits in memory
        self._roomy.set()
        self._looking = False  # at what came to a mailbox before
        self._fresh: deque[Stored] = deque()
        self._letters: Counter[str] = Counter()  # invite's mailbox → bytes that came there
        self._opener = Opener()
        tables = desk.vault.read
        joining = any(place.control is None for place in desk.places.values())
        same = meta.text(tables, STORE) == identity
        # What came before its anchor was only in memory: after a restart it is read again.
        self._cursor = meta.number(tables, CURSOR) if same and not joining else 0
        self._marked = self._cursor  # what the vault knows of it
        self._identity = identity

    def wake(self) -> None:
        """There may be something to do: a secret was learnt."""
        self._wake.set()

    def expect(self) -> None:
        """Much is about to come; see Opener.expect. Takes some milliseconds."""
        self._opener.expect()

    async def room(self) -> None:
        """Return when most of what came has been taken in, or after a second: who brings more is to wait for that, or
        it would have to be read from the wire store again."""
        with suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await self._roomy.wait()

    async def run(self) -> None:
        """Until cancelled."""
        stop = self.wire.watch(self._handed)
        self._wake.set()
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                self.idle.clear()
                try:
                    while await self.step():
                        pass
                except* VaultError:
                    # A full disk: nothing was lost or half taken; the events are still in the wire store.
                    await asyncio.sleep(PATIENCE)
                    self._wake.set()
                if not self._wake.is_set():
                    self.idle.set()
        finally:
            stop()
            self._opener.close()

    async def step(self) -> bool:
        """Take in all that is there; False when there was nothing. While one batch is stored, the next is opened."""
        for key, _ in meta.beginning(self.desk.vault.read, LOOK_AGAIN):
            await self._look_again(key)
        batch = await self._open(await self._next(self._cursor))
        found = bool(batch.upto)
        while batch.upto:
            async with asyncio.TaskGroup() as tasks:
                ahead = tasks.create_task(self._ahead(batch.upto))
                await self._store(batch, batch.upto)
            batch = ahead.result()
        return found

    async def _ahead(self, cursor: int) -> _Batch:
        return await self._open(await self._next(cursor))

    def _handed(self, stored: Sequence[Stored]) -> None:
        """The wire store tells what it has just taken: most of it need not be read from there again."""
        if len(self._fresh) + len(stored) > MOST_FRESH:
            self._fresh.clear()
        self._fresh += stored
        if len(self._fresh) > 2 * BATCH:
            self._roomy.clear()
        self._wake.set()

    async def _next(self, cursor: int) -> Sequence[Stored]:
        """Up to BATCH events that arrived after `cursor`, in order of arrival."""
        fresh = self._fresh
        while fresh and fresh[0].arrival <= cursor:
            fresh.popleft()
        if not fresh or fresh[0].arrival != cursor + 1:
            self._roomy.set()
            return await self.wire.since(cursor, BATCH)
        # The last batch is stored while nothing is left to open: towards the end they are smaller.
        size = BATCH if len(fresh) >= 2 * BATCH else max(len(fresh) // 2, LEAST)
        batch: list[Stored] = []
        # Only as far as nothing is missing in between: what was told late is read from the store.
        while fresh and len(batch) < size and fresh[0].arrival == cursor + 1 + len(batch):
            batch.append(fresh.popleft())
        if len(fresh) <= 2 * BATCH:
            self._roomy.set()
        return batch

    async def _look_again(self, key: str) -> None:
        """Read what a mailbox held before its secret was known here."""
        wanted = Filter(kinds=(3700,), tags=(("p", (key.removeprefix(LOOK_AGAIN),)),))
        self._looking = True
        if (mine := self.known.get(key.removeprefix(LOOK_AGAIN))) is not None:
            self._letters.pop(mine[1].id, None)  # they are counted anew
        try:
            async for page in self.wire.find(wanted, BATCH):
                await self._store(await self._open(page), self._cursor)
        finally:
            self._looking = False
        async with self.desk.lock:
            with self.desk.vault.write() as tx:
                meta.remove(tx, key)

    async def _open(self, stored: Sequence[Stored]) -> _Batch:
        foreign = [one for one in stored if one.id not in self.desk.sealed_here]
        self.desk.sealed_here -= {one.id for one in stored}
        if len(foreign) <= FEW:
            opened, failed = open_batch(foreign, self.known)
        else:
            # All that needs no transaction is done here, while another thread stores the batch before.
            read = self.desk.ledger.projector.read
            opened, failed = await asyncio.to_thread(open_batch, foreign, self.known, self._opener.open_many, read)
        upto = stored[-1].arrival if stored else 0
        return _Batch(upto, *self._at_the_door({one.id: len(one.raw) for one in stored}, opened, failed))

    def _at_the_door(
        self, sizes: dict[str, int], opened: list[Opened], failed: list[Failed]
    ) -> tuple[list[Opened], list[Failed]]:
        """An invite's mailbox is for asks and answers, and for so many: whoever has, or once had, the link could fill
        everybody's disk by it. What is too much is treated as what did not open: it is not kept."""
        kept = []
        for one in opened:
            if one.mailbox.use in ("invite", "device"):
                if one.genuine.event.kind not in (upkeep.JOIN, upkeep.WELCOME):
                    failed.append(Failed(one.outer, Reason.NOT_ALLOWED))
                    continue
                if self._letters[one.mailbox.id] > self._room(one):
                    failed.append(Failed(one.outer, Reason.OVER_QUOTA))
                    continue
                self._letters[one.mailbox.id] += sizes[one.outer]
            kept.append(one)
        return kept, failed

    def _room(self, one: Opened) -> int:
        place = next((place for place in self.desk.places.values() if place.ref == one.ref), None)
        if place is None:  # forgotten meanwhile
            return 0
        if place.status == "joining":
            return 16 * LETTERS
        invite = place.invites.get(one.mailbox.id)
        return LETTERS * (1 + (min(invite.uses, 250) if invite is not None else 0))

    async def _store(self, batch: _Batch, cursor: int) -> None:
        if not batch.opened and not batch.failed and cursor - self._marked < MOST_UNMARKED:
            # Mostly what this node has just said itself: a commit more would keep it from being sent.
            self._cursor = cursor
            return
        async with self.desk.lock:
            if len(batch.opened) <= FEW:
                done = self._carefully(batch.opened, batch.failed, cursor)
            else:
                done = await asyncio.to_thread(self._carefully, batch.opened, batch.failed, cursor)
        self._cursor = self._marked = cursor
        self.progress += len(batch.opened)
        for place, taken in done:
            self.changed(place, taken)
        if batch.failed:
            await self.wire.delete([one.outer for one in batch.failed])

    def _carefully(self, opened: Sequence[Opened], failed: Sequence[Failed], cursor: int) -> list[tuple[Place, Taken]]:
        """All in one transaction; if something in it trips over itself, one by one, so that only that one is lost."""
        try:
            return self._transact(opened, failed, cursor)
        except VaultError:
            raise
        except Exception:
            if len(opened) <= 1:
                return self._transact([], [*failed, *(Failed(one.outer, Reason.MALFORMED) for one in opened)], cursor)
            done = []
            for one in opened:
                done += self._carefully([one], (), self._cursor)
            return done + self._transact([], failed, cursor)

    def _transact(self, opened: Sequence[Opened], failed: Sequence[Failed], cursor: int) -> list[tuple[Place, Taken]]:
        by_place: dict[int, list[Opened]] = {}
        for one in opened:
            by_place.setdefault(one.ref, []).append(one)
        places = [place for place in self.desk.places.values() if place.ref in by_place]
        early = [(place, list(place.early)) for place in places]
        done = []
        try:
            with self.desk.vault.write() as tx:
                for place in places:
                    done.append((place, self._into(tx, place, by_place[place.ref])))
                for reason, count in Counter(one.reason for one in failed).items():
                    meta.count(tx, reason, count)
                meta.put_number(tx, CURSOR, cursor)
                meta.put_text(tx, STORE, self._identity)
        except BaseException:
            for place, kept in early:
                self.desk.reload(place)
                place.early = kept  # it is nowhere else while the anchor is missing
            raise
        return done

    def _into(self, tx: Tables, place: Place, opened: Sequence[Opened]) -> Taken:
        letters = [one for one in opened if one.mailbox.use in ("invite", "device")]
        arrived = [
            Arrived(one.genuine, one.mailbox, one.read) for one in opened if one.mailbox.use not in ("invite", "device")
        ]
        for one in opened:
            if 3701 <= one.genuine.event.kind <= 3712:
                carried.note(tx, place, one.mailbox.id, [one.genuine.event.id])
        effects: list[object] = []
        for one in letters:
            try:
                more, brought = self._letter(tx, place, one)
                effects += more
                arrived = [*brought, *arrived]
            except RemoteError as error:
                meta.count(tx, error.reason)
        taken = self.desk.ledger.take(tx, place, arrived)
        taken.effects[:0] = effects
        return taken

    def _letter(self, tx: Tables, place: Place, one: Opened) -> tuple[list[object], list[Arrived]]:
        """Join requests and answers: in nobody's log. Returns effects, and events that came inside an answer."""
        kind = one.genuine.event.kind
        if kind == upkeep.WELCOME and place.status == "joining":
            return arrival.hear_answer(tx, place, self.desk.ledger.mail, one.genuine, self.desk.clock.now())
        if kind == upkeep.WELCOME and place.status == "member":
            arrival.note_answer(place, one.genuine, self.desk.clock.now())
        if kind == upkeep.JOIN and place.status == "member" and one.genuine.event.pubkey != place.device.public:
            return [Asked(one.mailbox, one.genuine, self._looking)], []
        return [], []
