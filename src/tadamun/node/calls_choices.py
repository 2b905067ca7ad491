"""What one could do about members and devices, and what others propose: asked before anything is done.

Every answer rests on the rules that judge the act itself (core/control/rules.py); it writes nothing.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from tadamun.core.charter import FOUNDER, MEMBER, MODERATOR, NEWCOMER, STEWARD
from tadamun.core.control import bodies
from tadamun.core.control.digests import majority
from tadamun.core.errors import UsageError
from tadamun.node.calls_spaces import In
from tadamun.node.place import Place
from tadamun.node.quorum import Proposal, target_of
from tadamun.node.standstill import last_elector
from tadamun.node.workbench import Bench, Call

LEVELS: Final = (FOUNDER, STEWARD, MODERATOR, MEMBER, NEWCOMER)
ACTS: Final = {
    bodies.ADMIT: "admit", bodies.REMOVE: "remove", bodies.LEVEL: "level", bodies.DEVICE_REVOKE: "revoke",
    bodies.CHARTER: "charter",
}  # fmt: skip


class OfMember(In):
    member: str


class OfDevice(In):
    """device: its key, or at least four characters of its beginning."""

    device: str


async def levels(bench: Bench, asked: OfMember) -> dict[str, Any]:
    """{member, name, level, choices: [{level, who, needed, electors}], proposals: [ids]}.

    choices: the named levels but for the present one. who decides: "alone" (I can), "together" (I can propose it, and
    enough can sign), "few" (too few are there who could sign), "nobody" (not I). proposals: about the level of that
    member, waiting for signatures.
    """
    place = bench.node.desk.place(bench.space(asked.space))
    state = place.log.state
    member = bench.facts.names.who(place.space, asked.member)
    held = state.members.get(member)
    if held is None:
        raise UsageError("This person is not a member any more. Nothing was changed.")
    lower = max(state.charter.remove, (state.weight(member) or 0) + 1)
    choices = []
    for wanted in LEVELS:
        raises = wanted > held.level
        if wanted != held.level:
            alone = state.authority(place.me) >= (max(STEWARD, wanted) if raises else lower)
            who = "alone" if alone or (member == place.me and not raises) else _together(place, member)
            choices.append({"level": wanted, "who": who, **_signers(place, member)})
    waiting = [
        one.id
        for one, _, _ in bench.node.quorum.pending_acts(place)
        if one.kind == bodies.LEVEL and target_of(place, one) == member
    ]
    return {
        "member": member,
        "name": bench.facts.names.name(place.space, member),
        "level": held.level,
        "choices": choices,
        "proposals": waiting,
    }


async def revoking(bench: Bench, asked: OfDevice) -> dict[str, Any]:
    """What shutting out a device would come to.

    {device, member, name, mine, this, live, others, who, needed, electors}. others: that member's other devices that
    are live. who: as for `members.levels`; "this": a device does not shut out itself.
    """
    place = bench.node.desk.place(bench.space(asked.space))
    state = place.log.state
    found = [key for key in state.devices if len(asked.device) >= 4 and key.startswith(asked.device)]
    if len(found) != 1:
        raise UsageError("There is no such device in this space.")
    key, device = found[0], state.devices[found[0]]
    weight = state.weight(device.member)
    alone = state.authority(place.me) >= max(state.charter.remove, -1 if weight is None else weight + 1)
    this = key == place.device.public
    mine = device.member == place.me
    return {
        "device": key,
        "member": device.member,
        "name": bench.facts.names.name(place.space, device.member),
        "mine": mine,
        "this": this,
        "live": device.live,
        "others": sum(one.live and one.member == device.member and at != key for at, one in state.devices.items()),
        "who": "this" if this else "alone" if mine or alone else _together(place, device.member),
        **_signers(place, device.member),
    }


async def leaving(bench: Bench, asked: In) -> dict[str, Any]:
    """{name, others, governors, last}: the space's name, how many stay, how many of those are stewards; last: without
    this person nobody governs the space any more (standstill.py)."""
    place = bench.node.desk.place(bench.space(asked.space))
    state = place.log.state
    return {
        "name": state.name,
        "others": len(state.members) - 1,
        "governors": sum(state.authority(one) >= STEWARD for one in state.members if one != place.me),
        "last": last_elector(place),
    }


async def waiting(bench: Bench, asked: In) -> list[dict[str, Any]]:
    """What is proposed and waits for signatures: [{id, act, member, name, device, level, reason, changes, by, by_name,
    at, signed, needed, electors, mine, may}].

    act: "remove", "level", "revoke", "admit" or "charter"; member, device, level, reason: what that act is about, else
    "" and null. changes: of a charter, [{what, before, after}] as the charter holds them. at: when, as its author
    claims. mine: I signed; may: my signature would count.
    """
    place = bench.node.desk.place(bench.space(asked.space))
    return [_told(bench, place, one, signed) for one, signed, _ in bench.node.quorum.pending_acts(place)]


def _told(bench: Bench, place: Place, one: Proposal, signed: int) -> dict[str, Any]:
    names, state = bench.facts.names, place.log.state
    body: Any = bodies.read(one.kind, one.content)
    device = body.device if isinstance(body, bodies.DeviceRevoke) else ""
    member = target_of(place, one)
    author = place.log.member_of(one.author) or one.author
    mine = any(place.log.member_of(signer) == place.me for signer in one.signatures)
    changes = []
    if isinstance(body, bodies.Amend):
        before, after = msgspec.structs.asdict(state.charter), msgspec.structs.asdict(body.charter)
        changes = [
            {"what": what, "before": before[what], "after": after[what]}
            for what in before
            if before[what] != after[what]
        ]
    return {
        "id": one.id,
        "act": ACTS.get(one.kind, ""),
        "member": member,
        "name": names.name(place.space, member) if member else "",
        "device": device,
        "level": getattr(body, "level", None),
        "reason": getattr(body, "reason", ""),
        "changes": changes,
        "by": author,
        "by_name": names.name(place.space, author),
        "at": one.created_at,
        "signed": signed,
        **_signers(place, member),
        "mine": mine,
        "may": not mine and place.me in state.electorate - {member},
    }


def _together(place: Place, member: str) -> str:
    electorate = place.log.state.electorate
    if place.me not in electorate:
        return "nobody"
    return "together" if len(electorate - {member}) >= majority(electorate, member) else "few"


def _signers(place: Place, member: str) -> dict[str, int]:
    """Signatures needed for an act about that member, and how many could sign."""
    electorate = place.log.state.electorate
    return {"needed": majority(electorate, member), "electors": len(electorate - {member})}


CALLS = {
    "members.levels": Call(OfMember, levels),
    "members.leaving": Call(In, leaving),
    "devices.revoking": Call(OfDevice, revoking),
    "acts.waiting": Call(In, waiting),
}
