"""What removing somebody means, told before it is done and looked at afterwards. It changes nothing (ADR 4).

The rules are those of docs/protocol/2-control.md, 2.3; what is promised of secrets, those of 3-seal.md, 3.5.
"""

from __future__ import annotations

from typing import Any, Final

from tadamun.core.control import bodies
from tadamun.core.control.digests import majority
from tadamun.core.words import N_
from tadamun.node.calls_spaces import In
from tadamun.node.place import Place
from tadamun.node.quorum import target_of
from tadamun.node.workbench import Bench, Call
from tadamun.store import outbox

_ALONE: Final = N_("You can do this alone. It takes effect at once, on each device as soon as it hears of it.")
_TOGETHER: Final = N_(
    "You cannot do this alone: you propose it, and it takes effect when enough have signed."
    " Signatures needed: {needed}. Members who can sign: {electors}."
)
_NOBODY: Final = N_("You cannot do this, alone or by proposing it. Ask somebody who can: {who}.")
_SECRET: Final = N_(
    "A new secret is made for those who stay. What anybody says once their device has heard of the removal, {name}"
    " cannot read."
)
_LATE: Final = N_("Whoever has not heard of it yet may for a while still say things that {name} can read.")
_KEEPS: Final = N_("{name} keeps everything that reached their devices before, and can show it to others.")
_SAID: Final = N_("What {name} said until now stays; moderators can retract it.")
_PRIVATE: Final = N_("Private conversations with {name} take nothing new. What was said in them stays on both sides.")
_LINKS: Final = N_("Invitations that {name} made let nobody in any more.")
_UNDONE: Final = N_(
    "What {name} did to the space since the last checkpoint is undone. People let in that way are out too."
)
_BACK: Final = N_("To come back, {name} would need a new invitation.")


class Removal(In):
    """undo: as for `members.remove`."""

    member: str
    undo: bool = False


async def removal(bench: Bench, asked: Removal) -> dict[str, Any]:
    """{member, name, status, who, needed, electors, devices, invites, proposal, new_secret, still_to_send, sentences}.

    status: "member", "proposed" or "gone". who decides: "alone", "together", "nobody" (not I), "self" (that is
    leaving). devices: how many would be, or are, shut out. new_secret: whether there is one that they do not have.
    still_to_send: events of this node on their way. sentences: [{id, message, arguments}], to be translated.
    """
    place = bench.node.desk.place(bench.space(asked.space))
    state = place.log.state
    # Who is gone without having said who they are is found in no list of names.
    gone_by_id = asked.member in state.former and asked.member not in state.members
    member = asked.member if gone_by_id else bench.facts.names.who(place.space, asked.member)
    name = bench.facts.names.name(place.space, member)
    pending = [
        one.id
        for one, _, _ in bench.node.quorum.pending_acts(place)
        if one.kind == bodies.REMOVE and target_of(place, one) == member
    ]
    gone = member not in state.members
    others = state.electorate - {member}
    who = _who(place, member)
    invites = sum(one.by == member and one.uses > 0 for one in state.invites.values())
    told: list[tuple[str, str]] = []
    if not gone:
        told += [("who", {"alone": _ALONE, "together": _TOGETHER, "nobody": _NOBODY}.get(who, _ALONE))]
    told += [("secret", _SECRET), ("late", _LATE), ("keeps", _KEEPS), ("said", _SAID), ("private", _PRIVATE)]
    told += [("links", _LINKS)] if invites else []
    told += [("undone", _UNDONE)] if asked.undo else []
    told += [("back", _BACK)]
    arguments: dict[str, str | int] = {
        "name": name,
        "needed": majority(state.electorate, member),
        "electors": len(others),
        "who": ", ".join(sorted(bench.facts.names.name(place.space, one) for one in _able(place, member))),
    }
    return {
        "member": member,
        "name": name,
        "status": "gone" if gone else "proposed" if pending else "member",
        "who": who,
        "needed": arguments["needed"],
        "electors": len(others),
        "devices": sum(one.member == member and one.live is not gone for one in state.devices.values()),
        "invites": invites,
        "proposal": pending[0] if pending else "",
        "new_secret": gone and place.best_epoch() is not None,
        "still_to_send": outbox.count(bench.node.vault.read, place.ref) + bench.node.peers.pending(place.space),
        "sentences": [
            {"id": i, "message": text, "arguments": {k: v for k, v in arguments.items() if "{" + k + "}" in text}}
            for i, text in told
        ],
    }


def _who(place: Place, member: str) -> str:
    if member == place.me:
        return "self"
    if place.me in _able(place, member):
        return "alone"
    return "together" if place.me in place.log.state.electorate else "nobody"


def _able(place: Place, member: str) -> set[str]:
    """Members who can remove that one alone (rule 2)."""
    state = place.log.state
    weight = state.weight(member)
    need = max(state.charter.remove, -1 if weight is None else weight + 1)
    return {one for one in state.members if one != member and state.authority(one) >= need}


CALLS = {"members.removal": Call(Removal, removal)}
