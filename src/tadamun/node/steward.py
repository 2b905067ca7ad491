"""What a node does by itself for its spaces, one thing after another: let people in, hand out secrets, propose
checkpoints.

It acts on the effects that the ledger reported after their transaction is through. Where several nodes could do the
same, the one most concerned does it at once and the others after a random wait, if it is still to do. Every act is an
ordinary event; a node that never gets to it leaves nothing broken.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, Final

from tadamun.core import upkeep
from tadamun.core.body import spell
from tadamun.core.control import bodies
from tadamun.core.errors import LocalError, RemoteError
from tadamun.core.ports import Random, Saying
from tadamun.node import letters
from tadamun.node.allowance import Allowance
from tadamun.node.arrival import DEVICE_LINK_LIFE, device_request_key
from tadamun.node.desk import Desk
from tadamun.node.holders import holders, lacks, recall_boxes
from tadamun.node.intake import Asked
from tadamun.node.letters import Letter
from tadamun.node.mail import ControlChanged, Needed, Signed, StatusChanged, Tick
from tadamun.node.past import ARRIVALS, author_of, meant_for, worth_a_checkpoint
from tadamun.node.place import Place
from tadamun.node.quorum import Quorum
from tadamun.node.unaware import listed_key, unaware
from tadamun.node.welcome import Host
from tadamun.store import meta, spaces

HOUR: Final = 3_600  # seconds
GRACE: Final = 2.0  # seconds to wait for others, or for more to come, before acting
ROUNDS: Final = 8  # of sealing what is handed on
SILENCE: Final = 30.0  # seconds until another node does what the first should have done


class Steward:
    """spawn: starts a coroutine in the node's task group. pause: waits that many seconds."""

    def __init__(
        self,
        desk: Desk,
        host: Host,
        quorum: Quorum,
        random: Random,
        spawn: Callable[[Coroutine[Any, Any, None]], None],
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self.desk, self.host, self.quorum, self.random, self.spawn = desk, host, quorum, random, spawn
        self.pause = pause
        self._due: set[tuple[str, str]] = set()  # (space, chore) already waiting its turn
        clock = desk.clock
        self._helped = Allowance(clock, 3, HOUR)  # a device with one epoch
        self._helped_at_all = Allowance(clock, 32, HOUR)  # a device
        self._missed = Allowance(clock, 3, HOUR)  # one epoch's secret
        self._missed_of = Allowance(clock, 12, HOUR)  # epochs by one device
        self._told = Allowance(clock, 12, HOUR)  # whoever is out and cannot know it
        self._heard = Allowance(clock, 3, HOUR)  # one device's ask to be let in, by one link

    def act_on(self, place: Place, effect: object) -> None:
        """Start what an effect, or the time, asks for. Never blocks."""
        match effect:
            case Asked():
                if self._heard.take((place.space, effect.mailbox.id, effect.event.event.pubkey)):
                    self.spawn(self._quietly(lambda: self._asked(place, effect)))
            case Needed():
                if self._helped.take((place.space, effect.device, effect.epoch)) and self._helped_at_all.take(
                    (place.space, effect.device)
                ):
                    self.spawn(self._quietly(lambda: self._needed(place, effect)))
            case Signed():
                self._soon(place, "signatures", self._signatures, 0.0)
            case Tick():
                if place.control is not None and self.quorum.over(place):
                    self._soon(place, "checkpoint", self._checkpoint, GRACE)
            case ControlChanged():
                self._soon(place, "checkpoint", self._checkpoint, GRACE)
                self._soon(place, "missing", self._missing, GRACE)
                self._soon(place, "lacks", self._lacks, GRACE)
            case StatusChanged(status="member"):
                self._soon(place, "introduce", self._introduce, 0.0)
            case _:
                pass

    def _soon(self, place: Place, chore: str, work: Callable[[Place], Coroutine[Any, Any, None]], wait: float) -> None:
        key = (place.space, chore)
        if key in self._due:
            return
        self._due.add(key)

        async def later() -> None:
            await self.pause(wait)
            self._due.discard(key)
            await work(place)

        self.spawn(self._quietly(later))

    async def _quietly(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Upkeep that the rules or the disk refuse is left to another time or another node."""
        with suppress(LocalError, RemoteError):
            await work()

    async def _asked(self, place: Place, asked: Asked) -> None:
        if asked.again and place.answered.get(asked.event.event.pubkey, -1) >= asked.event.event.created_at:
            return
        if asked.mailbox.use == "device":
            await self._own_device(place, asked)
            return
        invite = place.invites.get(asked.mailbox.id)
        if invite is None or not self.host.may_admit(place):
            return
        if not self._mine(place, invite.key):
            await self.pause(GRACE + self.random.below(3_000) / 1_000)
            if asked.event.event.pubkey in place.log.state.live_devices():
                return
        await self.host.answer(place, asked.mailbox, asked.event)

    def _mine(self, place: Place, key: str) -> bool:
        return spaces.invite(self.desk.vault.read, place.ref, key) is not None

    async def _own_device(self, place: Place, asked: Asked) -> None:
        for key, secret, made_at in spaces.invites(self.desk.vault.read, place.ref):
            if asked.mailbox.id == meta.text(self.desk.vault.read, f"device-link:{key}"):
                request, late = device_request_key(secret), made_at + DEVICE_LINK_LIFE <= self.desk.clock.now()
                if await self.host.answer_device(place, asked.mailbox, asked.event, key, request, late):
                    async with self.desk.lock:
                        with self.desk.vault.write() as tx:  # a device link lets one device in
                            spaces.destroy_invite(tx, place.ref, key)
                            meta.remove(tx, f"device-link:{key}")
                return

    async def _needed(self, place: Place, needed: Needed) -> None:
        """Hand a clean epoch's secret to a live device that lacks it (docs/protocol/3-seal.md, 3.4)."""
        if needed.device == place.device.public or place.epoch(needed.epoch) is None:
            return
        author = place.log.state.epochs.get(needed.epoch)
        if author is not None and author_of(place.log, author.event) != place.device.public:
            await self.pause(self.random.below(4_000) / 1_000)
        device = place.log.state.live_devices().get(needed.device)
        if device is None or (needed.epoch, needed.device) in place.boxed:
            return
        held = place.epoch(needed.epoch)
        if held is None or not meant_for(place.log, place.made.get(needed.epoch, ""), device.member):
            return
        letter = letters.top_up(held.keys, needed.device, device.hpke)
        # If it is not known any more under which epoch they asked: whoever heard of an epoch had one of its parents.
        parents = [one for one in place.tree.get(needed.epoch, ()) if place.epoch(one) is not None]
        async with self.desk.lock:
            self.desk.write(place, [letter], via=needed.via or next(iter(parents), ""))
        await self.desk.deliver()

    async def _missing(self, place: Place) -> None:
        """Ask for the secrets of clean epochs that this device has no box for."""
        if place.status != "member":
            return
        epochs = place.log.state.epochs
        for epoch in sorted(epochs, key=lambda one: -epochs[one].depth):
            made = place.made.get(epoch, "")
            if (
                epoch not in place.boxes
                and meant_for(place.log, made, place.me)
                and place.deepest_epoch() is not None
                # Whoever makes epochs and hands out no secrets must not make everybody ask for each without end.
                and self._missed.take((place.space, epoch))
                and self._missed_of.take((place.space, author_of(place.log, made)))
            ):
                async with self.desk.lock:
                    self.desk.write(place, [Letter(upkeep.NEED, spell(upkeep.Need(epoch=epoch)))])
        await self.desk.deliver()

    async def _lacks(self, place: Place) -> None:
        """Hand on what somebody lacks: at once if this device let them in or made the epoch, else if nobody did."""
        if place.status == "member" and await self._hand_on(place, everything=False):
            self._soon(place, "lacks still", self._lacks_still, SILENCE + self.random.below(10_000) / 1_000)

    async def _lacks_still(self, place: Place) -> None:
        if place.status == "member":
            await self._hand_on(place, everything=True)

    async def _hand_on(self, place: Place, *, everything: bool) -> bool:
        """Whether something is left to others, or to another time. everything: leave nothing to others."""
        for _ in range(ROUNDS):
            await self.desk.deliver()
            async with self.desk.lock:
                recall_boxes(self.desk.vault.read, place)
                left, again = self._hand_out(place, everything)
            await self.desk.deliver()
            if not again:
                return left
        return True

    def _hand_out(self, place: Place, everything: bool) -> tuple[bool, bool]:
        """Whether something is left to others, and whether there is more to do once this is sealed. The lock is held by
        the caller."""
        left, again = False, False
        under: dict[str, str] = {}  # control event → the epoch it is about to be sealed under
        live = place.log.state.live_devices()
        for lack in (*lacks(place), *unaware(place)):
            if not everything and place.device.public not in {author_of(place.log, one) for one in lack.due_to}:
                left = True
                continue
            if lack.epoch:
                letter = letters.top_up(place.boxes[lack.epoch].keys, lack.device, live[lack.device].hpke)
                self.desk.write(place, [letter], via=lack.via)
                place.unreached.discard((lack.epoch, lack.device))
                continue
            fresh = [one for one in lack.events if one not in under]
            again |= any(under.get(one, lack.via) != lack.via for one in lack.events)  # an event waits for sealing once
            if fresh and (lack.device in live or self._told.take(place.space)):
                under |= dict.fromkeys(fresh, lack.via)
                if lack.apart:
                    self.desk.tell_apart(place, lack.device, listed_key(place, lack.device), fresh, lack.via)
                else:
                    self.desk.pass_on(place, fresh, lack.via)
        return left, again

    async def _signatures(self, place: Place) -> None:
        await self.quorum.carry_out(place)
        for one in self.quorum.proposals(place).values():
            if one.kind == bodies.CHECKPOINT and place.device.public not in one.signatures:
                await self.quorum.second(place, one)
        await self.quorum.complete_checkpoints(place)
        self._soon(place, "late checkpoint", self._late, SILENCE)

    async def _late(self, place: Place) -> None:
        await self.quorum.complete_checkpoints(place, anyone=True)

    async def _checkpoint(self, place: Place) -> None:
        """Propose a checkpoint when it is this node's turn: the electors take turns by height."""
        if not self.quorum.wants_checkpoint(place):
            await self._history(place)
            return
        electors = sorted(place.log.state.electorate)
        turn = (electors.index(place.me) - place.log.height) % len(electors)
        if turn == 0:
            await self.quorum.propose_checkpoint(place)
        else:
            self._soon(place, "turn", self._my_turn, SILENCE * turn)
        await self._history(place)

    async def _my_turn(self, place: Place) -> None:
        if self.quorum.wants_checkpoint(place):
            await self.quorum.propose_checkpoint(place)

    async def _history(self, place: Place) -> None:
        """Hand on the epochs before the current one as far as the charter lets newcomers read, once a checkpoint
        covers who is here (docs/protocol/3-seal.md, 3.6)."""
        if not _may_hand_on(place):
            return
        if author_of(place.log, place.log.checkpoint) != place.device.public:
            self._soon(place, "history", self._link, SILENCE)
        else:
            await self._link(place)

    async def _link(self, place: Place) -> None:
        async with self.desk.lock:
            # Asked again when it is this node's turn: somebody may have been let in while it waited.
            if not _may_hand_on(place):
                return
            if not place.log.state.epochs and not worth_a_checkpoint(place.log):  # beside one it would not be clean
                self.desk.rotate(place)  # history hangs on a clean epoch, and nobody may speak for days
            pairs = letters.unlinked(place)
            if pairs:
                self.desk.write(place, letters.history(pairs, self.random))
            recall_boxes(self.desk.vault.read, place)
            who = holders(place)
            boxes = [
                letters.top_up(box.keys, device, kept.hpke)
                for box in letters.recent(place, self.desk.clock.now())
                for device, kept in sorted(place.log.state.live_devices().items())
                if box.id in who and device not in who[box.id]
            ]
            if boxes:
                self.desk.write(place, boxes)
        await self.desk.deliver()

    async def _introduce(self, place: Place) -> None:
        """Say what one wanted to be known by, kept since one asked to join."""
        key = f"introduction:{place.ref}"
        kept = meta.get(self.desk.vault.read, key)
        if kept is None:
            return
        kind, content = kept.decode().split("\n", 1)
        await self.desk.say(place.space, Saying(int(kind), content))
        async with self.desk.lock:
            with self.desk.vault.write() as tx:
                meta.remove(tx, key)


def _may_hand_on(place: Place) -> bool:
    """Whether a checkpoint covers who is here, so that history goes to nobody else. Who has gone since, it need not
    cover: there may be too few left for another."""
    return place.status == "member" and not worth_a_checkpoint(place.log, ARRIVALS)
