"""Who may say what about people."""

from __future__ import annotations

from typing import Any

from tadamun.core.genuine import Said
from tadamun.core.room import Standing, Verdict
from tadamun.rooms.people.bodies import Body, Profile, Vouch
from tadamun.rooms.people.state import Person


def authorise(person: Person, said: Said[Any], standing: Standing) -> Verdict:
    """The rule for one thing said; it looks at nothing that later events could change."""
    body: Body = said.body
    # People show up to the whole space: nothing of this room is said in private or for a while.
    if said.private_with or said.expires_at:
        return Verdict.DENY
    match body:
        # Everyone who belongs may say who they are, newcomers and people who may not write too.
        case Profile():
            return Verdict.ALLOW
        case Vouch():
            # Nobody vouches for themselves.
            if body.member == standing.member:
                return Verdict.DENY
            # Withdrawing is always possible.
            if not body.vouches:
                return Verdict.ALLOW
            # To vouch one must be allowed to write, and be a newcomer no more.
            return Verdict.ALLOW if standing.may_write and not standing.newcomer else Verdict.DENY
