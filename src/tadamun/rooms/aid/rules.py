"""Who may say what in aid."""

from __future__ import annotations

from typing import Any

from tadamun.core.genuine import Said
from tadamun.core.room import Standing, Verdict
from tadamun.rooms.aid.bodies import (
    Answer,
    Body,
    Change,
    Entry,
    Help,
    Item,
    Move,
    Note,
    Pair,
    Resource,
    Unmask,
    Word,
)
from tadamun.rooms.aid.state import Asked, Between, Blank, Helped, Listed, State

ENTRY_ANSWERS = ("confirmed", "refused", "withdrawn")
PAIR_ANSWERS = ("accepted", "declined", "withdrawn", "ended")


def authorise(state: State, said: Said[Any], standing: Standing) -> Verdict:
    """The rule for one thing said. Once what it is about is there, no later event changes what it says."""
    body: Body = said.body
    # Nothing of this room goes by itself: what is asked for, promised or owed is taken back by a person.
    if said.expires_at:
        return Verdict.DENY
    match body:
        # Whoever may write may ask and offer, for the whole space. Without a name, and only then, it holds a key to
        # answer to, and has an end, at which that key is destroyed.
        case Item():
            veiled = said.mask is not None
            fits = bool(body.box) == veiled and (bool(body.until) or not veiled)
            return _allow(fits and standing.may_write and not said.private_with)
        # Whoever answers to such a thing does so without a name too.
        case Help():
            return _allow(said.mask is not None and not said.private_with)
        # Who was told something under a mask says so to one member alone.
        case Unmask():
            return _allow(len(said.circle) == 2)
        # Whoever may write, and is a newcomer no more, may put a resource into the directory.
        case Resource() if not body.of:
            return _allow(standing.may_write and not standing.newcomer and not said.private_with)
        # Two members keep their ledger between them, and one of them gave; to forgive is the giver's.
        case Entry():
            ours = not body.forgives or body.giver == standing.member
            return _allow(ours and _between(said, standing, body.giver, body.taker))
        # Two members agree on mentoring between them, and one of them is the mentor.
        case Pair():
            return _allow(_between(said, standing, body.mentor, body.mentee))
        case Change() | Move() | Resource() | Word() | Answer() | Note():
            # What is about something waits until that is here.
            if isinstance(state, Blank):
                return Verdict.UNKNOWN
            return _allow(_about(state, said, body, standing))


def _about(
    state: State, said: Said[Any], body: Change | Move | Resource | Word | Answer | Note, standing: Standing
) -> bool:
    """Whether something about what is here is allowed."""
    match state, body:
        # Only whoever asked or offered changes it, while they may write.
        case Asked(), Change():
            return not said.private_with and standing.member == state.owner and standing.may_write
        case Asked(), Move():
            return not said.private_with and _moves(state, said, body, standing)
        # Who put a resource in, and whoever moderates, may change it or take it out, while they may write.
        case Listed(), Resource():
            mine = standing.member == state.opening.member
            return not said.private_with and standing.may_write and (mine or standing.may_moderate)
        # Whoever may write, and is a newcomer no more, may say what they know of a resource; taking it back is free.
        case Listed(), Word():
            trusted = standing.may_write and not standing.newcomer
            return not said.private_with and (trusted or body.word == "none")
        case Between(), Answer():
            return _answers(state, said, body, standing)
        # Only the two masks whom it is between say more.
        case Helped(), Note():
            two = (state.opening.member, state.opening.body.asker)
            return said.mask is not None and not said.private_with and standing.member in two
        case _:
            return False


def _moves(state: Asked, said: Said[Any], move: Move, standing: Standing) -> bool:
    mine = standing.member == state.owner
    if not move.who:
        # Whoever asked or offered may always withdraw it or call it done, and opens it again while they may write.
        if mine:
            return move.to != "open" or standing.may_write
        # Whoever moderates may take it down, and nothing else.
        return standing.may_moderate and move.to == "withdrawn"
    # Nobody helps themselves, and what was asked without a name is not claimed with one, nor anything by a mask.
    if move.who == state.owner or state.opening.body.box or said.mask is not None:
        return False
    # Whoever asked or offered says how it goes with somebody who claimed it, or declines; claiming is not theirs.
    if mine:
        return move.to in ("under-way", "done", "declined")
    # Everyone speaks for themselves: they claim it while they may write, go on with it, and can always give it up.
    if standing.member != move.who:
        return False
    return move.to == "given-up" or (standing.may_write and move.to in ("claimed", "under-way", "done"))


def _answers(state: Between, said: Said[Any], answer: Answer, standing: Standing) -> bool:
    first, other = state.two
    # It is answered where it was said: between the same two.
    if not _between(said, standing, first, other):
        return False
    opening = state.opening.body
    if isinstance(opening, Entry):
        # Who wrote an entry can withdraw it, the other confirms or refuses it; what is forgiven needs no answer, and
        # stays forgiven.
        if opening.forgives or answer.to not in ENTRY_ANSWERS:
            return False
        return (answer.to == "withdrawn") == (standing.member == first)
    # Who asked for a pair can withdraw it, the other accepts or declines; either ends it, and nobody says why.
    if answer.to == "ended":
        return True
    return answer.to in PAIR_ANSWERS and (answer.to == "withdrawn") == (standing.member == first)


def _between(said: Said[Any], standing: Standing, one: str, other: str) -> bool:
    """Whether it is said by one of these two in private, between them."""
    return standing.member in (one, other) and one != other and said.circle == tuple(sorted((one, other)))


def _allow(may: bool) -> Verdict:
    return Verdict.ALLOW if may else Verdict.DENY
