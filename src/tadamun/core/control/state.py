"""What the control log adds up to: who belongs, with which devices, under which charter and epochs.

Values only; how they come about is in era.py and look.py. Mappings are never changed once a state is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from tadamun.core.charter import NEWCOMER, STEWARD, Charter

UNSEEN: Final = -1
OUTSIDE: Final = -1  # below every level that a charter can name


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who belongs. level: what they were given. joined: id of the event that let them in.

    since: Unix seconds at which a checkpoint first found them here (UNSEEN: none did yet); 0: no newcomer any more.
    """

    level: int
    joined: str
    since: int = UNSEEN


@dataclass(frozen=True, slots=True)
class Former:
    """Somebody who belonged. level: the last they had; by: id of the removal or leave (lowest, if concurrent)."""

    level: int
    by: str


@dataclass(frozen=True, slots=True)
class CutAt:
    """Where one removal or revocation (`by`, its event id) cuts a device's chain: the last event that counts.

    seq -1 and "": nothing counts.
    """

    by: str
    seq: int
    last: str


@dataclass(frozen=True, slots=True)
class Device:
    """A device that a member was ever given; it belongs to that member for ever.

    live: may act now. revoked: shut out as a device, whatever became of its member.
    """

    member: str
    hpke: str
    prekey: str
    live: bool
    revoked: bool
    cuts: tuple[CutAt, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenInvite:
    """An invite that still admits. uses: how many are left; expires: Unix seconds, 0: never; by: who made it."""

    level: int
    uses: int
    expires: int
    mailbox: str
    request: str
    by: str
    event: str


@dataclass(frozen=True, slots=True)
class CleanEpoch:
    """An epoch that one may send under. depth: number of epochs in its longest line of ancestors, itself included."""

    depth: int
    event: str


@dataclass(frozen=True, slots=True)
class ControlState:
    """height: number of the last valid checkpoint, 0 for none. electorate: who co-signs majority acts and checkpoints.

    charter_by: id of the event that set the charter. depth: of the deepest epoch ever, clean or not.
    spent: digests (hex) of majority acts that took effect: their signatures serve once.
    """

    space: str
    name: str
    height: int
    charter: Charter
    charter_by: str
    members: Mapping[str, Member]
    former: Mapping[str, Former]
    devices: Mapping[str, Device]
    invites: Mapping[str, OpenInvite]
    epochs: Mapping[str, CleanEpoch]
    depth: int
    electorate: frozenset[str]
    spent: frozenset[str] = frozenset()
    _live: Mapping[str, Device] | None = field(default=None, init=False, repr=False, compare=False)

    def live_devices(self) -> Mapping[str, Device]:
        """Devices that may act and read now. Found once: asked for at every step of one event more."""
        if self._live is None:
            self._remember({key: device for key, device in self.devices.items() if device.live})
        return self._live or {}

    def follow(self, before: ControlState, devices: Iterable[str]) -> ControlState:
        """This state, which differs from the one before in no other devices than these: what was found there serves."""
        if before._live is not None:
            live = dict(before._live)
            for key in devices:
                device = self.devices.get(key)
                if device is not None and device.live:
                    live[key] = device
                else:
                    live.pop(key, None)
            self._remember(live)
        return self

    def _remember(self, live: Mapping[str, Device]) -> None:
        object.__setattr__(self, "_live", live)  # no part of the value: whoever looks sees the same before and after

    def level(self, member: str) -> int | None:
        """The level of a member; None for anybody else."""
        found = self.members.get(member)
        return None if found is None else found.level

    def newcomer(self, member: str) -> bool:
        """Is this a member whose newcomer period is not over?"""
        found = self.members.get(member)
        return found is not None and is_new(found, self.charter)

    def weight(self, member: str) -> int | None:
        """The level that counts when a member acts or is acted on; None for anybody else."""
        found = self.members.get(member)
        return None if found is None else weight(found, self.charter)

    def authority(self, member: str) -> int:
        """The level up to which a member decides for others: OUTSIDE for newcomers, and for who does not belong."""
        found = self.members.get(member)
        return OUTSIDE if found is None or is_new(found, self.charter) else found.level

    def best_epoch(self) -> str | None:
        """The epoch to send under: clean, deepest, lowest id (docs/protocol/3-seal.md, 3.5)."""
        return min(self.epochs, key=lambda epoch: (-self.epochs[epoch].depth, epoch), default=None)

    def stewards(self) -> frozenset[str]:
        """The electorate that a checkpoint of this state establishes."""
        return frozenset(member for member in self.members if self.authority(member) >= STEWARD)


def is_new(member: Member, charter: Charter) -> bool:
    """2-control.md, 2.7: is a newcomer period agreed upon, and has no checkpoint found this member's to be over?"""
    return charter.newcomer_days > 0 and member.since != 0


def weight(member: Member, charter: Charter) -> int:
    """The level that counts: a newcomer's, whatever they were given."""
    return min(member.level, NEWCOMER) if is_new(member, charter) else member.level
