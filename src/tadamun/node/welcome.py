"""Letting people in: the answering side of docs/protocol/4-joining.md, at any node whose member may admit.

An ask is judged by the invite as the control log has it and by this node's clock; the answer is an admit event, the
current epoch's secret in a box for the joiner, and whatever of the control log the joiner's link does not cover.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import msgspec

from tadamun.core import upkeep
from tadamun.core.b64 import from_b64, to_b64
from tadamun.core.body import spell
from tadamun.core.control import bodies
from tadamun.core.control.digests import join_proof_digest
from tadamun.core.errors import Reason, RemoteError
from tadamun.core.event import Draft, to_json
from tadamun.core.frame import split as split_frame
from tadamun.core.genuine import Genuine
from tadamun.crypto import labels
from tadamun.crypto.bundle import holds
from tadamun.crypto.keys import recall, verify_digest
from tadamun.crypto.lockbox import BoxKey, open_box, seal_to
from tadamun.crypto.seal import seal
from tadamun.crypto.secret import Secret
from tadamun.node import carried
from tadamun.node.allowance import Allowance
from tadamun.node.anchor import parts_of
from tadamun.node.desk import Desk
from tadamun.node.holders import recall_boxes
from tadamun.node.letters import Letter, top_up
from tadamun.node.past import since
from tadamun.node.place import Mailbox, Place
from tadamun.store import log, outbox

Refusal = Literal["used-up", "expired", "revoked", "not-valid"]
INSIDE = 256 * 1024  # bytes of control events that go inside a welcome; more are sealed under the epoch for all
LETTER = 20_000  # bytes of them in one
MOST_REFUSED = 100  # by one invite in ten minutes: whoever holds the link could ask without end
TRIES = 8  # for a moment at which nothing waits to be sealed: somebody may be writing all the while
_ask: msgspec.json.Decoder[upkeep.JoinAsk] = msgspec.json.Decoder(upkeep.JoinAsk)
_bundle: msgspec.json.Decoder[bodies.Bundle] = msgspec.json.Decoder(bodies.Bundle)


@dataclass(frozen=True, slots=True)
class Ask:
    """A join request that opened. key: the invite's key ("" for another device of one's own)."""

    device: bodies.Bundle
    proof: str
    anchor: str
    key: str


def read_ask(place: Place, event: Genuine, key: str, request: BoxKey) -> Ask:
    """Open and check a join request. Raises RemoteError: not for this invite, not proven, malformed."""
    body = upkeep.read(upkeep.JOIN, event.event.content, ())
    if not isinstance(body, upkeep.JoinRequest):
        raise RemoteError(Reason.MALFORMED)
    try:
        ask = _ask.decode(open_box(request, from_b64(body.box), labels.join(place.space, key)))
        device = _bundle.decode(ask.device)
    except (ValueError, RecursionError) as error:
        raise RemoteError(Reason.MALFORMED) from error
    if device.key != event.event.pubkey:
        raise RemoteError(Reason.BAD_SIGNATURE)
    if not verify_digest(key, join_proof_digest(place.space, device.key, device.hpke), ask.proof):
        raise RemoteError(Reason.BAD_SIGNATURE)
    return Ask(device, ask.proof, ask.anchor, key)


class Host:
    """Answers asks for the spaces of this node."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._refused = Allowance(desk.clock, MOST_REFUSED, 600)

    def may_admit(self, place: Place) -> bool:
        state = place.log.state
        return place.status == "member" and state.authority(place.me) >= state.charter.admit

    async def answer(self, place: Place, mailbox: Mailbox, event: Genuine) -> None:
        """Admit, or say why not. Raises RemoteError if what came is no proper ask."""
        invite = place.invites.get(mailbox.id)
        if invite is None:
            return
        ask = read_ask(place, event, invite.key, BoxKey.from_secret(Secret(from_b64(invite.request))))
        async with self.desk.lock:
            refusal = self._judge(place, ask, invite)
            if refusal is None and ask.device.key not in place.log.state.live_devices():
                self.desk.write(place, [self._admit(place, ask, invite)])
        if refusal is not None and not self._refused.take(mailbox.id):
            return
        events = await self._hand_over(place, ask) if refusal is None else []
        epochs = await self._epochs(place, ask) if refusal is None else ()
        await self.reply(place, mailbox, ask, refusal or "", epochs, events)

    async def answer_device(
        self, place: Place, mailbox: Mailbox, event: Genuine, key: str, request: BoxKey, late: bool
    ) -> bool:
        """The same for another device of one's own; late: its link is too old. True when it was let in."""
        ask = read_ask(place, event, key, request)
        if late or not holds(ask.device, place.me):
            await self.reply(place, mailbox, ask, "expired" if late else "not-valid", (), [])
            return False
        async with self.desk.lock:
            if ask.device.key not in place.log.state.live_devices():
                body = bodies.DeviceAdd(device=ask.device)
                self.desk.write(place, [Letter(bodies.DEVICE_ADD, spell(body))])
        events = await self._hand_over(place, ask)
        epochs = await self._epochs(place, ask, everything=True)
        await self.reply(place, mailbox, ask, "", epochs, events)
        return True

    def _judge(self, place: Place, ask: Ask, invite: bodies.Invite) -> Refusal | None:
        state = place.log.state
        device = ask.device
        if not holds(device, whose(place, device.key)):
            return "not-valid"
        if device.key in state.live_devices():
            return None  # asked twice, or answered by somebody else meanwhile: the welcome is repeated, and no more
        if device.key in state.devices and not may_return(place, device.key, invite.key):
            return "not-valid"
        if invite.expires and invite.expires <= self.desk.clock.now():
            return "expired"
        open_ = state.invites.get(invite.key)
        if open_ is None:
            return "revoked" if invite.key in place.revoked else "used-up"
        return None if open_.uses > 0 else "used-up"

    def _admit(self, place: Place, ask: Ask, invite: bodies.Invite) -> Letter:
        mine = place.log.state.authority(place.me)
        body = bodies.Admit(
            member=whose(place, ask.device.key),
            device=ask.device,
            level=min(invite.level, mine),
            invite=invite.key,
            proof=ask.proof,
            cosign=(),
        )
        return Letter(bodies.ADMIT, spell(body))

    async def _hand_over(self, place: Place, ask: Ask) -> list[str]:
        """See to a current epoch and to the control log that the joiner needs.

        It is returned, to go inside the welcome, so that it is there before anything that cites it; if it is too long
        for that, it is sealed under the epoch, and nothing is returned.

        Raises NotAllowed if this person is out meanwhile.
        """
        # An event waits for sealing once: the admission and the rotation go first to those who were here before.
        for _ in range(TRIES):
            await self.desk.deliver()
            async with self.desk.lock:
                best = self.desk.place(place.space).best_epoch()
                # What leads back from an epoch is for those whom a checkpoint covers: a newcomer begins another.
                leads_back = best is not None and any(child == best.id for child, _ in place.linked)
                # Nor is what was said under an older day's for them, if nobody said anything since.
                older = best is not None and self.desk.of_another_day(place, best)
                apart = place.log.state.charter.history == "joining" or leads_back or older
                apart = apart and ask.device.key not in place.welcomed
                if best is None or apart:
                    self.desk.rotate(place)
                    place.welcomed.add(ask.device.key)
                elif (raws := self._needed(place, ask)) and fits(raws):
                    return [raw.decode() for _, raw in raws]
                elif not outbox.count(self.desk.vault.read, place.ref):
                    self._queue(place, raws, best)
                    break
        await self.desk.deliver()
        return []

    def _needed(self, place: Place, ask: Ask) -> list[tuple[str, bytes]]:
        """(id, JSON) of the control events from the joiner's anchor on, and of the parts of checkpoint states."""
        wanted = set(since(place.log, ask.anchor))
        events = [one.event for one in place.log.events() if one.event.id in wanted]
        checkpoints = [body for one in events if isinstance(body := bodies.decode(one), bodies.Checkpoint)]
        missing = {name for body in checkpoints for name in body.parts}
        parts = []
        # Anybody can have said any number of parts: what no checkpoint names is nobody's to carry.
        for kept in log.of_kind(self.desk.vault.read, place.ref, upkeep.PART) if missing else ():
            (name, _), *_ = parts_of([recall(kept.event)]).items() or [("", b"")]
            if name in missing:
                missing.discard(name)
                parts.append((kept.id, kept.raw))
        return parts + [(one.id, to_json(one)) for one in events]

    def _queue(self, place: Place, raws: list[tuple[str, bytes]], best: Mailbox) -> None:
        seen = place.carried.get(best.id, set())
        fresh = [(i, raw) for i, raw in raws if i not in seen]
        with self.desk.vault.write() as tx:
            outbox.put(tx, [outbox.Waiting(i, place.ref, best.id, raw) for i, raw in fresh])
            carried.note(tx, place, best.id, [i for i, _ in fresh])

    async def _epochs(self, place: Place, ask: Ask, *, everything: bool = False) -> tuple[tuple[str, str], ...]:
        """What is handed over: the current epoch; to another device of one's own also the deepest others one has.

        A box for the current one tells all others what the newcomer reads (docs/protocol/3-seal.md, 3.4). Nothing for
        who is out meanwhile.
        """
        async with self.desk.lock:
            device = place.log.state.live_devices().get(ask.device.key)
            if device is None:
                return ()
            best = self.desk.place(place.space).best_epoch() or self.desk.rotate(place)
            recall_boxes(self.desk.vault.read, place)
            if (best.id, ask.device.key) not in place.boxed:
                self.desk.write(place, [top_up(best.keys, ask.device.key, device.hpke)], via=best.id)
        await self.desk.deliver()
        own = [best]
        if everything:
            own += sorted(
                (box for box in place.boxes.values() if box.use == "epoch" and box is not best),
                key=lambda box: -place.depth(box.id),
            )[:7]
        place.unreached -= {(box.id, ask.device.key) for box in own}
        return tuple((box.id, box.keys.secret.to_text()) for box in own)

    async def reply(
        self,
        place: Place,
        mailbox: Mailbox,
        ask: Ask,
        refused: Refusal | Literal[""],
        epochs: tuple[tuple[str, str], ...],
        events: list[str],
    ) -> None:
        """Send welcome or refusal to the invite's mailbox, in as many letters as its events need."""
        for part in split(events):
            answer = upkeep.JoinAnswer(refused=refused, epochs=epochs, events=part)
            box = seal_to(ask.device.hpke, msgspec.json.encode(answer), labels.welcome(place.space, ask.device.key))
            body = upkeep.Welcome(to=ask.device.key, box=to_b64(box))
            await send(self.desk, place, mailbox, upkeep.WELCOME, spell(body))


def whose(place: Place, device: str) -> str:
    """The member a device would come in as: whose it was, or else somebody new."""
    known = place.log.state.devices.get(device)
    return device if known is None else known.member


def may_return(place: Place, device: str, invite: str) -> bool:
    """Whether somebody who is out comes back with that device by that invite: one that was made when they were out, so
    that whoever made it can have meant them, and with a device that nobody shut out by itself."""
    state = place.log.state
    known = state.devices.get(device)
    if known is None or known.revoked or known.member in state.members:
        return False
    for one in place.log.events():
        body = bodies.decode(one.event) if one.event.kind == bodies.INVITE else None
        if isinstance(body, bodies.Invite) and body.key == invite:
            there = place.log.at(split_frame(one.event).auth)
            return there is not None and known.member in there.former and known.member not in there.members
    return False  # older than what this log begins from


def fits(raws: list[tuple[str, bytes]]) -> bool:
    """Whether a control log is short enough to be handed to one joiner alone."""
    return sum(len(raw) for _, raw in raws) <= INSIDE and all(len(raw) <= LETTER for _, raw in raws)


def split(events: list[str]) -> list[tuple[str, ...]]:
    """Events in groups that fit a welcome each; at least one, perhaps empty."""
    groups: list[list[str]] = [[]]
    size = 0
    for event in events:
        size += len(msgspec.json.encode(event))  # its quotes are escaped inside the answer's JSON
        if groups[-1] and size > LETTER:
            groups.append([])
            size = len(msgspec.json.encode(event))
        groups[-1].append(event)
    return [tuple(group) for group in groups]


async def send(desk: Desk, place: Place, mailbox: Mailbox, kind: int, content: str) -> None:
    """Put an event that is in nobody's log (a request, an answer) into a mailbox."""
    now = desk.clock.now()
    event = place.device.sign(Draft(kind=kind, content=content, tags=(("h", place.space),), created_at=now))
    sealed = seal(event, mailbox.keys, now=now, random=desk.random)
    desk.sealed_here.add(sealed.id)
    await desk.wire.put([(sealed, to_json(sealed))])
