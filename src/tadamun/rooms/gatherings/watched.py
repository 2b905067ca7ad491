"""What was said about one person's coming back adds up to, for those who wait for them, and which keys members have.

Sets and registers: any order gives the same. Whether somebody is late is worked out when it is looked at (watches.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from tadamun.core.genuine import Said
from tadamun.rooms.gatherings.gathered import lowest, mark
from tadamun.rooms.gatherings.own import Back, Key, Release, Watch

MOST: Final = 16  # tokens or shares of one author that are kept: those of the lowest names

Waiting = Watch | Back | Release


@dataclass(frozen=True, slots=True)
class Watched:
    """tokens: what the author of the watch said, by name. released: shares of the card, by author and name."""

    watch: Said[Watch] | None = None
    tokens: Mapping[str, str] = field(default_factory=dict)
    released: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def reduce(watched: Watched, said: Said[Any]) -> Watched:
    """The watch after one more thing was said about it."""
    body: Waiting = said.body
    match body:
        case Watch():
            return replace(watched, watch=said)
        case Back():
            found = {**watched.tokens, hashlib.sha256(body.token.encode()).hexdigest(): body.token}
            return replace(watched, tokens=lowest(found, MOST))
        case Release():
            given = {**watched.released.get(said.member, {}), mark(body.share): body.share}
            return replace(watched, released={**watched.released, said.member: lowest(given, MOST)})


def with_key(keys: Mapping[str, Said[Key]], said: Said[Key]) -> Mapping[str, Said[Key]]:
    """The keys of a member's devices: of each the one said last by its own count, then the lowest id."""
    held = keys.get(said.device)
    if held is not None and (held.seq, -int(held.id, 16)) >= (said.seq, -int(said.id, 16)):
        return keys
    return {**keys, said.device: said}
