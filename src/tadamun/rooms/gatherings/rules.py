"""Who may say what about gatherings."""

from __future__ import annotations

from typing import Any

from tadamun.core.genuine import Said
from tadamun.core.room import Standing, Verdict
from tadamun.rooms.gatherings.bodies import Body
from tadamun.rooms.gatherings.nip52 import Answer, Opening
from tadamun.rooms.gatherings.own import (
    Back,
    Briefing,
    Cancel,
    Change,
    Door,
    Key,
    Point,
    Release,
    Share,
    Watch,
)
from tadamun.rooms.gatherings.state import Known


def authorise(known: Known, said: Said[Any], standing: Standing) -> Verdict:
    """The rule for one thing said. Once what it is about is there, no later event changes what it says."""
    body: Body = said.body
    in_the_open = not said.private_with and not said.expires_at
    match body:
        # Whoever the charter lets write may call a gathering, for the whole space and for good.
        case Opening():
            return _allow(standing.may_write and in_the_open)
        # Every member tells the keys of their own devices, to all and for good.
        case Key():
            return _allow(in_the_open)
        # Every member may ask some to wait for them: in private, told to all whom it names, and destroyed afterwards.
        case Watch():
            named = {*body.buddies, body.legal}
            well = named <= set(said.circle) and said.member not in named and said.expires_at > 0
            return _allow(well)
        case Back() | Release() if said.private_with or isinstance(body, Back):
            # What is about a watch waits until the watch is here.
            if known.watched.watch is None:
                return Verdict.UNKNOWN
            return _allow(_awaited(known.watched.watch, body, said))
        case _:
            # What is about a gathering waits until the gathering is here.
            if known.gathered.opening is None:
                return Verdict.UNKNOWN
            return _allow(_about(known.gathered.opening, body, said, standing))


def _awaited(watch: Said[Watch], body: Back | Release, said: Said[Any]) -> bool:
    """Whether something about somebody's coming back is allowed: in private, and destroyed with the rest."""
    waiting = {*watch.body.buddies, watch.body.legal}
    if not said.expires_at:
        return False
    match body:
        # Only whoever is waited for says that they are back, to all to whom the watch was told.
        case Back():
            return said.member == watch.member and said.circle == watch.circle
        # Only those who wait give shares of the card out, and only among themselves.
        case Release():
            return set(said.circle) <= waiting


def _about(
    opening: Said[Opening],
    body: Answer | Change | Cancel | Door | Briefing | Point | Share | Release,
    said: Said[Any],
    standing: Standing,
) -> bool:
    """Whether something about a gathering that is here is allowed. What organisers alone may say counts while its
    author is one (gathered.py)."""
    in_the_open = not said.private_with and not said.expires_at
    match body:
        # A change is said to all, by who may write, and keeps days days and times times.
        case Change():
            return in_the_open and standing.may_write and bool(body.plan.zone) is bool(opening.body.plan.zone)
        # A moderator may cancel any gathering; anybody else's cancellation counts while they organise it.
        case Cancel():
            return in_the_open and (standing.may_moderate if body.moderates else True)
        # Only whoever opened it names organisers and makes sure of places.
        case Door():
            return in_the_open and standing.member == opening.member
        # Everyone who belongs may answer, to all or in private. An answer names the gathering rightly, and always
        # expires: the roll is destroyed.
        case Answer():
            named = (body.of_kind, body.host, body.key) == (opening.kind, opening.member, opening.body.key)
            return named and said.expires_at > 0
        # A briefing is said in private, to all who have the role, and is destroyed afterwards.
        case Briefing():
            return bool(said.private_with) and set(body.members) <= set(said.circle) and said.expires_at > 0
        # A sealed meeting point is said to all, by who may write.
        case Point():
            return in_the_open and standing.may_write
        # A share is given to one member to keep, and destroyed afterwards.
        case Share():
            return len(said.circle) == 2 and said.expires_at > 0
        # Whoever keeps a share gives it out to all; it is destroyed afterwards.
        case Release():
            return not said.private_with and said.expires_at > 0


def _allow(may: bool) -> Verdict:
    return Verdict.ALLOW if may else Verdict.DENY
