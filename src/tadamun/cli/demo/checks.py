"""What the demo claims, as questions to the nodes themselves: who sees what, and who holds the same."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import Any

from tadamun.cli.demo.stage import Actor
from tadamun.core.errors import LocalError
from tadamun.core.ports import Clock, Random
from tadamun.node import seized


async def texts(actor: Actor, **wanted: Any) -> list[str]:
    """The posts a node shows, newest first."""
    return [post["text"] for post in (await actor.call("talk.read", limit=500, **wanted))["posts"]]


async def all_read(actors: Sequence[Actor], wanted: Collection[str]) -> bool:
    """Whether all of these come to show all of those texts."""

    async def has(actor: Actor) -> bool:
        return set(wanted) <= set(await texts(actor))

    return all([await actor.sees(has) for actor in actors])


async def members(actor: Actor) -> list[str]:
    """The names of those who belong, as this node has it."""
    return sorted([one["name"] for one in await actor.call("people.list")])


async def all_count(actors: Sequence[Actor], names: Sequence[str]) -> bool:
    """Whether all of these come to list exactly those members by name."""

    async def lists(actor: Actor) -> bool:
        try:
            return await members(actor) == sorted(names)
        except LocalError:
            return False

    return all([await actor.sees(lists) for actor in actors])


async def figure(actor: Actor) -> str:
    """Eight digits of what a node holds: the control state, and all that the whole space reads."""
    [space] = (await actor.call("node.digest"))["spaces"]
    return f"{space['control'][:4]}{space['views'][:4]}"


async def all_hold_the_same(actors: Sequence[Actor]) -> list[str]:
    """The figures of all, as soon as they are equal; the last ones seen if they never are."""
    figures: list[str] = []

    async def equal(actor: Actor) -> bool:
        figures[:] = [await figure(one) for one in actors]
        return len(set(figures)) == 1

    await actors[0].sees(equal)
    return figures


async def stands(actor: Actor) -> bool:
    """Whether everything is taken in that the node was given."""

    async def still(one: Actor) -> bool:
        return not (await one.call("node.status"))["node"]["reading"]

    return await actor.sees(still)


async def openable(actor: Actor, sealed: Sequence[bytes]) -> frozenset[str]:
    """Ids of the events that any secret in this person's vault opens. Their node must be stopped."""
    return await asyncio.to_thread(seized.opened_by, actor.home, actor.stage.passphrase, sealed)


async def kept(keeper: Actor, clock: Clock, random: Random) -> list[bytes]:
    """All that a keeper holds. It must be stopped."""
    return await seized.kept_by_keeper(keeper.home, clock, random)


async def given(actor: Actor, sealed: Sequence[bytes], clock: Clock, random: Random) -> int:
    """Put sealed events into a stopped node's own wire store; how many it did not have."""
    return await seized.hand_over(actor.home, actor.stage.passphrase, sealed, clock, random)
