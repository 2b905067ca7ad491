"""Who may say what in stories."""

from __future__ import annotations

from typing import Any

from tadamun.core.genuine import Said
from tadamun.core.room import Standing, Verdict
from tadamun.rooms.stories.bodies import Body, Campaign, Change, Published, Story, Withdraw
from tadamun.rooms.stories.state import Blank, Called, State, Told


def authorise(state: State, said: Said[Any], standing: Standing) -> Verdict:
    """The rule for one thing said. Once what it is about is there, no later event changes what it says."""
    body: Body = said.body
    # Nothing of this room goes by itself.
    if said.expires_at:
        return Verdict.DENY
    match body:
        # Whoever may write tells stories to the space; and drafts, in private, to those they write them with.
        case Story():
            return _allow(standing.may_write or bool(said.private_with))
        # Whoever may write, and is a newcomer no more, may begin a campaign, for the whole space.
        case Campaign() if not body.of:
            return _allow(standing.may_write and not standing.newcomer and not said.private_with)
        case _:
            # What is about something waits until that is here.
            return Verdict.UNKNOWN if isinstance(state, Blank) else _allow(_about(state, said, standing))


def _about(state: State, said: Said[Any], standing: Standing) -> bool:
    """Whether something about what is here is allowed; never elsewhere than where it stands."""
    if isinstance(state, Blank) or said.private_with != state.opening.private_with:
        return False
    mine = standing.member == state.opening.member
    match state, said.body:
        # In the space only its author changes a story, while they may write; a draft all who write it.
        case Told(), Change():
            return bool(said.private_with) or (mine and standing.may_write)
        # Its author takes a story away at any time; whoever moderates what the whole space reads.
        case ((Told() | Called()), Withdraw()):
            return mine or (standing.may_moderate and not said.private_with)
        # Whoever told a story says themselves that they made it public.
        case Told(), Published():
            return mine and not said.private_with
        # Whoever began a campaign changes it, and whoever moderates, while they may write.
        case Called(), Campaign():
            return standing.may_write and (mine or standing.may_moderate)
        case _:
            return False


def _allow(so: bool) -> Verdict:
    return Verdict.ALLOW if so else Verdict.DENY
