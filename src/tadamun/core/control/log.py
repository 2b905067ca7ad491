"""The control log of one space: control events in, who belongs and who may out.

The state is a function of the set of events that entered, whatever order they came in. It keeps no event whose parents
are missing: whoever holds those adds them again when the parents have come.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from tadamun.core.control import checkpoint as spelling
from tadamun.core.control import content, digests, fold, founding, settle
from tadamun.core.control.bodies import CHECKPOINT, GENESIS, Checkpoint, ControlBody, decode
from tadamun.core.control.dag import Dag, Node, Past
from tadamun.core.control.era import Era
from tadamun.core.control.eras import Alarm, Eras, attested, established
from tadamun.core.control.look import Look
from tadamun.core.control.rules import Verify
from tadamun.core.control.state import ControlState
from tadamun.core.errors import Reason, RemoteError
from tadamun.core.event import Event
from tadamun.core.frame import split
from tadamun.core.genuine import Frame, Genuine
from tadamun.core.limits import MAX_PARENTS
from tadamun.core.room import Standing
from tadamun.core.words import N_


@dataclass(frozen=True, slots=True)
class Added:
    """What became of events given to a log.

    applied: ids that entered now (void ones too), parents first. waiting: ids with parents that are not here; not kept.
    covered: ids that the checkpoint this log began from has settled. refused: ids that can never enter, and why.
    recomputed: something older may stand differently now.
    """

    applied: tuple[str, ...]
    waiting: tuple[str, ...]
    refused: dict[str, Reason]
    covered: tuple[str, ...] = ()
    recomputed: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """A checkpoint to be signed: its body without signatures, the bytes of its state, its heads, and its digest."""

    body: Checkpoint
    state: bytes
    heads: tuple[str, ...]
    digest: bytes


class ControlLog:
    """See the module. `found` and `from_checkpoint` make one."""

    def __init__(
        self,
        base: Genuine,
        frame: Frame,
        body: ControlBody,
        floor: ControlState,
        verify: Verify,
        settled: frozenset[str] = frozenset(),
    ) -> None:
        self.base = base
        self.space = floor.space
        self._dag = Dag()
        start = self._dag.put(base, msgspec.structs.replace(frame, auth=()), body)
        self._eras = Eras(self._dag, floor, settled, verify)
        self._void: frozenset[int] = frozenset()
        self._state: ControlState | None = floor
        self._stale: set[str] = set()
        self._stale_epochs = False
        self._said: dict[tuple[str, int], set[str]] = {(start.device, frame.seq): {start.id}}
        self._doubled: set[tuple[str, int]] = set()

    @classmethod
    def found(cls, genesis: Genuine, verify: Verify) -> ControlLog:
        """The log of a space from its first event. Raises RemoteError if that is not a sound genesis."""
        frame = split(genesis.event)
        body = decode(genesis.event, frame.rest)
        return cls(genesis, frame, body, founding.state(genesis.event, frame, body, verify), verify)

    @classmethod
    def from_checkpoint(cls, checkpoint: Genuine, state: bytes, verify: Verify) -> ControlLog:
        """The log from a checkpoint that one trusts, with the bytes of its state; nothing older is needed.

        Raises RemoteError if the two do not belong together, or too few of the state's own electorate signed.
        """
        frame = split(checkpoint.event)
        body = decode(checkpoint.event, frame.rest)
        if checkpoint.event.kind != CHECKPOINT or not isinstance(body, Checkpoint):
            raise RemoteError(Reason.MALFORMED)
        if hashlib.sha256(state).hexdigest() != body.state:
            raise RemoteError(Reason.MALFORMED)
        before, settled = spelling.read(state)
        if before.space != frame.space:
            raise RemoteError(Reason.WRONG_SPACE)
        if before.height + 1 != body.height:
            raise RemoteError(Reason.MALFORMED)
        dag = Dag()
        node = dag.put(checkpoint, msgspec.structs.replace(frame, auth=()), body)
        look = Look(Era(dag, 0, before, verify), node.past)
        times = attested(node, body, frame.auth, before.electorate, look, verify)
        if times is None:
            raise RemoteError(Reason.NOT_ALLOWED)
        return cls(checkpoint, frame, body, established(before, body.height, times), verify, settled)

    # What the log says.

    @property
    def heads(self) -> tuple[str, ...]:
        """What a new event cites: sorted, at most 16. If there are more tips, effective ones and then low ids first."""
        tips = self._dag.tips
        if len(tips) > MAX_PARENTS:
            ranked = sorted(tips, key=lambda one: (not self.effective(one), one))[:MAX_PARENTS]
            return tuple(sorted(ranked))
        return tuple(sorted(tips))

    @property
    def height(self) -> int:
        """Number of the last valid checkpoint, 0 before the first."""
        return self._eras.last.height

    @property
    def checkpoint(self) -> str:
        """Id of the last valid checkpoint, else of the genesis."""
        return self._dag.nodes[self._eras.last.start].id

    @property
    def state(self) -> ControlState:
        """The control state now."""
        if self._state is None:
            self._state = fold.whole(self._look())
        elif self._stale or self._stale_epochs:
            self._state = fold.refresh(self._state, self._look(), self._stale, self._stale_epochs)
        self._stale, self._stale_epochs = set(), False
        return self._state

    @property
    def equivocations(self) -> tuple[tuple[str, int, tuple[str, ...]], ...]:
        """Rule 11: (device, sequence number, ids) of different control events under one number."""
        return tuple(sorted((*key, tuple(sorted(self._said[key]))) for key in self._doubled))

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """Concurrent valid checkpoints."""
        return tuple(sorted(self._eras.alarms, key=lambda alarm: (alarm.one, alarm.other)))

    def known(self, ids: Iterable[str]) -> bool:
        """Are all these control events here, or settled by the checkpoint this log began from?"""
        return not self.unknown(ids)

    def unknown(self, ids: Iterable[str]) -> list[str]:
        """Those control events that are neither here nor settled before this log began."""
        return [one for one in ids if one not in self._dag.by_id and one[: spelling.SHORT] not in self._eras.settled]

    def genuine(self, event_id: str) -> Genuine | None:
        """A control event that is here."""
        node = self._dag.by_id.get(event_id)
        return None if node is None else node.genuine

    def events(self) -> list[Genuine]:
        """All control events here, parents first: added to a new log in this order, they give the same state."""
        return [node.genuine for node in self._dag.nodes]

    def member_of(self, device: str) -> str | None:
        """The member that a device was ever given to, now."""
        found = self._look().device(device)
        return None if found is None else found.member

    def effective(self, event_id: str) -> bool:
        """Does a control event that is here take effect, as far as is known now?"""
        return event_id in self._dag.by_id and not self.why_void(event_id)

    def why_void(self, event_id: str) -> str:
        """Why a control event does not take effect, in a few plain English words; "" if it does."""
        node = self._dag.by_id.get(event_id)
        if node is None:
            return N_("it is not here")
        if node.kind == CHECKPOINT:
            return "" if node.number in self._eras.by_start else N_("too few signed it, or it states something else")
        era, past, void = self._eras.last, self._dag.everything(), self._void
        while era.before.has(node.number):
            if node.number == era.start:
                return ""
            past = self._dag.nodes[era.start].past
            if era.start == 0:
                return ""
            era = self._eras.best(past)
            void = frozenset(era.look(past).void)
        return settle.why(era, past, void, node.number)

    def covered(self, event_id: str) -> bool:
        """Is a control event that is here the last checkpoint (else the genesis), or before it?"""
        node = self._dag.by_id.get(event_id)
        return node is not None and self._eras.last.before.has(node.number)

    def height_at(self, heads: Iterable[str]) -> int:
        """Number of the last valid checkpoint among `heads` and before: what `cp` says for them."""
        return self._eras.best(self._dag.closure(heads)).height

    def at(self, heads: Sequence[str]) -> ControlState | None:
        """The state at those heads, when nothing else is known; None while one of them is not here.

        Heads older than the checkpoint this log began from are judged at that checkpoint.
        """
        return None if self.unknown(heads) else self._state_of(self._dag.closure(heads))

    def content_standing(self, device: str, seq: int, event: str, auth: Sequence[str]) -> Standing | Reason | None:
        """Docs 1.7: the author's standing at the heads they cited, or why the event does not count; None: wait.

        seq, event: number and id of the content event, in the space's own channel.
        """
        if self.unknown(auth):
            return None
        past = self._dag.closure(auth)
        older = all(one not in self._dag.by_id for one in auth)
        return content.standing(self._eras.best(past).look(past), self._look(), device, seq, event, older)

    def propose_checkpoint(self) -> Proposal:
        """A checkpoint of the state at the present heads, for the electorate to sign."""
        heads = self.heads
        state = self._state_bytes(self._dag.closure(heads))
        body = spelling.body_of(state, self.height_at(heads) + 1)
        return Proposal(body, state, heads, digests.checkpoint_digest(self.space, body.height, body.state, heads))

    def state_at(self, heads: Sequence[str]) -> bytes | None:
        """The bytes of the state at those heads, as a checkpoint there would state it; None while one is not here."""
        return None if self.unknown(heads) else self._state_bytes(self._dag.closure(heads))

    def _state_bytes(self, past: Past) -> bytes:
        return self._eras.spell(self._state_of(past), past)

    def _state_of(self, past: Past) -> ControlState:
        return self.state if past == self._dag.everything() else self._eras.state(past)

    def _look(self) -> Look:
        return Look(self._eras.last, self._dag.everything(), self._void)

    # What goes in.

    def add(self, events: Iterable[Genuine]) -> Added:
        """Take events in, in any order; idempotent. A peer's fault is never raised: it is in `refused`."""
        refused: dict[str, Reason] = {}
        covered: list[str] = []
        applied: list[str] = []
        pending: dict[str, tuple[Genuine, Frame, ControlBody]] = {}
        children: dict[str, list[str]] = {}
        missing: dict[str, int] = {}
        recomputed = False
        for genuine in events:
            event = genuine.event
            if event.id in self._dag.by_id or event.id in pending or event.id in refused:
                continue
            if event.id[: spelling.SHORT] in self._eras.settled:
                covered.append(event.id)
                continue
            try:
                pending[event.id] = (genuine, *self._sound(event))
            except RemoteError as error:
                refused[event.id] = error.reason
        ready: list[str] = []
        for one, (_, frame, _) in pending.items():
            lacking = self.unknown(frame.auth)
            missing[one] = len(lacking)
            for parent in lacking:
                children.setdefault(parent, []).append(one)
            if not lacking:
                ready.append(one)
        while ready:
            one = ready.pop()
            genuine, frame, body = pending.pop(one)
            recomputed |= self._enter(self._dag.put(genuine, frame, body))
            applied.append(one)
            for child in children.get(one, ()):
                missing[child] -= 1
                if not missing[child]:
                    ready.append(child)
        return Added(tuple(applied), tuple(sorted(pending)), refused, tuple(covered), recomputed)

    def _sound(self, event: Event) -> tuple[Frame, ControlBody]:
        frame = split(event)
        if frame.space != self.space:
            raise RemoteError(Reason.WRONG_SPACE)
        body = decode(event, frame.rest)
        if event.kind == GENESIS or not frame.auth:
            raise RemoteError(Reason.NOT_ALLOWED)
        if frame.channel or frame.prev or frame.expires_at or frame.mask is not None or frame.under:
            raise RemoteError(Reason.NOT_CANONICAL)
        return frame, body

    def _enter(self, node: Node) -> bool:
        """Judge a new event and take it in. True if something older may stand differently now."""
        said = self._said.setdefault((node.device, node.frame.seq), set())
        said.add(node.id)
        if len(said) > 1:
            self._doubled.add((node.device, node.frame.seq))
        past = Past(node.number, 0)
        era = self._eras.last
        verdict = era.register(node.number)
        if isinstance(node.body, Checkpoint) and self._eras.open(node, node.body):
            self._begin_anew()
            return self._eras.last.before != self._dag.everything()
        void = era.extend(past, self._void, node.number)
        changed = (void ^ self._void) - {node.number}
        if verdict.ok:
            for number in {*changed, node.number}:
                self._stale.update(era.touches(number))
            strong = verdict.act is not None
            self._stale_epochs |= strong or bool(changed) or bool(verdict.depth)
            self._void = void
        elif era.late_admissions and era.late_admissions[-1] == node.number:
            self._stale_epochs = True
        return bool(changed) or (verdict.act is not None and era.past_of(node.number) != past)

    def _begin_anew(self) -> None:
        """Everything that is not before the checkpoint that is the last one now is judged after it."""
        self._void = frozenset(self._eras.last.look(self._dag.everything()).void)
        self._state, self._stale, self._stale_epochs = None, set(), False
