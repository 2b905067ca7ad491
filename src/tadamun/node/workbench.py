"""What rooms' calls are given (core.ports.Workbench), over one node."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from tadamun.carry import openly
from tadamun.carry.surroundings import Patience
from tadamun.core.errors import RemoteError, UsageError
from tadamun.core.event import parse
from tadamun.core.facts import Facts
from tadamun.core.frame import split
from tadamun.core.ports import (
    ANYTHING,
    Among,
    Audience,
    Clock,
    Later,
    Masking,
    Random,
    Reach,
    Saying,
    Seat,
    Tables,
    nothing,
)
from tadamun.node import reach
from tadamun.node.later import NAME
from tadamun.store import log, search

if TYPE_CHECKING:
    from tadamun.node.node import Node

DAY = 86_400  # seconds


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the node itself: as core.room.Call, but it may do all that a node can."""

    params: type[msgspec.Struct]
    run: Callable[[Bench, Any], Awaitable[Any]]


class Bench:
    """Implements core.ports.Workbench."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self._tables = _Tables(node)
        self._facts = node.parts.facts(self._tables, self.members)

    @property
    def clock(self) -> Clock:
        return self.node.clock

    @property
    def random(self) -> Random:
        return self.node.random

    @property
    def tables(self) -> Tables:
        return self._tables

    def scrub(self) -> None:
        """See core.ports.Workbench.scrub."""
        self.node.vault.scrub()

    @property
    def facts(self) -> Facts:
        return self._facts

    def space(self, wanted: str) -> str:
        """See core.ports.Workbench.space."""
        places = self.node.places
        if not wanted:
            if len(places) == 1:
                return next(iter(places))
            if not places:
                raise UsageError('You are in no space yet. Found one with "tadamun space new", or join with a link.')
            raise UsageError("You are in several spaces. Say which one with --space.")
        named = [space for space, place in places.items() if self.title(space).casefold() == wanted.casefold()]
        found = named or [space for space in places if len(wanted) >= 4 and space.startswith(wanted)]
        if len(found) == 1:
            return found[0]
        if found:
            raise UsageError("Several spaces go by that name. Use the beginning of the space's id instead.")
        raise UsageError("You are in no space of that name. See yours with: tadamun space list")

    def title(self, space: str) -> str:
        """The space's name; "" while it is not known yet."""
        place = self.node.places[space]
        return "" if place.control is None else place.control.state.name

    def spaces(self) -> list[str]:
        """See core.ports.Workbench.spaces."""
        return [space for space, one in self.node.places.items() if one.status == "member" and one.control is not None]

    def me(self, space: str) -> str:
        return self.node.places[space].me

    def members(self, space: str) -> dict[str, int]:
        place = self.node.places[space]
        if place.control is None:
            return {}
        return {member: one.level for member, one in place.control.state.members.items()}

    def belonged(self, space: str, member: str) -> bool:
        """See core.ports.Workbench.belonged."""
        control = self.node.places[space].control
        return control is not None and member in control.state.former and member not in control.state.members

    def newcomers(self, space: str) -> dict[str, int]:
        """See core.ports.Workbench.newcomers."""
        place = self.node.places[space]
        if place.control is None:
            return {}
        state = place.control.state
        long = state.charter.newcomer_days * DAY
        return {
            member: one.since + long if one.since > 0 else 0
            for member, one in state.members.items()
            if state.newcomer(member)
        }

    def matches(self, space: str, query: str, limit: int, among: Among = ANYTHING) -> list[str]:
        return search.find(
            self.node.vault.read,
            self.node.places[space].ref,
            query,
            limit,
            author=among.author or None,
            topic=among.topic or None,
            since=among.since or None,
            until=among.until or None,
        )

    def seat(self, space: str, member: str) -> Seat | None:
        return reach.seat(self.node.places[space], member)

    def reach(self, space: str, audience: Audience) -> Reach:
        return reach.reach(self.node.desk.place(space), audience, self.clock.now())

    async def say(self, space: str, saying: Saying, then: Callable[[str], Sequence[Saying]] = nothing) -> str:
        if saying.mask is not None:
            return await self.node.masker.say(space, saying, then)
        return await self.node.desk.say(space, saying, then)

    def masking(self, space: str, scope: str) -> Masking:
        """See core.ports.Workbench.masking."""
        return self.node.masker.masking(space, scope)

    def masks(self, space: str, scope: str = "") -> frozenset[str]:
        """See core.ports.Workbench.masks."""
        return self.node.masker.mine(space, scope)

    async def mask_forget(self, space: str, opening: str) -> None:
        """See core.ports.Workbench.mask_forget."""
        await self.node.masker.forget(space, opening)

    async def say_later(self, space: str, saying: Saying, after: int, within: int) -> str:
        """See core.ports.Workbench.say_later."""
        name, at = await self.node.delayed.keep(space, saying, after, within)
        self.node.room_errands.want(NAME, at)
        return name

    def later(self, space: str) -> list[Later]:
        """See core.ports.Workbench.later."""
        return self.node.delayed.waiting(space)

    async def withdraw(self, space: str, name: str) -> bool:
        """See core.ports.Workbench.withdraw."""
        return await self.node.delayed.withdraw(space, name)

    def content(self, space: str, event: str) -> str:
        kept = log.get(self.node.vault.read, event)
        return "" if kept is None or split(kept.event).space != space else kept.event.content

    async def publish(self, relay: str, event: bytes) -> tuple[bool, str]:
        """See core.ports.Workbench.publish."""
        if not self.node.online:
            raise UsageError("Your node does not run, so nothing can go out. Start it, then do it again.")
        try:
            return await openly.give(relay, parse(event).id, event, Patience())
        except RemoteError as error:
            raise UsageError(
                "{address} is no address of a relay. It begins with ws:// or wss://.", address=relay
            ) from error

    async def pause_until_change(self, timeout: float) -> bool:
        return await self.node.news(timeout)


class _Tables:
    """Reads what was last committed; writes (a room's own memory) in a transaction each."""

    def __init__(self, node: Node) -> None:
        self._vault = node.vault

    def execute(self, sql: str, arguments: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        if sql.lstrip()[:6].upper() in ("SELECT", "WITH R"):
            return self._vault.read.execute(sql, arguments)
        with self._vault.write() as tx:
            return tx.execute(sql, arguments)

    def many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        with self._vault.write() as tx:
            tx.many(sql, rows)
