"""What somebody will see of something that is about to be said: a pure function of whom it reaches and of who looks.

It rests on what `Workbench.reach` knows of the control log and the charter, and claims no more than nodes can decrypt
(tests/node/test_rehearsal.py tries it on them). It takes devices for honest and clocks for right, and says nothing of
copies that people made. This file does not know what is to be said, or in which room.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

from tadamun.core.ports import Reach

DAY: Final = 86_400  # seconds
# Seconds after the end in which a device and a recording of the traffic together may still open what expired: the
# prekeys it was sealed to are destroyed by then (docs/protocol/3-seal.md, 3.7).
LINGERS: Final = 17 * DAY
Kind = Literal["member", "newcomer", "early", "removed", "seized"]


@dataclass(frozen=True, slots=True)
class Eyes:
    """Who looks. kind: a member; somebody who joins; somebody removed before it is said (early), or after it arrived
    (removed); whoever takes a member's device away and opens its vault (seized).

    member: whose eyes or device, "" for newcomers and those removed before. after: how many seconds after it is said
    they join, are removed or take the device; 0 for members.
    """

    kind: Kind
    member: str = ""
    after: int = 0


@dataclass(frozen=True, slots=True)
class Sight:
    """reads: whether what they hold then opens it. recorded: it does not, but together with a recording of the traffic
    it may. knows: whether they may see that something private was begun, by whom. why: one of WHY's names.
    """

    reads: bool
    why: str
    recorded: bool = False
    knows: bool = False


def seen(reach: Reach, now: int, eyes: Eyes, members: Collection[str]) -> Sight:
    """What those eyes see of something said `now` (Unix seconds). members: who belongs to the space."""
    private, end = bool(reach.audience.others), reach.audience.expires_at
    if eyes.kind == "early" or (eyes.kind != "newcomer" and eyes.member not in members):
        return Sight(False, "early")
    if eyes.kind == "newcomer":
        return _newcomer(reach, now, now + eyes.after, private)
    if not any(seat.member == eyes.member for seat in reach.seats):
        return Sight(False, "outside", knows=True)
    if not any(seat.member == eyes.member and seat.devices for seat in reach.seats):
        return Sight(False, "no-device")
    if end and now + eyes.after >= end:
        # A device that is out makes no new prekeys, and so keeps its last one.
        lingers = eyes.kind == "removed" or now + eyes.after < end + LINGERS
        return Sight(False, "expired", recorded=lingers, knows=private)
    return Sight(True, eyes.kind, knows=private)


def _newcomer(reach: Reach, now: int, joined: int, private: bool) -> Sight:
    """Whole days count, in UTC: each has an epoch of its own where newcomers may read only so far back (3.6)."""
    if private:
        return Sight(False, "private", knows=True)
    if reach.audience.expires_at:
        return Sight(False, "passing")
    if reach.later < 0:
        return Sight(True, "history")
    if reach.later == 0:
        return Sight(False, "no-history")
    near = joined // DAY - now // DAY <= reach.later
    return Sight(near, "near" if near else "far")
