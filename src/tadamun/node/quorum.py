"""Signatures that several stewards give: majority acts by hand, checkpoints by their nodes by themselves.

A proposal is its first co-signature (kind 3721). Whoever sees that enough have signed writes the control event; for
checkpoints that is the proposer, and somebody else only if the proposer stays silent, so that there is one.
An honest node signs one checkpoint a height; which one is remembered in the vault before the signature leaves
(docs/protocol/2-control.md, rule 5).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from tadamun.core import upkeep
from tadamun.core.b64 import to_b64
from tadamun.core.body import spell
from tadamun.core.control import bodies, checkpoint
from tadamun.core.control.digests import act_digest, checkpoint_digest, majority, quorum, signing_digest
from tadamun.core.errors import NotAllowed, RemoteError, UsageError
from tadamun.core.event import Event
from tadamun.crypto.keys import verify_digest
from tadamun.node.desk import Desk
from tadamun.node.letters import Letter
from tadamun.node.past import worth_a_checkpoint
from tadamun.node.place import Place
from tadamun.store import log, meta

MOST_CHECKED: Final = 20_000  # co-signatures whose check is remembered
HOUR, DAY = 3_600, 86_400  # seconds


@dataclass(slots=True)
class Proposal:
    """id: the first co-signature's event id. signatures: device → (when, signature). author: the proposing device."""

    id: str
    kind: int
    content: str
    heads: tuple[str, ...]
    author: str
    created_at: int
    signatures: dict[str, tuple[int, str]] = field(default_factory=dict)

    def digest(self, space: str) -> bytes:
        """What names it: two with the same are one."""
        if self.kind == bodies.CHECKPOINT:
            body = checkpoint_of(self.content)
            return checkpoint_digest(space, body.height, body.state, self.heads)
        return act_digest(space, self.kind, self.content)

    def signed(self, space: str, time: int) -> bytes:
        """What a co-signer signs at a time (Unix seconds), which only counts for checkpoints."""
        digest = self.digest(space)
        return signing_digest(digest, time) if self.kind == bodies.CHECKPOINT else digest


class Quorum:
    """Proposals of the spaces of this node."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._carrying = asyncio.Lock()
        self._checked: dict[str, bool] = {}  # co-signature's event → is it good?
        self._last: dict[str, tuple[str, int]] = {}  # space → its last checkpoint, and since when (0: since the start)

    def proposals(self, place: Place) -> dict[bytes, Proposal]:
        """All proposals of electors in the log with the signatures that are good, by digest. Hostile ones are passed
        over: what others sent costs little, however much it is."""
        found: dict[bytes, Proposal] = {}
        electorate = place.log.state.electorate
        for kept in log.of_kind(self.desk.vault.read, place.ref, upkeep.COSIGN):
            event = kept.event
            if place.owner(event.pubkey) not in electorate:
                continue
            try:
                one = self._read(event)
                digest = one.digest(place.space)
            except RemoteError:
                continue
            time, signature = one.signatures[event.pubkey]
            if event.id not in self._checked:
                if len(self._checked) >= MOST_CHECKED:
                    self._checked.clear()
                self._checked[event.id] = verify_digest(event.pubkey, one.signed(place.space, time), signature)
            if self._checked[event.id]:
                found.setdefault(digest, one).signatures[event.pubkey] = time, signature
        return found

    def _read(self, event: Event) -> Proposal:
        body = upkeep.read(upkeep.COSIGN, event.content, ())
        assert isinstance(body, upkeep.Cosign)
        return Proposal(
            event.id,
            body.kind,
            body.content,
            body.heads,
            event.pubkey,
            event.created_at,
            {event.pubkey: (body.time, body.sig)},
        )

    def pending_acts(self, place: Place) -> list[tuple[Proposal, int, int]]:
        """(proposal, signatures that count, needed) of acts not yet carried out."""
        done = self._done(place)
        listed = []
        for one in self.proposals(place).values():
            if one.kind == bodies.CHECKPOINT or one.content in done:
                continue
            counted = self._electors(place, one)
            listed.append((one, len(counted), majority(place.log.state.electorate, target_of(place, one))))
        return sorted(listed, key=lambda row: (row[0].created_at, row[0].id))

    def _done(self, place: Place) -> set[str]:
        """Acts that several have signed. What one person did alone others may still be asked to agree to."""
        events = (one.event for one in place.log.events() if one.event.kind in COSIGNED)
        return {without_signatures(event) for event in events if '"cosign":[]' not in event.content}

    def _electors(self, place: Place, one: Proposal) -> dict[str, tuple[int, str]]:
        """One signature for each different elector, the target aside: device → (when, signature).

        For a checkpoint by what holds at its heads, for an act by what is known now.
        """
        state = place.log.at(one.heads) if one.kind == bodies.CHECKPOINT else place.log.state
        if state is None:
            return {}
        others = state.electorate - {target_of(place, one)}
        voices: dict[str, tuple[str, tuple[int, str]]] = {}
        for device, signature in sorted(one.signatures.items()):
            member = place.log.member_of(device)
            if member in others and device in state.live_devices():
                voices.setdefault(member or "", (device, signature))
        return dict(voices.values())

    async def propose(self, place: Place, letter: Letter, heads: tuple[str, ...] | None = None) -> str:
        """Put an act before the others with one's own signature. Returns the proposal's id."""
        signature = place.device.sign_digest(act_digest(place.space, letter.kind, letter.content))
        heads = heads or place.log.heads
        body = upkeep.Cosign(kind=letter.kind, content=letter.content, heads=heads, time=0, sig=signature)
        ids = await self.desk.act(place.space, [Letter(upkeep.COSIGN, spell(body))])
        await self.carry_out(place)
        return ids[0]

    async def cosign(self, place: Place, proposal: str) -> bool:
        """Sign somebody's proposal, by its id or the beginning of it. True if it was carried out with that."""
        matching = [one for one, _, _ in self.pending_acts(place) if one.id.startswith(proposal)]
        if len(matching) != 1:
            raise UsageError("There is no such proposal to co-sign. See the list with: tadamun acts list")
        one = matching[0]
        if place.me not in place.log.state.electorate:
            raise NotAllowed("Only stewards of the last checkpoint can co-sign. Nothing was changed.")
        body = upkeep.Cosign(
            kind=one.kind,
            content=one.content,
            heads=one.heads,
            time=0,
            sig=place.device.sign_digest(one.digest(place.space)),
        )
        await self.desk.act(place.space, [Letter(upkeep.COSIGN, spell(body))])
        await self.carry_out(place)
        return one.content in self._done(place)

    async def carry_out(self, place: Place) -> None:
        """Write every act that enough have signed and that this device has signed too."""
        # One at a time: a person's co-signature and the news of it would both find the act undone, and write it twice.
        async with self._carrying:
            for one, signed, needed in self.pending_acts(place):
                ready = signed >= needed and place.device.public in one.signatures
                if ready and not place.log.unknown(one.heads):
                    content = with_signatures(one, self._electors(place, one))
                    await self.desk.act(place.space, [Letter(one.kind, content)], one.heads)

    # Checkpoints.

    def wants_checkpoint(self, place: Place) -> bool:
        """Whether this node may sign one and there is something new to cover."""
        state = place.log.state
        return (
            place.status == "member"
            and place.me in state.electorate
            and place.device.public in state.live_devices()
            and (worth_a_checkpoint(place.log) or self.over(place))
        )

    def over(self, place: Place) -> bool:
        """Whether somebody's newcomer period is over by this node's clock and no checkpoint says so; asked anew an hour
        after each checkpoint, so that clocks which disagree do not make one after another."""
        now = self.desk.clock.now()
        last, _ = self._last.get(place.space, ("", 0))
        if last != place.log.checkpoint:
            self._last[place.space] = place.log.checkpoint, now if last else 0
        if now - self._last[place.space][1] < HOUR:
            return False
        state = place.log.state
        long = state.charter.newcomer_days * DAY
        return bool(long) and any(one.since > 0 and now - one.since >= long for one in state.members.values())

    async def propose_checkpoint(self, place: Place) -> None:
        """Propose a checkpoint of the state at the current heads, or write it if one's own signature suffices."""
        async with self.desk.lock:
            # Now, so that the checkpoint covers the new epoch: beside it, the epoch would not be clean.
            if place.best_epoch() is None:
                self.desk.rotate(place)
        one = place.log.propose_checkpoint()
        await self._sign_checkpoint(place, one.body, one.heads)

    async def second(self, place: Place, one: Proposal) -> None:
        """Sign another's checkpoint proposal if it is what this node computes at those heads."""
        body = checkpoint_of(one.content)
        if body.height != place.log.height_at(one.heads) + 1 or not self.wants_checkpoint(place):
            return
        state = place.log.state_at(one.heads)
        if state is not None and checkpoint.body_of(state, body.height) == body:
            await self._sign_checkpoint(place, body, one.heads)

    async def _sign_checkpoint(self, place: Place, body: bodies.Checkpoint, heads: tuple[str, ...]) -> None:
        digest = checkpoint_digest(place.space, body.height, body.state, heads)
        async with self.desk.lock:
            slot = f"signed:{place.ref}:{body.height}"
            before = meta.get(self.desk.vault.read, slot)
            if before is not None and before != digest and not self._hopeless(place, before):
                return
            with self.desk.vault.write() as tx:
                meta.put(tx, slot, digest)
        if place.device.public not in self.signatures(place, digest):
            now = self.desk.clock.now()
            cosign = upkeep.Cosign(
                kind=bodies.CHECKPOINT,
                content=spell(body),
                heads=heads,
                time=now,
                sig=place.device.sign_digest(signing_digest(digest, now)),
            )
            if len(place.log.state.electorate) > 1:
                await self.desk.act(place.space, [Letter(upkeep.COSIGN, spell(cosign))])
            else:
                await self.write_checkpoint(place, body, heads, {place.device.public: (now, cosign.sig)})

    def signatures(self, place: Place, digest: bytes) -> dict[str, tuple[int, str]]:
        one = self.proposals(place).get(digest)
        return {} if one is None else one.signatures

    def _hopeless(self, place: Place, digest: bytes) -> bool:
        """Whether a checkpoint signed earlier can no longer reach its quorum: too many signed others at its height, or
        are of the electorate no more. (One of those could sign it still, and bring up two side by side: 2.8.)"""
        proposals = self.proposals(place)
        mine = proposals.get(digest)
        there = None if mine is None else place.log.at(mine.heads)
        if mine is None or there is None:
            return False
        height = checkpoint_of(mine.content).height
        elsewhere = {
            place.owner(device)
            for other, one in proposals.items()
            if other != digest and one.kind == bodies.CHECKPOINT
            if checkpoint_of(one.content).height == height
            for device in one.signatures
        }
        signed = set(map(place.owner, mine.signatures))
        reachable = there.electorate & (signed | (place.log.state.electorate - elsewhere))
        return len(reachable) < quorum(len(there.electorate))

    async def complete_checkpoints(self, place: Place, *, anyone: bool = False) -> None:
        """Write the checkpoint that enough have signed; `anyone`: also one that another node proposed."""
        for one in self.proposals(place).values():
            if one.kind != bodies.CHECKPOINT or (one.author != place.device.public and not anyone):
                continue
            body = checkpoint_of(one.content)
            there = place.log.at(one.heads) if body.height == place.log.height + 1 else None
            if there is None:
                continue
            counted = self._electors(place, one)
            if len(counted) >= quorum(len(there.electorate)):
                await self.write_checkpoint(place, body, one.heads, counted)

    async def write_checkpoint(
        self, place: Place, body: bodies.Checkpoint, heads: tuple[str, ...], signatures: dict[str, tuple[int, str]]
    ) -> None:
        """The parts of the state, then the checkpoint over it."""
        state = place.log.state_at(heads)
        if state is None:
            return
        pieces = checkpoint.parts(state)
        letters = [
            Letter(upkeep.PART, spell(upkeep.CheckpointPart(hash=name, data=to_b64(piece))))
            for name, piece in zip(checkpoint.hashes(pieces), pieces, strict=True)
        ]
        await self.desk.act(place.space, letters)
        signed = msgspec.structs.replace(
            body, signatures=tuple(sorted((device, *row) for device, row in signatures.items()))
        )
        await self.desk.act(place.space, [Letter(bodies.CHECKPOINT, spell(signed))], heads)


COSIGNED = frozenset({bodies.ADMIT, bodies.REMOVE, bodies.LEVEL, bodies.DEVICE_REVOKE, bodies.CHARTER})


def checkpoint_of(content: str) -> bodies.Checkpoint:
    """The checkpoint proposed. Raises RemoteError."""
    body = bodies.read(bodies.CHECKPOINT, content)
    assert isinstance(body, bodies.Checkpoint)
    return body


def target_of(place: Place, one: Proposal) -> str:
    """The member an act is about, whose own voice does not count: of a device, its owner; "" for none."""
    body: Any = bodies.read(one.kind, one.content)
    if isinstance(body, bodies.DeviceRevoke):
        device = place.log.state.devices.get(body.device)
        return "" if device is None else device.member
    return str(getattr(body, "member", ""))


def with_signatures(one: Proposal, signatures: dict[str, tuple[int, str]]) -> str:
    body: Any = bodies.read(one.kind, one.content)
    return spell(
        msgspec.structs.replace(body, cosign=tuple(sorted((key, sig) for key, (_, sig) in signatures.items())))
    )


def without_signatures(event: Event) -> str:
    body: Any = bodies.decode(event)
    return spell(msgspec.structs.replace(body, cosign=()))
