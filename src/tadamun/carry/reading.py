"""Who may read what: sealed events those who proved the mailbox; public ones, where they are served, anybody.

A filter is narrowed before the store is asked, so that counts and reconciliations cannot tell of others' events; and
every event is looked at once more before it goes out.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from tadamun.carry.filters import NOTHING, tag_values
from tadamun.carry.policy import SEALED
from tadamun.core.ports import Filter, Wire


class Refused(Exception):
    """The question may not be answered; its text begins with NIP-01's machine-readable word."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A question as the store may be asked it. mixed: its answers hold sealed events that must be sorted out."""

    wanted: Filter
    mixed: bool = False


class Glance(msgspec.Struct):
    """The two fields of a stored event that decide who may read it."""

    kind: int
    tags: tuple[tuple[str, ...], ...]


_glance: Final = msgspec.json.Decoder(Glance)


def may_read(event: Glance, proven: Set[str]) -> bool:
    """Whether one event may go to a connection that proved these keys."""
    return event.kind != SEALED or any(len(tag) > 1 and tag[0] == "p" and tag[1] in proven for tag in event.tags)


def may_read_raw(raw: bytes, proven: Set[str]) -> bool:
    return may_read(_glance.decode(raw), proven)


def scope(wanted: Filter, proven: Set[str], public: bool) -> Scope:
    """Narrow a filter to what may be read. Raises Refused."""
    if not proven and not public:
        raise Refused("auth-required: prove the key of a mailbox to read it")
    if wanted is NOTHING:
        return Scope(NOTHING)
    others = tuple(kind for kind in wanted.kinds if kind != SEALED)
    sealed = not wanted.kinds or len(others) < len(wanted.kinds)
    if not sealed:
        return Scope(wanted if public else NOTHING)
    if public and (others or not wanted.kinds):
        return Scope(wanted, mixed=True)
    mailboxes = tag_values(wanted, "p")
    if mailboxes is None:
        if not proven:
            raise Refused("auth-required: prove the key of a mailbox to read it")
        mailboxes = tuple(sorted(proven))
    elif not proven >= set(mailboxes):
        word = "restricted" if proven else "auth-required"
        raise Refused(f"{word}: prove the key of every mailbox that is asked for")
    return Scope(_only_sealed(wanted, mailboxes))


async def count(wire: Wire, scopes: Sequence[Scope], proven: Set[str]) -> int:
    """How many events that may be read match any of these."""
    if len(scopes) > 1:
        return len(set[tuple[int, str]]().union(*[await items(wire, scope, proven) for scope in scopes]))
    if scopes[0].wanted is NOTHING:
        return 0
    wanted = replace(scopes[0].wanted, limit=None)
    if not scopes[0].mixed:
        return await wire.count(wanted)
    total = await wire.count(wanted) - await wire.count(replace(wanted, kinds=(SEALED,)))
    readable = _readable(wanted, proven)
    return total + (await wire.count(readable) if readable else 0)


async def items(wire: Wire, asked: Scope, proven: Set[str]) -> Sequence[tuple[int, str]]:
    """All (created_at, id) that match and may be read, for reconciliation."""
    if asked.wanted is NOTHING:
        return ()
    wanted = replace(asked.wanted, limit=None)
    if not asked.mixed:
        return await wire.items(wanted)
    found = set(await wire.items(wanted)) - set(await wire.items(replace(wanted, kinds=(SEALED,))))
    readable = _readable(wanted, proven)
    return sorted(found.union(await wire.items(readable) if readable else ()))


def _readable(wanted: Filter, proven: Set[str]) -> Filter | None:
    """The sealed part of a mixed question, as far as it may be read."""
    asked = tag_values(wanted, "p")
    mailboxes = sorted(proven if asked is None else proven & set(asked))
    return _only_sealed(wanted, tuple(mailboxes)) if mailboxes else None


def _only_sealed(wanted: Filter, mailboxes: tuple[str, ...]) -> Filter:
    others = tuple((letter, values) for letter, values in wanted.tags if letter != "p")
    return replace(wanted, kinds=(SEALED,), tags=(*others, ("p", mailboxes)))
