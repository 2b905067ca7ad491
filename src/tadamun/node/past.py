"""Small questions about a control log's events that only the node asks."""

from __future__ import annotations

from collections.abc import Iterable

from tadamun.core.control import bodies
from tadamun.core.control.log import ControlLog
from tadamun.core.frame import split

# What a checkpoint is made for: newcomers may then be given history, and later ones need nothing older.
WORTH = frozenset(
    {
        bodies.ADMIT,
        bodies.LEAVE,
        bodies.REMOVE,
        bodies.LEVEL,
        bodies.DEVICE_ADD,
        bodies.DEVICE_REVOKE,
        bodies.CHARTER,
    }
)
ARRIVALS = frozenset({bodies.ADMIT, bodies.DEVICE_ADD})


def worth_a_checkpoint(log: ControlLog, kinds: frozenset[int] = WORTH) -> bool:
    """Whether anything of these kinds that took effect is not covered by the last checkpoint, be it beside it."""
    return any(
        one.event.kind in kinds and not log.covered(one.event.id) and log.effective(one.event.id)
        for one in reversed(log.events())
    )


def author_of(log: ControlLog, event: str) -> str:
    """The device that signed a control event; "" if it is not here."""
    found = log.genuine(event)
    return "" if found is None else found.event.pubkey


def since(log: ControlLog, anchor: str) -> list[str]:
    """Ids of the control events that somebody who starts at `anchor` needs: it and all that is not before it."""
    earlier = ancestors(log, [anchor])
    return [one.event.id for one in log.events() if one.event.id not in earlier]


def ancestors(log: ControlLog, of: Iterable[str]) -> set[str]:
    """The control events before any of these, as far back as this log knows."""
    seen: set[str] = set()
    layer = list(of)
    while layer:
        found = log.genuine(layer.pop())
        for parent in () if found is None else split(found.event).auth:
            if parent not in seen:
                seen.add(parent)
                layer.append(parent)
    return seen


def before(log: ControlLog, one: str, other: str) -> bool:
    """Is control event `one` among the ancestors of `other`? Only as far back as this log knows."""
    seen: set[str] = set()
    layer = [other]
    while layer:
        found = log.genuine(layer.pop())
        for parent in () if found is None else split(found.event).auth:
            if parent == one:
                return True
            if parent not in seen:
                seen.add(parent)
                layer.append(parent)
    return False


def meant_for(log: ControlLog, made: str, member: str) -> bool:
    """May a member be handed the secret of an epoch, by the event that made it? Not if it was there before they came:
    what of that newcomers read is a matter of history (docs/protocol/3-seal.md, 3.4 and 3.6)."""
    came = log.state.members.get(member)
    return came is not None and log.genuine(made) is not None and not before(log, made, came.joined)


def heads_before(log: ControlLog, member: str) -> tuple[str, ...]:
    """The latest heads without anything a member did since the last checkpoint, or anything that built on it:
    where to write an act that undoes a rampage (docs/protocol/2-control.md, rule 12). At most 16."""
    tainted: set[str] = set()
    clean: dict[str, tuple[str, ...]] = {}
    for one in log.events():
        event = one.event
        parents = split(event).auth
        own = log.member_of(event.pubkey) == member
        if event.id != log.checkpoint and event.id != log.base.event.id and (own or tainted & set(parents)):
            tainted.add(event.id)
        else:
            clean[event.id] = parents
    named = {parent for parents in clean.values() for parent in parents}
    tips = sorted(event for event in clean if event not in named)
    return tuple(tips[:16])
