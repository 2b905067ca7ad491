"""The control log of one space: control events in, who belongs and who may out.

The state is a function of the set of events that entered, whatever order they came in. It keeps no event whose parents
are missing: whoever holds those adds them again when the parents have come.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from tadamun.core.control import checkpoint as spelling
from tadamun.core.control import digests, fold, founding, settle
from tadamun.core.control.bodies import CHECKPOINT, GENESIS, Checkpoint, ControlBody, DeviceRevoke, Remove, decode
from tadamun.core.control.dag import Dag, Node, Past
from tadamun.core.control.era import Era
from tadamun.core.control.look import Look
from tadamun.core.control.rules import Verify, signers
from tadamun.core.control.state import ControlState, Device
from tadamun.core.errors import Reason, RemoteError
from tadamun.core.event import Event
from tadamun.core.frame import split
from tadamun.core.genuine import Frame, Genuine
from tadamun.core.limits import MAX_PARENTS
from tadamun.core.room import Standing
from tadamun.core.words import N_

MODERATES: Final = 20  # least level of those who moderate
KEPT_STATES: Final = 8


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
class Alarm:
    """Two valid checkpoints of which neither follows the other: a quorum signed twice. Ids, ascending."""

    one: str
    other: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A checkpoint to be signed: its body without signatures, the bytes of its state, its heads, and what to sign."""

    body: Checkpoint
    state: bytes
    heads: tuple[str, ...]
    digest: bytes


class ControlLog:
    """See the module. `found` and `from_checkpoint` make one."""

    def __init__(self, base: Genuine, frame: Frame, body: ControlBody, floor: ControlState, verify: Verify) -> None:
        self.base = base
        self.space = floor.space
        self._verify = verify
        self._settled: frozenset[str] = frozenset()
        self._dag = Dag()
        start = self._dag.put(base, replace(frame, auth=()), body)
        self._era = Era(self._dag, start.number, floor, verify)
        self._eras = {start.number: self._era}
        self._void: frozenset[int] = frozenset()
        self._state: ControlState | None = floor
        self._stale: set[str] = set()
        self._stale_epochs = False
        self._said: dict[tuple[str, int], set[str]] = {(start.device, frame.seq): {start.id}}
        self._doubled: set[tuple[str, int]] = set()
        self._alarms: set[Alarm] = set()
        self._states: OrderedDict[Past, ControlState] = OrderedDict()

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
        log = cls(checkpoint, frame, body, _established(before, body.height), verify)
        log._settled = settled
        node = log._dag.nodes[0]
        digest = digests.checkpoint_digest(frame.space, body.height, body.state, frame.auth)
        look = Look(log._era, node.past)
        if len(signers(node, body.signatures, digest, before.electorate, look, verify)) < digests.quorum(
            len(before.electorate)
        ):
            raise RemoteError(Reason.NOT_ALLOWED)
        return log

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
        return self._era.height

    @property
    def checkpoint(self) -> str:
        """Id of the last valid checkpoint, else of the genesis."""
        return self._dag.nodes[self._era.start].id

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
        return tuple(sorted(self._alarms, key=lambda alarm: (alarm.one, alarm.other)))

    def known(self, ids: Iterable[str]) -> bool:
        """Are all these control events here, or settled by the checkpoint this log began from?"""
        return not self.unknown(ids)

    def unknown(self, ids: Iterable[str]) -> list[str]:
        """Those control events that are neither here nor settled before this log began."""
        return [one for one in ids if one not in self._dag.by_id and one[: spelling.SHORT] not in self._settled]

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
            return "" if node.number in self._eras else N_("too few signed it, or it states something else")
        era, past, void = self._era, self._dag.everything(), self._void
        while era.before.has(node.number):
            if node.number == era.start:
                return ""
            past = self._dag.nodes[era.start].past
            if era.start == 0:
                return ""
            era = self._best(past)
            void = frozenset(era.look(past).void)
        return settle.why(era, past, void, node.number)

    def height_at(self, heads: Iterable[str]) -> int:
        """Number of the last valid checkpoint among `heads` and before: what `cp` says for them."""
        return self._best(self._dag.closure(heads)).height

    def at(self, heads: Sequence[str], height: int = 0) -> ControlState | None:
        """The state at those heads, when nothing else is known; None while one of them is not here.

        Heads older than the checkpoint this log began from are judged at that checkpoint.
        """
        look = self.look_at(heads)
        return None if look is None else self._state_of(look)

    def look_at(self, heads: Sequence[str]) -> Look | None:
        """Single look-ups at those heads; None while one of them is not here."""
        if self.unknown(heads):
            return None
        past = self._dag.closure(heads)
        return self._best(past).look(past)

    def content_standing(
        self, device: str, seq: int, event_id: str, auth: Sequence[str], height: int = 0
    ) -> Standing | Reason | None:
        """Docs 1.7: the author's standing at the heads they cited, or why the event does not count; None: wait.

        seq, event_id: of the content event, in the space's own channel.
        """
        there = self.look_at(auth)
        if there is None:
            return None
        found = there.device(device)
        now = self._look().device(device)
        older = all(one not in self._dag.by_id for one in auth)
        if found is None or now is None or now.member != found.member:
            return Reason.NOT_MEMBER
        beyond = any(
            (seq, event_id) != (cut.seq, cut.last) and seq >= cut.seq
            for cut in now.cuts
            if not self._came_back(cut.by, there, found)
        )
        if beyond:
            return Reason.AFTER_REMOVAL
        level = self._level_there(there, found, older)
        if level is None:
            return Reason.NOT_MEMBER
        charter, _ = there.charter()
        return Standing(
            member=found.member,
            level=level,
            may_write=level >= charter.write,
            may_moderate=level >= MODERATES,
        )

    def _level_there(self, there: Look, device: Device, older: bool) -> int | None:
        """The author's level where they wrote. older: before the checkpoint this log began from.

        What those wrote who were gone by then counts up to their cut, with the last level they had.
        """
        standing = there.standing(device.member)
        if standing is None or not (device.live or older):
            return None
        return standing.level

    def _came_back(self, cut_by: str, there: Look, device: Device) -> bool:
        """Had the author come back after that removal, where they wrote?"""
        node = self._dag.by_id.get(cut_by)
        if node is None:
            return device.live
        if isinstance(node.body, Remove | DeviceRevoke) and node.body.cosign:
            digest = digests.act_digest(self.space, node.kind, digests.without_cosign(node.body))
            return there.spent(digest.hex())
        return there.past.has(node.number) and node.number not in there.void

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
            if event.id[: spelling.SHORT] in self._settled:
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
        if frame.channel or frame.prev or frame.expires_at:
            raise RemoteError(Reason.NOT_CANONICAL)
        return frame, body

    def _enter(self, node: Node) -> bool:
        """Judge a new event and take it in. True if something older may stand differently now."""
        said = self._said.setdefault((node.device, node.frame.seq), set())
        said.add(node.id)
        if len(said) > 1:
            self._doubled.add((node.device, node.frame.seq))
        past = Past(node.number, 0)
        era = self._era
        verdict = era.register(node.number)
        if isinstance(node.body, Checkpoint) and self._opens_era(node, node.body) and self._turn(node):
            return self._era.before != self._dag.everything()
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

    # Checkpoints.

    def propose_checkpoint(self) -> Proposal:
        """A checkpoint of the state at the present heads, for the electorate to sign."""
        heads = self.heads
        state = self._state_bytes(self._dag.closure(heads))
        body = spelling.body_of(state, self.height_at(heads) + 1)
        return Proposal(body, state, heads, digests.checkpoint_digest(self.space, body.height, body.state, heads))

    def state_at(self, heads: Sequence[str]) -> bytes | None:
        """The bytes of the state at those heads, as a checkpoint there would state it; None while one is not here."""
        return None if self.unknown(heads) else self._state_bytes(self._dag.closure(heads))

    def checkpoint_state(self, event_id: str) -> bytes | None:
        """The bytes of a valid checkpoint's state, for newcomers; None if it is not one, or older than this log."""
        node = self._dag.by_id.get(event_id)
        if node is None or node.number not in self._eras or node.number == 0:
            return None
        return self._state_bytes(node.past)

    def _state_bytes(self, past: Past) -> bytes:
        return self._spell(self._state_of(self._best(past).look(past)), past)

    def _spell(self, state: ControlState, past: Past) -> bytes:
        return spelling.spell(state, {*self._settled, *(self._dag.nodes[number].id for number in past.numbers())})

    def _state_of(self, look: Look) -> ControlState:
        found = self._states.get(look.past)
        if found is None:
            everything = look.era is self._era and look.past == self._dag.everything()
            found = self.state if everything else fold.whole(look)
            self._states[look.past] = found
            if len(self._states) > KEPT_STATES:
                self._states.popitem(last=False)
        return found

    def _opens_era(self, node: Node, body: Checkpoint) -> bool:
        """Rule 5: does a checkpoint stand, by what its own past says?"""
        if not node.past.has(0):
            return False  # beside the checkpoint this log began from: its past is not known here
        era = self._best(node.past)
        look = era.look(node.past)
        author = look.device(node.device)
        if author is None or not author.live or body.height != era.height + 1:
            return False
        electorate = look.electorate()
        digest = digests.checkpoint_digest(self.space, body.height, body.state, node.frame.auth)
        if len(signers(node, body.signatures, digest, electorate, look, self._verify)) < digests.quorum(
            len(electorate)
        ):
            return False
        before = self._state_of(look)
        state = self._spell(before, node.past)
        pieces = spelling.hashes(spelling.parts(state))
        if hashlib.sha256(state).hexdigest() != body.state or pieces != body.parts:
            return False
        for other in self._eras.values():
            if other.start != 0 and not node.past.has(other.start):
                one, two = sorted((node.id, self._dag.nodes[other.start].id))
                self._alarms.add(Alarm(one, two))
        floor = _established(before, body.height)
        self._eras[node.number] = Era(self._dag, node.number, floor, self._verify)
        return True

    def _turn(self, node: Node) -> bool:
        """A new valid checkpoint is here: if it is the best one, everything not before it is judged after it."""
        best = self._best(self._dag.everything())
        if best.start != node.number:
            return False
        self._era = best
        self._void = frozenset(best.look(self._dag.everything()).void)
        self._state, self._stale, self._stale_epochs = None, set(), False
        self._states.clear()
        return True

    def _best(self, past: Past) -> Era:
        """The last valid checkpoint of a past: most checkpoints before it, then the lower id (rule 5)."""
        if past.has(self._era.start) and self._era.height >= max(era.height for era in self._eras.values()):
            known = [era for era in self._eras.values() if era.height == self._era.height and past.has(era.start)]
        else:
            known = [era for era in self._eras.values() if past.has(era.start)]
        if not known:
            return self._eras[0]
        return min(known, key=lambda era: (-era.height, self._dag.nodes[era.start].id))

    def _look(self) -> Look:
        return Look(self._era, self._dag.everything(), self._void)


def equivocation(one: Event, other: Event) -> bool:
    """Are these two different events of one device under one sequence number in one channel? (rule 11)

    Raises RemoteError if either has no canonical frame.
    """
    mine, theirs = split(one), split(other)
    return (
        one.id != other.id
        and one.pubkey == other.pubkey
        and (mine.space, mine.channel, mine.seq) == (theirs.space, theirs.channel, theirs.seq)
    )


def _established(state: ControlState, height: int) -> ControlState:
    """The state that a checkpoint begins with: its height, and the electorate it establishes (rule 4)."""
    return replace(state, height=height, electorate=state.stewards())
