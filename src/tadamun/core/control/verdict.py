"""What the rules say of one control event at its own past."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Act:
    """A removal, leave, revocation or demotion: what rule 8 calls strong.

    member: whom it is on. device: only for a revocation. below: only for a demotion, the new level.
    was: the member's level before.
    """

    member: str
    device: str = ""
    below: int | None = None
    was: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """ok: authorised; else `why` says in a few plain words what is missing.

    member, level: the author's. majority: it stands by its co-signatures. own: on oneself. need: the least level of
    its author that it rests on (0: none). act: set for strong acts. depth: for an epoch. digest: what the signers of a
    majority act signed, in hex; two events with the same are one act, published twice.
    """

    ok: bool
    why: str = ""
    member: str = ""
    level: int = 0
    majority: bool = False
    own: bool = False
    need: int = 0
    act: Act | None = None
    depth: int = 0
    digest: str = ""


def void(why: str) -> Verdict:
    return Verdict(False, why)
