"""The events since one checkpoint, each judged as if that checkpoint were among its parents (rules 6 to 8).

An event is *registered* once: judged at its own past, indexed by what it writes to and, if it is a strong act, by whom
it would strike. What registration finds never changes, whatever comes later, because a past never grows. What does
change is which strong acts take effect when more is known: that is settle.py.
"""

from __future__ import annotations

from bisect import insort
from collections import OrderedDict
from collections.abc import Iterator
from typing import Final

from tadamun.core.control import settle
from tadamun.core.control.bodies import (
    Admit,
    Amend,
    ControlBody,
    DeviceAdd,
    DeviceRevoke,
    Epoch,
    Invite,
    InviteRevoke,
    Leave,
    Remove,
    SetLevel,
)
from tadamun.core.control.dag import Dag, Node, Past
from tadamun.core.control.look import CHARTER_KEY, Look, act_key, device_key, invite_key, member_key
from tadamun.core.control.rules import Verify, judge
from tadamun.core.control.state import ControlState
from tadamun.core.control.verdict import Verdict

Priority = tuple[int, int, str]  # self, majority, alone; author's level descending; id

KEPT_VIEWS: Final = 64


class Era:
    """start: the checkpoint's (or genesis') number in the DAG. floor: the state it settled. height: its number.

    verdicts: by event number. seen: the void events that an event was judged with; ever_seen: all of those. asked: what
    a verdict depends on; readers: the same the other way round. writers: who writes to what, authorised events only.
    strong: authorised strong acts by priority. struck: what each would make void (bits). copies: events that publish
    the same majority act. uncut: devices that a removal shut out. listed, invited: devices and invites of a member, in
    any branch. late_admissions: void ones beside the checkpoint.
    """

    def __init__(self, dag: Dag, start: int, floor: ControlState, verify: Verify) -> None:
        self.dag = dag
        self.start = start
        self.floor = floor
        self.electorate = floor.stewards()
        self.height = floor.height
        self.before = dag.nodes[start].closed()
        self.verify = verify
        self.verdicts: dict[int, Verdict] = {}
        self.seen: dict[int, frozenset[int]] = {}
        self.ever_seen: set[int] = set()
        self.asked: dict[int, tuple[str, ...]] = {}
        self.readers: dict[str, list[int]] = {}
        self._keys: dict[str, str] = {}
        self.pasts: dict[int, Past] = {}
        self.writers: dict[str, list[int]] = {}
        self.by_author: dict[str, list[int]] = {}
        self.by_target: dict[str, list[int]] = {}
        self.strong: list[tuple[Priority, int]] = []
        self.struck: dict[int, int] = {}
        self.uncut: dict[int, frozenset[str]] = {}
        self.copies: dict[str, list[int]] = {}
        self.listed: dict[str, set[str]] = {}
        self.invited: dict[str, set[str]] = {}
        self.epochs: list[tuple[int, str]] = []
        self.depths: list[tuple[int, int]] = []
        self.late_admissions: list[int] = []
        self._complete = 0  # every number below is registered, or before the checkpoint
        self._views: OrderedDict[Past, frozenset[int]] = OrderedDict()
        for key, device in floor.devices.items():
            self.listed.setdefault(device.member, set()).add(key)
        for key, invite in floor.invites.items():
            self.invited.setdefault(invite.by, set()).add(key)

    # What the look-ups ask.

    def id(self, number: int) -> str:
        return self.dag.nodes[number].id

    def body(self, number: int) -> ControlBody:
        return self.dag.nodes[number].body

    def past_of(self, number: int) -> Past:
        """Everything before an event, the checkpoint included (rule 6)."""
        return self.pasts[number]

    def precedes(self, one: int, other: int) -> bool:
        """Is `one` before `other`? So is a majority act of which another copy is."""
        past = self.pasts[other]
        if past.has(one):
            return True
        digest = self.verdicts[one].digest
        return bool(digest) and any(past.has(copy) for copy in self.copies[digest])

    def follows(self, number: int) -> bool:
        """Does an event come after the checkpoint by its own parents?"""
        return self.dag.nodes[number].past.has(self.start)

    def removes(self, number: int) -> bool:
        """Does this event end a membership?"""
        return isinstance(self.body(number), Remove | Leave)

    def removes_any(self, number: int) -> bool:
        """Does this event shut out a member or a device?"""
        return isinstance(self.body(number), Remove | Leave | DeviceRevoke)

    def acts(self) -> Iterator[int]:
        """Authorised strong acts, by priority."""
        return (number for _, number in self.strong)

    def devices_of(self, member: str) -> set[str]:
        """Keys ever listed under a member, in any branch."""
        return self.listed.get(member, set())

    def priority(self, number: int) -> Priority:
        """Whose turn is first: self, majority, author's level descending, id (rule 8)."""
        verdict = self.verdicts[number]
        return 0 if verdict.own else 1 if verdict.majority else 2, -verdict.level, self.id(number)

    def invites_of(self, member: str) -> set[str]:
        """Keys of invites ever made by a member, in any branch."""
        return self.invited.get(member, set())

    def live_count(self, member: str, look: Look) -> int:
        return sum((found := look.device(key)) is not None and found.live for key in self.devices_of(member))

    # Views: a past, and which events are void in it.

    def look(self, past: Past) -> Look:
        """What holds at a closed past (the checkpoint's own is added to it)."""
        past = past.union(self.before)
        self._complete_to(past)
        return Look(self, past, self.void(past))

    def void(self, past: Past) -> frozenset[int]:
        """Authorised events that strong acts make void, when exactly this past is known."""
        if not self.struck:
            return frozenset()
        found = self._views.get(past)
        if found is None:
            found = settle.settle(self, past)
            self._keep(past, found)
        else:
            self._views.move_to_end(past)
        return found

    def extend(self, past: Past, void: frozenset[int], number: int) -> frozenset[int]:
        """What is void when `number`, which nothing in `past` follows, joins it. The same as asking anew, but quick."""
        grown = past.plus(number)
        if not self.struck:
            return void
        found = self._views.get(grown)
        if found is None:
            found = settle.extend(self, past, void, number)
            self._keep(grown, found)
        return found

    def _keep(self, past: Past, void: frozenset[int]) -> None:
        self._views[past] = void
        if len(self._views) > KEPT_VIEWS:
            self._views.popitem(last=False)

    # Registration.

    def _complete_to(self, past: Past) -> None:
        if past.low + past.bits.bit_length() <= self._complete:
            return
        for number in past.numbers():
            if number >= self._complete and number not in self.verdicts and not self.before.has(number):
                self.register(number)

    def register(self, number: int) -> Verdict:
        """Judge one event at its own past and index it. All of its past is registered first."""
        known = self.verdicts.get(number)
        if known is not None:
            return known
        node = self.dag.nodes[number]
        past = node.past.union(self.before)
        self._complete_to(past)
        self.pasts[number] = past
        void = self.void(past)
        look = Look(self, past, void)
        verdict = judge(node, look, self.verify)
        self.verdicts[number] = verdict
        self.seen[number] = void
        if not void <= self.ever_seen:
            self.ever_seen |= void
        while self._complete in self.verdicts or self.before.has(self._complete):
            self._complete += 1
        if verdict.ok:
            self._index(node, verdict, look)
            # Its own branch goes on from here: the next event on it finds this view ready.
            self.extend(past, void, number)
        elif (
            isinstance(node.body, Admit | DeviceAdd) and not self.follows(number) and node.device in self.floor.devices
        ):
            self.late_admissions.append(number)
        return verdict

    def _index(self, node: Node, verdict: Verdict, look: Look) -> None:
        number = node.number
        for key in self.touches(number):
            self.writers.setdefault(key, []).append(number)
        self.asked[number] = tuple(self._keys.setdefault(key, key) for key in look.asked)
        for key in self.asked[number]:
            self.readers.setdefault(key, []).append(number)
        if verdict.digest:
            self.copies.setdefault(verdict.digest, []).append(number)
        body = node.body
        if isinstance(body, Admit):
            self.listed.setdefault(body.member, set()).add(body.device.key)
        elif isinstance(body, DeviceAdd):
            self.listed.setdefault(verdict.member, set()).add(body.device.key)
        elif isinstance(body, Invite):
            self.invited.setdefault(verdict.member, set()).add(body.key)
        elif isinstance(body, Epoch):
            self.epochs.append((number, body.epoch))
            insort(self.depths, (-verdict.depth, number))
        for target in (verdict.member, node.device):
            self._strikes_on(number, target)
        if verdict.act is not None:
            self._strikes_by(node, verdict, look)
        self.by_author.setdefault(verdict.member, []).append(number)
        if node.device != verdict.member:
            self.by_author.setdefault(node.device, []).append(number)

    def _writes(self, number: int) -> list[str]:
        verdict, body = self.verdicts[number], self.body(number)
        match body:
            case Invite() | InviteRevoke():
                return [invite_key(body.key)]
            case Admit():
                keys = [member_key(body.member), device_key(body.device.key)]
                return [*keys, invite_key(body.invite)] if body.invite else keys
            case Leave():
                return [member_key(verdict.member)]
            case Remove() | SetLevel():
                return [member_key(body.member)]
            case DeviceAdd():
                return [device_key(body.device.key)]
            case DeviceRevoke():
                return [device_key(body.device)]
            case Amend():
                return [CHARTER_KEY]
            case _:
                return []

    def touches(self, number: int) -> list[str]:
        """What an authorised event writes to."""
        digest = self.verdicts[number].digest
        keys = self._writes(number)
        return [*keys, act_key(digest)] if digest else keys

    def _strikes_on(self, number: int, target: str) -> None:
        for act in self.by_target.get(target, ()):
            self._strike(act, number)

    def _strikes_by(self, node: Node, verdict: Verdict, look: Look) -> None:
        act = verdict.act
        if act is None:
            return
        insort(self.strong, (self.priority(node.number), node.number))
        target = act.device or act.member
        self.by_target.setdefault(target, []).append(node.number)
        for other in self.by_author.get(target, ()):
            self._strike(node.number, other)
        if isinstance(node.body, Remove):
            live = (
                key for key in self.devices_of(act.member) if (found := look.device(key)) is not None and found.live
            )
            self.uncut[node.number] = frozenset(live)
        elif isinstance(node.body, DeviceRevoke):
            self.uncut[node.number] = frozenset({act.device})

    def _strike(self, act: int, other: int) -> None:
        """Rule 8: would this strong act, taking effect, make that event void?"""
        if act == other or self.pasts[act].has(other) or self.precedes(act, other):
            return
        mine, theirs = self.verdicts[act], self.verdicts[other]
        on = mine.act
        if on is None:
            return
        # One person does not undo what a majority signed, by removing whoever published it.
        if theirs.majority and not mine.majority:
            return
        if on.device:
            strikes = self.dag.nodes[other].device == on.device
        elif on.below is not None:
            strikes = theirs.member == on.member and theirs.need > on.below
        else:
            # Whoever is removed may have left at the same time: both stand.
            strikes = theirs.member == on.member and not isinstance(self.body(other), Leave)
        if strikes:
            self.struck[act] = self.struck.get(act, 0) | (1 << other)
