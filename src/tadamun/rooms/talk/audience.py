"""Who will be able to read something before it is said: by name, until when, and what nobody can promise."""

from __future__ import annotations

from typing import Any, Final

from tadamun.core.event import is_hex32
from tadamun.core.ports import Audience, Reach, Workbench
from tadamun.core.room import Call
from tadamun.core.words import N_
from tadamun.rooms.talk.aim import Aimed, aimed

_COPIES: Final = N_("Whoever can read it can copy it, photograph it, or tell others. No program can prevent that.")
_RETRACTED: Final = N_("If you retract it, honest devices show it no more. Who has read it may remember it.")
_EXPIRED: Final = N_(
    "When its time is over, honest devices destroy it and the keys to it, and a device seized later does not hold it."
)
_RECORDED: Final = N_(
    "For about two weeks after that, somebody who recorded the traffic and also seizes one of the devices could still"
    " open it."
)
_REMOVED: Final = N_("Who leaves or is removed keeps what reached their device before.")
_LATER: Final = N_("Who joins later will be able to read it too, whoever that may be.")
_SEIZED: Final = N_("Whoever opens the vault of one of these devices reads it as its owner does.")
_OPENED: Final = N_("The other members can see that you opened a private conversation, but not with whom.")
_CIRCLE: Final = N_(
    "The other members can see that you opened a circle and about how many devices read there, but not whose."
)
_CARRIED: Final = N_(
    "Relays and keepers that carry it see when something is sent and about how large, not what or by whom."
)


class Whom(Aimed, frozen=True, forbid_unknown_fields=True):
    """As for `talk.post`. edit: instead, the post that is to be changed or reacted to. circle: instead of `to`, several
    members among whom something is said, in whichever room."""

    edit: str = ""
    circle: tuple[str, ...] = ()


async def audience(bench: Workbench, asked: Whom) -> dict[str, Any]:
    """Whom `talk.post` with the same fields would reach: {space, space_name, private, private_names, may_write, count,
    members: [{member, name, level, since, devices, me}], later: "all", "days" or "none", later_days, until,
    not_promised: [{id, message}]}.

    private: ids of the others who read it, with commas between; "": it is for the space. count: members who can read
    it, oneself included; those without a device are listed and not counted. until: Unix seconds, 0 until it is
    retracted. message: a sentence to translate.
    """
    aim = aimed(bench, asked)
    wanted = aim.audience
    if asked.edit:
        row = aim.reader.post(asked.edit)
        wanted = Audience(row.private_with.hex(), row.expires_at)
    names = bench.facts.names
    if asked.circle:
        # By id also those who are out: they stay named in their circles.
        others = tuple(one if is_hex32(one) else names.who(aim.space, one) for one in asked.circle)
        wanted = Audience("", wanted.expires_at, others)
    reach = bench.reach(aim.space, wanted)
    members = [
        {
            "member": seat.member,
            "name": names.name(aim.space, seat.member),
            "level": seat.level,
            "since": seat.since,
            "devices": seat.devices,
            "me": seat.member == bench.me(aim.space),
        }
        for seat in reach.seats
    ]
    to = [seat.member for seat in reach.seats if seat.member != bench.me(aim.space)] if reach.audience.others else []
    return {
        "space": aim.space,
        "space_name": bench.title(aim.space),
        "private": ",".join(to),
        "private_names": sorted(names.name(aim.space, one) for one in to),
        "may_write": reach.may_say,
        "count": sum(seat.devices > 0 for seat in reach.seats),
        "members": sorted(members, key=lambda one: (not one["me"], str(one["name"]).casefold(), one["member"])),
        "later": "none" if reach.later == 0 else "all" if reach.later < 0 else "days",
        "later_days": max(reach.later, 0),
        "until": reach.audience.expires_at,
        "not_promised": [{"id": i, "message": message} for i, message in _not_promised(reach)],
    }


def _not_promised(reach: Reach) -> list[tuple[str, str]]:
    found = [("copies", _COPIES), ("seized", _SEIZED)]
    if reach.audience.expires_at:
        found += [("expired", _EXPIRED), ("recorded", _RECORDED)]
    else:
        found += [("retracted", _RETRACTED)]
    if reach.audience.others:
        found += [("opened", _CIRCLE if reach.audience.members else _OPENED)]
    else:
        found += [("removed", _REMOVED)]
    if reach.later:
        found += [("later", _LATER)]
    return [*found, ("carried", _CARRIED)]


CALLS: Final = {"talk.audience": Call(Whom, audience)}
