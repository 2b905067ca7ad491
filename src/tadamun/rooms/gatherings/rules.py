"""Who may say what about gatherings."""

from __future__ import annotations

from typing import Any

from tadamun.core.genuine import Said
from tadamun.core.room import Standing, Verdict
from tadamun.rooms.gatherings.bodies import Body, Cancel, Change, Door
from tadamun.rooms.gatherings.nip52 import Answer, Opening
from tadamun.rooms.gatherings.state import Gathered


def authorise(gathered: Gathered, said: Said[Any], standing: Standing) -> Verdict:
    """The rule for one thing said. Once the opening is there, no later event changes what it says."""
    body: Body = said.body
    if isinstance(body, Opening):
        # Whoever the charter lets write may call a gathering, for the whole space and for good.
        return _allow(standing.may_write and not said.private_with and not said.expires_at)
    # What is about a gathering waits until the gathering is here.
    if gathered.opening is None:
        return Verdict.UNKNOWN
    return _allow(_about(gathered.opening, body, said, standing))


def _about(opening: Said[Opening], body: Answer | Change | Cancel | Door, said: Said[Any], standing: Standing) -> bool:
    """Whether something about a gathering that is here is allowed."""
    in_the_open = not said.private_with and not said.expires_at
    match body:
        # A change is said to all, by who may write, and keeps days days and times times. It counts while its author
        # organises the gathering (state.py).
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


def _allow(may: bool) -> Verdict:
    return Verdict.ALLOW if may else Verdict.DENY
