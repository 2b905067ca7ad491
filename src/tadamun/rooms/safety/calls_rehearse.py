"""Rehearsing, as a call: what somebody will see of something, asked before it is said. Nothing is written or sent."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from tadamun.core.errors import UsageError
from tadamun.core.event import is_hex32
from tadamun.core.ports import Audience, Workbench
from tadamun.core.room import Call
from tadamun.core.words import N_
from tadamun.rooms.safety.rehearse import DAY, Eyes, Kind, seen

WEEK: Final = 7 * DAY
LONGEST: Final = 10 * 366 * DAY  # seconds ahead that can be asked about
WHY: Final = {
    "member": N_("They can read it as soon as it reaches a device of theirs."),
    "removed": N_(
        "They keep what reached their device before they were removed. What is said afterwards they cannot read."
    ),
    "seized": N_(
        "Whoever opens the vault on it reads this as its owner does. While the vault is locked they need the passphrase"
        " first."
    ),
    "early": N_("They cannot read it: who is out when it is said gets no key to it."),
    "outside": N_("They cannot read it: it is not for them."),
    "no-device": N_("They cannot read it now: they have no device here."),
    "expired": N_("Its time is over by then: honest devices have destroyed it and the keys to it."),
    "private": N_("They cannot read it: keys to what is private are never handed on."),
    "passing": N_("They cannot read it: keys to what expires are never handed on."),
    "history": N_("They can read it: newcomers are shown what was said before they came."),
    "no-history": N_("They cannot read it: newcomers are shown nothing of what was said before they came."),
    "near": N_("They can read it: it is among the last days that newcomers are shown."),
    "far": N_("They cannot read it: it was said longer ago than newcomers are shown."),
}
KNOWS: Final = N_("They may see that something private was begun, and by whom; not with whom, and not what it says.")
RECORDED: Final = N_(
    "Somebody who also recorded the traffic could still open it with this device. About two weeks after the end that is"
    " over, but not on a device that was removed."
)
COPIES: Final = N_("Whoever can read it can copy it, photograph it, or tell others. No program can prevent that.")


class Rehearsed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """to: those it is for, by name or id, besides oneself; nobody: the whole space. expires: seconds from now; 0:
    never. until: instead, the end (Unix seconds).

    eyes: "member"; "newcomer"; "early", removed before it is said; "removed", after it arrived; "seized", whoever takes
    the device and opens its vault. member: whose eyes or device; "": one's own. after: in how many seconds they come,
    are removed, or take it; -1: a week for newcomers, else at once.
    """

    space: str = ""
    to: tuple[str, ...] = ()
    expires: int = 0
    until: int = 0
    eyes: Kind = "newcomer"
    member: str = ""
    after: int = -1


async def rehearse(bench: Workbench, asked: Rehearsed) -> dict[str, Any]:
    """{space, eyes, member, name, after, reads, knows, recorded, until, notes: [message]}: what those eyes see of
    something said now to that audience, if devices are honest. until: Unix seconds; 0 until it is retracted. message: a
    sentence to translate, the reason first."""
    space, now = bench.space(asked.space), bench.clock.now()
    names = bench.facts.names

    def who(one: str) -> str:
        return one if is_hex32(one) else names.who(space, one)

    after = asked.after if asked.after >= 0 else WEEK if asked.eyes == "newcomer" else 0
    if max(after, asked.expires) > LONGEST or min(asked.expires, asked.until) < 0:
        raise UsageError("That is too far ahead, or in the past. Nothing was done.")
    end = asked.until or (now + asked.expires if asked.expires else 0)
    if end and end <= now:
        raise UsageError("That time has already passed. Choose how long the post should live.")
    reach = bench.reach(space, Audience("", end, tuple(map(who, asked.to))))
    nobody = asked.eyes in ("newcomer", "early")
    member = "" if nobody else who(asked.member) if asked.member else bench.me(space)
    sight = seen(reach, now, Eyes(asked.eyes, member, 0 if asked.eyes == "member" else after), bench.members(space))
    notes = [WHY[sight.why]]
    notes += [
        words for words, true in ((RECORDED, sight.recorded), (KNOWS, sight.knows), (COPIES, sight.reads)) if true
    ]
    if sight.reads and sight.knows:
        notes.remove(KNOWS)
    return {
        "space": space,
        "eyes": asked.eyes,
        "member": member,
        "name": names.name(space, member) if member else "",
        "after": after,
        "reads": sight.reads,
        "knows": sight.knows,
        "recorded": sight.recorded,
        "until": reach.audience.expires_at,
        "notes": notes,
    }


CALLS: Final = {"safety.rehearse": Call(Rehearsed, rehearse)}
