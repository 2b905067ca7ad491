"""What is known of one member: the profile that holds, and who vouches for them. The topic is the member's id.

Every event is a version of a register, and the highest version wins, then the lowest id: any order, and any repetition,
gives the same state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tadamun.core.genuine import Said
from tadamun.rooms.people.bodies import Body, Profile, Vouch


@dataclass(frozen=True, slots=True)
class Person:
    """profile: the one that holds. vouches: by voucher, withdrawn ones too."""

    member: str
    profile: Said[Profile] | None = None
    vouches: Mapping[str, Said[Vouch]] = field(default_factory=dict)


def topic(said: Said[Body]) -> str:
    """The member whom it is about."""
    return said.body.member if isinstance(said.body, Vouch) else said.member


def reduce(person: Person, said: Said[Any]) -> Person:
    """The person after one more thing was said of them."""
    body: Body = said.body
    match body:
        case Profile():
            held = person.profile
            if held is not None and _order(held) >= _order(said):
                return person
            return replace(person, profile=said)
        case Vouch():
            held_vouch = person.vouches.get(said.member)
            if held_vouch is not None and _order(held_vouch) >= _order(said):
                return person
            return replace(person, vouches={**person.vouches, said.member: said})


def _order(said: Said[Any]) -> tuple[int, int]:
    return said.body.version, -int(said.id, 16)
