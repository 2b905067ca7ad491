"""From a look at one past to the whole control state, or to the next one from the one before.

Both ways ask the same look-ups for each thing, so they cannot disagree; the second asks only for what changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from tadamun.core.control.look import Look, device_key, invite_key
from tadamun.core.control.state import ControlState, Former, Member

V = TypeVar("V")


def whole(look: Look) -> ControlState:
    """The state at a past, from its era's floor."""
    era = look.era
    keys = {key for key, numbers in era.writers.items() if any(look.past.has(number) for number in numbers)}
    return refresh(era.floor, look, keys, epochs=True)


def refresh(before: ControlState, look: Look, keys: Iterable[str], epochs: bool) -> ControlState:
    """`before` with the things named by `keys` (and the epochs, if asked) looked up anew."""
    asked = _with_dependants(look, set(keys))
    members, former = dict(before.members), dict(before.former)
    devices, invites = dict(before.devices), dict(before.invites)
    spent = before.spent
    for key in asked:
        sort, name = key[0], key[1:]
        if sort == "m":
            found = look.standing(name)
            _set(members, name, found if isinstance(found, Member) else None)
            _set(former, name, found if isinstance(found, Former) else None)
        elif sort == "d":
            _set(devices, name, look.device(name))
        elif sort == "i":
            _set(invites, name, look.invite(name))
        elif sort == "a":
            spent = spent | {name} if look.spent(name) else spent - {name}
    charter, charter_by = look.charter()
    after = replace(
        before,
        charter=charter,
        charter_by=charter_by,
        members=members,
        former=former,
        devices=devices,
        invites=invites,
        spent=spent,
        epochs=look.clean_epochs() if epochs else before.epochs,
        depth=look.depth() if epochs else before.depth,
        electorate=look.electorate() if any(key[0] == "m" for key in asked) else before.electorate,
    )
    return after.follow(before, [key[1:] for key in asked if key[0] == "d"])


def _with_dependants(look: Look, keys: set[str]) -> set[str]:
    """A member's devices and invites stand and fall with them."""
    for key in list(keys):
        if key[0] == "m":
            keys.update(map(device_key, look.era.devices_of(key[1:])))
            keys.update(map(invite_key, look.era.invites_of(key[1:])))
    return keys


def _set(table: dict[str, V], key: str, value: V | None) -> None:
    if value is None:
        table.pop(key, None)
    else:
        table[key] = value
