"""What holds at a past, one thing at a time: this member, that device, the charter (rule 9).

Each thing is looked up among the events that write to it, which are few; so judging an event costs the same in a small
space and a large one. The answer is a function of three values: the era (what its checkpoint settled), the past,
and which events in it are void.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tadamun.core.charter import FOUNDER, Charter
from tadamun.core.control.bodies import (
    Admit,
    Amend,
    DeviceAdd,
    DeviceRevoke,
    Invite,
    InviteRevoke,
    Leave,
    Remove,
    SetLevel,
)
from tadamun.core.control.dag import Past
from tadamun.core.control.state import (
    OUTSIDE,
    UNSEEN,
    CleanEpoch,
    CutAt,
    Device,
    Former,
    Member,
    OpenInvite,
    is_new,
    weight,
)

if TYPE_CHECKING:
    from tadamun.core.control.era import Era

CHARTER_KEY = "c"


def member_key(member: str) -> str:
    return "m" + member


def device_key(device: str) -> str:
    return "d" + device


def act_key(digest: str) -> str:
    return "a" + digest


def invite_key(invite: str) -> str:
    return "i" + invite


class Look:
    """era: since which checkpoint. past: what is known. void: numbers of authorised events that something made void.

    asked: every key looked up so far. An answer can only change with the events that write to these.
    """

    __slots__ = ("asked", "era", "past", "void")

    def __init__(self, era: Era, past: Past, void: frozenset[int] | set[int] = frozenset()) -> None:
        self.era = era
        self.past = past
        self.void = void
        self.asked: set[str] = set()

    def writers(self, key: str) -> list[int]:
        """Effective events of this past that write to a key."""
        self.asked.add(key)
        low, bits = self.past
        void = self.void
        return [
            number
            for number in self.era.writers.get(key, ())
            if (number < low or (bits >> (number - low)) & 1) and number not in void
        ]

    def last(self, numbers: Sequence[int]) -> list[int]:
        """The causally last among events."""
        if len(numbers) < 2:
            return list(numbers)
        precedes = self.era.precedes
        return [one for one in numbers if not any(precedes(one, other) for other in numbers if other != one)]

    def standing(self, member: str) -> Member | Former | None:
        """Rule 9: of the causally last effective events on a member, any removal means out; else the lowest level."""
        era = self.era
        last = self.last(self.writers(member_key(member)))
        if not last:
            return era.floor.members.get(member) or era.floor.former.get(member)
        out = [number for number in last if era.removes(number)]
        if out:
            was = min(act.was for number in out if (act := era.verdicts[number].act) is not None)
            return Former(was, min(era.id(number) for number in out))
        level = FOUNDER
        for number in last:
            body = era.body(number)
            if isinstance(body, Admit | SetLevel):
                level = min(level, body.level)
        return Member(level, *self._joined(member))

    def member(self, member: str) -> Member | None:
        """A member who belongs, else None."""
        found = self.standing(member)
        return found if isinstance(found, Member) else None

    def weight(self, member: Member) -> int:
        """The level that counts of a member: a newcomer's in the newcomer period, whatever they were given (2.7)."""
        return weight(member, self.charter()[0])

    def authority(self, member: Member) -> int:
        """The level up to which a member decides for others; a newcomer decides nothing."""
        return OUTSIDE if is_new(member, self.charter()[0]) else member.level

    def _joined(self, member: str) -> tuple[str, int]:
        """Which event let a member in, and when a checkpoint first found them here."""
        admits = [i for i in self.writers(member_key(member)) if isinstance(self.era.body(i), Admit)]
        if admits:
            return min(self.era.id(number) for number in self.last(admits)), UNSEEN
        before = self.era.floor.members[member]
        return before.joined, before.since

    def device(self, key: str) -> Device | None:
        """A device ever given to a member, live or not. One that two members claim at once is nobody's to use."""
        era = self.era
        before = era.floor.devices.get(key)
        own = self.writers(device_key(key))
        adds = [number for number in own if not isinstance(era.body(number), DeviceRevoke)]
        owners = {self._owner(number) for number in adds} | ({before.member} if before else set())
        if not owners:
            return None
        member = key if key in owners else min(owners)
        kills = [number for number in self.writers(member_key(member)) if era.removes(number)]
        last_own = self.last(own)
        revoked = any(number not in adds for number in last_own) if own else before is not None and before.revoked
        if kills:
            live = all(number in adds for number in self.last(own + kills))
        else:
            live = not revoked if own else before is not None and before.live
        keys = self._keys(key, self.last(adds))
        hpke, prekey = keys if keys else (before.hpke, before.prekey) if before else ("", "")
        contested = len(owners) > 1 and key not in owners
        cuts = self._cuts(key, [*kills, *(number for number in own if number not in adds)])
        return Device(
            member=member,
            hpke=hpke,
            prekey=prekey,
            live=live and not contested,
            revoked=revoked or contested,
            cuts=tuple(sorted((*(before.cuts if before else ()), *cuts), key=lambda cut: cut.by)),
        )

    def _owner(self, number: int) -> str:
        body = self.era.body(number)
        return body.member if isinstance(body, Admit) else self.era.verdicts[number].member

    def _keys(self, key: str, adds: Iterable[int]) -> tuple[str, str] | None:
        """The HPKE key and prekey of the last listing; of several at once, the event with the lowest id."""
        for number in sorted(adds, key=self.era.id):
            body = self.era.body(number)
            if isinstance(body, Admit | DeviceAdd):
                return body.device.hpke, body.device.prekey
        return None

    def _cuts(self, key: str, kills: Iterable[int]) -> list[CutAt]:
        """Rule 10: where each removal or revocation cuts this device's chain."""
        cuts = []
        for number in kills:
            body, node = self.era.body(number), self.era.dag.nodes[number]
            if isinstance(body, Leave):
                # One who leaves cuts only the device that says so: what the others wrote before hearing of it counts.
                if node.device == key:
                    cuts.append(CutAt(node.id, node.frame.seq, node.id))
            elif isinstance(body, Remove | DeviceRevoke):
                named = next(((seq, last) for device, seq, last in body.cut if device == key), None)
                if named is not None:
                    cuts.append(CutAt(node.id, *named))
                elif key in self.era.uncut.get(number, ()):
                    cuts.append(CutAt(node.id, -1, ""))
        return cuts

    def charter(self) -> tuple[Charter, str]:
        """The charter and the event that set it: causally last; of concurrent ones by majority first, then lower id."""
        last = self.last(self.writers(CHARTER_KEY))
        if not last:
            return self.era.floor.charter, self.era.floor.charter_by
        chosen = min(last, key=lambda number: (not self.era.verdicts[number].majority, self.era.id(number)))
        body = self.era.body(chosen)
        return (body.charter if isinstance(body, Amend) else self.era.floor.charter), self.era.id(chosen)

    def invite(self, key: str) -> OpenInvite | None:
        """An invite that may still be used: made, not revoked, not used up, and whoever made it stayed."""
        era = self.era
        writers = self.writers(invite_key(key))
        before = era.floor.invites.get(key)
        made = min((i for i in writers if isinstance(era.body(i), Invite)), key=era.id, default=None)
        if made is not None and before is None:
            body = era.body(made)
            if isinstance(body, Invite):
                before = OpenInvite(
                    body.level,
                    body.uses,
                    body.expires,
                    body.mailbox,
                    body.request,
                    era.verdicts[made].member,
                    era.id(made),
                )
        if before is None or any(isinstance(era.body(number), InviteRevoke) for number in writers):
            return None
        left = before.uses - sum(isinstance(era.body(number), Admit) for number in writers)
        # Once its author is out it stays closed, even if they come back.
        closed = any(
            era.removes(number) and (made is None or not era.precedes(number, made))
            for number in self.writers(member_key(before.by))
        )
        if left <= 0 or closed:
            return None
        return OpenInvite(before.level, left, before.expires, before.mailbox, before.request, before.by, before.event)

    def electorate(self) -> frozenset[str]:
        """Rule 4: stewards at the checkpoint, less those who left or were removed by a majority act since."""
        era = self.era
        return frozenset(
            member
            for member in era.electorate
            if not any(
                era.removes(number) and (era.verdicts[number].own or era.verdicts[number].majority)
                for number in self.writers(member_key(member))
            )
        )

    def elector(self, device: str, electorate: frozenset[str]) -> str | None:
        """The elector that a device speaks for. One person's removal of an elector does not silence their devices."""
        found = self.device(device)
        return found.member if found is not None and not found.revoked and found.member in electorate else None

    def spent(self, digest: str) -> bool:
        """Did a majority act with this digest take effect already?"""
        return digest in self.era.floor.spent or bool(self.writers(act_key(digest)))

    def depth(self) -> int:
        """Depth of the deepest epoch of this past, clean or not."""
        for depth, number in self.era.depths:
            if self.past.has(number):
                return -depth
        return self.era.floor.depth

    def clean_epochs(self) -> dict[str, CleanEpoch]:
        """3-seal.md, 3.5: epochs that come after everything that shut somebody out."""
        era = self.era
        within = self.past.mask()
        shut: dict[str, int] = {}
        for number in era.acts():
            if not self.past.has(number) or number in self.void:
                continue
            # A demotion shuts somebody out if it made admissions void: those admitted may hold the epoch's secret.
            if era.removes_any(number) or era.struck.get(number, 0) & within:
                # A majority act published twice shut somebody out once, whichever copy an epoch's author knew.
                name = era.verdicts[number].digest or era.id(number)
                shut[name] = shut.get(name, 0) | (1 << number)
        doubtful = any(self.past.has(number) for number in era.late_admissions)
        # Lifting tells what an epoch's author may do, not what they knew: one made beside the checkpoint may be for
        # somebody whose removal the checkpoint covers.
        floor = era.floor
        beside = doubtful or bool(floor.former) or not all(device.live for device in floor.devices.values())
        clean = {} if shut or doubtful else dict(era.floor.epochs)
        for number, epoch in era.epochs:
            if not self.past.has(number) or number in self.void:
                continue
            before = era.past_of(number).mask()
            if not all(copies & before for copies in shut.values()) or (beside and not era.follows(number)):
                continue
            made = CleanEpoch(era.verdicts[number].depth, era.id(number))
            if epoch not in clean or made.event < clean[epoch].event:
                clean[epoch] = made
        return clean
